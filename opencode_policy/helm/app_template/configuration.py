"""ConfigMaps, Secrets and ServiceAccounts of a release, and their names by identifier."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.metadata import manifest
from opencode_policy.helm.app_template.naming import Name, full_name, name_of
from opencode_policy.nodes import MappingNode
from opencode_policy.resource import Field

_SECTIONS = {"ConfigMap": "configMaps", "Secret": "secrets"}


def config_maps(context: Context) -> Iterator[MappingNode]:
    """ConfigMaps; their data are templates."""
    for identifier, item in context.enabled("configMaps").items():
        name = name_of(context, "configMaps", identifier, item)
        data, binary = context.rendered(item["data"]), item["binaryData"]
        yield manifest(context, ("v1", "ConfigMap"), item, name, {"data": data, "binaryData": binary})


def secrets(context: Context) -> Iterator[MappingNode]:
    """Secrets; their data are templates."""
    for identifier, item in context.enabled("secrets").items():
        name = name_of(context, "secrets", identifier, item)
        data = context.rendered(item["stringData"])
        yield manifest(context, ("v1", "Secret"), item, name, {"type": item["type"], "stringData": data})


def named(context: Context, kind: str, identifier: Field) -> Name | None:
    """Name of the ConfigMap or Secret of an identifier, None where no such is enabled."""
    section = _SECTIONS[kind]
    item = context.enabled(section).get(identifier.text)
    return (
        Name(name_of(context, section, identifier.text, item).text, identifier) if item is not None else None
    )


def accounts(context: Context) -> Iterator[MappingNode]:
    """ServiceAccounts that the release makes."""
    for item, name in _accounts(context).values():
        yield manifest(context, ("v1", "ServiceAccount"), item, name, {})


def account_name(context: Context, controller: Field) -> Name | None:
    """The account of a controller's pods, None for the namespace's default one."""
    known, asked = _accounts(context), controller["serviceAccount"]
    if not asked:
        lone = next(iter(known.values()), None) if len(known) == 1 or context.edition.major < 4 else None
        return lone[1] if lone else None
    identifier, name = asked["identifier"], asked["name"]
    if identifier.text in known:
        return Name(known[identifier.text][1].text, identifier)
    if identifier.text:
        context.mistake(f"there is no serviceAccount '{identifier.text}'", identifier)
    return Name(context.text(name), name) if name.text else None


@lru_cache(maxsize=4)
def _accounts(context: Context) -> dict[str, tuple[Field, Name]]:
    """Accounts by identifier."""
    section = context.values["serviceAccount"]
    if context.edition.major < 4:
        return dict(_accounts_before_4(context, section))
    if not section.exists and context.edition.makes_account:
        return dict(_own_account(context))
    found = context.enabled("serviceAccount").items()
    return {key: (item, name_of(context, "serviceAccount", key, item)) for key, item in found}


def _own_account(context: Context) -> Iterator[tuple[str, tuple[Field, Name]]]:
    """The account that a release gets where its values speak of none."""
    wanted = context.values["global"]["createDefaultServiceAccount"]
    if wanted.value is not False:
        yield context.release.name, (context.values, Name(full_name(context), context.values))


def _accounts_before_4(context: Context, section: Field) -> Iterator[tuple[str, tuple[Field, Name]]]:
    """Version 3 has one default account, made only when asked for, and extra ones."""
    if section["create"].value is True:
        name = section["name"]
        text = context.text(name) or full_name(context)
        yield "default", (section, Name(text, name if name.text else section))
    for identifier, item in section["extraServiceAccounts"].entries():
        if item.is_mapping and item["create"].value is True:
            given = context.text(item["name"])
            yield identifier, (item, Name(given or f"{full_name(context)}-{identifier}", item))

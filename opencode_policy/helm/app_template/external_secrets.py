"""ExternalSecrets of a release, and the names of the Secrets that they make."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.metadata import manifest
from opencode_policy.helm.app_template.naming import Name, name_of
from opencode_policy.helm.synthesis import Part, default, mapping
from opencode_policy.nodes import MappingNode
from opencode_policy.resource import Field

_KIND = ("external-secrets.io/v1", "ExternalSecret")
_COPIED = ("refreshPolicy", "refreshInterval", "syncWindows", "data", "dataFrom")


def external_secrets(context: Context) -> Iterator[MappingNode]:
    """The ExternalSecrets; the templates in them are for the operator and are left alone."""
    for identifier, item in context.enabled("externalSecrets").items():
        name = name_of(context, "externalSecrets", identifier, item)
        spec: dict[str, Part] = {field: item[field] for field in _COPIED}
        spec["secretStoreRef"] = _both(
            context.values["defaultExternalSecretStoreRef"], item["secretStoreRef"]
        )
        target = item["target"]
        policy = default(target, "Delete")
        spec["target"] = mapping(target, {"deletionPolicy": policy, **dict(target.entries())})
        yield manifest(context, _KIND, item, name, {"spec": mapping(item, spec)})


def secret_of(context: Context, identifier: Field) -> Name | None:
    """Name of the Secret that the ExternalSecret of an identifier makes, None where no such is enabled."""
    item = context.enabled("externalSecrets").get(identifier.text)
    if item is None:
        context.mistake(f"there is no ExternalSecret with the identifier '{identifier.text}'", identifier)
        return None
    target = item["target"]["name"]
    own = name_of(context, "externalSecrets", identifier.text, item)
    return Name(context.text(target) or own.text, identifier)


def _both(common: Field, own: Field) -> Part:
    """A store reference with the default one below it."""
    entries: dict[str, Part] = {**dict(common.entries()), **dict(own.entries())}
    return mapping(own, entries) if entries else None

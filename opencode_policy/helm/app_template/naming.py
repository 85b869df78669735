"""Names of the objects of a release.

From version 4 on all kinds follow one scheme (the library's page "Names"); before, each kind had its own,
with `nameOverride` in place of `prefix` and `suffix`.
"""

from __future__ import annotations

from functools import lru_cache

from opencode_policy.helm.app_template.context import Context
from opencode_policy.lean import dataclass
from opencode_policy.resource import Field

_ALWAYS_WITH_IDENTIFIER = frozenset({"persistence", "configMaps", "secrets"})
"""Sections whose objects bear their identifier in version 3 even where there is only one of them."""

_LONGEST = 63
APP_TEMPLATE = "app-template"


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """The name of an object, and the field that decides it."""

    text: str
    at: Field


@lru_cache(maxsize=4)
def chart_name(context: Context) -> str:
    """What the chart calls itself; app-template takes the name of the release for a global override."""
    own = context.release.name if context.chart == APP_TEMPLATE else ""
    override = context.text(context.values["global"]["nameOverride"])
    return _cut(override or own or context.text(context.values["nameOverride"]) or context.chart)


@lru_cache(maxsize=4)
def full_name(context: Context) -> str:
    """What all names of a release begin with."""
    values = context.values
    override = context.text(values["global"]["fullnameOverride"]) or context.text(values["fullnameOverride"])
    if override:
        return _cut(override)
    name, release = chart_name(context), context.release.name
    return _cut(release if name in release else f"{release}-{name}")


def name_of(context: Context, section: str, identifier: str, item: Field, count: int | None = None) -> Name:
    """Name of the object of an item; `count` is how many such objects the release has."""
    many = (len(context.enabled(section)) if count is None else count) > 1
    if context.edition.major < 4:
        return _name_before_4(context, section, identifier, item, many=many)
    forced = item["forceRename"]
    if forced.text:
        return Name(context.text(forced).lower(), forced)
    prefix, suffix = (context.text(item[field]) for field in ("prefix", "suffix"))
    name = full_name(context)
    if prefix and prefix != name:
        name = f"{prefix}-{name}"
    always = context.values["global"]["alwaysAppendIdentifierToResourceName"].value is True
    if (many or always) and not _ends_with(name, identifier):
        name = f"{name}-{identifier}"
    if suffix and not _ends_with(name, suffix):
        name = f"{name}-{suffix}"
    at = next((item[field] for field in ("suffix", "prefix") if item[field].text), item)
    return Name(name.lower(), at)


def _name_before_4(context: Context, section: str, identifier: str, item: Field, *, many: bool) -> Name:
    name, override = full_name(context), item["nameOverride"]
    extra = context.text(override)
    if extra == "-" and section == "persistence":
        return Name(name, override)
    if extra:
        return Name(name if extra == name else f"{name}-{extra}", override)
    primary = section == "service" and item["primary"].value is True
    named = section in _ALWAYS_WITH_IDENTIFIER or (many and not primary)
    return Name(f"{name}-{identifier}" if named and identifier != name else name, item)


def _ends_with(name: str, part: str) -> bool:
    return name == part or name.endswith(f"-{part}")


def _cut(name: str) -> str:
    return name[:_LONGEST].removesuffix("-")

"""Schemas of the kinds that Kubernetes itself has, from the files that kubernetes-validate ships.

That package reads and compiles the schema anew for every object; here its files are read once and a kind is
compiled once. The files are found without importing the package, whose import takes longer than a check.
"""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = "kubernetes_validate"
_FOLDER = re.compile(r"v(?P<release>\d+\.\d+)\.\d+-local-strict")
_DEFINITIONS = "#/$defs/"
_WORDS = frozenset({"description", "$id", "$schema"})

Json = dict[str, Any]


@cache
def releases() -> tuple[tuple[tuple[int, ...], Path], ...]:
    """Kubernetes releases for which there are schemas, ascending, each with its folder."""
    spec = importlib.util.find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec else None
    folder = Path(next(iter(places))) / "kubernetes-json-schema" if places else None
    if folder is None or not folder.is_dir():
        return ()
    found = ((_FOLDER.fullmatch(item.name), item) for item in folder.iterdir())
    return tuple(sorted((release_of(match["release"]), item) for match, item in found if match))


def release_of(text: str) -> tuple[int, ...]:
    """`1.35` and `v1.35.3` as (1, 35)."""
    return tuple(int(part) for part in text.lstrip("v").split(".")[:2] if part.isdigit())


@cache
def core_schema(api_version: str, kind: str, release: str) -> Json | None:
    """Schema of a built-in kind in the newest release that is not newer than `release`; None for others.

    A strict one: fields that it does not name are refused. It is complete in itself, with the definitions
    that it refers to under `$defs`.
    """
    folder = _folder(release)
    if folder is None:
        return None
    file = folder / f"{kind.lower()}-{_versioned(api_version)}.json"
    if not file.is_file():
        return None
    schema = _read(file)
    if (*_group_and_version(api_version), kind) not in _identities(schema):
        return None
    return _bundled(schema, folder)


def _folder(release: str) -> Path | None:
    wanted = release_of(release)
    fitting = [folder for known, folder in releases() if not wanted or known <= wanted]
    return fitting[-1] if fitting else None


def _versioned(api_version: str) -> str:
    """`apps-v1`, `networking-v1`, `v1`: the group's first label and the version."""
    group, version = _group_and_version(api_version)
    return f"{group.partition('.')[0]}-{version}" if group else version


def _group_and_version(api_version: str) -> tuple[str, str]:
    group, slash, version = api_version.rpartition("/")
    return (group, version) if slash else ("", api_version)


def _identities(schema: Json) -> set[tuple[str, str, str]]:
    """Group, version and kind that a schema is for: by name alone a CRD's kind could pass for a core one."""
    listed = schema.get("x-kubernetes-group-version-kind", ())
    return {(item["group"], item["version"], item["kind"]) for item in listed}


def _read(file: Path) -> Json:
    import json

    with file.open(encoding="utf-8") as stream:
        read: Json = json.load(stream)
    return read


@cache
def _definitions(folder: Path) -> Json:
    definitions: Json = _read(folder / "_definitions.json")["$defs"]
    return definitions


def _bundled(schema: Json, folder: Path) -> Json:
    """The schema with every definition that it reaches, and references made local."""
    pending: list[str] = []
    local = _localised(schema, pending)
    reached: Json = {}
    while pending:
        name = pending.pop()
        if name not in reached:
            reached[name], further = _definition(folder, name)
            pending += further
    return {**local, "$defs": reached}


@cache
def _definition(folder: Path, name: str) -> tuple[Json, list[str]]:
    """A definition with local references, and the names that it refers to."""
    names: list[str] = []
    return _localised(_definitions(folder)[name], names), names


def _localised(node: Any, names: list[str]) -> Any:
    """A copy with local references, whose names are added to `names`, and without words for people."""
    if isinstance(node, dict):
        found = {}
        for key, value in node.items():
            if not isinstance(value, str):
                found[key] = _localised(value, names) if isinstance(value, dict | list) else value
            elif key == "$ref":  # a property may bear that name
                names.append(_name(value))
                found[key] = _DEFINITIONS + names[-1]
            elif key not in _WORDS:
                found[key] = value
        return found
    if isinstance(node, list):
        return [_localised(item, names) for item in node]
    return node


def _name(reference: str) -> str:
    """Name of a definition; a kind refers to the file of definitions, these refer to one another."""
    return reference.partition(_DEFINITIONS)[2]

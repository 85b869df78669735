"""Schemas that a user imports, e.g. from `kubectl get crd -o yaml`: a file for each version of a kind."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from opencode_policy.lean import dataclass
from opencode_policy.schemas.crd import CrdError, Identity, json_schema
from opencode_policy.schemas.store import UNSERVED

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
KIND = "CustomResourceDefinition"


@dataclass(frozen=True, slots=True)
class Imported:
    """One version of a kind, with the structural schema as the CustomResourceDefinition has it."""

    identity: Identity
    schema: Mapping[str, Any]

    @property
    def file(self) -> Path:
        """Its file below the folder of schemas."""
        group, version, kind = self.identity
        return Path(group) / f"{kind.lower()}_{version}.json"


def definitions(values: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    """Every CustomResourceDefinition among plain values, also in a List; anything else is passed over."""
    for value in values:
        if isinstance(value, Mapping) and str(value.get("kind", "")).endswith("List"):
            items = value.get("items")
            yield from definitions(items if isinstance(items, list) else ())
        elif isinstance(value, Mapping) and value.get("kind") == KIND:
            yield value


def versions(crd: Mapping[str, Any]) -> list[Imported]:
    """Every version of a CustomResourceDefinition; raises CrdError for one that cannot be used."""
    spec = crd.get("spec")
    names = spec.get("names") if isinstance(spec, Mapping) else None
    kind = str(names.get("kind", "")) if isinstance(names, Mapping) else ""
    group = str(spec.get("group", "")) if isinstance(spec, Mapping) else ""
    listed = spec.get("versions") if isinstance(spec, Mapping) else None
    found = [_version(group, kind, item) for item in (listed if isinstance(listed, list) else ())]
    if not found:
        raise CrdError("the CustomResourceDefinition has no versions")
    return found


def _version(group: str, kind: str, version: Any) -> Imported:
    name = str(version.get("name", "")) if isinstance(version, Mapping) else ""
    if not all(map(_PLAIN.fullmatch, (group, kind, name))):
        raise CrdError("group, kind or version of the definition is no plain name")
    schema = version.get("schema")
    root = schema.get("openAPIV3Schema") if isinstance(schema, Mapping) else None
    if not isinstance(root, Mapping):
        raise CrdError(f"version '{name}' of {kind} has no openAPIV3Schema")
    json_schema(root)
    marked = {} if version.get("served", True) is not False else {UNSERVED: True}
    return Imported((group, name, kind), {**marked, **root})


def store(imported: Iterable[Imported], into: Path) -> None:
    """Write schemas into a folder, each file at once."""
    for item in imported:
        file = into / item.file
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        try:
            temporary.write_text(json.dumps(item.schema, separators=(",", ":")), encoding="utf-8")
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)


def listed(below: Path) -> Iterator[tuple[str, str, str]]:
    """Group, kind in small letters, and version of every schema in a folder, in order."""
    for file in sorted(below.glob("*/*.json")):
        kind, underscore, version = file.stem.rpartition("_")
        if underscore:
            yield file.parent.name, kind, version

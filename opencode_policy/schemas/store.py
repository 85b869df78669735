"""Where schemas come from: the tree's own CRDs, folders, imports, what ships with us, Kubernetes itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from opencode_policy.lean import dataclass
from opencode_policy.schemas.core import core_schema
from opencode_policy.schemas.crd import CrdError, Identity, json_schema, schemas_of
from opencode_policy.schemas.validator import Validator

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_FILE = re.compile(r"(?P<kind>[a-z0-9]+)_(?P<version>v[a-z0-9]+)\.json")
SHIPPED = Path(__file__).parent / "shipped"
"""Our own schemas of the CustomResourceDefinitions that the shipped manifests use."""

UNSERVED = "x-opencode-policy-unserved"
"""Key of a schema in a folder that belongs to a version which the cluster does not serve."""


@dataclass(slots=True)
class SchemaStore:
    """Looks schemas up by apiVersion and kind, and compiles each once.

    `release` is that of Kubernetes (empty: the newest known); `own` are schemas of the tree's CRDs,
    `unserved` the versions that they do not serve; `folders` hold `<group>/<kind>_<version>.json` with an
    openAPIV3Schema each, the first one wins.
    """

    release: str
    own: Mapping[Identity, dict[str, Any]] = field(default_factory=dict)
    unserved: set[Identity] = field(default_factory=set)
    folders: Sequence[Path] = (SHIPPED,)
    _compiled: dict[tuple[str, str], Validator | None] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    """Files, and CustomResourceDefinitions by name, that hold no usable schema, with the reason."""

    @classmethod
    def of(cls, release: str, crds: Iterable[Any], folders: Sequence[Path] = ()) -> SchemaStore:
        """A store with the schemas of a tree's CustomResourceDefinitions, given as plain values."""
        own: dict[Identity, dict[str, Any]] = {}
        unserved: set[Identity] = set()
        store = cls(release, own, unserved, (*folders, SHIPPED))
        for crd in crds:
            try:
                for identity, schema, served in schemas_of(crd):
                    own[identity] = schema
                    unserved |= set() if served else {identity}
            except CrdError as error:
                store.broken[_name_of(crd)] = str(error)
        return store

    def validator(self, api_version: str, kind: str) -> Validator | None:
        """The validator of a kind, None where no schema is known."""
        key = (api_version, kind)
        if key not in self._compiled:
            schema = self._schema(api_version, kind)
            self._compiled[key] = Validator(schema) if schema is not None else None
        return self._compiled[key]

    def versions(self, group: str, kind: str) -> list[str]:
        """Versions of a kind that there are schemas for, for a hint about one that there is none for."""
        found = {version for owner, version, name in self.own if (owner, name) == (group, kind)}
        for folder in self.folders if _PLAIN.fullmatch(group) else ():
            for file in sorted(folder.joinpath(group).glob(f"{kind.lower()}_*.json")):
                match = _FILE.fullmatch(file.name)
                found |= {match["version"]} if match else set()
        return sorted(found)

    def is_unserved(self, api_version: str, kind: str) -> bool:
        """Whether the definition of the kind says that this version is not served."""
        group, _, version = api_version.rpartition("/")
        return (group, version, kind) in self.unserved

    def _schema(self, api_version: str, kind: str) -> dict[str, Any] | None:
        group, _, version = api_version.rpartition("/")
        own = self.own.get((group, version, kind))
        if own is not None:
            return own
        if all(map(_PLAIN.fullmatch, (group, version, kind))):
            for folder in self.folders:
                found = self._read(folder / group / f"{kind.lower()}_{version}.json")
                if found is not None:
                    self.unserved |= {(group, version, kind)} if UNSERVED in found else set()
                    return json_schema(found)
        if not _PLAIN.fullmatch(kind) or not re.fullmatch(r"[a-z0-9./-]+", api_version):
            return None
        return core_schema(api_version, kind, self.release)

    def _read(self, file: Path) -> dict[str, Any] | None:
        if not file.is_file():
            return None
        import json

        try:
            with file.open(encoding="utf-8") as stream:
                read: dict[str, Any] = json.load(stream)
            json_schema(read)
        except (OSError, ValueError, AttributeError, RecursionError) as error:
            self.broken[file.name] = type(error).__name__
        except CrdError as error:
            self.broken[file.name] = str(error)
        else:
            return read
        return None


def _name_of(crd: Any) -> str:
    metadata = crd.get("metadata") if isinstance(crd, Mapping) else None
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return f"CustomResourceDefinition {name}" if isinstance(name, str) else "a CustomResourceDefinition"

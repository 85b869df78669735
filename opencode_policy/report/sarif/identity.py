"""Stable identities: GUIDs that never change, references from one object to another."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from opencode_policy.lean import dataclass
from opencode_policy.report.sarif.types import ComponentReference, DescriptorReference

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "opencode-policy")
TAXONOMY = "requirements"
"""Name of the taxonomy whose taxa are the requirements of the policy."""


def guid(*parts: str) -> str:
    """A GUID (RFC 4122, version 5) that depends on nothing but its parts."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def taxonomy_reference() -> ComponentReference:
    """Reference to the only taxonomy of the run."""
    return {"name": TAXONOMY, "index": 0, "guid": guid("taxonomy", TAXONOMY)}


@dataclass(frozen=True, slots=True)
class Taxa:
    """Which requirements the taxonomy has, and at which index."""

    index: Mapping[str, int]

    @classmethod
    def of(cls, ids: Iterable[str]) -> Taxa:
        """Taxa in the order of the policy."""
        return cls({name: index for index, name in enumerate(ids)})

    def references(self, ids: Iterable[str]) -> list[DescriptorReference]:
        """References to those of the requirements that the taxonomy has, each once."""
        return [self._reference(name) for name in dict.fromkeys(ids) if name in self.index]

    def _reference(self, name: str) -> DescriptorReference:
        return {
            "id": name,
            "index": self.index[name],
            "guid": guid("taxon", name),
            "toolComponent": taxonomy_reference(),
        }

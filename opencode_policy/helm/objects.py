"""The objects of a tree by what others call them."""

from __future__ import annotations

from collections.abc import Iterable

from opencode_policy.lean import dataclass
from opencode_policy.resource import Resource


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """Resources by kind, namespace and name; of several with one identity the first."""

    known: dict[tuple[str, str, str], Resource]

    @classmethod
    def of(cls, resources: Iterable[Resource]) -> Objects:
        known: dict[tuple[str, str, str], Resource] = {}
        for item in resources:
            known.setdefault((item.kind, item.namespace, item.name), item)
        return cls(known)

    def get(self, kind: str, namespace: str, name: str) -> Resource | None:
        return self.known.get((kind, namespace, name))

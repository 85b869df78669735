"""Pods and Services by their labels, so that a selector is evaluated on few of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from weakref import WeakKeyDictionary

from opencode_policy.lean import dataclass
from opencode_policy.resource import Resource
from opencode_policy.selectors import Clause, labels_of
from opencode_policy.tree import Tree


@dataclass(frozen=True, slots=True)
class Labelled:
    """A Service, or the workload of pods, with the labels that a selector sees."""

    kind: str
    resource: Resource
    labels: Mapping[str, str]


@dataclass(eq=False)
class Labels:
    """Labelled objects by kind, namespace and label."""

    _all: dict[str, list[Labelled]] = field(default_factory=dict)
    _places: dict[tuple[str, str], list[Labelled]] = field(default_factory=dict)
    _labels: dict[tuple[str, str, str], list[Labelled]] = field(default_factory=dict)

    def add(self, item: Labelled) -> None:
        """Take in an object."""
        self._all.setdefault(item.kind, []).append(item)
        self._places.setdefault((item.kind, item.resource.namespace), []).append(item)
        for key, value in item.labels.items():
            self._labels.setdefault((item.kind, key, value), []).append(item)

    def among(self, kind: str, namespaces: Sequence[str] | None) -> list[Labelled]:
        """Objects of a kind in some namespaces, None for all."""
        if namespaces is None:
            return self._all.get(kind, [])
        return [item for place in namespaces for item in self._places.get((kind, place), ())]

    def candidates(
        self, kind: str, clauses: Iterable[Clause], namespaces: Sequence[str] | None
    ) -> list[Labelled]:
        """Few objects among which are all that satisfy the clauses."""
        lists = [
            [item for value in values for item in self._labels.get((kind, key, value), ())]
            for key, values in (
                (clause.key, dict.fromkeys(clause.values)) for clause in clauses if clause.operator == "In"
            )
        ]
        found = min(lists, key=len) if lists else self.among(kind, namespaces)
        wanted = None if namespaces is None else set(namespaces)
        return [item for item in found if wanted is None or item.resource.namespace in wanted]


_LABELS: WeakKeyDictionary[Tree, Labels] = WeakKeyDictionary()


def labels_of_tree(tree: Tree) -> Labels:
    """The labels of a tree's pods and Services that are applied; worked out once."""
    found = _LABELS.get(tree)
    if found is None:
        found = _LABELS[tree] = Labels()
        for item in _labelled(tree):
            if tree.applies(item.resource):
                found.add(item)
    return found


def _labelled(tree: Tree) -> Iterator[Labelled]:
    for pod in tree.pods:
        labels = {key: value.text for key, value in pod.template["metadata"]["labels"].entries()}
        yield Labelled("Pod", pod.workload, labels)
    for service in tree.of_kind("Service"):
        if not service.id.group:
            yield Labelled("Service", service, labels_of(service))

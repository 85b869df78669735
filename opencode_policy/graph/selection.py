"""What selectors choose: pods of Services, budgets, policies and monitors, Services of monitors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from opencode_policy.graph.index import Index
from opencode_policy.graph.kinds import MONITORING
from opencode_policy.graph.labels import Labelled, Labels, labels_of_tree
from opencode_policy.graph.model import Edge, Reference
from opencode_policy.graph.outside import Outside
from opencode_policy.lean import dataclass
from opencode_policy.nearest import hint
from opencode_policy.resource import Field, Resource
from opencode_policy.selectors import Clause, clauses, equality_clauses, failing

RELATION = "selects"
_GROUPED = {
    "PodDisruptionBudget": "policy",
    "PodMonitor": MONITORING,
    "Service": "",
    "ServiceMonitor": MONITORING,
}
_OWN_PODS = {"DaemonSet": "apps", "Deployment": "apps", "ReplicaSet": "apps", "StatefulSet": "apps"}
"""Workloads whose selector must take the labels of their own template; the API server refuses others."""


@dataclass(frozen=True, slots=True)
class Selection:
    """One selector: what kind it chooses (`Pod` or `Service`), and in which namespaces (None for all)."""

    source: Resource
    at: Field
    kind: str
    clauses: tuple[Clause, ...]
    namespaces: tuple[str, ...] | None


def selections(resource: Resource) -> Iterator[Selection]:
    """The selectors of an object; one that takes everything, or nothing on purpose, is none."""
    if _GROUPED.get(resource.kind) != resource.id.group:
        return
    at, own = resource["spec"]["selector"], (resource.namespace,)
    if resource.kind == "Service":
        found = () if resource["spec"]["type"].text == "ExternalName" else tuple(equality_clauses(at))
    else:
        found = tuple(clauses(at))
    if found:
        kind = "Service" if resource.kind == "ServiceMonitor" else "Pod"
        yield Selection(
            resource, at, kind, found, _namespaces(resource) if "Monitor" in resource.kind else own
        )


def _namespaces(monitor: Resource) -> tuple[str, ...] | None:
    selector = monitor["spec"]["namespaceSelector"]
    if selector["any"].value is True:
        return None
    return tuple(item.text for item in selector["matchNames"]) or (monitor.namespace,)


def edges(index: Index, outside: Outside, applied: Iterable[Resource]) -> Iterator[Edge]:
    """An edge to each object that a selector chooses; one that leads nowhere where it chooses none."""
    labels = labels_of_tree(index.tree)
    for resource in applied:
        for selection in selections(resource):
            yield from _selected(selection, labels, outside)
        yield from _own_pods(index, resource)


def chosen(selection: Selection, labels: Labels) -> list[Labelled]:
    """Objects that a selector chooses."""
    candidates = labels.candidates(selection.kind, selection.clauses, selection.namespaces)
    return [item for item in candidates if failing(selection.clauses, item.labels) is None]


def _selected(selection: Selection, labels: Labels, outside: Outside) -> Iterator[Edge]:
    found = chosen(selection, labels)
    for item in found:
        reference = _reference(selection, item.resource.namespace, item.resource.name)
        yield Edge(reference, "found", selection.at, item.resource)
    if not found:
        yield _nothing(selection, labels, outside)


def _reference(selection: Selection, namespace: str, name: str) -> Reference:
    return Reference(selection.source, RELATION, selection.kind, namespace, name, selection.at)


def _nothing(selection: Selection, labels: Labels, outside: Outside) -> Edge:
    source = selection.source
    wanted = ", ".join(map(str, selection.clauses))
    reference = _reference(selection, source.namespace, wanted)
    why = _why_open(selection, labels, outside)
    if why:
        return Edge(reference, "open", selection.at, None, why)
    closest, clause = _closest(selection, labels.among(selection.kind, selection.namespaces))
    what = "Services" if selection.kind == "Service" else "pods"
    words = f"the {source.kind} {source.name} selects no {what}: none has {clause}"
    keys = closest.labels.keys() - {clause.key}
    return Edge(reference, "missing", clause.at, None, words + _almost(clause, closest.labels, keys))


def _almost(clause: Clause, labels: Mapping[str, str], keys: Iterable[str]) -> str:
    """How the object that comes closest differs: another value, else a key that is alike."""
    if clause.key in labels:
        return f", one has {clause.key}={labels[clause.key]}"
    return hint(clause.key, keys)


def _why_open(selection: Selection, labels: Labels, outside: Outside) -> str:
    texts = [text for clause in selection.clauses for text in (clause.key, *clause.values)]
    if any("${" in text for text in texts):
        return "the selector holds a variable of unknown value"
    for namespace in selection.namespaces or ("",):
        maker = outside.maker_of_labels(namespace, texts)
        if maker:
            return maker
    if not labels.among(selection.kind, selection.namespaces):
        place = f" in {', '.join(selection.namespaces)}" if selection.namespaces else ""
        return f"the tree makes nothing{place} that could be selected"
    return ""


def _closest(selection: Selection, among: Sequence[Labelled]) -> tuple[Labelled, Clause]:
    """The object that satisfies the most clauses, and the first clause that it does not."""

    def nearness(item: Labelled) -> tuple[int, int]:
        held = sum(clause.holds(item.labels) for clause in selection.clauses)
        return held, sum(clause.key in item.labels for clause in selection.clauses)

    best = max(among, key=nearness)
    return best, failing(selection.clauses, best.labels) or selection.clauses[0]


def _own_pods(index: Index, resource: Resource) -> Iterator[Edge]:
    if _OWN_PODS.get(resource.kind) != resource.id.group:
        return
    selector, pod = resource["spec"]["selector"], index.pod(resource)
    if pod is None or not selector.is_mapping:
        return
    template = {key: value.text for key, value in pod.template["metadata"]["labels"].entries()}
    clause = failing(clauses(selector), template)
    if clause is not None:
        reference = Reference(resource, RELATION, "Pod", resource.namespace, str(clause), selector)
        words = f"the {resource.kind} {resource.name} selects {clause}, which its own pods lack"
        yield Edge(reference, "missing", clause.at, None, words)

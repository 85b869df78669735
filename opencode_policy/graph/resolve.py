"""Where a reference leads: into the tree, into the inventory, nowhere, or out of sight."""

from __future__ import annotations

from opencode_policy.graph.index import Index
from opencode_policy.graph.kinds import CLUSTER_SCOPED, is_given
from opencode_policy.graph.model import Edge, Reference
from opencode_policy.graph.outside import Outside
from opencode_policy.nearest import hint
from opencode_policy.resource import Resource
from opencode_policy.secrets.producers import ProducedSecret


def resolve(index: Index, outside: Outside, reference: Reference) -> Edge:
    """Follow a reference to an object by its name, and to a key of it."""
    if reference.kind == "Secret":
        return _secret(index, outside, reference)
    found = _found(index, reference)
    if found:
        return _part(reference, found[0])
    if is_given(reference.kind, reference.name):
        return Edge(reference, "listed", reference.at)
    if index.is_listed(reference.kind, reference.namespace, reference.name):
        return _listed(index, reference)
    return _absent(index, outside, reference)


def _found(index: Index, reference: Reference) -> list[Resource]:
    kind, namespace, name = reference.kind, reference.namespace, reference.name
    found = index.written(kind, namespace, name)
    if not found and kind == "PersistentVolumeClaim":
        return _claimed(index, namespace, name)
    return found


def _claimed(index: Index, namespace: str, name: str) -> list[Resource]:
    """The StatefulSet that makes a claim: TEMPLATE-SET-ORDINAL."""
    stem, _, ordinal = name.rpartition("-")
    if not ordinal.isdecimal():
        return []
    for item in index.tree.of_kind("StatefulSet", namespace):
        templates = item["spec"]["volumeClaimTemplates"]
        if any(f"{template['metadata']['name'].text}-{item.name}" == stem for template in templates):
            return [item]
    return []


def _part(reference: Reference, target: Resource) -> Edge:
    """The object is there; so must be the key."""
    if reference.part and reference.part_is == "key" and target.kind == "ConfigMap":
        keys = [key for part in ("data", "binaryData") for key, _ in target[part].entries()]
        if reference.part not in keys:
            return _no_key(reference, target, keys)
    return Edge(reference, "found", reference.at, target)


def _no_key(reference: Reference, target: Resource | None, keys: list[str]) -> Edge:
    at = reference.part_at or reference.at
    words = f"the {reference.kind} {reference.name} has no key '{reference.part}'"
    if "${" in reference.part:
        return Edge(reference, "open", at, target, "the key holds a variable of unknown value")
    return Edge(reference, "missing", at, target, words + hint(reference.part, keys))


def _listed(index: Index, reference: Reference) -> Edge:
    wanted = (reference.kind, reference.name, reference.namespace)
    for item in index.tree.cluster.objects if reference.part_is == "key" and reference.part else ():
        is_it = (item.kind, item.name, item.namespace or "") == wanted
        if is_it and item.keys and reference.part not in item.keys:
            return _no_key(reference, None, list(item.keys))
    return Edge(reference, "listed", reference.at)


def _secret(index: Index, outside: Outside, reference: Reference) -> Edge:
    makers = index.flow.makers(reference.namespace, reference.name)
    if not makers:
        if index.is_listed("Secret", reference.namespace, reference.name):
            return _listed(index, reference)
        return _absent(index, outside, reference)
    target = next((maker.origin for maker in makers if maker.origin is not None), None)
    keys = [key for maker in makers for key in maker.keys]
    if reference.part and reference.part not in keys and not any(maker.opaque for maker in makers):
        return _no_key(reference, target, keys)
    whole = [maker for maker in makers if _is_whole(maker)]
    return Edge(reference, "ambiguous" if len(whole) > 1 else "found", reference.at, target)


def _is_whole(maker: ProducedSecret) -> bool:
    return not maker.merged and maker.origin is not None


def _absent(index: Index, outside: Outside, reference: Reference) -> Edge:
    """No file makes it: an error where one would have to, else an open question."""
    why = _why_open(outside, reference)
    if why:
        return Edge(reference, "open", reference.at, None, why)
    near = outside.near(reference)
    words = f"there is no {reference.target}"
    if near:
        return Edge(reference, "missing", reference.at, None, f"{words}; did you mean '{near}'?")
    return Edge(reference, "missing", reference.at, None, words + _elsewhere(index, reference))


def _why_open(outside: Outside, reference: Reference) -> str:
    if "${" in f"{reference.namespace}{reference.name}":
        return "the name holds a variable of unknown value"
    if not reference.namespace and reference.kind not in CLUSTER_SCOPED:
        return "nothing in the tree says to which namespace the object goes"
    maker = outside.maker(reference)
    if maker:
        return maker
    if outside.is_left_to_others(reference):
        return f"no inventory says which {reference.kind} the cluster has besides"
    return ""


def _elsewhere(index: Index, reference: Reference) -> str:
    """A hint at an object of this name in another namespace."""
    if reference.kind == "Secret":
        places = [place for place in index.flow.namespaces_of(reference.name) if place]
        return f"; it is made in the namespace {places[0]}" if places else ""
    found = [item for item in index.elsewhere(reference.kind, reference.name) if item.namespace]
    return f"; there is one in the namespace {found[0].namespace}" if found and reference.namespace else ""

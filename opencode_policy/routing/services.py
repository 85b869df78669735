"""From the backend of a route by way of a Service to the port of a container."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.known_objects import in_inventory, names
from opencode_policy.links import Link, broken, near, unseen
from opencode_policy.location import Related
from opencode_policy.nearest import hint
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.listeners import GATEWAY_GROUP
from opencode_policy.selectors import Clause, clauses, equality_clauses, failing, labels_in
from opencode_policy.tree import Tree
from opencode_policy.workload import Container, Pod

_SELECTING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})
"""Workloads whose selector must take the labels of their own template (the API server refuses others)."""
_ALIKE = 0.6
"""Few Services belong to one Kustomization, so that a name need not be very near to be meant."""


def service_of(tree: Tree, route: Resource, reference: Field) -> Resource | None:
    """The Service that a backend reference names, if the tree has it."""
    namespace = reference["namespace"].text or route.namespace
    found = tree.of_kind("Service", namespace)
    if reference["kind"].text not in ("", "Service") or reference["group"].text:
        return None
    named = (item for item in found if item.name == reference["name"].text and not item.id.group)
    return next(filter(tree.applies, named), None)


def service_link(tree: Tree, route: Resource, reference: Field) -> Link:
    """Whether a backend reference reaches a Service."""
    kind, group, name = (reference[key] for key in ("kind", "group", "name"))
    if kind.text not in ("", "Service") or group.text:
        what = f"{kind.text or 'Service'} of {group.text or 'the core group'}"
        return broken(f"the backend is a {what} instead of a Service", kind or group)
    namespace = reference["namespace"].text or route.namespace
    if service_of(tree, route, reference) is None:
        if in_inventory(tree, "Service", name.text, namespace):
            return unseen(f"the Service {namespace}/{name.text} is not in this tree", name)
        return broken(
            f"there is no Service {namespace}/{name.text}{_meant(tree, route, name.text, namespace)}", name
        )
    if namespace != route.namespace and not _is_granted(tree, route, name.text, namespace):
        words = (
            f"no ReferenceGrant of {namespace} lets routes of {route.namespace} use the Service {name.text}"
        )
        return broken(words, reference["namespace"])
    return Link(f"the route sends to the Service {name.text}", name)


def _meant(tree: Tree, route: Resource, name: str, namespace: str) -> str:
    """A hint at a Service of the same Kustomization, where a name need not be very near; else at any."""
    services = tree.of_kind("Service", route.namespace)
    own = [item.name for item in services if item.applied_by == route.applied_by]
    if namespace != route.namespace and name in own:
        return f"; there is one in the namespace {route.namespace}"
    near_by = hint(name, own, cutoff=_ALIKE) if namespace == route.namespace else ""
    return near_by or hint(name, names(tree, "Service", namespace))


def _is_granted(tree: Tree, route: Resource, service: str, namespace: str) -> bool:
    for grant in tree.of_kind("ReferenceGrant", namespace):
        wanted = (GATEWAY_GROUP, route.kind, route.namespace)
        given = [
            tuple(source[key].text for key in ("group", "kind", "namespace"))
            for source in grant["spec"]["from"]
        ]
        targets = [item for item in grant["spec"]["to"] if item["kind"].text == "Service"]
        if wanted in given and any(item["name"].text in ("", service) for item in targets):
            return True
    return False


def port_entry(service: Resource, reference: Field) -> Field | None:
    """The port of a Service that a backend reference names by its number."""
    number = reference["port"].value
    entries = (item for item in service["spec"]["ports"] if item["port"].value == number)
    return next(entries, None) if isinstance(number, int) else None


def port_link(service: Resource, reference: Field) -> Link:
    """Whether the port of a backend reference is one of the Service's."""
    port, entry = reference["port"], port_entry(service, reference)
    if not port:
        return broken(f"the backend {service.name} is given without a port", reference["name"])
    if entry is None:
        listed = ", ".join(item["port"].text for item in service["spec"]["ports"]) or "none"
        words = f"the Service {service.name} has no port {port.text}, it has {listed}"
        return broken(words, port, near("its ports", service["spec"]["ports"]))
    if entry["protocol"].text not in ("", "TCP"):
        words = f"the port {port.text} of the Service {service.name} is a port of {entry['protocol'].text}"
        return broken(words, entry["protocol"], near("the route sends here", port))
    return Link(f"{port.text} is a port of the Service {service.name}", entry["port"])


def selects(service: Resource, pod: Pod) -> bool:
    """Whether a Service sends to a pod: same namespace, and a selector that its labels satisfy."""
    if service.namespace != pod.workload.namespace:
        return False
    wanted = equality_clauses(service["spec"]["selector"])
    return bool(wanted) and failing(wanted, pod_labels(pod)) is None


def pod_labels(pod: Pod) -> dict[str, str]:
    """Labels that a workload gives its pods."""
    return labels_in(pod.template["metadata"])


def pods_behind(tree: Tree, service: Resource) -> list[Pod]:
    """Pods that a Service sends to; a workload that nothing applies has none."""
    return [pod for pod in tree.pods if tree.applies(pod.workload) and selects(service, pod)]


def pods_link(tree: Tree, service: Resource, pod: Pod) -> Link:
    """Whether a Service sends to this pod and to no other workload's."""
    kind, selector = service["spec"]["type"], service["spec"]["selector"]
    workload = pod.workload
    if kind.text == "ExternalName":
        return broken(f"the Service {service.name} is but a name for another host, no pod is behind it", kind)
    wanted = equality_clauses(selector)
    if not wanted:
        return broken(f"the Service {service.name} selects no pods", selector)
    clause = failing(wanted, pod_labels(pod))
    if clause is not None:
        return _unselected(service, pod, clause)
    others = [item for item in pods_behind(tree, service) if item.workload.id != workload.id]
    if others:
        words = f"the Service {service.name} also sends to the pods of {others[0].workload.name}"
        return broken(
            words, selector, near("they bear these labels", others[0].template["metadata"]["labels"])
        )
    return Link(f"the Service {service.name} selects the pod of {workload.name}, and no other", wanted[0].at)


def _unselected(service: Resource, pod: Pod, clause: Clause) -> Link:
    labels = pod_labels(pod)
    has = f"has {clause.key}={labels[clause.key]}" if clause.key in labels else "does not have this label"
    words = f"the Service {service.name} selects {clause}, and the pod of {pod.workload.name} {has}"
    return broken(words + hint(clause.key, labels.keys() - {clause.key}), clause.at, _labels_of(pod))


def _labels_of(pod: Pod) -> Related:
    return near("the labels of the pod", pod.template["metadata"]["labels"])


def own_pods_link(pod: Pod) -> Link:
    """Whether a workload's selector takes its own pods."""
    workload = pod.workload
    selector = workload["spec"]["selector"]
    if workload.kind not in _SELECTING:
        return Link(f"{workload.kind} {workload.name} is its own pod", workload["metadata"]["name"])
    clause = failing(clauses(selector), pod_labels(pod))
    if clause is not None:
        words = f"the {workload.kind} {workload.name} selects {clause}, which its own pods lack"
        return broken(words, clause.at, _labels_of(pod))
    if not clauses(selector):
        return broken(f"the {workload.kind} {workload.name} has no selector", selector)
    return Link(f"the {workload.kind} {workload.name} selects its own pods", selector)


def target_number(entry: Field, pod: Pod) -> tuple[int | None, Field]:
    """The container port that a Service's port stands for, and the token that says the number."""
    target = entry["targetPort"]
    if not target:
        number = entry["port"].value
        return (number if isinstance(number, int) else None), entry["port"]
    if isinstance(target.value, int):
        return target.value, target
    found = next((port for _, port in _named_ports(pod) if port["name"].text == target.text), None)
    number = found["containerPort"].value if found else None
    return (number if isinstance(number, int) else None), (found["containerPort"] if found else target)


def target_link(entry: Field, container: Container) -> Link:
    """Whether a Service's port leads to this container, and not to its neighbour in the pod."""
    pod, target = container.pod, entry["targetPort"]
    number, place = target_number(entry, pod)
    if number is None:
        known = [port["name"].text for _, port in _named_ports(pod)]
        words = f"no container of {pod.workload.name} has a port named '{target.text}'"
        return broken(words + hint(target.text, known), place, near("its ports", container.field["ports"]))
    neighbour = neighbour_with_port(number, container)
    if neighbour is not None:
        words = f"the port {target.text or number} is that of the container {neighbour.name}"
        return broken(f"{words} instead of {container.name}", target or entry["port"])
    return Link(f"it leads to the port {number} of the container {container.name}", place)


def neighbour_with_port(number: int | None, container: Container) -> Container | None:
    """The container that declares a port in the place of this one, if another does and this one does not."""
    owners = [owner for owner, port in _named_ports(container.pod) if port["containerPort"].value == number]
    own = container.field.node in [owner.field.node for owner in owners]
    return owners[0] if owners and not own else None


def _named_ports(pod: Pod) -> Iterator[tuple[Container, Field]]:
    """Ports that containers declare, sidecars included, with the container."""
    for container in pod.all_containers:
        if container.role != "init":
            yield from ((container, port) for port in container.field["ports"])

"""From the port that somebody names to the port of a Service and of a container."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.graph.index import Index
from opencode_policy.graph.kinds import MONITORING
from opencode_policy.graph.labels import labels_of_tree
from opencode_policy.graph.model import Edge, Reference
from opencode_policy.graph.selection import chosen, selections
from opencode_policy.nearest import hint
from opencode_policy.resource import Field, Resource

LEADS = "leads to the port of"


def port_edge(edge: Edge) -> Edge:
    """An edge to a Service of the tree, judged by the port that it names."""
    reference, service = edge.reference, edge.target
    if service is None or service.kind != "Service" or not reference.part:
        return edge
    at = reference.part_at or reference.at
    if "${" in reference.part:
        return Edge(reference, "open", at, service, "the port holds a variable of unknown value")
    entries = list(service["spec"]["ports"])
    known = [text for item in entries for text in (item["port"].text, item["name"].text) if text]
    if reference.part in known:
        return edge
    listed = ", ".join(item["port"].text for item in entries) or "none"
    words = f"the Service {service.name} has no port {reference.part}, it has {listed}"
    return Edge(reference, "missing", at, service, words)


def target_edges(index: Index, applied: Iterable[Resource]) -> Iterator[Edge]:
    """Named ports that a Service or a monitor expects of what it selects."""
    labels = labels_of_tree(index.tree)
    for resource in applied:
        wanted = list(_wanted(resource))
        for selection in selections(resource) if wanted else ():
            targets = [item.resource for item in chosen(selection, labels)]
            if targets:
                yield from (_edge(index, resource, port, targets) for port in wanted)


def _wanted(resource: Resource) -> Iterator[Field]:
    """Fields of an object that name a port of what it selects."""
    if resource.kind == "Service" and not resource.id.group:
        ports = (item["targetPort"] for item in resource["spec"]["ports"])
        yield from (port for port in ports if isinstance(port.value, str) and not port.text.isdecimal())
    elif resource.id.group == MONITORING:
        where = {"PodMonitor": "podMetricsEndpoints", "ServiceMonitor": "endpoints"}.get(resource.kind, "")
        yield from (item["port"] for item in resource["spec"][where] if item["port"].text)


def _edge(index: Index, source: Resource, port: Field, targets: list[Resource]) -> Edge:
    known = [name for target in targets for name in _names(index, target)]
    first = targets[0]
    reference = Reference(
        source, LEADS, first.kind, first.namespace, first.name, port, port.text, port, "port"
    )
    if port.text in known:
        return Edge(reference, "found", port, first)
    if "${" in port.text:
        return Edge(reference, "open", port, first, "the port holds a variable of unknown value")
    what = "port of the Service" if first.kind == "Service" else "container of"
    who = (
        f"no {what} {first.name} is named"
        if first.kind == "Service"
        else f"no {what} {first.name} has a port named"
    )
    return Edge(reference, "missing", port, first, f"{who} '{port.text}'" + hint(port.text, known))


def _names(index: Index, target: Resource) -> Iterator[str]:
    """Names of the ports of a Service, or of the containers of a workload's pod."""
    if target.kind == "Service":
        yield from (item["name"].text for item in target["spec"]["ports"])
    pod = index.pod(target)
    for container in pod.all_containers if pod else ():
        yield from (item["name"].text for item in container.field["ports"])

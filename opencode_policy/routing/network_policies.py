"""NetworkPolicies: whether one of them keeps every request from a pod."""

from __future__ import annotations

from opencode_policy.links import Link, broken
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.services import pod_labels
from opencode_policy.selectors import clauses, failing
from opencode_policy.tree import Tree
from opencode_policy.workload import Pod

GROUP = "networking.k8s.io"


def closed_link(tree: Tree, pod: Pod, number: int) -> Link | None:
    """The NetworkPolicy that lets nothing in to a port of a pod, None where one of them may.

    Policies add up: a pod that any of them selects takes only what one of them allows. Who may come in is not
    looked at, since where the Gateway's proxies run stands outside the tree.
    """
    chosen = [item for item in tree.of_kind("NetworkPolicy", pod.workload.namespace) if _closes(item, pod)]
    chosen = [item for item in chosen if tree.applies(item)]
    if not chosen or any(_opens(item, pod, number) for item in chosen):
        return None
    policy = chosen[0]
    words = f"the NetworkPolicy {policy.name} lets nothing in to the port {number} of {pod.workload.name}"
    return broken(words, policy["spec"]["ingress"] or policy["spec"]["podSelector"])


def _closes(policy: Resource, pod: Pod) -> bool:
    """Whether a policy is about what comes in to the pod."""
    if policy.id.group != GROUP or failing(clauses(policy["spec"]["podSelector"]), pod_labels(pod)):
        return False
    kinds = [item.text for item in policy["spec"]["policyTypes"]]
    return not kinds or "Ingress" in kinds


def _opens(policy: Resource, pod: Pod, number: int) -> bool:
    return any(_takes(rule, pod, number) for rule in policy["spec"]["ingress"])


def _takes(rule: Field, pod: Pod, number: int) -> bool:
    ports = list(rule["ports"])
    return not ports or any(_is_port(item, pod, number) for item in ports)


def _is_port(item: Field, pod: Pod, number: int) -> bool:
    """A port of a policy is a number, the first of a range, or the name of a container's port."""
    if item["protocol"].text not in ("", "TCP"):
        return False
    port, last = item["port"].value, item["endPort"].value
    if isinstance(port, int):
        return port <= number <= (last if isinstance(last, int) else port)
    named = [entry for container in pod.all_containers for entry in container.field["ports"]]
    numbers = [entry["containerPort"].value for entry in named if entry["name"].text == port]
    return port is None or number in numbers

"""What a pod asks of its node, as the scheduler counts it.

Kubernetes, "Resource requests and limits", "Sidecar containers and resource sharing" and "Pod-level
resources": containers and sidecars add up; an init container counts with the sidecars started before it;
the larger of the two holds. A missing request is the container's limit, or the LimitRange's default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Literal

from opencode_policy.lean import dataclass
from opencode_policy.quantity import Quantity, QuantityError, parse_quantity
from opencode_policy.resource import Field
from opencode_policy.tree import Tree
from opencode_policy.workload import Container, Pod

Kind = Literal["requests", "limits"]

_DEFAULTS: Mapping[Kind, tuple[str, ...]] = {
    "requests": ("defaultRequest", "default"),
    "limits": ("default",),
}
"""Fields of a LimitRange that stand in for what a container does not say."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of a resource a container asks for, or may use.

    `quantity` is None where nothing is said, which is no limit or a request of nothing. `at` is where the
    container says it, or would; `source` what says it otherwise. `error` tells why a text is no quantity.
    """

    container: Container
    text: str
    quantity: Quantity | None
    at: Field
    source: str = ""
    error: str = ""


def amount_of(tree: Tree, container: Container, kind: Kind, resource: str) -> Amount:
    """What holds for a container."""
    own = container.field["resources"][kind][resource]
    if own:
        return _read(container, own, own)
    limit = container.field["resources"]["limits"][resource]
    if kind == "requests" and limit:
        return _read(container, limit, own, "as its limit is")
    for entry in _limit_ranges(tree, container.pod):
        for name in _DEFAULTS[kind]:
            if entry[name][resource]:
                return _read(container, entry[name][resource], own, "by the LimitRange")
    return Amount(container, "", None, own)


def pod_amount(pod: Pod, kind: Kind, resource: str) -> Field:
    """What the pod's spec says for all of its containers together."""
    return pod.spec["resources"][kind][resource]


def running(amounts: list[Amount]) -> list[Amount]:
    """Those of the containers that run side by side once the pod has started."""
    return [amount for amount in amounts if amount.container.role != "init"]


def starting(amounts: list[Amount]) -> Iterator[tuple[Amount, Fraction]]:
    """Each init container's amount with what the pod has while it runs; in the order in which they start."""
    beside = Fraction(0)
    for amount in amounts:
        value = amount.quantity.value if amount.quantity else Fraction(0)
        if amount.container.role == "sidecar":
            beside += value
        elif amount.container.role == "init":
            yield amount, beside + value


def total(amounts: list[Amount]) -> Fraction:
    """Their sum; nothing counts as nothing."""
    return sum((amount.quantity.value for amount in amounts if amount.quantity), Fraction(0))


def _read(container: Container, written: Field, at: Field, source: str = "") -> Amount:
    number = written.value
    text = str(number) if isinstance(number, int | float) and not isinstance(number, bool) else written.text
    try:
        return Amount(container, text, parse_quantity(text), at, source)
    except QuantityError as error:
        return Amount(container, text, None, written, source, str(error))


def _limit_ranges(tree: Tree, pod: Pod) -> Iterator[Field]:
    """Entries for containers of the LimitRanges of the pod's namespace."""
    for limit_range in tree.of_kind("LimitRange", pod.workload.namespace):
        for entry in limit_range["spec"]["limits"]:
            if entry["type"].text == "Container":
                yield entry

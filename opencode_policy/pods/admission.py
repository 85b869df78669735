"""Why the API server refuses a pod: what a LimitRange of its namespace does not allow.

As the admission plugin does it (kubernetes/kubernetes plugin/pkg/admission/limitranger/admission.go,
PodLimitFunc): defaults first, then each container, then the pod. A pod's amount is the sum of its containers,
if each of them says one, or that of an init container that asks for more.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from opencode_policy.lean import dataclass
from opencode_policy.location import Related
from opencode_policy.pods.limit_ranges import Range, ranges
from opencode_policy.pods.resources import Amount, amount_of
from opencode_policy.quantity import Quantity, QuantityError, canonical, parse_quantity
from opencode_policy.resource import Field
from opencode_policy.tree import Tree
from opencode_policy.workload import Pod


@dataclass(frozen=True, slots=True)
class Refusal:
    """A limit that a pod breaks: the whole sentence, the place that breaks it, and the limit's own."""

    words: str
    at: Field
    limit: Related


@dataclass(frozen=True, slots=True)
class _Usage:
    """What a container or the pod asks for and may use of a resource; None where nothing says it."""

    who: str
    request: Quantity | None
    limit: Quantity | None
    at_request: Field
    at_limit: Field


def refusals(tree: Tree, pod: Pod) -> Iterator[Refusal]:
    """Every limit of the namespace's LimitRanges that a pod breaks, in the order of the LimitRange."""
    for item in ranges(tree, pod.workload.namespace):
        for bound in ("min", "max", "maxLimitRequestRatio"):
            for resource, field in item.field[bound].entries():
                yield from _broken(tree, pod, item, bound, resource, field)


def _broken(tree: Tree, pod: Pod, item: Range, bound: str, resource: str, field: Field) -> Iterator[Refusal]:
    try:
        enforced = parse_quantity(field.text)
    except QuantityError:
        return  # the API server refuses the LimitRange
    for usage in _usages(tree, pod, item.type, resource):
        for words, at in _faults(usage, bound, resource, enforced):
            sentence = f"the LimitRange {item.name} refuses {usage.who}: {words} is {field.text}"
            yield Refusal(sentence, at, Related("the limit", field.location))


def _usages(tree: Tree, pod: Pod, kind: str, resource: str) -> Iterator[_Usage]:
    """The subjects of an entry of a LimitRange; what is no amount is reported for itself."""
    requests = [amount_of(tree, item, "requests", resource) for item in pod.all_containers]
    limits = [amount_of(tree, item, "limits", resource) for item in pod.all_containers]
    if any(amount.error for amount in (*requests, *limits)) or not pod.containers:
        return
    if kind == "Container":
        for request, limit in zip(requests, limits, strict=True):
            yield _Usage(request.container.name, request.quantity, limit.quantity, request.at, limit.at)
    elif kind == "Pod":
        at = [
            next(item for item in found if item.container.role == "container").at
            for found in (requests, limits)
        ]
        yield _Usage("the pod", _of_pod(requests), _of_pod(limits), *at)


def _of_pod(amounts: list[Amount]) -> Quantity | None:
    """The sum of the containers, or the amount of an init container if that is more."""
    running = [item.quantity for item in amounts if item.container.role == "container"]
    found = [item.quantity for item in amounts if item.container.role != "container" and item.quantity]
    known = [quantity for quantity in running if quantity is not None]
    if len(known) == len(running):
        found.append(Quantity(sum((item.value for item in known), Fraction(0)), known[0].format))
    return max(found, default=None)


def _faults(usage: _Usage, bound: str, resource: str, enforced: Quantity) -> Iterator[tuple[str, Field]]:
    """Each way in which a bound is broken, up to the amount that would be right."""
    request, limit = usage.request, usage.limit
    if bound == "maxLimitRequestRatio":
        yield from _ratio(usage, resource, enforced)
    elif bound == "min":
        if request is None or request < enforced:
            yield f"{_asks(request, resource)}, the least", usage.at_request
        elif limit is not None and limit < enforced:
            yield f"{_uses(limit, resource)}, the least", usage.at_limit
    elif limit is None or limit > enforced:
        yield f"{_uses(limit, resource)}, the most", usage.at_limit
    elif request is not None and request > enforced:
        yield f"{_asks(request, resource)}, the most", usage.at_request


def _ratio(usage: _Usage, resource: str, enforced: Quantity) -> Iterator[tuple[str, Field]]:
    request, limit = usage.request, usage.limit
    if request is None or not request.value:
        yield f"{_asks(None, resource)}, the most that its limit may be times its request", usage.at_request
    elif limit is None or not limit.value:
        yield f"{_uses(None, resource)}, the most that its limit may be times its request", usage.at_limit
    elif limit.value / request.value > enforced.value:
        times = f"{float(limit.value / request.value):g}"
        yield f"its limit of {resource} is {times} times its request, the most", usage.at_limit


def _asks(amount: Quantity | None, resource: str) -> str:
    return f"it requests {canonical(amount)} of {resource}" if amount else f"it requests no {resource}"


def _uses(amount: Quantity | None, resource: str) -> str:
    return (
        f"it may use {canonical(amount)} of {resource}" if amount else f"it may use any amount of {resource}"
    )

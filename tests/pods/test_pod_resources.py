"""What a pod comes to: the formula of the scheduler."""

from __future__ import annotations

from fractions import Fraction

from opencode_policy.pods.examples import deployment
from opencode_policy.pods.resources import Kind, amount_of, running, starting, total

from .manifests import pod_with


def comes_to(init: str, container: str, kind: Kind = "requests", *more: str) -> Fraction:
    """Largest amount of cpu that the pod has at any time, in cores."""
    tree, pod = pod_with(deployment(container, init=init), *more)
    amounts = [amount_of(tree, item, kind, "cpu") for item in pod.all_containers]
    return max([total(running(amounts)), *(value for _, value in starting(amounts))])


def cpu(request: str, name: str = "x", more: str = "") -> str:
    return f"- {{name: {name}, resources: {{requests: {{cpu: {request}}}}}{more}}}\n"


SERVER = "resources: {requests: {cpu: 2}}\n"


def test_init_containers_do_not_add_up() -> None:
    assert comes_to(cpu("1") + cpu("3", "y"), SERVER) == 3
    assert comes_to(cpu("1") + cpu("1", "y"), SERVER) == 2


def test_a_sidecar_counts_beside_the_containers_and_beside_later_init_containers() -> None:
    sidecar = cpu("1", "s", ", restartPolicy: Always")
    assert comes_to(sidecar, SERVER) == 3
    assert comes_to(sidecar + cpu("2500m", "y"), SERVER) == Fraction(7, 2)
    assert comes_to(cpu("2500m", "y") + sidecar, SERVER) == 3


def test_a_limit_stands_in_for_a_request_not_the_other_way_round() -> None:
    assert comes_to("", "resources: {limits: {cpu: 1}}\n") == 1
    assert comes_to("", "resources: {requests: {cpu: 1}}\n", "limits") == 0


LIMIT_RANGE = """\
apiVersion: v1
kind: LimitRange
metadata: {name: demo}
spec:
  limits:
    - {type: Pod, max: {cpu: 8}}
    - {type: Container, default: {cpu: 4}, defaultRequest: {cpu: 100m}}
"""


def test_a_limit_range_fills_what_is_left_out() -> None:
    assert comes_to("", "image: a\n", "requests", LIMIT_RANGE) == Fraction(1, 10)
    assert comes_to("", "image: a\n", "limits", LIMIT_RANGE) == 4
    assert comes_to("", "resources: {limits: {cpu: 1}}\n", "requests", LIMIT_RANGE) == 1
    only_default = LIMIT_RANGE.replace(", defaultRequest: {cpu: 100m}", "")
    assert comes_to("", "image: a\n", "requests", only_default) == 4


def test_numbers_count_as_their_json_text_does() -> None:
    assert comes_to("", "resources: {requests: {cpu: 0.10}}\n") == Fraction(1, 10)
    assert comes_to("", "resources: {requests: {cpu: 1e1}}\n") == 10

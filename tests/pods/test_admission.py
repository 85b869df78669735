"""What the LimitRanges of a namespace do not allow, as the API server counts it."""

from __future__ import annotations

import pytest

from opencode_policy.pods.admission import refusals
from opencode_policy.pods.examples import deployment

from .manifests import pod_with

SERVER = "resources: {requests: {cpu: 100m, memory: 256Mi}, limits: {cpu: 500m, memory: 512Mi}}\n"
INIT = "- {name: init, resources: {requests: {cpu: 2}, limits: {cpu: 3}}}\n"
SIDECAR = INIT.replace("init", "helper", 1).replace("resources", "restartPolicy: Always, resources")


def refused(entry: str, container: str = SERVER, init: str = "") -> list[str]:
    limits = f"apiVersion: v1\nkind: LimitRange\nmetadata: {{name: demo}}\nspec: {{limits: [{entry}]}}\n"
    tree, pod = pod_with(deployment(container, init=init), limits)
    return [item.words for item in refusals(tree, pod)]


@pytest.mark.parametrize(
    "entry",
    [
        "{type: Container, min: {cpu: 0.1, memory: 256Mi}, max: {cpu: 500m, memory: 0.5Gi}}",
        "{type: Container, maxLimitRequestRatio: {cpu: 5, memory: 2}}",
        "{type: Pod, min: {cpu: 100m}, max: {memory: 512Mi}}",
        "{type: PersistentVolumeClaim, max: {storage: 1Gi}}",
        "{type: Container, max: {cpu: much}}",
        "{type: Container, max: }",
        "{type: Container}",
        "",
    ],
)
def test_what_fits_is_not_refused(entry: str) -> None:
    assert refused(entry) == []


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{type: Container, min: {cpu: 200m}}", "server: it requests 100m of cpu, the least is 200m"),
        ("{type: Container, min: {cpu: 1}}", "server: it requests 100m of cpu, the least is 1"),
        ("{type: Container, max: {memory: 500Mi}}", "server: it may use 512Mi of memory, the most is 500Mi"),
        ("{type: Pod, max: {cpu: 0.4}}", "the pod: it may use 500m of cpu, the most is 0.4"),
        ("{type: Pod, min: {pods: 1}}", "the pod: it requests no pods, the least is 1"),
        (
            "{type: Container, maxLimitRequestRatio: {cpu: 4}}",
            "server: its limit of cpu is 5 times its request, the most is 4",
        ),
        (
            "{type: Container, maxLimitRequestRatio: {storage: 4}}",
            "server: it requests no storage, the most that its limit may be times its request is 4",
        ),
    ],
)
def test_what_is_refused(entry: str, words: str) -> None:
    assert refused(entry) == [f"the LimitRange demo refuses {words}"]


def test_no_limit_is_more_than_any() -> None:
    without = "resources: {requests: {cpu: 100m}}\n"
    assert refused("{type: Pod, max: {cpu: 1}}", without) == [
        "the LimitRange demo refuses the pod: it may use any amount of cpu, the most is 1"
    ]
    assert refused("{type: Container, max: {cpu: 1}}", without) == [], "its default limit is the most"


def test_defaults_come_first() -> None:
    entry = "{type: Container, default: {cpu: 2}, max: {cpu: 1}}"
    assert refused(entry, "image: a\n") == [
        "the LimitRange demo refuses server: it may use 2 of cpu, the most is 1"
    ]


@pytest.mark.parametrize("init", [INIT, SIDECAR])
def test_init_containers_count_for_themselves(init: str) -> None:
    name = "init" if init is INIT else "helper"
    assert refused("{type: Container, max: {cpu: 1}}", init=init) == [
        f"the LimitRange demo refuses {name}: it may use 3 of cpu, the most is 1"
    ]
    assert refused("{type: Pod, max: {cpu: 1}}", init=init) == [
        "the LimitRange demo refuses the pod: it may use 3 of cpu, the most is 1"
    ]


def test_one_entry_may_refuse_several() -> None:
    entry = "{type: Container, min: {cpu: 1}, max: {cpu: 200m}}"
    assert refused(entry, init=INIT) == [
        "the LimitRange demo refuses server: it requests 100m of cpu, the least is 1",
        "the LimitRange demo refuses init: it may use 3 of cpu, the most is 200m",
        "the LimitRange demo refuses server: it may use 500m of cpu, the most is 200m",
    ]


def test_what_is_no_amount_is_reported_elsewhere() -> None:
    assert refused("{type: Container, max: {cpu: 1}}", "resources: {limits: {cpu: 1cpu}}\n") == []

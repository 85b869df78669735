"""Hosts, listeners and grants."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.graph.grants import is_granted
from opencode_policy.graph.parents import intersects
from tests.graph.manifests import graph, manifest, stories, tree

HOSTS = st.sampled_from(["", "a.b.c", "b.c", "*.b.c", "*.c", "*.a.b.c", "x.c", "*.x"])
GATEWAY = "gateway.networking.k8s.io/v1"


@given(HOSTS, HOSTS)
def test_both_sides_may_be_the_wider_one(one: str, other: str) -> None:
    assert intersects(one, other) == intersects(other, one)


@pytest.mark.parametrize(
    ("listener", "host", "wanted"),
    [
        ("", "a.b.c", True),
        ("*.b.c", "a.b.c", True),
        ("*.b.c", "b.c", False),
        ("*.c", "*.b.c", True),
        ("a.b.c", "*.b.c", True),
        ("*.b.c", "*.x.c", False),
        ("*.${D}", "a.b.c", True),
    ],
)
def test_hosts_that_both_mean(listener: str, host: str, wanted: bool) -> None:
    assert intersects(listener, host) is wanted


@pytest.mark.parametrize(
    ("kinds", "names", "granted"),
    [
        ("HTTPRoute", "", True),
        ("HTTPRoute", ", name: web", True),
        ("HTTPRoute", ", name: api", False),
        ("GRPCRoute", "", False),
    ],
)
def test_a_grant_is_for_kinds_and_names(kinds: str, names: str, granted: bool) -> None:
    spec = (
        f"spec:\n  from: [{{group: gateway.networking.k8s.io, kind: {kinds}, namespace: front}}]\n"
        f"  to: [{{group: '', kind: Service{names}}}]\n"
    )
    built = tree(
        manifest("ReferenceGrant", "front", spec, version="gateway.networking.k8s.io/v1beta1"),
        manifest("Service", "web"),
        manifest("HTTPRoute", "web", version=GATEWAY, namespace="front"),
    )
    route, service = built.of_kind("HTTPRoute")[0], built.of_kind("Service")[0]
    assert is_granted(built, route, service) is granted


def test_a_route_without_hosts_takes_those_of_any_listener() -> None:
    own = manifest(
        "Gateway",
        "own",
        "spec: {listeners: [{name: a, port: 80, protocol: HTTP, hostname: x.c}]}\n",
        version=GATEWAY,
    )
    route = manifest("HTTPRoute", "web", "spec: {parentRefs: [{name: own}]}\n", version=GATEWAY)
    assert stories(graph(own, route).routing) == [("found", "Gateway demo/own", "")]


def test_a_mirror_is_a_backend_too() -> None:
    mirror = "{type: RequestMirror, requestMirror: {backendRef: {name: copy, port: 1}}}"
    spec = f"spec: {{rules: [{{filters: [{mirror}]}}]}}\n"
    route = manifest("HTTPRoute", "web", spec, version=GATEWAY)
    assert stories(graph(route).routing) == [
        ("missing", "Service demo/copy", "there is no Service demo/copy")
    ]

"""Which routes serve a host, and which Gateway listeners take them."""

from __future__ import annotations

import pytest

from opencode_policy.policy.model import Gateway, Listener
from opencode_policy.routing.listeners import admits
from opencode_policy.routing.routes import attachments_of, serving
from opencode_policy.tree import Tree
from tests.trees import cluster, kustomization, tree_of

GATEWAYS = (
    Gateway(
        name="internal",
        namespace="network",
        listeners=(
            Listener(name="http", port=80, protocol="HTTP"),
            Listener(name="https", port=443, protocol="HTTPS", allowed_namespaces="All"),
            Listener(
                name="mail", port=443, protocol="HTTPS", hostname="*.mail.org", allowed_namespaces="All"
            ),
            Listener(name="raw", port=9000, protocol="TCP", allowed_namespaces="All"),
        ),
    ),
)
INTERNAL = "Gateway network/internal"
LISTENERS = "http on 80, https on 443, mail on 443, raw on 9000"
WRITTEN = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: written, namespace: network}
spec:
  listeners:
    - name: labelled
      port: 443
      protocol: HTTPS
      allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: blue}}}}
    - name: grpc
      port: 444
      protocol: HTTPS
      allowedRoutes: {kinds: [{kind: GRPCRoute}], namespaces: {from: All}}
    - name: nobody
      port: 445
      protocol: HTTPS
      allowedRoutes: {namespaces: {from: None}}
    - name: named
      port: 446
      protocol: HTTPS
      allowedRoutes:
        namespaces: {from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: blue}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: blue, labels: {team: blue}}
"""


def route(parent: str, hosts: str = "[a.example.org]", name: str = "a", namespace: str = "blue") -> str:
    return (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec: {{parentRefs: [{parent}], hostnames: {hosts}}}\n"
    )


def tree_with(*texts: str) -> Tree:
    files = {f"apps/{index}.yaml": text for index, text in enumerate(texts)}
    listed = kustomization(*(path.removeprefix("apps/") for path in files))
    tree, found = tree_of({**files, "apps/kustomization.yaml": listed}, cluster(gateways=GATEWAYS))
    assert found == []
    return tree


@pytest.mark.parametrize(
    ("hostname", "host", "expected"),
    [
        ("", "a.org", True),
        ("a.org", "a.org", True),
        ("a.org", "b.a.org", False),
        ("*.a.org", "b.a.org", True),
        ("*.a.org", "c.b.a.org", True),
        ("*.a.org", "a.org", False),
        ("*.a.org", "ba.org", False),
    ],
)
def test_a_host_is_taken(hostname: str, host: str, expected: bool) -> None:
    assert admits(hostname, host) is expected


@pytest.mark.parametrize(
    ("parent", "message"),
    [
        (
            "{name: internal, namespace: network, sectionName: https}",
            "the listener https of the Gateway network/internal takes a.example.org",
        ),
        (
            "{name: internal, namespace: network, port: 443}",
            "the listener https of the Gateway network/internal takes a.example.org",
        ),
        (
            "{name: internal, namespace: network}",
            "the listener https of the Gateway network/internal takes a.example.org",
        ),
        (
            "{name: internal, namespace: network, sectionName: http}",
            f"the listener http of the {INTERNAL} takes no route of the namespace blue, only of network",
        ),
        (
            "{name: internal, namespace: network, sectionName: mail}",
            "the listener mail of the Gateway network/internal takes *.mail.org and not a.example.org",
        ),
        (
            "{name: internal, namespace: network, sectionName: raw}",
            "the listener raw of the Gateway network/internal speaks TCP and takes no HTTPRoute",
        ),
        (
            "{name: internal, namespace: network, sectionName: https, port: 80}",
            f"the {INTERNAL} has no such listener, its listeners are {LISTENERS}",
        ),
        (
            "{name: written, namespace: network, sectionName: labelled}",
            "the listener labelled of the Gateway network/written takes a.example.org",
        ),
        (
            "{name: written, namespace: network, sectionName: named}",
            "the listener named of the Gateway network/written takes a.example.org",
        ),
        (
            "{name: written, namespace: network, sectionName: grpc}",
            "the listener grpc of the Gateway network/written takes no HTTPRoute, only GRPCRoute",
        ),
        (
            "{name: written, namespace: network, sectionName: nobody}",
            "the listener nobody of the Gateway network/written takes no route of the namespace blue",
        ),
        ("{name: writen, namespace: network}", "there is no Gateway network/writen; did you mean 'written'?"),
        ("{name: written}", "there is no Gateway blue/written; there is one in the namespace network"),
    ],
)
def test_attachments(parent: str, message: str) -> None:
    tree = tree_with(route(parent), WRITTEN)
    found = attachments_of(tree, tree.of_kind("HTTPRoute")[0], "a.example.org")
    assert [item.link.message for item in found] == [message]
    assert [item.link.holds for item in found] == [bool(item.taking) for item in found]


def test_a_namespace_without_the_label_is_refused() -> None:
    parent = "{name: written, namespace: network, sectionName: labelled}"
    tree = tree_with(route(parent, namespace="red"), WRITTEN)
    (found,) = attachments_of(tree, tree.of_kind("HTTPRoute")[0], "a.example.org")
    assert found.taking == ()
    assert found.link.message == (
        "the listener labelled of the Gateway network/written takes no route of the namespace red, "
        "which is not team=blue"
    )


def test_the_exact_host_goes_before_a_wildcard() -> None:
    exact, wild = route("{name: internal}"), route("{name: internal}", '["*.example.org"]', "b")
    both = tree_with(exact, wild)
    assert [claim.route.name for claim in serving(both, "a.example.org")] == ["a"]
    assert [claim.route.name for claim in serving(both, "c.example.org")] == ["b"]
    assert serving(both, "example.org") == []


def test_a_route_that_nothing_applies_serves_nothing() -> None:
    text = route("{name: internal}")
    tree, _ = tree_of({"apps/kustomization.yaml": kustomization(), "other/route.yaml": text})
    assert serving(tree, "a.example.org") == []


def test_a_tree_without_flux_is_taken_as_it_is_written() -> None:
    tree, _ = tree_of({"manifests/route.yaml": route("{name: internal}")}, cluster(kustomizations=()))
    assert [claim.route.name for claim in serving(tree, "a.example.org")] == ["a"]

"""Rule route-listener-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.build import graph_of
from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import judged, of_workspaces
from opencode_policy.graph.parents import ATTACHES
from opencode_policy.outcome import Outcome
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
"""
_GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: own}
spec:
  gatewayClassName: envoy
  listeners:
    - {name: apps, port: 443, protocol: HTTPS, hostname: "*.example.org"}
    - {name: other, port: 8443, protocol: HTTPS, hostname: "*.example.net"}
"""
_CLASS = """\
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: envoy}
"""


class RouteListenerMismatch(Rule):
    """A route names a Gateway or listener that does not exist, or that does not take it.

    Compared are section, port, allowed namespaces and kinds, and the hosts: at least one must be meant by both
    the route and a listener, and one that no listener takes is reported by itself.
    """

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Such a route is accepted by the API server and attaches to nothing: only its status says that no "
        "listener takes it, and whoever opens the host gets an answer of 404, or somebody else's."
    )
    fix = "Name a listener that takes the namespace, kind and hosts of the route."
    good = (
        anywhere(
            "by section, and by host alone",
            f"""\
{_ROUTE}  parentRefs: [{{name: internal, namespace: network, sectionName: https}}]
  hostnames: [web.example.org]
---
{_CLASS}---
{_GATEWAY}---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: second}}
spec:
  parentRefs: [{{name: own}}]
  hostnames: [web.example.org, "*.sub.example.net"]
""",
        ),
        anywhere(
            "hosts of the listener, and a parent that is no Gateway",
            f"""\
{_CLASS}---
{_GATEWAY}---
{_ROUTE}  parentRefs: [{{name: own, sectionName: apps}}, {{kind: Service, group: "", name: web}}]
""",
        ),
    )
    bad = (
        anywhere(
            "a Gateway and a listener that do not exist",
            f"""\
{_ROUTE}  parentRefs:
    - name: intern  # <- there is no Gateway network/intern; did you mean 'internal'?
      namespace: network
    - name: internal
      namespace: network
      sectionName: http-s  # <- the Gateway network/internal has no listener 'http-s'; did you mean 'https'?
""",
        ),
        anywhere(
            "a listener that takes routes of its own namespace only",
            f"""\
{_ROUTE}  parentRefs:
    - name: internal
      namespace: network
      sectionName: http  # <- the listener http of the Gateway network/internal takes no route of the namespace demo, only of network
""",
        ),
        anywhere(
            "hosts that the listener does not take",
            f"""\
{_CLASS}---
{_GATEWAY}---
{_ROUTE}  parentRefs:
    - name: own
      sectionName: apps  # <- the listener apps of the Gateway demo/own takes *.example.org, none of the hosts of web
  hostnames: [web.example.net]
""",
        ),
        anywhere(
            "one host of two",
            f"""\
{_CLASS}---
{_GATEWAY}---
{_ROUTE}  parentRefs: [{{name: own, sectionName: apps}}]
  hostnames:
    - web.example.org
    - web.example.com  # <- no listener that web attaches to takes web.example.com: the listener apps of the Gateway demo/own takes *.example.org
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        edges = [
            edge for edge in graph_of(tree).routing if edge.relation == ATTACHES and not left(edge.source)
        ]
        yield from judged(edges, what="parents of routes", none="no route outside the workspaces")

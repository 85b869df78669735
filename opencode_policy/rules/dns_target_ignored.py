"""Rule dns-target-ignored."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import of_workspaces
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.routing.routes import http_routes
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_TARGET = "external-dns.alpha.kubernetes.io/target"
_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: web
  annotations:
    external-dns.alpha.kubernetes.io/ttl: "60"
"""


class DnsTargetIgnored(Rule):
    """A route says where its DNS record shall lead, which ExternalDNS reads from the Gateway alone.

    Annotations for the time to live and for a provider are read from the route, the target is not
    (ExternalDNS 0.20, source/gateway.go).
    """

    severity = "warning"
    concern = "references"
    requirements = ("SEC-02",)
    why = "The record leads where the Gateway says, and whoever reads the route believes something else."
    fix = "Set the annotation on the Gateway, or attach the route to one whose target is meant."
    good = (anywhere("what is read from the route", _ROUTE),)
    bad = (
        anywhere(
            "the target on the route",
            f"{_ROUTE}    {_TARGET}: lb.example.org  # <- ExternalDNS reads the target of a record from the Gateway, not from the HTTPRoute web\n",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        routes = [route for route in http_routes(tree) if not left(route)]
        found = [route["metadata"]["annotations"][_TARGET] for route in routes]
        wrong = [field for field in found if field]
        for field in wrong:
            words = "ExternalDNS reads the target of a record from the Gateway, not from the HTTPRoute"
            yield Problem(f"{words} {field.resource.name}", field)
        if routes and not wrong:
            yield Proof("no route names the target of its DNS record", routes[0])
        if not routes:
            yield Irrelevant("no HTTPRoute outside the workspaces")

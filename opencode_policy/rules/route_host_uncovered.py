"""Rule route-host-uncovered."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.certificates import Served, served_hosts
from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import OF_ALL, of_workspaces
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.routing.routes import http_routes
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_BEHIND = """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec: {secretName: web-tls, dnsNames: [example.org, "*.example.org"]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: own}
spec:
  listeners: [{name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: web-tls}]}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: own}]
"""


class RouteHostUncovered(Rule):
    """No certificate of the listener covers a host of a route.

    Judged are listeners all of whose certificates are Certificates of the tree. A wildcard stands for exactly
    one level (RFC 6125, section 6.4.3).
    """

    concern = "references"
    requirements = ("SEC-02",)
    why = "Browsers warn of a wrong name before they show anything, and clients without a person refuse."
    fix = "Add the host, or a wildcard one level above it, to a Certificate that the listener serves."
    good = (
        anywhere("by the wildcard and by name", f"{_BEHIND}  hostnames: [web.example.org, example.org]\n"),
    )
    bad = (
        anywhere(
            "two levels below",
            f"""\
{_BEHIND}\
  hostnames:
    - web.example.org
    - a.web.example.org  # <- no certificate of the listener https of the Gateway demo/own covers a.web.example.org: they cover example.org, *.example.org
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        found = [item for route in http_routes(tree) if not left(route) for item in served_hosts(tree, route)]
        known = [item for item in found if item.certificates is not None]
        wrong = [item for item in known if not item.is_covered]
        yield from map(_problem, wrong)
        if known and not wrong:
            yield Proof(f"a certificate covers each of the {len(known)} hosts of routes", known[0].at)
        others = {str(item.listener): item for item in found if item.certificates is None}
        for item in others.values():
            yield Unknown(
                f"which hosts the certificates of the {item.listener} cover is not known", item.at, OF_ALL
            )
        if not found:
            yield Irrelevant("no route outside the workspaces has a host behind a listener with TLS")


def _problem(item: Served) -> Problem:
    names = [name for certificate in item.certificates or () for name, _ in certificate.names()]
    words = f"no certificate of the {item.listener} covers {item.host}"
    return Problem(f"{words}: they cover {', '.join(names)}", item.at)

"""Rule listener-certificates-overlap."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.certificates import of_workspaces, overlaps
from opencode_policy.graph.examples import anywhere
from opencode_policy.location import Related
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: own}
spec:
  listeners:
    - {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: a-tls}, {name: b-tls}]}}
"""


def _certificate(name: str, *names: str) -> str:
    listed = "".join(f"    - {item}\n" for item in names)
    return f"""\
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {{name: {name}}}
spec:
  secretName: {name}-tls
  dnsNames:
{listed}"""


class ListenerCertificatesOverlap(Rule):
    """Two certificates of one listener have a DNS name and a key algorithm in common.

    Envoy Gateway refuses the second one (Envoy Gateway 1.7, internal/gatewayapi/tls.go).
    """

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "The listener does without the second certificate, and with it every host that only that one covers."
    )
    fix = "Leave each name to one certificate, or merge the two."
    good = (
        anywhere(
            "names of their own",
            _GATEWAY + _certificate("a", "example.org", '"*.example.org"') + _certificate("b", "example.net"),
        ),
    )
    bad = (
        anywhere(
            "the wildcard in both",
            _GATEWAY
            + _certificate("a", "example.org", '"*.example.org"')
            + _certificate(
                "b",
                "example.net",
                '"*.example.org"  # <- *.example.org stands in the Certificate a too, which the listener https serves before b',
            ),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        found = [item for item in overlaps(tree) if id(item.second.resource) not in left]
        for item in found:
            first, second = item.first.resource, item.second.resource
            words = f"{item.name} stands in the Certificate {first.name} too"
            words += f", which the listener {item.listener.name} serves before {second.name}"
            yield Problem(words, item.at, (Related("the other one", first["metadata"]["name"].location),))
        gateways = tree.of_kind("Gateway")
        if gateways and not found:
            yield Proof("no two certificates of a listener have a name in common", gateways[0])
        if not gateways:
            yield Irrelevant("the tree has no Gateway")

"""Rule listener-certificate-missing."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.build import graph_of
from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import judged, of_workspaces
from opencode_policy.graph.routing import SERVES
from opencode_policy.outcome import Outcome
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_CERTIFICATE = """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec:
  secretName: web-tls
  dnsNames: ["*.example.org"]
  issuerRef: {kind: ClusterIssuer, name: letsencrypt}
"""
_GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: own}
spec:
  listeners:
    - name: https
      port: 443
      protocol: HTTPS
      tls:
        certificateRefs:
"""


class ListenerCertificateMissing(Rule):
    """A listener serves a Secret that nothing fills: no Certificate, no ExternalSecret, no file."""

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Without a single valid certificate the listener is not programmed and every host behind it is gone; "
        "with another one beside it browsers get that one and warn of a wrong name."
    )
    fix = "Name the Secret as the Certificate's secretName has it, and keep both in one namespace."
    good = (
        anywhere("filled by a Certificate", f"{_CERTIFICATE}---\n{_GATEWAY}          - name: web-tls\n"),
        anywhere(
            "of another kind than a Secret, beside one",
            f"{_CERTIFICATE}---\n{_GATEWAY}          - name: web-tls\n"
            "          - {group: example.org, kind: Certificate, name: other}\n",
        ),
    )
    bad = (
        anywhere(
            "the name of the Certificate instead of its Secret",
            f"""\
{_CERTIFICATE}---
{_GATEWAY}          - name: web-tlz  # <- there is no Secret demo/web-tlz; did you mean 'web-tls'?
""",
        ),
        anywhere(
            "the Certificate is in another namespace",
            {
                "kubernetes/apps/demo/demo/app/gateway.yaml": f"""\
{_GATEWAY}          - name: web-tls  # <- there is no Secret demo/web-tls; it is made in the namespace network
""",
                "kubernetes/apps/certificate.yaml": _CERTIFICATE.replace(
                    "{name: web}", "{name: web, namespace: network}"
                ),
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        edges = [edge for edge in graph_of(tree).routing if edge.relation == SERVES and not left(edge.source)]
        yield from judged(edges, what="certificates of listeners", none="the tree has no listener with TLS")

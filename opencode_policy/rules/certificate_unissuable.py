"""Rule certificate-unissuable."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.certificates import of_workspaces
from opencode_policy.graph.examples import anywhere
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.routing import issuers
from opencode_policy.routing.certificates import Certificate, certificates
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree


def _certificate(name: str) -> str:
    return f"""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {{name: web}}
spec:
  secretName: web-tls
  issuerRef: {{kind: ClusterIssuer, name: letsencrypt}}
  dnsNames:
    - {name}
"""


class CertificateUnissuable(Rule):
    """A Certificate asks its issuer for a name that the issuer cannot vouch for.

    Compared are the zones of the inventory and the solvers of issuers in the tree. That the issuer exists at
    all is the business of reference-dangling.
    """

    concern = "references"
    requirements = ("SEC-02",)
    why = "cert-manager makes an order that never ends: the Secret stays empty and the listener without it."
    fix = "Ask for a name in a zone of the issuer, add a solver for the zone, or name another issuer."
    good = (
        anywhere("in the zone of the issuer", _certificate('"*.example.org"')),
        anywhere(
            "a solver for each",
            """\
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: own}
spec: {acme: {solvers: [{dns01: {}, selector: {dnsZones: [example.net]}}]}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec: {secretName: web-tls, issuerRef: {name: own}, dnsNames: [web.example.net]}
""",
        ),
    )
    bad = (
        anywhere(
            "another zone",
            _certificate(
                "web.example.net  # <- letsencrypt cannot issue for web.example.net: it answers for example.org only"
            ),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        found = [item for item in certificates(tree) if tree.applies(item.resource)]
        found = [item for item in found if id(item.resource) not in left]
        wrong = [problem for item in found for problem in _problems(item)]
        yield from wrong
        if found and not wrong:
            yield Proof(f"nothing speaks against the names of {len(found)} Certificates", found[0].resource)
        if not found:
            yield Irrelevant("no Certificate but those of the workspaces")


def _problems(certificate: Certificate) -> Iterator[Problem]:
    reference, namespace = certificate.resource["spec"]["issuerRef"], certificate.resource.namespace
    kind, name = reference["kind"].text or "Issuer", reference["name"].text
    if reference["group"].text not in ("", issuers.GROUP) or not name:
        return
    if not issuers.is_known(certificate.tree, kind, name, namespace):
        return
    for dns_name, field in certificate.names():
        why = (
            issuers.refusal(certificate.tree, kind, name, namespace, dns_name)
            if "${" not in dns_name
            else None
        )
        if why:
            yield Problem(f"{name} cannot issue for {dns_name}: {why}", field)

"""Rule certificate-wrong-issuer."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.nearest import hint
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Field
from opencode_policy.routing import issuers
from opencode_policy.routing.certificate_examples import CERTIFICATE, with_route
from opencode_policy.routing.certificates import Certificate, deciding
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_DEFAULT_KIND = "Issuer"
"""What cert-manager takes when `issuerRef.kind` is not given."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The issuer that must issue the certificates of the workspaces."""

    issuer: str
    kind: str = "ClusterIssuer"
    group: str = issuers.GROUP


class CertificateWrongIssuer(Rule):
    """The certificate of a workspace comes from another issuer than required, or can come from none."""

    requirements = ("INFRA-02",)
    why = (
        "No browser trusts the certificate of a staging issuer. An issuer that does not exist, or does "
        "not answer for the zone, leaves the Certificate waiting for ever without an error on the page. "
        "Without `kind`, cert-manager looks for an Issuer in the namespace, not for a ClusterIssuer."
    )
    fix = "Write issuerRef with the name and the kind of the required issuer, and names inside its zones."
    Parameters = Parameters
    example_parameters = {"issuer": "letsencrypt"}
    good = (
        Example(
            "name and kind, the group left to its default",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["*.${DOMAIN}"]
  issuerRef: {kind: ClusterIssuer, name: letsencrypt}
"""),
        ),
        Example(
            "the group made explicit",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["demo.example.org", "example.org"]
  issuerRef:
    name: letsencrypt
    kind: ClusterIssuer
    group: cert-manager.io
"""),
        ),
        Example(
            "a certificate for trials beside the one that the Gateway serves",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["*.${DOMAIN}"]
  issuerRef: {kind: ClusterIssuer, name: letsencrypt}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: trial, namespace: network}
spec:
  secretName: trial-tls
  dnsNames: ["*.${DOMAIN}"]
  issuerRef: {kind: ClusterIssuer, name: letsencrypt-staging}
"""),
        ),
        Example(
            "the issuer is in the tree, with a solver for the zone",
            {
                **with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["*.${DOMAIN}"]
  issuerRef: {kind: ClusterIssuer, name: own}
"""),
                "kubernetes/apps/network/issuer.yaml": """\
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: own}
spec:
  acme:
    solvers:
      - http01: {}
      - dns01: {}
        selector: {dnsZones: ["${DOMAIN}"]}
""",
            },
            parameters={"issuer": "own"},
        ),
    )
    bad = (
        Example(
            "no kind means Issuer",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  dnsNames: ["*.${DOMAIN}"]
  issuerRef:  # <- issuerRef has no kind, which means Issuer instead of ClusterIssuer
    name: letsencrypt
"""),
        ),
        Example(
            "the staging issuer",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  dnsNames: ["*.${DOMAIN}"]
  issuerRef:
    kind: ClusterIssuer
    name: letsencrypt-staging  # <- the issuer is letsencrypt-staging instead of letsencrypt
"""),
        ),
        Example(
            "another kind, another group",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  dnsNames: ["*.${DOMAIN}"]
  issuerRef:
    kind: Issuer  # <- the issuer's kind is Issuer instead of ClusterIssuer
    group: example.com  # <- the issuer's group is example.com instead of cert-manager.io
    name: letsencrypt
"""),
        ),
        Example(
            "no issuer at all",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:  # <- the Certificate names no issuer, it must name the ClusterIssuer letsencrypt
  dnsNames: ["*.${DOMAIN}"]
"""),
        ),
        Example(
            "the required issuer does not exist",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  dnsNames: ["*.${DOMAIN}"]
  issuerRef:
    kind: ClusterIssuer
    name: lets-encrypt  # <- there is no ClusterIssuer lets-encrypt; did you mean 'letsencrypt'?
"""),
            parameters={"issuer": "lets-encrypt"},
        ),
        Example(
            "a name outside the issuer's zone holds up the whole certificate",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  dnsNames:
    - "*.${DOMAIN}"
    - demo.example.net  # <- letsencrypt cannot issue for demo.example.net: it answers for example.org only
  issuerRef: {kind: ClusterIssuer, name: letsencrypt}
"""),
        ),
        Example(
            "a wildcard cannot be proved by HTTP-01",
            {
                **with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  dnsNames:
    - "*.${DOMAIN}"  # <- own cannot issue for *.example.org: HTTP-01 cannot prove a wildcard
  issuerRef: {kind: ClusterIssuer, name: own}
"""),
                "kubernetes/apps/network/issuer.yaml": """\
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: own}
spec:
  acme:
    solvers:
      - http01: {}
      - dns01: {}
        selector: {dnsZones: [example.net]}
""",
            },
            parameters={"issuer": "own"},
        ),
        Example(
            "neither of two certificates has the right issuer",
            {
                **with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  dnsNames: ["*.${DOMAIN}"]
  issuerRef: {kind: ClusterIssuer, name: one}  # <- the issuer is one instead of letsencrypt
"""),
                f"{CERTIFICATE.removesuffix('.yaml')}-b.yaml": """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: second, namespace: network}
spec:
  dnsNames: ["demo.${DOMAIN}"]
  issuerRef: {kind: ClusterIssuer, name: two}  # <- the issuer is two instead of letsencrypt
""",
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        found = deciding(workspace)
        if not found:
            yield Unknown(f"no Certificate of the tree covers {workspace.host}")
        problems = {item.resource.id: list(self._problems(item)) for item in found}
        right = [item for item in found if not problems[item.resource.id]]
        for item in right:
            name = item.resource["spec"]["issuerRef"]["name"]
            yield Proof(f"{name.text} issues the certificate for {workspace.host}", name)
        if not right:
            yield from (problem for item in found for problem in problems[item.resource.id])

    def _problems(self, certificate: Certificate) -> Iterator[Problem]:
        reference = certificate.resource["spec"]["issuerRef"]
        wanted = self.parameters
        if not reference:
            message = f"the Certificate names no issuer, it must name the {wanted.kind} {wanted.issuer}"
            yield Problem(message, reference)
            return
        wrong = list(self._differences(reference))
        yield from wrong
        if not wrong:
            yield from self._cannot_issue(certificate, reference)

    def _differences(self, reference: Field) -> Iterator[Problem]:
        wanted = self.parameters
        kind, group, name = (reference[key] for key in ("kind", "group", "name"))
        if not kind and wanted.kind != _DEFAULT_KIND:
            message = f"issuerRef has no kind, which means {_DEFAULT_KIND} instead of {wanted.kind}"
            yield Problem(message, kind)
        elif kind and kind.text != wanted.kind:
            yield Problem(f"the issuer's kind is {kind.text} instead of {wanted.kind}", kind)
        if (group.text or issuers.GROUP) != wanted.group:
            words = group.text or issuers.GROUP
            yield Problem(f"the issuer's group is {words} instead of {wanted.group}", group)
        if name.text != wanted.issuer:
            yield Problem(f"the issuer is {name.text or 'nameless'} instead of {wanted.issuer}", name)

    def _cannot_issue(self, certificate: Certificate, reference: Field) -> Iterator[Problem]:
        """Only issuers of cert-manager itself can be looked into."""
        kind, name = self.parameters.kind, self.parameters.issuer
        if self.parameters.group != issuers.GROUP:
            return
        tree, namespace = certificate.tree, certificate.resource.namespace
        if not issuers.is_known(tree, kind, name, namespace):
            near = hint(name, issuers.names(tree, kind))
            yield Problem(f"there is no {kind} {name}{near}", reference["name"])
            return
        for dns_name, field in certificate.names():
            why = issuers.refusal(tree, kind, name, namespace, dns_name)
            if why:
                yield Problem(f"{name} cannot issue for {dns_name}: {why}", field)

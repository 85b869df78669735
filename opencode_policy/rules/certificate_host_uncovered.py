"""Rule certificate-host-uncovered."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.trees import areas, is_below, reached
from opencode_policy.outcome import Outcome, Place, Problem, Proof, Unknown
from opencode_policy.routing.certificate_examples import CERTIFICATE, ROUTE, with_route
from opencode_policy.routing.certificates import Certificate, certificates, covering
from opencode_policy.routing.routes import claims_of
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree


class CertificateHostUncovered(Rule):
    """No Certificate that Flux applies covers the host of a workspace.

    A wildcard stands for exactly one level (RFC 6125, section 6.4.3), and a common name for nothing.
    """

    requirements = ("INFRA-02",)
    why = (
        "A browser refuses the page, and a strict one offers no way past it. The wildcard of a domain does "
        "not help: `*.example.org` is good for `a.example.org` and not for `a.b.example.org`."
    )
    fix = (
        "Apply a Certificate whose dnsNames hold the host, or `*.` and all of the host behind its first dot; "
        "list its ks.yaml in the aggregator."
    )
    good = (
        Example(
            "a wildcard one level above the host",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["${DOMAIN}", "*.${DOMAIN}"]
"""),
        ),
        Example(
            "the host itself, in capitals, beside names of others",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames:
    - mail.example.org
    - Demo.Example.org
"""),
        ),
        Example(
            "a second certificate, for another host",
            {
                **with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  dnsNames: ["demo.${DOMAIN}"]
"""),
                "kubernetes/apps/network/other.yaml": """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: other, namespace: network}
spec:
  dnsNames: ["*.other.${DOMAIN}"]
""",
            },
        ),
    )
    bad = (
        Example(
            "the wildcard is a level too high",
            {
                **ROUTE,
                "kubernetes/apps/demo/certificate.yaml": """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  dnsNames:  # <- no Certificate covers demo.example.org; '*.org' covers one level only
    - "*.org"
""",
            },
        ),
        Example(
            "the parent domain without its wildcard",
            {
                **ROUTE,
                "kubernetes/apps/demo/certificate.yaml": """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  commonName: demo.${DOMAIN}
  dnsNames:  # <- no Certificate covers demo.example.org; 'example.org' covers nothing below it
    - ${DOMAIN}
""",
            },
        ),
        Example(
            "the only certificate is another's: the route is shown",
            {
                CERTIFICATE: """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: other, namespace: network}
spec:
  dnsNames: ["other.example.org"]
""",
                "kubernetes/apps/demo/demo/app/route.yaml": """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: demo}
spec:
  hostnames:
    - "demo.${DOMAIN}"  # <- no Certificate covers demo.example.org
""",
            },
        ),
        Example(
            "a kind of the same name, from another project",
            with_route("""\
apiVersion: cert.gardener.cloud/v1alpha1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  dnsNames: ["demo.example.org"]
""")
            | {
                "kubernetes/apps/demo/demo/app/route.yaml": """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: demo}
spec:
  hostnames: ["demo.${DOMAIN}"]  # <- no Certificate covers demo.example.org
"""
            },
        ),
        Example(
            "the right certificate, which nothing applies",
            {
                **ROUTE,
                "kubernetes/apps/demo/certificate.yaml": """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: demo  # <- no Flux Kustomization applies the Certificate demo, which covers demo.example.org
  namespace: network
spec:
  dnsNames: ["*.example.org"]
""",
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        host = workspace.host
        if "${" in host:
            yield Unknown(f"the host {host} holds a variable whose value the inventory does not have")
            return
        found = covering(workspace.tree, host)
        if not found:
            yield _uncovered(workspace)
            return
        applied_by = reached(workspace.tree)
        applied = [item for item in found if item.resource.applied_by in applied_by]
        yield from (_proof(item, host) for item in applied)
        yield from (_unapplied(item, host) for item in found if not applied)


def _proof(certificate: Certificate, host: str) -> Proof:
    field = certificate.covering(host)
    return Proof(f"the Certificate {certificate.resource.name} covers {host}", field or certificate.resource)


def _unapplied(certificate: Certificate, host: str) -> Problem:
    name = certificate.resource["metadata"]["name"]
    return Problem(f"no Flux Kustomization applies the Certificate {name.text}, which covers {host}", name)


def _uncovered(workspace: WorkspaceTree) -> Outcome:
    """At the certificate beside the workspaces if there is one, else at the host that lacks one."""
    host = workspace.host
    own = [c for c in certificates(workspace.tree) if is_below(c.resource.path, areas(workspace.tree))]
    for certificate in own:
        if any("${" in name for name, _ in certificate.names()):
            reason = f"a DNS name of {certificate.resource.name} holds a variable of unknown value"
            return Unknown(reason, certificate.resource["spec"]["dnsNames"])
    place = own[0].resource["spec"]["dnsNames"] if own else _host(workspace)
    if place is None:
        return Unknown(f"{workspace.name} is not in the tree")
    return Problem(f"no Certificate covers {host}{_almost(own, host)}", place)


def _host(workspace: WorkspaceTree) -> Place | None:
    claim = next(iter(claims_of(workspace)), None)
    return claim.hostname if claim else workspace.anchor


def _almost(own: list[Certificate], host: str) -> str:
    """Why a name that looks right is not."""
    for name in (name for certificate in own for name, _ in certificate.names()):
        if name.startswith("*.") and host.endswith(name[1:]):
            return f"; '{name}' covers one level only"
        if host.endswith(f".{name}"):
            return f"; '{name}' covers nothing below it"
    return ""

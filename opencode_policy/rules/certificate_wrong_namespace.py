"""Rule certificate-wrong-namespace."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.history import steps
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Field
from opencode_policy.routing.certificate_examples import ROUTE, with_route
from opencode_policy.routing.certificates import Certificate, covering, gateway_namespaces
from opencode_policy.routing.listeners import GATEWAY_GROUP
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_KS = "kubernetes/apps/demo/certificate/ks.yaml"
_AGGREGATOR = {
    "kubernetes/apps/demo/kustomization.yaml": "resources: [./certificate/ks.yaml, ./demo/ks.yaml]\n"
}
_APPLIED_BY_KS = """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: demo
  namespace: network
spec:
  secretName: demo-tls
  dnsNames: ["*.${DOMAIN}"]
"""


class CertificateWrongNamespace(Rule):
    """The certificate of a workspace does not land beside the Gateway that should serve it.

    cert-manager writes the Secret into the Certificate's own namespace; a listener reads another one only
    where a ReferenceGrant lets it (Gateway API, `certificateRefs`).
    """

    requirements = ("INFRA-02",)
    why = (
        "The Gateway cannot read the Secret and goes on serving the certificates it has. What decides is the "
        "namespace after the build: targetNamespace overwrites the one that the Certificate itself names."
    )
    fix = "Give the Certificate a Flux Kustomization with the Gateway's namespace as its targetNamespace."
    good = (
        Example(
            "targetNamespace puts it there, whatever the Certificate says",
            {
                **ROUTE,
                **_AGGREGATOR,
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: certificate, namespace: flux-system}
spec:
  targetNamespace: network
  path: ./kubernetes/apps/demo/certificate/app
  sourceRef: {kind: GitRepository, name: home}
""",
                "kubernetes/apps/demo/certificate/app/certificate.yaml": _APPLIED_BY_KS.replace(
                    "network", "x"
                ),
            },
        ),
        Example(
            "a second certificate elsewhere, for another Gateway",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: elsewhere, namespace: mail}
spec:
  secretName: mail-tls
  dnsNames: ["*.${DOMAIN}"]
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["*.${DOMAIN}"]
"""),
        ),
        Example(
            "a ReferenceGrant opens the other namespace",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: demo}
spec:
  secretName: demo-tls
  dnsNames: ["*.${DOMAIN}"]
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: certificates, namespace: demo}
spec:
  from:
    - group: gateway.networking.k8s.io
      kind: Gateway
      namespace: network
  to:
    - group: ""
      kind: Secret
"""),
        ),
    )
    bad = (
        Example(
            "in the namespace of the workspace",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: demo
  namespace: demo  # <- the Certificate lands in demo, the Gateway reads Secrets of network
spec:
  dnsNames: ["*.${DOMAIN}"]
"""),
        ),
        Example(
            "the right namespace in the file, overwritten by targetNamespace",
            {
                **ROUTE,
                **_AGGREGATOR,
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: certificate, namespace: flux-system}
spec:
  targetNamespace: demo
  path: ./kubernetes/apps/demo/certificate/app
  sourceRef: {kind: GitRepository, name: home}
""",
                "kubernetes/apps/demo/certificate/app/certificate.yaml": _APPLIED_BY_KS.replace(
                    "network\n",
                    "network  # <- the Certificate lands in demo, the Gateway reads Secrets of network\n",
                ),
            },
        ),
        Example(
            "no namespace at all",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:  # <- the Certificate has no namespace, the Gateway reads Secrets of network
  name: demo
spec:
  dnsNames: ["*.${DOMAIN}"]
"""),
        ),
        Example(
            "a ReferenceGrant for another Secret",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: demo
  namespace: demo  # <- the Certificate lands in demo, the Gateway reads Secrets of network
spec:
  secretName: demo-tls
  dnsNames: ["*.${DOMAIN}"]
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: certificates, namespace: demo}
spec:
  from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: network}]
  to: [{group: "", kind: Secret, name: other-tls}]
"""),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        found = covering(workspace.tree, workspace.host)
        namespaces = sorted(gateway_namespaces(workspace))
        if not found:
            yield Unknown(f"no Certificate of the tree covers {workspace.host}")
        elif not namespaces:
            yield Unknown(f"no route of {workspace.name} names a Gateway", workspace.anchor)
        else:
            yield from (outcome for name in namespaces for outcome in _judged(found, name))


def _judged(found: list[Certificate], namespace: str) -> Iterator[Outcome]:
    """One certificate that the Gateways of a namespace can read is enough."""
    readable = [item for item in found if item.resource.namespace == namespace or _granted(item, namespace)]
    for certificate in readable:
        at = certificate.resource["metadata"]["namespace"]
        yield Proof(f"a Gateway in {namespace} can read the Secret of {certificate.resource.name}", at)
    for certificate in found if not readable else ():
        yield _misplaced(certificate, namespace)


def _misplaced(certificate: Certificate, namespace: str) -> Problem:
    at = certificate.resource["metadata"]["namespace"]
    where = f"lands in {at.text}" if at.text else "has no namespace"
    message = f"the Certificate {where}, the Gateway reads Secrets of {namespace}"
    return Problem(message, at, steps(at, "namespace"))


def _granted(certificate: Certificate, gateway_namespace: str) -> bool:
    """Whether a ReferenceGrant beside the Certificate lets Gateways of a namespace read its Secret."""
    return any(
        any(_is_gateway(item, gateway_namespace) for item in grant["spec"]["from"])
        and any(_is_secret(item, certificate.secret) for item in grant["spec"]["to"])
        for grant in certificate.tree.of_kind("ReferenceGrant", certificate.resource.namespace)
    )


def _is_gateway(item: Field, namespace: str) -> bool:
    identity = (item["group"].text, item["kind"].text, item["namespace"].text)
    return identity == (GATEWAY_GROUP, "Gateway", namespace)


def _is_secret(item: Field, name: str) -> bool:
    return not item["group"].text and item["kind"].text == "Secret" and item["name"].text in ("", name)

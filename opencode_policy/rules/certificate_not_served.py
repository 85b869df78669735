"""Rule certificate-not-served."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.routing.certificate_examples import ROUTE, with_route
from opencode_policy.routing.certificates import Certificate, deciding
from opencode_policy.routing.listeners import Listener
from opencode_policy.routing.routes import Attachment, attachments
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_GATEWAY = "kubernetes/apps/network/gateway.yaml"
_CERTIFICATE = """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["*.${DOMAIN}"]
"""


class CertificateNotServed(Rule):
    """No listener that the routes of a workspace attach to serves the workspace's certificate.

    A Gateway of the tree is judged. Of one that only the inventory knows it is told what is missing and how
    to add it, since that edit belongs to files that are not here.
    """

    requirements = ("INFRA-02",)
    why = (
        "Envoy chooses a certificate by the name that the client asks for and falls back to the listener's "
        "first one (Envoy documentation, SSL, certificate selection). A certificate that is issued but not "
        "listed is never shown, and the browser refuses the page."
    )
    fix = (
        "Append the Secret to the listener's tls.certificateRefs, in the Gateway's own manifest or by a "
        "JSON 6902 patch (a strategic merge replaces the whole list of listeners); then list it in the "
        "inventory. Append it: the first entry is the one for clients that name no host."
    )
    good = (
        Example("the inventory's listener lists the Secret", with_route(_CERTIFICATE)),
        Example(
            "a Gateway of the tree lists it behind another",
            {
                **with_route(_CERTIFICATE.replace("demo-tls", "late-tls")),
                _GATEWAY: """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: internal, namespace: network}
spec:
  listeners:
    - name: https
      port: 443
      protocol: HTTPS
      tls:
        certificateRefs:
          - name: first-tls
          - {kind: Secret, name: late-tls}
""",
            },
        ),
        Example(
            "a listener for other hosts is not asked",
            {
                **with_route(_CERTIFICATE),
                "kubernetes/apps/demo/demo/app/route.yaml": ROUTE[
                    "kubernetes/apps/demo/demo/app/route.yaml"
                ].replace("      sectionName: https\n", ""),
                _GATEWAY: """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: internal, namespace: network}
spec:
  listeners:
    - {name: http, port: 80, protocol: HTTP}
    - name: mail
      hostname: "*.mail.${DOMAIN}"
      port: 443
      protocol: HTTPS
      tls: {certificateRefs: [{name: mail-tls}]}
    - name: https
      hostname: "*.${DOMAIN}"
      port: 443
      protocol: HTTPS
      tls: {certificateRefs: [{name: demo-tls}]}
""",
            },
        ),
    )
    bad = (
        Example(
            "the Gateway of the tree lists another Secret",
            {
                **with_route(_CERTIFICATE),
                _GATEWAY: """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: internal, namespace: network}
spec:
  listeners:
    - name: https
      port: 443
      protocol: HTTPS
      tls:
        certificateRefs:  # <- the listener https does not list the Secret demo-tls
          - name: other-tls
""",
            },
        ),
        Example(
            "the listener passes TLS through",
            {
                **with_route(_CERTIFICATE),
                _GATEWAY: """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: internal, namespace: network}
spec:
  listeners:
    - name: https
      port: 443
      protocol: TLS
      tls: {mode: Passthrough}
""",
                "kubernetes/apps/demo/demo/app/route.yaml": """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: demo}
spec:
  parentRefs:
    - name: internal  # <- demo.example.org is served without TLS: no listener that it attaches to ends TLS
      namespace: network
  hostnames: ["demo.${DOMAIN}"]
""",
            },
        ),
        Example(
            "the route attaches to the plain listener",
            {
                **with_route(_CERTIFICATE),
                "kubernetes/apps/demo/demo/app/route.yaml": """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: demo}
spec:
  parentRefs:
    - name: internal
      namespace: network
      sectionName: http  # <- demo.example.org is served without TLS: no listener that it attaches to ends TLS
  hostnames: ["demo.${DOMAIN}"]
""",
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        found, attached = deciding(workspace), attachments(workspace)
        if not found:
            yield Unknown(f"no Certificate of the tree covers {workspace.host}")
        elif not attached:
            yield Unknown(f"no route of {workspace.name} names a Gateway", workspace.anchor)
        else:
            yield from (outcome for item in attached for outcome in _judged(workspace, found, item))


def _judged(workspace: WorkspaceTree, found: list[Certificate], attached: Attachment) -> Iterator[Outcome]:
    choosing = (attached.reference[key] for key in ("sectionName", "port", "name"))
    place = next((field for field in choosing if field), attached.reference["name"])
    if not attached.listeners:
        reason = (
            f"neither tree nor inventory has a listener for this at {attached.namespace}/{attached.gateway}"
        )
        yield Unknown(reason, place)
        return
    ending = [listener for listener in attached.listeners if listener.terminates]
    if not ending:
        words = "no listener that it attaches to ends TLS"
        yield Problem(f"{workspace.host} is served without TLS: {words}", place)
    for listener in ending:
        yield from _served(found, listener)


def _served(found: list[Certificate], listener: Listener) -> Iterator[Outcome]:
    """One of the deciding certificates is enough for a listener."""
    listed = [item for item in found if item.secret_id in listener.secrets]
    for certificate in listed:
        place = certificate.resource["spec"]["secretName"]
        yield Proof(f"the {listener} serves the Secret {place.text}", place)
    if not listed:
        yield _unlisted(found[0], listener)


def _unlisted(certificate: Certificate, listener: Listener) -> Outcome:
    place, name = certificate.resource["spec"]["secretName"], certificate.secret
    if listener.written is not None:
        related = (Related("this Certificate fills it", place.location),)
        message = f"the listener {listener.name} does not list the Secret {name}"
        return Problem(message, listener.written["tls"]["certificateRefs"], related)
    patch = (
        f'{{"op": "add", "path": "/spec/listeners/{listener.index}/tls/certificateRefs/-", '
        f'"value": {{"kind": "Secret", "name": "{name}"}}}}'
    )
    reason = (
        f"as the inventory has it, the {listener} does not list the Secret {name}; that Gateway is not in "
        f"this tree: apply the JSON 6902 patch {patch} where it is, then add the Secret to the inventory"
    )
    return Unknown(reason, place)

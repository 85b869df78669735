"""Rule certificate-name-clash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from opencode_policy.lean import dataclass
from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.routing.certificate_examples import with_route
from opencode_policy.routing.certificates import (
    DEFAULT_KEY_ALGORITHM,
    Certificate,
    certificates,
    deciding,
    gateway_namespaces,
)
from opencode_policy.routing.listeners import Listener
from opencode_policy.routing.routes import attachments
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.flow import flow_of
from opencode_policy.tree import Tree, WorkspaceTree


@dataclass(frozen=True, slots=True)
class Parameters:
    """Certificates that the Gateways have from elsewhere: DNS names by the Secret that holds them."""

    existing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Served:
    """A certificate of somebody else that a listener serves already."""

    secret: str
    names: frozenset[str]
    key_algorithm: str = DEFAULT_KEY_ALGORITHM


class CertificateNameClash(Rule):
    """A Secret that something else fills too, or a DNS name that the listener serves already.

    Envoy Gateway refuses a listener's second certificate with a name and a key algorithm that an earlier
    one has (Envoy Gateway v1.7, internal/gatewayapi/tls.go).
    """

    requirements = ("INFRA-02",)
    why = (
        "Two controllers that write one Secret overwrite each other for ever, and every issuance counts "
        "against the limits of Let's Encrypt. A repeated DNS name makes the Gateway drop the certificate."
    )
    fix = "Choose a Secret name of the certificate's own, and leave out names that another one covers."
    Parameters = Parameters
    example_parameters = {"existing": {"domain-tls": ("${DOMAIN}", "*.${DOMAIN}")}}
    good = (
        Example(
            "a Secret and names of its own",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["demo.${DOMAIN}"]
"""),
        ),
        Example(
            "the same Secret name in another namespace is another Secret",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["demo.${DOMAIN}"]
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: mail}
spec:
  secretName: demo-tls
  dnsNames: ["demo.${DOMAIN}"]
"""),
        ),
        Example(
            "an existing certificate that the routes' listener does not serve",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["*.${DOMAIN}"]
"""),
        ),
    )
    bad = (
        Example(
            "two Certificates fill one Secret",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls  # <- the Secret network/demo-tls is filled by Certificate network/mail too
  dnsNames: ["demo.${DOMAIN}"]
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: mail, namespace: network}
spec:
  secretName: demo-tls
  dnsNames: ["mail.${DOMAIN}"]
"""),
        ),
        Example(
            "an ExternalSecret fills it too",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: demo-tls  # <- the Secret network/demo-tls is filled by ExternalSecret network/demo-tls too
  dnsNames: ["demo.${DOMAIN}"]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo-tls, namespace: network}
spec:
  data: []
"""),
        ),
        Example(
            "a Secret that the Gateway has from elsewhere",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: domain-tls  # <- the Secret network/domain-tls holds another certificate already
  dnsNames: ["demo.${DOMAIN}"]
"""),
        ),
        Example(
            "a name that the same listener serves already",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:
  secretName: new-tls
  dnsNames:
    - "demo.${DOMAIN}"
    - "${DOMAIN}"  # <- example.org stands in the certificate demo-tls too, which the listener https serves
"""),
            parameters={"existing": {"demo-tls": ("${DOMAIN}", "*.${DOMAIN}")}},
        ),
        Example(
            "no Secret is named",
            with_route("""\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo, namespace: network}
spec:  # <- the Certificate names no Secret
  dnsNames: ["demo.${DOMAIN}"]
"""),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        found = deciding(workspace)
        if not found:
            yield Unknown(f"no Certificate of the tree covers {workspace.host}")
        for certificate in found:
            problems = [*self._secret(workspace, certificate), *self._names(workspace, certificate)]
            yield from problems
            if not problems:
                place = certificate.resource["spec"]["secretName"]
                yield Proof(f"the Secret {place.text} and its DNS names are no other certificate's", place)

    def _secret(self, workspace: WorkspaceTree, certificate: Certificate) -> Iterator[Problem]:
        place, (namespace, name) = certificate.resource["spec"]["secretName"], certificate.secret_id
        if not name:
            yield Problem("the Certificate names no Secret", place)
            return
        if name in self.parameters.existing and namespace in gateway_namespaces(workspace):
            yield Problem(f"the Secret {namespace}/{name} holds another certificate already", place)
            return
        for maker in flow_of(workspace.tree).makers(namespace, name):
            if maker.origin is certificate.resource:
                continue
            who = str(maker.origin.id) if maker.origin else "the cluster"
            related = (Related("filled here too", maker.at.location),) if maker.at else ()
            yield Problem(f"the Secret {namespace}/{name} is filled by {who} too", place, related)

    def _names(self, workspace: WorkspaceTree, certificate: Certificate) -> Iterator[Problem]:
        for listener in _listeners(workspace):
            for other in self._served(workspace.tree, listener, certificate):
                for name, place in certificate.names():
                    if name in other.names:
                        message = (
                            f"{name} stands in the certificate {other.secret} too, "
                            f"which the listener {listener.name} serves"
                        )
                        yield Problem(message, place)

    def _served(self, tree: Tree, listener: Listener, own: Certificate) -> Iterator[_Served]:
        """Other certificates of a listener with the same key algorithm, as far as their names are known."""
        for secret in listener.secrets:
            if secret == own.secret_id:
                continue
            written = [item for item in certificates(tree) if item.secret_id == secret]
            known = [
                _Served(secret[1], frozenset(name for name, _ in item.names()), item.key_algorithm)
                for item in written
            ] or list(self._existing(tree, secret[1]))
            yield from (item for item in known if item.key_algorithm == own.key_algorithm)

    def _existing(self, tree: Tree, secret: str) -> Iterator[_Served]:
        if secret in self.parameters.existing:
            names = self.parameters.existing[secret]
            yield _Served(secret, frozenset(tree.resolve_variables(name).lower() for name in names))


def _listeners(workspace: WorkspaceTree) -> list[Listener]:
    """Listeners of the workspace's routes, each once."""
    found = (listener for item in attachments(workspace) for listener in item.listeners)
    return list({str(listener): listener for listener in found if listener.terminates}.values())

"""Rule route-gateway-unacceptable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.policy.constraint import Doc
from opencode_policy.policy.texts import Name
from opencode_policy.resource import Field
from opencode_policy.routing.listeners import Listener, is_known_gateway
from opencode_policy.routing.route_examples import ROUTE, ROUTE_FILE
from opencode_policy.routing.routes import (
    Attachment,
    Claim,
    attachments_of,
    is_gateway_reference,
    parent_token,
    serving,
)
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_ROUTE = ROUTE[: ROUTE.index("  parentRefs")]
_HOST = '  hostnames: ["demo.${DOMAIN}"]\n'


@dataclass(frozen=True, slots=True)
class Acceptable:
    """A Gateway listener that a workspace may be reached by."""

    gateway: Annotated[Name, Doc("Name of the Gateway.")]
    namespace: Annotated[Name, Doc("Its namespace.")]
    listener: Annotated[Name, Doc("Name of the listener, as `sectionName` writes it.")]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Listeners that the routes of a workspace may attach to."""

    acceptable: Annotated[tuple[Acceptable, ...], Doc("Listeners that the routes may attach to.")]


class RouteGatewayUnacceptable(Rule):
    """A route of a workspace attaches to a Gateway or listener that is not meant for it."""

    requirements = ("FLUX-01", "HA-01")
    why = (
        "The Gateway decides who can reach the workspace at all: the internet or the local network, with TLS "
        "or without. A password is then all that stands before a shell with a clone in it."
    )
    fix = "Attach the route to an acceptable listener only, and name it by sectionName."
    Parameters = Parameters
    example_parameters = {
        "acceptable": ({"gateway": "internal", "namespace": "network", "listener": "https"},)
    }
    good = (
        Example("the acceptable listener", {ROUTE_FILE: ROUTE}),
        Example(
            "chosen by its port, with group and kind written out",
            {
                ROUTE_FILE: f"""\
{_ROUTE}\
  parentRefs:
    - group: gateway.networking.k8s.io
      kind: Gateway
      name: internal
      namespace: network
      port: 443
{_HOST}\
"""
            },
        ),
        Example(
            "no section, and the other listener takes no route of this namespace",
            {
                ROUTE_FILE: f"""\
{_ROUTE}\
  parentRefs: [{{name: internal, namespace: network}}]
{_HOST}\
"""
            },
        ),
        Example(
            "a route for another host is not looked at",
            {
                ROUTE_FILE: f"""\
{ROUTE}\
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: other}}
spec:
  parentRefs: [{{name: external, namespace: network}}]
  hostnames: ["other.${{DOMAIN}}"]
"""
            },
        ),
    )
    bad = (
        Example(
            "a second parent",
            {
                ROUTE_FILE: f"""\
{_ROUTE}\
  parentRefs:
    - {{name: internal, namespace: network, sectionName: https}}
    - name: external  # <- it attaches to network/external https; acceptable is network/internal https
      namespace: network
      sectionName: https
{_HOST}\
""",
                "kubernetes/apps/network/gateway.yaml": """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: external, namespace: network}
spec:
  listeners:
    - name: https
      port: 443
      protocol: HTTPS
      allowedRoutes: {namespaces: {from: All}}
""",
            },
        ),
        Example(
            "the plain listener of the right Gateway",
            {
                ROUTE_FILE: f"""\
{_ROUTE}\
  parentRefs:
    - name: internal
      namespace: network
      sectionName: http  # <- it attaches to network/internal http; acceptable is network/internal https
{_HOST}\
"""
            },
        ),
        Example(
            "no section means every listener",
            {
                ROUTE_FILE: f"""\
{_ROUTE}\
  parentRefs:
    - name: internal  # <- it attaches to network/internal http; acceptable is network/internal https
      namespace: network
{_HOST}\
""",
                "kubernetes/apps/network/gateway.yaml": """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: internal, namespace: network}
spec:
  listeners:
    - {name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
    - {name: https, port: 443, protocol: HTTPS, allowedRoutes: {namespaces: {from: All}}}
""",
            },
        ),
        Example(
            "a parent that is no Gateway, and Gateways that nobody names",
            {
                ROUTE_FILE: f"""\
{_ROUTE}\
  parentRefs:
    - {{name: internal, namespace: network, sectionName: https}}
    - kind: Service  # <- the route attaches to the Service demo instead of a Gateway
      group: ""
      name: demo
  useDefaultGateways: All  # <- the route attaches to every default Gateway besides those it names
{_HOST}\
"""
            },
        ),
        Example(
            "a route of another Kustomization publishes the host as well",
            {
                ROUTE_FILE: ROUTE,
                "kubernetes/apps/network/route.yaml": """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: public, namespace: network}
spec:
  parentRefs:
    - name: internal
      sectionName: http  # <- it attaches to network/internal http; acceptable is network/internal https
  hostnames: ["demo.example.org"]
""",
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        claims = serving(workspace.tree, workspace.host)
        if not claims:
            yield Unknown(f"no HTTPRoute of the tree serves {workspace.host}", workspace.anchor)
        for claim in claims:
            yield from self._judged(workspace, claim)

    def _judged(self, workspace: WorkspaceTree, claim: Claim) -> Iterator[Outcome]:
        spec = claim.route["spec"]
        attached = attachments_of(workspace.tree, claim.route, workspace.host)
        yield from (_not_a_gateway(item) for item in spec["parentRefs"] if not is_gateway_reference(item))
        if spec["useDefaultGateways"]:
            words = "the route attaches to every default Gateway besides those it names"
            yield Problem(words, spec["useDefaultGateways"])
        if not attached:
            yield Unknown(f"the HTTPRoute {claim.route.name} names no Gateway", spec)
        for attachment in attached:
            yield self._attachment(workspace, attachment)

    def _attachment(self, workspace: WorkspaceTree, attachment: Attachment) -> Outcome:
        """A reference that leads nowhere is another rule's business; a section counts as it is written."""
        reference = attachment.reference
        known = is_known_gateway(workspace.tree, attachment.gateway, attachment.namespace)
        named = reference["sectionName"] or reference["port"]
        reached = attachment.listeners if named else attachment.taking
        if not known or not reached:
            return Unknown(f"{attachment.link.message}", parent_token(reference))
        wrong = [item for item in reached if not self._is_acceptable(item)]
        if wrong:
            return self._problem(reference, wrong[0])
        return Proof(f"the route attaches to the {reached[0]}", parent_token(reference))

    def _is_acceptable(self, listener: Listener) -> bool:
        mine = (listener.gateway, listener.namespace, listener.name)
        return any(
            (item.gateway, item.namespace, item.listener) == mine for item in self.parameters.acceptable
        )

    def _problem(self, reference: Field, listener: Listener) -> Problem:
        """At the token that differs: the section where the Gateway is right, else the Gateway's name."""
        accepted, gateway = self.parameters.acceptable, (listener.gateway, listener.namespace)
        same = any((item.gateway, item.namespace) == gateway for item in accepted)
        words = f"{listener.namespace}/{listener.gateway} {listener.name}"
        words += ", which the internet can reach" if listener.public else ""
        right = " or ".join(f"{item.namespace}/{item.gateway} {item.listener}" for item in accepted)
        place = parent_token(reference) if same else reference["name"]
        return Problem(f"it attaches to {words}; acceptable is {right}", place)


def _not_a_gateway(reference: Field) -> Problem:
    kind = reference["kind"].text or "Gateway"
    words = f"the route attaches to the {kind} {reference['name'].text} instead of a Gateway"
    return Problem(words, reference["kind"] or reference["group"])

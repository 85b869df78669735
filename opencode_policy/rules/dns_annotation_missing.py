"""Rule dns-annotation-missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from opencode_policy.lean import dataclass
from opencode_policy.mislaid import mislaid
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.policy.constraint import Doc
from opencode_policy.policy.texts import NonEmpty
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.routes import serving
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

# Annotations of ExternalDNS itself (v0.20: docs/sources/gateway-api.md, source/gateway.go).
_PREFIX = "external-dns.alpha.kubernetes.io/"
_TARGET = f"{_PREFIX}target"
_CONTROLLER = f"{_PREFIX}controller"
_HOSTS_FROM = f"{_PREFIX}gateway-hostname-source"
_OWN_CONTROLLER = "dns-controller"
_ONLY_ANNOTATION = "annotation-only"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The annotations, with their values, by which ExternalDNS knows what to publish."""

    annotations: Annotated[
        Mapping[NonEmpty, str], Doc("Annotations that every route must bear, with their values.")
    ]


class DnsAnnotationMissing(Rule):
    """A route that serves the host of a workspace does not ask ExternalDNS to publish it.

    Annotations count on the route's own metadata, letter for letter.
    """

    requirements = ("OPS-03",)
    why = (
        "ExternalDNS takes up only routes with the agreed annotation; without it the host has no record, and "
        "nothing says why."
    )
    fix = "Add the annotation to metadata.annotations of the HTTPRoute, its value in quotes."
    Parameters = Parameters
    example_parameters = {"annotations": {"dns.example/enabled": "true"}}
    good = (
        Example(
            "on the route",
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: demo
  annotations:
    dns.example/enabled: "true"
    external-dns.alpha.kubernetes.io/ttl: "60"
spec:
  hostnames: ["demo.${DOMAIN}"]
""",
        ),
        Example(
            "from the Kustomization that applies it",
            {
                "kubernetes/apps/demo/demo/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  targetNamespace: demo
  path: ./kubernetes/apps/demo/demo/app
  commonMetadata: {annotations: {dns.example/enabled: "true"}}
  sourceRef: {kind: GitRepository, name: home}
""",
                "kubernetes/apps/demo/demo/app/route.yaml": """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: demo}
spec: {hostnames: [demo.example.org]}
""",
            },
        ),
        Example(
            "the host comes from an annotation alone, and it is there",
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: demo
  annotations:
    dns.example/enabled: 'true'
    external-dns.alpha.kubernetes.io/controller: dns-controller
    external-dns.alpha.kubernetes.io/gateway-hostname-source: annotation-only
    external-dns.alpha.kubernetes.io/hostname: a.example.org, demo.example.org
spec: {hostnames: [demo.example.org]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: for-another-host}
spec: {hostnames: [other.example.org]}
""",
        ),
    )
    bad = (
        Example(
            "no annotation",
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:  # <- the HTTPRoute demo lacks the annotation dns.example/enabled: "true"
  name: demo
spec:
  hostnames: ["demo.${DOMAIN}"]
""",
        ),
        Example(
            "a boolean",
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: demo
  annotations:
    dns.example/enabled: true  # <- dns.example/enabled is a boolean, and an annotation is a text: "true"
spec:
  hostnames: ["demo.${DOMAIN}"]
""",
        ),
        Example(
            "almost",
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: demo
  annotations:
    dns.example/enabled: "True"  # <- dns.example/enabled is "True" instead of "true"
spec:
  hostnames: ["demo.${DOMAIN}"]
""",
        ),
        Example(
            "a typing mistake in the key",
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: demo
  annotations:
    dns.example/enable: "true"  # <- the HTTPRoute demo lacks the annotation dns.example/enabled: "true"; \
nothing reads 'dns.example/enable' in metadata.annotations
spec:
  hostnames: ["demo.${DOMAIN}"]
""",
        ),
        Example(
            "among the labels",
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: demo
  labels:
    dns.example/enabled: "true"  # <- the HTTPRoute demo lacks the annotation dns.example/enabled: "true"; \
nothing reads 'dns.example/enabled' in metadata.labels
spec:
  hostnames: ["demo.${DOMAIN}"]
""",
        ),
        Example(
            "ExternalDNS is told to leave the route alone, or its hosts",
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: demo
  annotations:
    dns.example/enabled: "true"
    external-dns.alpha.kubernetes.io/controller: none  # <- ExternalDNS passes over a route of \
the controller 'none'
    external-dns.alpha.kubernetes.io/gateway-hostname-source: annotation-only  # <- demo.example.org is not \
among the hosts that the annotation external-dns.alpha.kubernetes.io/hostname gives
    external-dns.alpha.kubernetes.io/target: a.example.org  # <- ExternalDNS reads the target from the \
Gateway, never from an HTTPRoute
spec:
  hostnames: ["demo.${DOMAIN}"]
""",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        routes = {id(item.route): item.route for item in serving(workspace.tree, workspace.host)}
        if not routes:
            yield Unknown(f"no HTTPRoute of the tree serves {workspace.host}", workspace.anchor)
        for route in routes.values():
            problems = [*self._missing(route), *_hidden(route, workspace.host)]
            yield from problems
            if not problems:
                yield from self._proofs(workspace, route)
            yield from _unread(route)

    def _proofs(self, workspace: WorkspaceTree, route: Resource) -> Iterator[Proof]:
        for key, value in self.parameters.annotations.items():
            words = f'the route of {workspace.host} says {key}: "{value}"'
            yield Proof(words, route["metadata"]["annotations"][key])

    def _missing(self, route: Resource) -> Iterator[Problem]:
        for key, wanted in self.parameters.annotations.items():
            given = route["metadata"]["annotations"][key]
            if not given.exists:
                yield _absent(route, key, wanted)
            elif not isinstance(given.value, str):
                what = _TYPES.get(type(given.value), "no text")
                yield Problem(f'{key} is {what}, and an annotation is a text: "{wanted}"', given)
            elif given.value != wanted:
                yield Problem(f'{key} is "{given.value}" instead of "{wanted}"', given)


_TYPES: Mapping[type, str] = {bool: "a boolean", int: "a number", float: "a number", type(None): "empty"}


def _absent(route: Resource, key: str, wanted: str) -> Problem:
    words = f'the HTTPRoute {route.name} lacks the annotation {key}: "{wanted}"'
    found = mislaid(route["metadata"], ("annotations", key)) or mislaid(route.field, ("annotations", key))
    if found is None:
        return Problem(words, route["metadata"]["annotations"])
    where = found.parent.dotted if found.parent else ""
    inside = f" in {where}" if where else " at the top of the object"
    return Problem(f"{words}; nothing reads '{found.path[-1]}'{inside}", found)


def _hidden(route: Resource, host: str) -> Iterator[Problem]:
    """Annotations by which ExternalDNS passes over a route, or over its hosts."""
    annotations = route["metadata"]["annotations"]
    controller, source = annotations[_CONTROLLER], annotations[_HOSTS_FROM]
    if controller and controller.text != _OWN_CONTROLLER:
        words = f"ExternalDNS passes over a route of the controller '{controller.text}'"
        yield Problem(words, controller)
    hosts = [name.strip() for name in annotations[f"{_PREFIX}hostname"].text.split(",")]
    if source.text == _ONLY_ANNOTATION and host not in hosts:
        words = f"{host} is not among the hosts that the annotation {_PREFIX}hostname gives"
        yield Problem(words, source)


def _unread(route: Resource) -> Iterator[Problem]:
    target: Field = route["metadata"]["annotations"][_TARGET]
    if target:
        words = "ExternalDNS reads the target from the Gateway, never from an HTTPRoute"
        yield Problem(words, target, severity="warning")

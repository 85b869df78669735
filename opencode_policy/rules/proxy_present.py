"""Rule proxy-present."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.policy.constraint import Doc
from opencode_policy.policy.texts import NonEmpty
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.detours import detours
from opencode_policy.routing.login_policies import before_route, demands, out_of_sight
from opencode_policy.routing.route_examples import DEPLOYMENT, ROUTE, SERVICE, reachable
from opencode_policy.routing.routes import serving
from opencode_policy.routing.stream_limits import each_once
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_CHARTS = (("spec", "chart", "spec", "chart"), ("spec", "chartRef", "name"), ("metadata", "name"))
"""Where a HelmRelease says what it installs."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """By what a proxy is known: words in names, annotations, and fields of policies by `group/Kind`."""

    proxies: Annotated[tuple[NonEmpty, ...], Doc("Words in the names of images, containers and charts.")]
    annotations: Annotated[
        tuple[NonEmpty, ...], Doc("Annotations that demand a login; one ending in / stands for all below it.")
    ]
    policies: Annotated[
        Mapping[NonEmpty, tuple[str, ...]],
        Doc("Fields of spec that demand a login, by `group/Kind`; none if the kind itself does."),
    ]


class ProxyPresent(Rule):
    """A proxy for OAuth or single sign-on stands before the server of a workspace.

    It may be a policy on the route or its Gateway, a filter, an annotation, a container beside the server,
    or a backend that the route leads to in the server's place.
    """

    requirements = ("SCOPE-05",)
    why = (
        "The server's own password is enough for one user. A second login breaks the clients that know only "
        "Basic auth, event streams and WebSockets among them, and is one more thing to keep up to date."
    )
    fix = "Remove the proxy and let the route lead straight to the Service of the server."
    Parameters = Parameters
    example_parameters = {
        "proxies": ("oauth2-proxy", "authelia"),
        "annotations": ("nginx.ingress.kubernetes.io/auth-url", "ingress.pomerium.io/"),
        "policies": {
            "gateway.envoyproxy.io/SecurityPolicy": ("oidc", "basicAuth"),
            "traefik.io/Middleware": ("forwardAuth",),
            "kuadrant.io/AuthPolicy": (),
        },
    }
    good = (
        Example("the route leads straight to the server", reachable()),
        Example(
            "a policy that demands no login, and a sidecar that is no proxy",
            reachable(
                deployment=f"{DEPLOYMENT}        - {{name: logs, image: example/oauth2-proxyless}}\n",
                policy="""\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: demo}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: demo}]
  cors: {allowOrigins: ["https://demo.example.org"]}
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: compress}
spec: {compress: {}}
""",
            ),
        ),
        Example(
            "a login before another route, and a proxy in another namespace",
            reachable(
                network="""\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: other, namespace: network}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: other}]
  oidc: {}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: authelia, namespace: network}
spec: {template: {spec: {containers: [{name: authelia, image: authelia/authelia:4}]}}}
"""
            ),
        ),
    )
    bad = (
        Example(
            "a policy on the route",
            reachable(
                policy="""\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: demo}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: demo}]
  oidc:  # <- the SecurityPolicy demo puts a login before the server: oidc
    clientID: demo
"""
            ),
        ),
        Example(
            "a policy on the Gateway, and one of another kind in the workspace",
            reachable(
                network="""\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: all, namespace: network}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: internal}]
  basicAuth:  # <- the SecurityPolicy all puts a login before the server: basicAuth
    users: {name: users}
""",
                policy="""\
apiVersion: kuadrant.io/v1
kind: AuthPolicy  # <- the AuthPolicy demo puts a login before the server
metadata: {name: demo}
""",
            ),
        ),
        Example(
            "filters of the route, one of them brings in a Middleware",
            reachable(
                route=f"""\
{ROUTE}\
      filters:
        - type: ExtensionRef
          extensionRef: {{group: traefik.io, kind: Middleware, name: sso}}
        - type: ExternalAuth  # <- a filter asks another server before each request
""",
                policy="""\
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: sso}
spec:
  forwardAuth:  # <- the Middleware sso puts a login before the server: forwardAuth
    address: http://login.example.org
""",
            ),
        ),
        Example(
            "annotations",
            reachable(
                route=ROUTE.replace(
                    "metadata: {name: demo}",
                    "metadata:\n"
                    "  name: demo\n"
                    "  annotations:\n"
                    "    nginx.ingress.kubernetes.io/auth-url: https://a.example  # <- the annotation "
                    "nginx.ingress.kubernetes.io/auth-url puts a login before the server\n"
                    "    ingress.pomerium.io/policy: x  # <- the annotation ingress.pomerium.io/policy "
                    "puts a login before the server",
                )
            ),
        ),
        Example(
            "a sidecar before the server",
            reachable(
                service=SERVICE.replace(
                    "targetPort: http",
                    "targetPort: proxy  # <- the route leads to the container sso before the server",
                ),
                deployment=f"""\
{DEPLOYMENT}\
        - name: sso
          image: quay.io/oauth2-proxy/oauth2-proxy:v7  # <- the container sso of demo is a proxy: oauth2-proxy
          ports: [{{name: proxy, containerPort: 4180}}]
""",
            ),
        ),
        Example(
            "another workload in the server's place, and a chart",
            reachable(
                route=ROUTE.replace(
                    "name: demo\n          port",
                    "name: front  # <- the route leads to the pods of front before the server\n"
                    "          port",
                ),
                policy="""\
apiVersion: v1
kind: Service
metadata: {name: front}
spec:
  selector: {app: front}
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front}
spec: {template: {metadata: {labels: {app: front}}, spec: {containers: [{name: nginx, image: nginx}]}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: login}
spec:
  chart:
    spec:
      chart: oauth2-proxy  # <- the HelmRelease login installs a proxy: oauth2-proxy
""",
            ),
        ),
        Example(
            "a backend outside the cluster",
            reachable(
                route=ROUTE.replace(
                    "- name: demo\n          port",
                    "- kind: Backend  # <- the route leads to the Backend login before the server\n"
                    "          group: gateway.envoyproxy.io\n"
                    "          name: login\n          port",
                )
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        claims = serving(workspace.tree, workspace.host)
        routes = list({id(claim.route): claim.route for claim in claims}.values())
        said = list(each_once(self._said(workspace, routes)))
        yield from said
        if not routes:
            yield Unknown(f"no HTTPRoute of the tree serves {workspace.host}", workspace.anchor)
        for route in routes if not said else ():
            yield Proof(f"the route of {workspace.host} leads straight to the server", route["spec"]["rules"])

    def _said(self, workspace: WorkspaceTree, routes: list[Resource]) -> Iterator[Outcome]:
        for route in routes:
            for name in out_of_sight(workspace.tree, self.parameters.policies, route):
                yield Unknown(f"a filter leads to {name.text}, which is not in this tree", name)
            for policy in before_route(workspace.tree, self.parameters.policies, route, workspace.host):
                yield from self._login(policy)
            yield from detours(workspace, route) if _is_own(workspace, route) else ()
        for resource in [*workspace.resources, *routes]:
            yield from self._login(resource)
            yield from self._annotated(resource)
        yield from self._proxies(workspace)

    def _login(self, policy: Resource) -> Iterator[Problem]:
        at = demands(self.parameters.policies, policy)
        if at is not None:
            how = f": {at.path[-1]}" if at.path[-1] != "kind" else ""
            yield Problem(f"the {policy.kind} {policy.name} puts a login before the server{how}", at)

    def _annotated(self, resource: Resource) -> Iterator[Problem]:
        for key, value in resource["metadata"]["annotations"].entries():
            for known in self.parameters.annotations:
                if key == known or (known.endswith("/") and key.startswith(known)):
                    yield Problem(f"the annotation {key} puts a login before the server", value)

    def _proxies(self, workspace: WorkspaceTree) -> Iterator[Problem]:
        """Containers and charts of the namespace; whatever lies in others may serve other routes."""
        tree, namespace = workspace.tree, workspace.spec.namespace
        for pod in (item for item in tree.pods if item.workload.namespace == namespace):
            for container in pod.all_containers if tree.applies(pod.workload) else ():
                words = f"the container {container.name} of {pod.workload.name} is a proxy"
                yield from self._named(words, container.image, container.field["name"])
        for release in tree.of_kind("HelmRelease", namespace):
            fields = [release.field.at(*path) for path in _CHARTS]
            yield from self._named(f"the HelmRelease {release.name} installs a proxy", *fields)

    def _named(self, words: str, *fields: Field) -> Iterator[Problem]:
        """The first of the fields that names a proxy; of several words in it, the longest says most."""
        for field in fields:
            text = field.text.lower()
            found = [word for word in self.parameters.proxies if _has_word(text, word)]
            if found:
                yield Problem(f"{words}: {max(found, key=len)}", field)
                return


def _is_own(workspace: WorkspaceTree, route: Resource) -> bool:
    """A route of somebody else that leads elsewhere takes the host away; that is no proxy."""
    return any(route is item for item in workspace.of_kind("HTTPRoute"))


def _has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){re.escape(word.lower())}(?![a-z0-9])", text) is not None

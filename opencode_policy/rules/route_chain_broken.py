"""Rule route-chain-broken."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.links import Link
from opencode_policy.nearest import nearest
from opencode_policy.outcome import Outcome, Problem, Unknown
from opencode_policy.routing.listeners import GATEWAY_GROUP
from opencode_policy.routing.route_chain import chain
from opencode_policy.routing.route_examples import DEPLOYMENT, ROUTE, reachable
from opencode_policy.routing.routes import Claim, is_own, serving
from opencode_policy.routing.services import own_pods_link
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_ROUTE = ROUTE[: ROUTE.index("  parentRefs")]
_PARENT_AND_HOST = ROUTE[ROUTE.index("  parentRefs") : ROUTE.index("  rules")]
_HOST_AND_RULES = ROUTE[ROUTE.index("  hostnames") :]
_GATEWAY = "Gateway network/internal"
_LISTENER = f"listener http of the {_GATEWAY}"


class RouteChainBroken(Rule):
    """A link is broken between the host of a workspace and the port that its server listens on.

    From the host by way of HTTPRoute, Gateway listener, rule, Service and pod to the container's port: what a
    link refers to is looked up in tree and inventory, and selectors are evaluated.
    """

    requirements = ("FLUX-01", "HA-01")
    why = (
        "The API server takes every one of these objects by itself. Only a browser that gets a 404, a 500 or "
        "no answer at all shows that two of them do not fit together."
    )
    fix = "Make the reported name, label or port what its neighbour has."
    good = (
        Example("every link holds", reachable()),
        Example(
            "numbers instead of names, and a port that no container declares",
            reachable(
                service="""\
apiVersion: v1
kind: Service
metadata: {name: demo}
spec:
  clusterIP: None
  selector: {app: demo}
  ports: [{port: 80, targetPort: 4096, appProtocol: kubernetes.io/ws}]
""",
                deployment=DEPLOYMENT.replace("ports: [{name: http, containerPort: 4096}]", "tty: false"),
            ),
        ),
        Example(
            "a wildcard serves the host; a second rule takes a part of it, a third redirects an old page",
            reachable(
                route="""\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: demo}
spec:
  parentRefs: [{name: internal, namespace: network}]
  hostnames: ["*.${DOMAIN}"]
  rules:
    - matches: [{path: {type: PathPrefix, value: /}}]
      backendRefs: [{name: demo, port: 80}, {name: gone, port: 80, weight: 0}]
    - matches: [{path: {value: /session}}]
      filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Via, value: a}]}}]
      backendRefs: [{name: demo, port: 80}]
    - matches: [{path: {value: /old}}]
      filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /}}}]
"""
            ),
        ),
        Example(
            "a route of another namespace to which the Service is granted; a shell starts the server",
            reachable(
                route="",
                network="""\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: demo, namespace: network}
spec:
  parentRefs: [{name: internal, port: 443}]
  hostnames: ["demo.${DOMAIN}"]
  rules: [{backendRefs: [{name: demo, namespace: demo, port: 80}]}]
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: demo, namespace: demo}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: network}]
  to: [{group: "", kind: Service}]
""",
                deployment=DEPLOYMENT.replace(
                    'args: [web, --port, "4096"]', 'command: [sh, -c, "exec opencode web --port=4096"]'
                ),
            ),
        ),
        Example(
            "a second route that sends plain HTTP on to HTTPS",
            reachable(
                network="""\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: plain, namespace: network}
spec:
  parentRefs: [{name: internal, sectionName: http}]
  hostnames: ["demo.${DOMAIN}"]
  rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}]
"""
            ),
        ),
        Example(
            "a NetworkPolicy that lets the port through",
            reachable(
                policy="""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec:
  podSelector: {}
  policyTypes: [Ingress]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [demo]}]}
  ingress: [{ports: [{port: http}]}]
"""
            ),
        ),
    )
    bad = (
        Example(
            "a typing mistake in the host",
            reachable(
                route=f"""\
{_ROUTE}\
  hostnames:
    - "dmeo.${{DOMAIN}}"  # <- no HTTPRoute serves demo.example.org; this one serves dmeo.example.org
"""
            ),
        ),
        Example(
            "a Gateway without its namespace; a section that it lacks, and one that takes no route from here",
            reachable(
                route=f"""\
{_ROUTE}\
  parentRefs:
    - name: internal  # <- there is no Gateway demo/internal; there is one in the namespace network
    - name: internal
      namespace: network
      sectionName: http-s  # <- the {_GATEWAY} has no listener 'http-s'; did you mean 'https'?
    - name: internal
      namespace: network
      sectionName: http  # <- the {_LISTENER} takes no route of the namespace demo, only of network
{_HOST_AND_RULES}\
"""
            ),
        ),
        Example(
            "only a part of the paths, and another path than was asked for",
            reachable(
                route=f"""\
{_ROUTE}\
{_PARENT_AND_HOST}\
  rules:
    - matches:
        - path:
            value: /app  # <- no rule of the HTTPRoute demo takes every path, this one only some
      filters:
        - type: URLRewrite
          urlRewrite:
            path:
              type: ReplacePrefixMatch
              replacePrefixMatch: /  # <- the path is rewritten, and the web interface knows only its own
      backendRefs: [{{name: demo, port: 80}}]
"""
            ),
        ),
        Example(
            "no such Service; the container's port instead of the Service's",
            reachable(
                route=f"""\
{_ROUTE}\
{_PARENT_AND_HOST}\
  rules:
    - backendRefs:
        - name: demos  # <- there is no Service demo/demos; did you mean 'demo'?
          port: 80
        - name: demo
          port: 4096  # <- the Service demo has no port 4096, it has 80
"""
            ),
        ),
        Example(
            "a redirect",
            reachable(
                route=f"""\
{_ROUTE}\
{_PARENT_AND_HOST}\
  rules:
    - filters:
        - type: RequestRedirect  # <- a redirect answers here, no request reaches the server
          requestRedirect: {{scheme: https}}
"""
            ),
        ),
        Example(
            "a selector that no pod has the labels for",
            reachable(
                service="""\
apiVersion: v1
kind: Service
metadata: {name: demo}
spec:
  selector:
    app: demos  # <- the Service demo selects app=demos, and the pod of demo has app=demo
  ports: [{port: 80, targetPort: http}]
"""
            ),
        ),
        Example(
            "a second workload with the same labels",
            reachable(
                service="""\
apiVersion: v1
kind: Service
metadata: {name: demo}
spec:
  selector:  # <- the Service demo also sends to the pods of helper
    app: demo
  ports: [{port: 80, targetPort: http}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: helper}
spec:
  jobTemplate:
    spec:
      template:
        metadata: {labels: {app: demo}}
"""
            ),
        ),
        Example(
            "a port name that no container has; HTTP/2; a Deployment that does not know its own pods",
            reachable(
                service="""\
apiVersion: v1
kind: Service
metadata: {name: demo}
spec:
  selector: {app: demo}
  ports:
    - port: 80
      targetPort: htpp  # <- no container of demo has a port named 'htpp'; did you mean 'http'?
      appProtocol: grpc  # <- grpc makes Envoy speak HTTP/2, and OpenCode speaks HTTP/1.1 only
""",
                deployment=DEPLOYMENT.replace(
                    "{matchLabels: {app: demo}}",
                    "\n    matchLabels:\n      app: x  # <- the Deployment demo selects app=x, which its own "
                    "pods lack",
                ),
            ),
        ),
        Example(
            "the server listens elsewhere",
            reachable(
                deployment=DEPLOYMENT.replace('"4096"', '"4097"').replace(
                    "[{name: http, containerPort: 4096}]",
                    "\n            - containerPort: 4096  # <- requests go to 4096, and the server listens "
                    "on 4097\n              name: http",
                )
            ),
        ),
        Example(
            "a sidecar has the port, and the server is given none",
            reachable(
                route=f"{ROUTE}        - {{name: demo, port: 81}}\n",
                service="""\
apiVersion: v1
kind: Service
metadata: {name: demo}
spec:
  selector: {app: demo}
  ports:
    - port: 80
      targetPort: side  # <- the port side is that of the container proxy instead of server
    - port: 81
      targetPort: http
""",
                deployment=DEPLOYMENT.replace(
                    'args: [web, --port, "4096"]',
                    "args: [web]  # <- the server is given no port and chooses one itself",
                )
                + "        - name: proxy\n          ports: [{name: side, containerPort: 8080}]\n",
            ),
        ),
        Example(
            "nothing may come in",
            reachable(
                policy="""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec:
  podSelector: {}  # <- the NetworkPolicy closed lets nothing in to the port 4096 of demo
  policyTypes: [Ingress]
"""
            ),
        ),
        Example(
            "another route takes the host away",
            reachable(
                network="""\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: other, namespace: network}
spec:
  parentRefs: [{name: internal}]
  hostnames:
    - demo.${DOMAIN}  # <- the HTTPRoute network/other takes demo.example.org as well, and leads elsewhere
  rules: [{backendRefs: [{name: other, port: 80}]}]
"""
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server, host = workspace.server, workspace.host
        if server is None or "${" in host:
            missing = f"the value of {host}" if server else f"the container {workspace.spec.container}"
            yield Unknown(f"{workspace.name} lacks {missing}", workspace.anchor)
            return
        tree, served = workspace.tree, False
        for claim in _distinct(workspace, serving(tree, host)):
            links, own = list(chain(tree, claim, host, server)), is_own(workspace, claim)
            served = served or own or _leads(links)
            yield from (link.outcome for link in links) if own else _foreign(claim, host, links)
        if not served:
            yield _unserved(workspace)
        yield own_pods_link(server.pod).outcome


def _distinct(workspace: WorkspaceTree, claims: list[Claim]) -> list[Claim]:
    """Claims without copies of the workspace's routes: a manifest applied twice is no other route."""
    own = {(claim.route.path, claim.route.name) for claim in claims if is_own(workspace, claim)}
    return [
        claim
        for claim in claims
        if is_own(workspace, claim) or (claim.route.path, claim.route.name) not in own
    ]


def _leads(links: list[Link]) -> bool:
    return all(link.holds for link in links)


def _foreign(claim: Claim, host: str, links: list[Link]) -> Iterator[Outcome]:
    """A route that another Kustomization applies is right only if it leads to the server too."""
    if _leads(links):
        yield from (link.outcome for link in links)
        return
    route = claim.route.id
    yield Problem(f"the {route} takes {host} as well, and leads elsewhere", claim.hostname)


def _unserved(workspace: WorkspaceTree) -> Outcome:
    """At the host that was probably meant, else at the route, else at the workspace."""
    host, routes = workspace.host, workspace.of_kind("HTTPRoute")
    words = f"no HTTPRoute serves {host}"
    for route in routes:
        if route.id.group != GATEWAY_GROUP:
            return Problem(f"{words}: this one is not of {GATEWAY_GROUP}", route["apiVersion"])
    names = {
        workspace.tree.resolve_variables(item.text): item for r in routes for item in r["spec"]["hostnames"]
    }
    if names:
        name = nearest(host, names) or next(iter(names))
        return Problem(f"{words}; this one serves {name}", names[name])
    if routes:
        return Problem(f"{words}; this one names no host", routes[0]["spec"]["hostnames"])
    if workspace.anchor is None:
        return Unknown(f"{workspace.name} is not in the tree")
    return Problem(words, workspace.anchor)

"""Ways to break the road from a browser to the server, its timeouts, its DNS record, and who else is on it."""

from __future__ import annotations

from tests.mutations.harness import APPS, Mutation

FLUX = f"{APPS}/opencode-flux/app"
HA = f"{APPS}/opencode-ha/app"
ROUTE, SERVICE, DEPLOYMENT = "httproute.yaml", "service.yaml", "deployment.yaml"
POLICY, LISTED = "backendtrafficpolicy.yaml", "kustomization.yaml"
FLUX_HOST, HA_HOST = "flux.opencode.angryninja.cloud", "ha.opencode.angryninja.cloud"
GATEWAY = "Gateway network/envoy-internal"
DRIFT = "workspace-drift"
"""One workspace is broken and the other is not: that they differ is true as well."""


def _workspace(requirement: str) -> str:
    return HA if requirement.startswith("HA") else FLUX


def _mutation(
    rule: str,
    requirement: str,
    what: str,
    file: str,
    old: str,
    new: str,
    line: str,
    message: str = "",
    also: tuple[str, ...] = (),
    at: str = "",
    more: tuple[tuple[str, str, str], ...] = (),
) -> Mutation:
    """An edit of one file of a workspace; `file`, `at` and those of `more` are below its app folder, except ks.yaml."""
    app = _workspace(requirement)
    return Mutation(
        requirement,
        what,
        rule,
        f"{app}/{file}",
        old,
        new,
        line,
        at=(f"{app}/{at}" if at != "ks.yaml" else f"{app.removesuffix('/app')}/ks.yaml") if at else "",
        also=(DRIFT, *also),
        message=message,
        more=tuple((f"{app}/{name}", before, after) for name, before, after in more),
    )


def _added(
    rule: str,
    requirement: str,
    what: str,
    text: str,
    line: str,
    message: str = "",
    also: tuple[str, ...] = (),
    app: str = FLUX,
    at: str = "",
) -> Mutation:
    """A new file of a workspace that its kustomization lists."""
    return Mutation(
        requirement,
        what,
        rule,
        f"{app}/added.yaml",
        new=text,
        line=line,
        at=at,
        also=(DRIFT, "schema-header-missing", *also),
        message=message,
        create=True,
        more=((f"{app}/{LISTED}", "resources:\n", "resources:\n  - ./added.yaml\n"),),
    )


def _chain(
    requirement: str, what: str, file: str, old: str, new: str, line: str, message: str = "", **more: object
) -> Mutation:
    return _mutation("route-chain-broken", requirement, what, file, old, new, line, message, **more)  # type: ignore[arg-type]


_PARENT = "    - name: envoy-internal\n      namespace: network\n      sectionName: https\n"
_RULES = "  rules:\n    - backendRefs:\n        - name: *app\n          port: 4096\n"
_ROUTE_COPY = f"""\
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: copy
spec:
  parentRefs: [{{name: envoy-internal, namespace: network, sectionName: https}}]
  hostnames: ["HOST.opencode.${{SECRET_DOMAIN}}"]
  rules: [{{backendRefs: [{{name: BACKEND, port: 4096}}]}}]
"""

_HOSTS = [
    _chain(
        "FLUX-01", "a letter of the host is missing", ROUTE, '"flux.opencode', '"flx.opencode', '"flx.opencode',
        f"no HTTPRoute serves {FLUX_HOST}; this one serves flx.opencode.angryninja.cloud",
    ),
    _chain(
        "HA-01", "the host lacks its middle", ROUTE, '"ha.opencode.', '"ha.', '"ha.$',
        f"no HTTPRoute serves {HA_HOST}; this one serves ha.angryninja.cloud",
    ),
    _chain(
        "HA-01", "the host is copied from the other workspace", ROUTE, '"ha.opencode', '"flux.opencode', '"flux.opencode',
        f"no HTTPRoute serves {HA_HOST}; this one serves {FLUX_HOST}",
    ),
    Mutation(
        "FLUX-01", "the other workspace takes the host", "route-chain-broken", f"{HA}/{ROUTE}",
        '"ha.opencode', '"flux.opencode', '"flux.opencode', also=(DRIFT,),
        message=f"the HTTPRoute opencode/opencode-ha takes {FLUX_HOST} as well, and leads elsewhere",
    ),
    _chain(
        "FLUX-01", "the host in capitals", ROUTE, '"flux.opencode', '"Flux.opencode', '"Flux.opencode',
        f"no HTTPRoute serves {FLUX_HOST}; this one serves Flux.opencode.angryninja.cloud",
    ),
    _chain(
        "FLUX-01", "no hosts at all", ROUTE, '  hostnames:\n    - "flux.opencode.${SECRET_DOMAIN}"\n', "", "spec:",
        f"no HTTPRoute serves {FLUX_HOST}; this one names no host",
    ),
    _chain(
        "HA-01", "the hosts one level too deep", ROUTE, '  hostnames:\n    - "ha', '      hostnames:\n        - "ha', "spec:",
    ),
    _chain(
        "HA-01", "the route is an Ingress of another group", ROUTE,
        "apiVersion: gateway.networking.k8s.io/v1\n", "apiVersion: networking.k8s.io/v1\n", "networking.k8s.io/v1",
        f"no HTTPRoute serves {HA_HOST}: this one is not of gateway.networking.k8s.io", also=("schema-header-missing",),
    ),
    _chain(
        "FLUX-01", "a version that is gone", ROUTE,
        "apiVersion: gateway.networking.k8s.io/v1\n", "apiVersion: gateway.networking.k8s.io/v1alpha2\n", "v1alpha2",
        "there is no HTTPRoute of gateway.networking.k8s.io/v1alpha2, write gateway.networking.k8s.io/v1",
        also=("schema-header-missing",),
    ),
    _chain(
        "HA-01", "the route is not listed", LISTED, "  - ./httproute.yaml\n", "", "name: &app opencode-ha",
        f"no HTTPRoute serves {HA_HOST}", also=("manifest-orphaned", "traffic-policy-missing"), at="ks.yaml",
    ),
    _chain(
        "FLUX-01", "the route's file is removed", ROUTE, "", "", "name: &app opencode-flux",
        f"no HTTPRoute serves {FLUX_HOST}", at="ks.yaml", also=("traffic-policy-missing",),
        more=((LISTED, "  - ./httproute.yaml\n", ""),),
    ),
    _added(
        "route-chain-broken", "HA-01", "a copied route keeps the host and leads to the wrong server",
        _ROUTE_COPY.replace("HOST", "ha").replace("BACKEND", "opencode-flux"), "hostnames:",
        f"the HTTPRoute opencode/copy takes {HA_HOST} as well, and leads elsewhere",
        also=("traffic-policy-missing", "dns-annotation-missing"),
    ),
]  # fmt: skip

_PARENTS = [
    _chain(
        "FLUX-01", "a Gateway that does not exist", ROUTE, "- name: envoy-internal", "- name: envoy-intrenal", "envoy-intrenal",
        "there is no Gateway network/envoy-intrenal; did you mean 'envoy-internal'?",
    ),
    _chain(
        "HA-01", "the Gateway's namespace is left out", ROUTE, "      namespace: network\n", "", "name: envoy-internal",
        "there is no Gateway opencode/envoy-internal; there is one in the namespace network",
    ),
    _chain(
        "FLUX-01", "the Gateway's namespace is wrong", ROUTE, "namespace: network", "namespace: networking", "networking",
        "there is no Gateway networking/envoy-internal; there is one in the namespace network",
    ),
    _chain(
        "HA-01", "a section that does not exist", ROUTE, "sectionName: https", "sectionName: web", "sectionName: web",
        f"the {GATEWAY} has no listener 'web'",
    ),
    _chain(
        "FLUX-01", "the section of plain HTTP", ROUTE, "sectionName: https", "sectionName: http", "sectionName: http",
        f"the listener http of the {GATEWAY} takes no route of the namespace opencode, only of network",
        also=("route-gateway-unacceptable", "certificate-not-served"),
    ),
    _chain(
        "HA-01", "a port that the section does not have", ROUTE, "sectionName: https", "sectionName: https\n      port: 8443",
        "port: 8443", f"the {GATEWAY} has no such listener, its listeners are http on 80, https on 443",
    ),
    _chain(
        "FLUX-01", "no parents", ROUTE, f"  parentRefs:\n{_PARENT}", "", "spec:",
        "the HTTPRoute opencode-flux attaches to no Gateway",
    ),
    _chain(
        "HA-01", "parents written as a mapping", ROUTE, "    - name: envoy-internal", "      name: envoy-internal", "parentRefs:",
        "the HTTPRoute opencode-ha attaches to no Gateway",
    ),
    _chain(
        "FLUX-01", "a parent that is a Service", ROUTE, "    - name: envoy-internal",
        '    - group: ""\n      kind: Service\n      name: envoy-internal', "parentRefs:",
        "the HTTPRoute opencode-flux attaches to no Gateway", also=("route-gateway-unacceptable",),
    ),
]  # fmt: skip

_BACKENDS = [
    _chain(
        "FLUX-01", "a Service that does not exist", ROUTE, "- name: *app", "- name: opencode", "- name: opencode",
        "there is no Service opencode/opencode; did you mean 'opencode-ha'?",
    ),
    _chain(
        "HA-01", "the other workspace's Service", ROUTE, "- name: *app", "- name: opencode-flux", "- name: opencode-flux",
        "the Service opencode-flux sends to the pods of opencode-flux instead of opencode-ha",
    ),
    _chain(
        "FLUX-01", "a port that the Service does not have", ROUTE, "port: 4096", "port: 80", "port: 80",
        "the Service opencode-flux has no port 80, it has 4096",
    ),
    _chain(
        "HA-01", "the port's name instead of its number", ROUTE, "port: 4096", "port: http", "port: http",
        "the Service opencode-ha has no port http, it has 4096",
    ),
    _chain(
        "FLUX-01", "the port as a text", ROUTE, "port: 4096", 'port: "4096"', 'port: "4096"',
    ),
    _chain(
        "HA-01", "no port", ROUTE, "          port: 4096\n", "", "name: *app",
        "the backend opencode-ha is given without a port",
    ),
    _chain(
        "FLUX-01", "a namespace from which nothing is granted", ROUTE, "- name: *app", "- name: *app\n          namespace: network",
        "name: *app", "there is no Service network/opencode-flux",
    ),
    _chain(
        "HA-01", "a backend of another kind", ROUTE, "- name: *app", "- kind: Deployment\n          group: apps\n          name: *app",
        "kind: Deployment", "the backend is a Deployment of apps instead of a Service", also=("proxy-present",),
    ),
    _chain(
        "FLUX-01", "no weight", ROUTE, "port: 4096", "port: 4096\n          weight: 0", "weight: 0",
        "a backend of weight 0 gets no request",
    ),
    _chain(
        "HA-01", "no backend", ROUTE, "    - backendRefs:\n        - name: *app\n          port: 4096\n", "    - backendRefs: []\n",
        "backendRefs: []", "the rule has no backend, the Gateway answers 500",
    ),
    _chain(
        "FLUX-01", "no rules", ROUTE, _RULES, "", "spec:", "the HTTPRoute opencode-flux has no rules",
    ),
    _chain(
        "HA-01", "a prefix", ROUTE, "    - backendRefs:", "    - matches:\n        - path:\n            value: /ha\n      backendRefs:",
        "value: /ha", "no rule of the HTTPRoute opencode-ha takes every path, this one only some",
    ),
    _chain(
        "FLUX-01", "the root and nothing below it", ROUTE, "    - backendRefs:",
        "    - matches: [{path: {type: Exact, value: /}}]\n      backendRefs:", "type: Exact",
    ),
    _chain(
        "HA-01", "only with a header", ROUTE, "    - backendRefs:",
        "    - matches:\n        - headers: [{name: x-user, value: me}]\n      backendRefs:", "headers:",
    ),
    _chain(
        "FLUX-01", "only GET", ROUTE, "    - backendRefs:", "    - matches: [{method: GET}]\n      backendRefs:", "method: GET",
    ),
    _chain(
        "HA-01", "a redirect", ROUTE, "    - backendRefs:",
        "    - filters:\n        - type: RequestRedirect\n          requestRedirect: {scheme: https}\n      backendRefs:",
        "type: RequestRedirect", "a redirect answers here, no request reaches the server",
    ),
    _chain(
        "FLUX-01", "another path", ROUTE, "    - backendRefs:",
        "    - filters:\n        - type: URLRewrite\n          urlRewrite:\n            path:\n"
        "              type: ReplacePrefixMatch\n              replacePrefixMatch: /opencode\n      backendRefs:",
        "replacePrefixMatch: /opencode", "the path is rewritten, and the web interface knows only its own",
    ),
    _chain(
        "HA-01", "the login is taken off the request", ROUTE, "    - backendRefs:",
        "    - filters:\n        - type: RequestHeaderModifier\n          requestHeaderModifier:\n"
        "            remove: [authorization]\n      backendRefs:",
        "remove: [authorization]", "the filter replaces the Authorization header, with which a browser logs in",
    ),
    _chain(
        "FLUX-01", "a filter that does not exist", ROUTE, "    - backendRefs:",
        "    - filters:\n        - type: ExtensionRef\n          extensionRef:\n            group: gateway.envoyproxy.io\n"
        "            kind: HTTPRouteFilter\n            name: maintenance\n      backendRefs:",
        "name: maintenance", "there is no HTTPRouteFilter opencode/maintenance",
    ),
]  # fmt: skip

_SELECTOR = "    app.kubernetes.io/name: *app\n"
_SERVICES = [
    _chain(
        "FLUX-01", "a selector with another value", SERVICE, _SELECTOR, "    app.kubernetes.io/name: opencode\n",
        "name: opencode",
        "the Service opencode-flux selects app.kubernetes.io/name=opencode, and the pod of opencode-flux has "
        "app.kubernetes.io/name=opencode-flux",
    ),
    _chain(
        "HA-01", "a selector with a typing mistake in its key", SERVICE, _SELECTOR, "    app.kubernets.io/name: *app\n",
        "app.kubernets.io",
        "the Service opencode-ha selects app.kubernets.io/name=opencode-ha, and the pod of opencode-ha does not have "
        "this label; did you mean 'app.kubernetes.io/name'?",
    ),
    _chain(
        "HA-01", "the selector is copied from the other workspace", SERVICE, _SELECTOR,
        "    app.kubernetes.io/name: opencode-flux\n", "name: opencode-flux",
        "the Service opencode-ha selects app.kubernetes.io/name=opencode-flux, and the pod of opencode-ha has "
        "app.kubernetes.io/name=opencode-ha",
    ),
    _chain(
        "FLUX-01", "a label too many", SERVICE, _SELECTOR, f"{_SELECTOR}    app.kubernetes.io/instance: *app\n", "instance",
    ),
    _chain(
        "HA-01", "a selector as Deployments have it", SERVICE, _SELECTOR, f"    matchLabels:\n  {_SELECTOR}", "matchLabels:",
    ),
    _chain(
        "FLUX-01", "no selector", SERVICE, f"  selector:\n{_SELECTOR}", "", "spec:",
        "the Service opencode-flux selects no pods",
    ),
    _chain(
        "HA-01", "a target port that no container names", SERVICE, "targetPort: http", "targetPort: web", "targetPort: web",
        "no container of opencode-ha has a port named 'web'",
    ),
    _chain(
        "FLUX-01", "a target port where nobody listens", SERVICE, "targetPort: http", "targetPort: 8080", "targetPort: 8080",
        "requests go to 8080, and the server listens on 4096",
    ),
    _chain(
        "HA-01", "the number of the target port as a text", SERVICE, "targetPort: http", 'targetPort: "4096"', 'targetPort: "4096"',
        "no container of opencode-ha has a port named '4096'",
    ),
    _chain(
        "FLUX-01", "the Service listens elsewhere", SERVICE, "port: 4096", "port: 80", "port: 4096",
        "the Service opencode-flux has no port 4096, it has 80", at=ROUTE,
    ),
    _chain(
        "HA-01", "UDP", SERVICE, "      port: 4096", "      protocol: UDP\n      port: 4096", "protocol: UDP",
        "the port 4096 of the Service opencode-ha is a port of UDP",
    ),
    _chain(
        "FLUX-01", "HTTP/2", SERVICE, "targetPort: http", "targetPort: http\n      appProtocol: kubernetes.io/h2c", "h2c",
        "kubernetes.io/h2c makes Envoy speak HTTP/2, and OpenCode speaks HTTP/1.1 only",
    ),
    _chain(
        "HA-01", "a name for another host", SERVICE, "spec:\n", "spec:\n  type: ExternalName\n  externalName: ha.example.org\n",
        "type: ExternalName",
        "the Service opencode-ha is but a name for another host, no pod is behind it",
    ),
    _chain(
        "FLUX-01", "the Service is renamed", SERVICE, "name: &app opencode-flux", "name: opencode-flux-web", "- name: *app",
        "there is no Service opencode/opencode-flux; did you mean 'opencode-flux-web'?", at=ROUTE,
        more=((SERVICE, "name: *app", "name: opencode-flux"),),
    ),
    _chain(
        "HA-01", "the Service is not listed", LISTED, "  - ./service.yaml\n", "", "- name: *app", at=ROUTE,
        also=("manifest-orphaned",),
    ),
]  # fmt: skip

_LABELS = "    matchLabels: &labels\n      app.kubernetes.io/name: *app\n"
_PODS = [
    _chain(
        "FLUX-01", "the container declares another port", DEPLOYMENT, "containerPort: 4096", "containerPort: 4097",
        "containerPort: 4097", "requests go to 4097, and the server listens on 4096", also=("probe-unsuitable",),
    ),
    _chain(
        "HA-01", "the server is told another port", DEPLOYMENT, '--port, "4096"', '--port, "8080"', "containerPort: 4096",
        "requests go to 4096, and the server listens on 8080", also=("server-command-mismatch", "probe-unsuitable"),
    ),
    _chain(
        "FLUX-01", "the server is told no port", DEPLOYMENT, ', --port, "4096"]', "]", "args: [web",
        "the server is given no port and chooses one itself", also=("server-command-mismatch", "probe-unsuitable"),
    ),
    _chain(
        "HA-01", "the container's port is renamed", DEPLOYMENT, "- name: http\n", "- name: web\n", "targetPort: http",
        "no container of opencode-ha has a port named 'http'", also=("probe-unsuitable",), at=SERVICE,
    ),
    _chain(
        "FLUX-01", "other labels on the pod", DEPLOYMENT, "      labels: *labels\n", "      labels:\n        app: opencode\n",
        "app.kubernetes.io/name: *app",
        "the Deployment opencode-flux selects app.kubernetes.io/name=opencode-flux, which its own pods lack",
    ),
    _chain(
        "HA-01", "a second workload with the same labels", DEPLOYMENT, "---\n",
        "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: helper}\nspec:\n"
        "  selector: {matchLabels: {app.kubernetes.io/name: opencode-ha}}\n"
        "  template: {metadata: {labels: {app.kubernetes.io/name: opencode-ha}}, spec: {containers: []}}\n---\n",
        "selector:", "the Service opencode-ha also sends to the pods of helper", at=SERVICE,
        also=("resources-mismatch", "replica-count-mismatch"),
    ),
    _added(
        "route-chain-broken", "HA-01", "nothing may come in",
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny\nspec:\n"
        "  podSelector: {}\n  policyTypes: [Ingress, Egress]\n",
        "podSelector", "the NetworkPolicy default-deny lets nothing in to the port 4096 of opencode-ha", app=HA,
    ),
    _added(
        "route-chain-broken", "FLUX-01", "another port may be reached",
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\nspec:\n"
        "  podSelector: {matchLabels: {app.kubernetes.io/name: opencode-flux}}\n  ingress:\n    - ports: [{port: 8080}]\n",
        "ingress:", "the NetworkPolicy web lets nothing in to the port 4096 of opencode-flux",
    ),
]  # fmt: skip

_ACCEPTABLE = "acceptable is network/envoy-internal https"


def _gateway(
    requirement: str, what: str, old: str, new: str, line: str, message: str = "", *also: str
) -> Mutation:
    return _mutation("route-gateway-unacceptable", requirement, what, ROUTE, old, new, line, message, also)


_GATEWAYS = [
    _gateway(
        "FLUX-01", "the Gateway of the internet", "- name: envoy-internal", "- name: envoy-external", "envoy-external",
        f"it attaches to network/envoy-external https, which the internet can reach; {_ACCEPTABLE}",
    ),
    _gateway(
        "HA-01", "the Gateway of the internet as well", _PARENT, f"{_PARENT}{_PARENT.replace('internal', 'external')}",
        "envoy-external", f"it attaches to network/envoy-external https, which the internet can reach; {_ACCEPTABLE}",
    ),
    _gateway(
        "HA-01", "the plain listener", "sectionName: https", "sectionName: http", "sectionName: http",
        f"it attaches to network/envoy-internal http; {_ACCEPTABLE}", "route-chain-broken", "certificate-not-served",
    ),
    _gateway(
        "FLUX-01", "the plain listener by its port", "sectionName: https", "port: 80", "port: 80",
        f"it attaches to network/envoy-internal http; {_ACCEPTABLE}", "route-chain-broken", "certificate-not-served",
    ),
    _gateway(
        "FLUX-01", "every default Gateway", "spec:\n", "spec:\n  useDefaultGateways: All\n", "useDefaultGateways",
        "the route attaches to every default Gateway besides those it names",
    ),
    _gateway(
        "HA-01", "a mesh", "    - name: envoy-internal", '    - group: ""\n      kind: Service\n      name: opencode-ha\n    - name: envoy-internal',
        "kind: Service", "the route attaches to the Service opencode-ha instead of a Gateway",
    ),
    _added(
        "route-gateway-unacceptable", "FLUX-01", "a second route publishes the host",
        _ROUTE_COPY.replace("HOST", "flux").replace("BACKEND", "opencode-flux").replace("internal", "external"),
        "envoy-external", also=("traffic-policy-missing", "stream-timeout-limited", "dns-annotation-missing"),
    ),
]  # fmt: skip


def _traffic(
    requirement: str, what: str, old: str, new: str, line: str, message: str = "", **more: object
) -> Mutation:
    return _mutation("traffic-policy-missing", requirement, what, POLICY, old, new, line, message, **more)  # type: ignore[arg-type]


_REFERENCE = "    - group: gateway.networking.k8s.io\n      kind: HTTPRoute\n      name: *app\n"
_POLICY_COPY = f"""\
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata:
  name: zz-copy
spec:
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: ROUTE
  timeout: {{http: {{requestTimeout: 0s}}}}
"""
_POLICIES = [
    _traffic(
        "FLUX-09", "a route that does not exist", "      name: *app\n", "      name: opencode-flx\n", "opencode-flx",
        "there is no HTTPRoute opencode/opencode-flx; did you mean 'opencode-flux'?",
    ),
    _traffic(
        "HA-09", "the target is copied from the other workspace", "      name: *app\n", "      name: opencode-flux\n",
        "name: &app opencode-ha",
        "no BackendTrafficPolicy targets the HTTPRoute opencode-ha", at=ROUTE,
    ),
    Mutation(
        "FLUX-09", "the other workspace's policy targets the route too", "traffic-policy-missing", f"{HA}/{POLICY}",
        "      name: *app\n", "      name: opencode-flux\n", "name: opencode-flux", also=(DRIFT,),
        message="the HTTPRoute opencode-flux has two policies, opencode-flux and opencode-ha, of which the older wins",
    ),
    _traffic(
        "HA-09", "a target without its group", "    - group: gateway.networking.k8s.io\n      kind", "    - kind", "kind: HTTPRoute",
        "the target has no group, it must be gateway.networking.k8s.io",
    ),
    _traffic(
        "FLUX-09", "the group of the policy", "- group: gateway.networking.k8s.io", "- group: gateway.envoyproxy.io",
        "group: gateway.envoyproxy.io", "the target is of the group 'gateway.envoyproxy.io', it must be gateway.networking.k8s.io",
    ),
    _traffic(
        "HA-09", "a kind in other letters", "kind: HTTPRoute", "kind: HttpRoute", "kind: HttpRoute",
        "the target is of the kind 'HttpRoute'; did you mean 'HTTPRoute'?",
    ),
    _traffic(
        "FLUX-09", "the Service in the route's place", "kind: HTTPRoute", "kind: Service", "kind: Service",
    ),
    _traffic(
        "HA-09", "the Gateway of another namespace", f"{_REFERENCE}", _REFERENCE.replace("HTTPRoute", "Gateway").replace("*app", "envoy-internal"),
        "name: envoy-internal",
        "there is no Gateway opencode/envoy-internal, only one in network, out of reach of the policy",
    ),
    _traffic(
        "FLUX-09", "a target with a namespace", "      name: *app\n", "      name: *app\n      namespace: opencode\n",
        "namespace: opencode", "a target has no namespace: a policy reaches nothing outside its own, opencode",
    ),
    _traffic(
        "HA-09", "a rule that does not exist", "      name: *app\n", "      name: *app\n      sectionName: https\n",
        "sectionName: https", "the HTTPRoute opencode-ha has no rule named 'https'", also=("stream-timeout-limited",),
    ),
    _traffic(
        "FLUX-09", "no target", f"  targetRefs:\n{_REFERENCE}", "", "spec:", "the BackendTrafficPolicy opencode-flux has no target",
    ),
    _traffic(
        "HA-09", "the key in the singular, the list left as it is", "targetRefs:", "targetRef:", "spec:",
        "the BackendTrafficPolicy opencode-ha has no target",
    ),
    _traffic(
        "FLUX-09", "labels that the route does not have", f"  targetRefs:\n{_REFERENCE}",
        "  targetSelectors:\n    - kind: HTTPRoute\n      matchLabels:\n        app: opencode-flux\n", "app: opencode-flux",
        "no HTTPRoute of opencode has the label app=opencode-flux",
    ),
    _traffic(
        "HA-09", "the policy is of another group", "apiVersion: gateway.envoyproxy.io/v1alpha1",
        "apiVersion: gateway.networking.k8s.io/v1alpha1", "apiVersion",
        "the BackendTrafficPolicy is of gateway.networking.k8s.io/v1alpha1 instead of gateway.envoyproxy.io/v1alpha1",
        also=("schema-header-missing",),
    ),
    _traffic(
        "FLUX-09", "the policy is of a version that does not exist", "gateway.envoyproxy.io/v1alpha1\n", "gateway.envoyproxy.io/v1\n",
        "apiVersion", also=("schema-header-missing",),
    ),
    _mutation(
        "traffic-policy-missing", "HA-09", "the policy is not listed", LISTED, "  - ./backendtrafficpolicy.yaml\n", "",
        "name: &app opencode-ha", "no BackendTrafficPolicy targets the HTTPRoute opencode-ha", also=("manifest-orphaned",), at=ROUTE,
    ),
    _mutation(
        "traffic-policy-missing", "FLUX-09", "the route is renamed", ROUTE, "name: &app opencode-flux", "name: opencode-flux-web",
        "name: *app", "there is no HTTPRoute opencode/opencode-flux; did you mean 'opencode-flux-web'?", at=POLICY,
        more=((ROUTE, "name: *app", "name: opencode-flux"),),
    ),
    _added(
        "traffic-policy-missing", "HA-09", "a second policy", _POLICY_COPY.replace("ROUTE", "opencode-ha"), "name: opencode-ha",
        "the HTTPRoute opencode-ha has two policies, opencode-ha and zz-copy, of which the older wins", app=HA,
    ),
]  # fmt: skip


def _stream(
    requirement: str, what: str, old: str, new: str, line: str, message: str = "", **more: object
) -> Mutation:
    file = more.pop("file", POLICY)
    return _mutation("stream-timeout-limited", requirement, what, str(file), old, new, line, message, **more)  # type: ignore[arg-type]


_ELSEWHERE = "requestTimeout is not set, and a policy outside this tree decides"
_TIMEOUTS = [
    _stream(
        "FLUX-09", "a limit", "requestTimeout: 0s", "requestTimeout: 300s", "requestTimeout: 300s",
        "a response is ended after 5m, it must be 0s: no limit",
    ),
    _stream(
        "HA-09", "no unit", "requestTimeout: 0s", "requestTimeout: 0", "requestTimeout: 0", "'0' is no duration such as 0s",
    ),
    _stream(
        "FLUX-09", "a word", "requestTimeout: 0s", "requestTimeout: infinity", "infinity",
        "'infinity' is no duration such as 0s",
    ),
    _stream("HA-09", "left to the Gateway", "      requestTimeout: 0s\n", "", "http:", _ELSEWHERE),
    _stream(
        "FLUX-09", "a typing mistake", "requestTimeout: 0s", "requesTimeout: 0s", "requesTimeout",
        f"{_ELSEWHERE}; nothing reads spec.timeout.http.requesTimeout",
    ),
    _stream(
        "HA-09", "one level too high", "      requestTimeout: 0s\n", "", "requestTimeout: 0s",
        f"{_ELSEWHERE}; nothing reads spec.timeout.requestTimeout",
        more=((POLICY, "  timeout:\n", "  timeout:\n    requestTimeout: 0s\n"),),
    ),
    _stream(
        "FLUX-09", "the key in the plural", "  timeout:\n", "  timeouts:\n", "timeouts:", f"{_ELSEWHERE}; nothing reads spec.timeouts",
    ),
    _stream(
        "HA-09", "neither a limit nor a merge type", "      requestTimeout: 0s\n", "", "http:",
        "requestTimeout is not set, and Envoy ends every response after 15s",
        more=((POLICY, "  mergeType: StrategicMerge\n", ""),),
    ),
    _stream(
        "FLUX-09", "a merge type in other letters", "StrategicMerge", "strategicMerge", "strategicMerge",
        "'strategicMerge' is no merge type, so that the policy is refused; did you mean 'StrategicMerge'?",
    ),
    _stream(
        "HA-09", "a merge type that does not exist", "mergeType: StrategicMerge", "mergeType: Merge", "mergeType: Merge",
        "'Merge' is no merge type, so that the policy is refused",
    ),
    _stream(
        "FLUX-09", "a minute of silence", "connectionIdleTimeout: 3600s", "connectionIdleTimeout: 60s", "60s",
        "a silent connection is ended after 1m, it must live at least 1h",
    ),
    _stream(
        "HA-09", "milliseconds", "connectionIdleTimeout: 3600s", "connectionIdleTimeout: 3600ms", "3600ms",
        "a silent connection is ended after 3s600ms, it must live at least 1h",
    ),
    _stream("FLUX-09", "silence is left to the Gateway", "      connectionIdleTimeout: 3600s\n", "", "http:"),
    _stream(
        "HA-09", "a longest connection", "requestTimeout: 0s", "requestTimeout: 0s\n      maxConnectionDuration: 1h", "maxConnection",
        "a connection is ended after 1h, whatever it carries",
    ),
    _stream(
        "FLUX-09", "a longest stream", "requestTimeout: 0s", "requestTimeout: 0s\n      maxStreamDuration: 30m", "maxStream",
        "a stream is ended after 30m, whatever it carries",
    ),
    _stream(
        "HA-09", "a field of a later release", "requestTimeout: 0s", "requestTimeout: 0s\n      streamIdleTimeout: 0s", "streamIdle",
        "Envoy Gateway 1.7.1 knows no streamIdleTimeout in a BackendTrafficPolicy",
    ),
    _stream(
        "FLUX-09", "the route has a limit of its own", "          port: 4096\n",
        "          port: 4096\n      timeouts:\n        request: 60s\n", "request: 60s",
        "a response is ended after 1m, it must be 0s: no limit", file=ROUTE,
    ),
    _stream(
        "HA-09", "the route has a limit for the backend", "          port: 4096\n",
        "          port: 4096\n      timeouts:\n        request: 0s\n        backendRequest: 30s\n", "backendRequest: 30s",
        "a response is ended after 30s, it must be 0s: no limit", file=ROUTE,
    ),
    _stream(
        "HA-09", "messages are sent twice", "  tcpKeepalive:\n", "  retry:\n    numRetries: 3\n  tcpKeepalive:\n", "retry:",
        "a retry sends a message to the model twice, since POST is repeated like any other request",
    ),
    _stream(
        "FLUX-09", "requests are buffered", "  tcpKeepalive:\n", "  requestBuffer:\n    limit: 4Mi\n  tcpKeepalive:\n", "requestBuffer:",
    ),
    _stream(
        "HA-09", "no WebSockets", "  tcpKeepalive:\n", "  httpUpgrade:\n    - type: connect-udp\n  tcpKeepalive:\n", "httpUpgrade:",
        "httpUpgrade lets connect-udp through and no websocket",
    ),
    _stream(
        "FLUX-09", "the client's protocol", "  tcpKeepalive:\n", "  useClientProtocol: true\n  tcpKeepalive:\n", "useClientProtocol",
    ),
    _stream(
        "HA-09", "faults on purpose", "  tcpKeepalive:\n",
        "  faultInjection:\n    delay:\n      fixedDelay: 5s\n  tcpKeepalive:\n", "delay:",
        "faultInjection breaks requests on purpose: delay",
    ),
]  # fmt: skip

_ANNOTATION = 'external-dns.home.arpa/enabled: "true"'
_KEY = "external-dns.home.arpa/enabled"


def _dns(what: str, old: str, new: str, line: str, message: str = "", app: str = FLUX) -> Mutation:
    path = f"{app}/{ROUTE}"
    return Mutation(
        "OPS-03", what, "dns-annotation-missing", path, old, new, line, also=(DRIFT,), message=message
    )


_DNS = [
    _dns(
        "no annotation", f"  annotations:\n    {_ANNOTATION}\n", "", "metadata:",
        f'the HTTPRoute opencode-flux lacks the annotation {_KEY}: "true"',
    ),
    _dns(
        "a boolean", _ANNOTATION, f"{_KEY}: true", f"{_KEY}: true",
        f'{_KEY} is a boolean, and an annotation is a text: "true"', app=HA,
    ),
    _dns("another text", _ANNOTATION, f'{_KEY}: "yes"', f"{_KEY}", f'{_KEY} is "yes" instead of "true"'),
    _dns("switched off", _ANNOTATION, f'{_KEY}: "false"', f"{_KEY}", app=HA),
    _dns(
        "a typing mistake", _ANNOTATION, 'external-dns.home.arpa/enable: "true"', "enable:",
        f'the HTTPRoute opencode-flux lacks the annotation {_KEY}: "true"; nothing reads '
        "'external-dns.home.arpa/enable' in metadata.annotations",
    ),
    _dns(
        "another domain", _ANNOTATION, 'external-dns.alpha.kubernetes.io/enabled: "true"', "annotations:", app=HA,
    ),
    _dns(
        "among the labels", "  annotations:\n", "  labels:\n", _KEY,
        f'the HTTPRoute opencode-flux lacks the annotation {_KEY}: "true"; nothing reads \'{_KEY}\' in metadata.labels',
    ),
    _dns(
        "one level too high", f"  annotations:\n    {_ANNOTATION}\n", f"  {_ANNOTATION}\n", _KEY,
        f'the HTTPRoute opencode-ha lacks the annotation {_KEY}: "true"; nothing reads \'{_KEY}\' in metadata', app=HA,
    ),
    _dns(
        "a target that nobody reads", _ANNOTATION, f"{_ANNOTATION}\n    external-dns.alpha.kubernetes.io/target: a.example.org",
        "target:", "ExternalDNS reads the target from the Gateway, never from an HTTPRoute",
    ),
    _dns(
        "another controller", _ANNOTATION, f"{_ANNOTATION}\n    external-dns.alpha.kubernetes.io/controller: none", "controller:",
        "ExternalDNS passes over a route of the controller 'none'", app=HA,
    ),
]  # fmt: skip


_SECURITY = f"""\
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata:
  name: login
spec:
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: opencode-flux
  oidc:
    provider: {{issuer: "https://login.example.org"}}
    clientID: opencode
"""
_PROXY_POD = """\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: login
spec:
  selector: {matchLabels: {app: login}}
  template:
    metadata: {labels: {app: login}}
    spec:
      containers:
        - name: proxy
          image: quay.io/oauth2-proxy/oauth2-proxy:v7.6.0
---
apiVersion: v1
kind: Service
metadata:
  name: login
spec:
  selector: {app: login}
  ports: [{port: 4096}]
"""
_POD_RULES = ("resources-mismatch", "image-unofficial", "image-unpinned", "replica-count-mismatch", "reloader-annotation-missing",
              "probe-unsuitable", "process-one-unstoppable", "rollout-overlapping")  # fmt: skip


def _proxy(
    what: str, file: str, old: str, new: str, line: str, message: str = "", *also: str, app: str = FLUX
) -> Mutation:
    path = f"{app}/{file}"
    return Mutation(
        "SCOPE-05", what, "proxy-present", path, old, new, line, also=(DRIFT, *also), message=message
    )


_PROXIES = [
    _added("proxy-present", "SCOPE-05", "a policy with OIDC", _SECURITY, "oidc:", "the SecurityPolicy login puts a login before the server: oidc"),
    _added(
        "proxy-present", "SCOPE-05", "a policy with Basic auth", _SECURITY[: _SECURITY.index("  oidc")] + "  basicAuth:\n    users: {name: users}\n",
        "basicAuth:", app=HA,
    ),
    _added(
        "proxy-present", "SCOPE-05", "a policy that asks a server, of the workspace but on nothing",
        _SECURITY[: _SECURITY.index("  targetRefs")] + "  extAuth: {http: {backendRefs: [{name: authelia, port: 80}]}}\n", "extAuth",
        "the SecurityPolicy login puts a login before the server: extAuth", app=HA,
    ),
    _added(
        "proxy-present", "SCOPE-05", "a Middleware of Traefik",
        "---\napiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata:\n  name: sso\nspec:\n  forwardAuth:\n    address: http://authelia\n",
        "forwardAuth:", "the Middleware sso puts a login before the server: forwardAuth",
    ),
    Mutation(
        "SCOPE-05", "a proxy in the server's place", "proxy-present", f"{FLUX}/added.yaml", new=_PROXY_POD, line="oauth2-proxy:v7",
        message="the container proxy of login is a proxy: oauth2-proxy", create=True,
        more=((f"{FLUX}/{LISTED}", "resources:\n", "resources:\n  - ./added.yaml\n"), (f"{FLUX}/{ROUTE}", "- name: *app", "- name: login")),
        also=(DRIFT, "schema-header-missing", "route-chain-broken", *_POD_RULES),
    ),
    Mutation(
        "SCOPE-05", "a server in front of the server", "proxy-present", f"{HA}/added.yaml",
        new=_PROXY_POD.replace("quay.io/oauth2-proxy/oauth2-proxy:v7.6.0", "docker.io/library/nginx:1.27.0"), line="- name: login",
        message="the route leads to the pods of login before the server", create=True, at=f"{HA}/{ROUTE}",
        more=((f"{HA}/{LISTED}", "resources:\n", "resources:\n  - ./added.yaml\n"), (f"{HA}/{ROUTE}", "- name: *app", "- name: login")),
        also=(DRIFT, "schema-header-missing", "route-chain-broken", *_POD_RULES),
    ),
    _proxy(
        "a sidecar", DEPLOYMENT, "      containers:\n        - name: opencode\n",
        "      containers:\n        - name: auth\n          image: ghcr.io/goauthentik/proxy:2025.2.1\n"
        "          ports: [{name: auth, containerPort: 9000}]\n        - name: opencode\n",
        "goauthentik", "the container auth of opencode-ha is a proxy: goauthentik", *_POD_RULES, app=HA,
    ),
    Mutation(
        "SCOPE-05", "a sidecar that the Service leads to", "proxy-present", f"{FLUX}/{DEPLOYMENT}",
        "      containers:\n        - name: opencode\n",
        "      containers:\n        - name: gate\n          image: docker.io/library/nginx:1.27.0\n"
        "          ports: [{name: gate, containerPort: 9000}]\n        - name: opencode\n",
        "targetPort: gate", message="the route leads to the container gate before the server", at=f"{FLUX}/{SERVICE}",
        more=((f"{FLUX}/{SERVICE}", "targetPort: http", "targetPort: gate"),), also=(DRIFT, "route-chain-broken", *_POD_RULES),
    ),
    _proxy(
        "an annotation for nginx", ROUTE, f"    {_ANNOTATION}\n", f"    {_ANNOTATION}\n    nginx.ingress.kubernetes.io/auth-url: https://login.example.org\n",
        "auth-url", "the annotation nginx.ingress.kubernetes.io/auth-url puts a login before the server",
    ),
    _proxy(
        "an annotation for Pomerium on the Service", SERVICE, "  name: &app opencode-ha\n",
        '  name: &app opencode-ha\n  annotations:\n    ingress.pomerium.io/allow_any_authenticated_user: "true"\n', "pomerium", app=HA,
    ),
    _proxy(
        "a filter that asks another server", ROUTE, "    - backendRefs:",
        "    - filters:\n        - type: ExternalAuth\n          externalAuth: {protocol: HTTP, backendRef: {name: login, port: 80}}\n      backendRefs:",
        "ExternalAuth", "a filter asks another server before each request",
    ),
    _proxy(
        "a backend of Envoy Gateway", ROUTE, "- name: *app", "- group: gateway.envoyproxy.io\n          kind: Backend\n          name: login",
        "kind: Backend", "the route leads to the Backend login before the server", "route-chain-broken", app=HA,
    ),
    _added(
        "proxy-present", "SCOPE-05", "a chart",
        "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: login\nspec:\n  chart:\n    spec:\n      chart: oauth2-proxy\n",
        "chart: oauth2-proxy", "the HelmRelease login installs a proxy: oauth2-proxy", also=("reference-dangling", "source-unknown"),
    ),
]  # fmt: skip

_SERVER_POD = """\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: opencode-third
spec:
  selector: {matchLabels: {app: third}}
  template:
    metadata: {labels: {app: third}}
    spec:
      containers:
        - name: opencode
          image: ghcr.io/anomalyco/opencode:1.18.30
          args: [web]
"""
_SERVER_RULES = (*_POD_RULES, "server-command-mismatch", "server-password-missing", "home-unwritable", "git-missing",
                 "working-directory-mismatch", "session-data-unpersisted", "auth-unpersisted", "provider-unlimited",
                 "configuration-unusable", "auth-seed-misplaced", "clone-unguarded", "repository-mismatch")  # fmt: skip
_THIRD_KS = """\
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: opencode-third
  namespace: flux-system
spec:
  targetNamespace: opencode-third
  path: ./kubernetes/apps/opencode/opencode-ha/app
  sourceRef:
    kind: GitRepository
    name: home-kubernetes
"""


def _server(
    what: str, file: str, old: str, new: str, line: str, message: str = "", app: str = FLUX
) -> Mutation:
    path = f"{app}/{file}"
    return Mutation(
        "SCOPE-07",
        what,
        "server-unexpected",
        path,
        old,
        new,
        line,
        also=(DRIFT, *_SERVER_RULES),
        message=message,
    )


_SERVERS = [
    _added(
        "server-unexpected", "SCOPE-07", "a third Deployment", _SERVER_POD, "opencode:1.18.30",
        "opencode-third runs ghcr.io/anomalyco/opencode, and is the server of no workspace", also=_SERVER_RULES,
    ),
    _added(
        "server-unexpected", "SCOPE-07", "a StatefulSet with an image of its own",
        _SERVER_POD.replace("Deployment", "StatefulSet").replace("ghcr.io/anomalyco/opencode:1.18.30", "docker.io/library/alpine:3.20.0")
        .replace("args: [web]", "command: [/usr/local/bin/opencode, serve]"), "command:",
        "opencode-third starts opencode serve, and is the server of no workspace", also=_SERVER_RULES, app=HA,
    ),
    _added(
        "server-unexpected", "SCOPE-07", "a CronJob with the server's password",
        "---\napiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: nightly\nspec:\n  schedule: '@daily'\n  jobTemplate:\n    spec:\n"
        "      template:\n        spec:\n          containers:\n            - name: run\n              image: docker.io/library/alpine:3.20.0\n"
        "              env:\n                - name: OPENCODE_SERVER_PASSWORD\n                  valueFrom:\n"
        "                    secretKeyRef: {name: opencode-flux-secret, key: server-password}\n",
        "OPENCODE_SERVER_PASSWORD", "nightly is given OPENCODE_SERVER_PASSWORD, and is the server of no workspace", also=_SERVER_RULES,
    ),
    _server(
        "a second server in the pod", DEPLOYMENT, "      containers:\n        - name: opencode\n",
        "      containers:\n        - name: spare\n          image: ghcr.io/anomalyco/opencode:1.18.33\n          args: [serve]\n        - name: opencode\n",
        "image: ghcr.io", "opencode-ha runs ghcr.io/anomalyco/opencode beside its server", app=HA,
    ),
    _server(
        "a list of users", DEPLOYMENT, "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
        "            - name: OPENCODE_SERVER_USERNAME\n              value: ann, bob\n            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
        "value: ann", "OpenCode takes 'ann, bob' for the name of one user",
    ),
    _server(
        "two users", DEPLOYMENT, "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
        "            - name: OPENCODE_SERVER_USERNAME\n              value: ann\n            - name: OPENCODE_SERVER_USERNAME\n              value: bob\n"
        "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
        "OPENCODE_SERVER_USERNAME", "a second OPENCODE_SERVER_USERNAME replaces the first one", app=HA,
    ),
    Mutation(
        "SCOPE-07", "a third workspace from the folder of another", "server-unexpected", f"{APPS}/opencode-third/ks.yaml", new=_THIRD_KS,
        line="name: opencode-third", message="the Flux Kustomization opencode-third applies the server of opencode-ha once more", create=True,
        more=((f"{APPS}/kustomization.yaml", "  - ./opencode-ha/ks.yaml\n", "  - ./opencode-ha/ks.yaml\n  - ./opencode-third/ks.yaml\n"),),
        also=("schema-header-missing", "workspace-layout-mismatch", "namespace-target-mismatch", "route-chain-broken", "traffic-policy-missing",
              "reference-dangling", "doppler-name-mismatch", DRIFT),
    ),
    _added(
        "server-unexpected", "SCOPE-07", "a chart with the server's image",
        "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: opencode-third\nspec:\n  values:\n    controllers:\n"
        "      main: {containers: {app: {image: {repository: ghcr.io/anomalyco/opencode, tag: 1.18.33}}}}\n",
        "repository: ghcr.io/anomalyco/opencode", "the HelmRelease opencode-third has the image of a server, and is that of no workspace",
        also=("reference-dangling", "source-unknown"), app=HA,
    ),
]  # fmt: skip

MUTATIONS: list[Mutation] = [
    *_HOSTS,
    *_PARENTS,
    *_BACKENDS,
    *_SERVICES,
    *_PODS,
    *_GATEWAYS,
    *_POLICIES,
    *_TIMEOUTS,
    *_DNS,
    *_PROXIES,
    *_SERVERS,
]

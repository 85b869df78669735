"""Ways to break the road from the Service to the port that the server listens on."""

from __future__ import annotations

from tests.mutations.edits import DEPLOYMENT, HA, LISTED, ROUTE, SERVICE, added, chain
from tests.mutations.harness import Mutation

_SELECTOR = "    app.kubernetes.io/name: *app\n"
_SERVICES = [
    chain(
        "FLUX-01",
        "a selector with another value",
        SERVICE,
        _SELECTOR,
        "    app.kubernetes.io/name: opencode\n",
        "name: opencode",
        "the Service opencode-flux selects app.kubernetes.io/name=opencode, and the pod of opencode-flux has "
        "app.kubernetes.io/name=opencode-flux",
    ),
    chain(
        "HA-01",
        "a selector with a typing mistake in its key",
        SERVICE,
        _SELECTOR,
        "    app.kubernets.io/name: *app\n",
        "app.kubernets.io",
        "the Service opencode-ha selects app.kubernets.io/name=opencode-ha, and the pod of "
        "opencode-ha does not have "
        "this label; did you mean 'app.kubernetes.io/name'?",
    ),
    chain(
        "HA-01",
        "the selector is copied from the other workspace",
        SERVICE,
        _SELECTOR,
        "    app.kubernetes.io/name: opencode-flux\n",
        "name: opencode-flux",
        "the Service opencode-ha selects app.kubernetes.io/name=opencode-flux, and the pod of "
        "opencode-ha has "
        "app.kubernetes.io/name=opencode-ha",
    ),
    chain(
        "FLUX-01",
        "a label too many",
        SERVICE,
        _SELECTOR,
        f"{_SELECTOR}    app.kubernetes.io/instance: *app\n",
        "instance",
    ),
    chain(
        "HA-01",
        "a selector as Deployments have it",
        SERVICE,
        _SELECTOR,
        f"    matchLabels:\n  {_SELECTOR}",
        "matchLabels:",
    ),
    chain(
        "FLUX-01",
        "no selector",
        SERVICE,
        f"  selector:\n{_SELECTOR}",
        "",
        "spec:",
        "the Service opencode-flux selects no pods",
    ),
    chain(
        "HA-01",
        "a target port that no container names",
        SERVICE,
        "targetPort: http",
        "targetPort: web",
        "targetPort: web",
        "no container of opencode-ha has a port named 'web'",
    ),
    chain(
        "FLUX-01",
        "a target port where nobody listens",
        SERVICE,
        "targetPort: http",
        "targetPort: 8080",
        "targetPort: 8080",
        "requests go to 8080, and the server listens on 4096",
    ),
    chain(
        "HA-01",
        "the number of the target port as a text",
        SERVICE,
        "targetPort: http",
        'targetPort: "4096"',
        'targetPort: "4096"',
        "no container of opencode-ha has a port named '4096'",
    ),
    chain(
        "FLUX-01",
        "the Service listens elsewhere",
        SERVICE,
        "port: 4096",
        "port: 80",
        "port: 4096",
        "the Service opencode-flux has no port 4096, it has 80",
        at=ROUTE,
    ),
    chain(
        "HA-01",
        "UDP",
        SERVICE,
        "      port: 4096",
        "      protocol: UDP\n      port: 4096",
        "protocol: UDP",
        "the port 4096 of the Service opencode-ha is a port of UDP",
    ),
    chain(
        "FLUX-01",
        "HTTP/2",
        SERVICE,
        "targetPort: http",
        "targetPort: http\n      appProtocol: kubernetes.io/h2c",
        "h2c",
        "kubernetes.io/h2c makes Envoy speak HTTP/2, and OpenCode speaks HTTP/1.1 only",
    ),
    chain(
        "HA-01",
        "a name for another host",
        SERVICE,
        "spec:\n",
        "spec:\n  type: ExternalName\n  externalName: ha.example.org\n",
        "type: ExternalName",
        "the Service opencode-ha is but a name for another host, no pod is behind it",
    ),
    chain(
        "FLUX-01",
        "the Service is renamed",
        SERVICE,
        "name: &app opencode-flux",
        "name: opencode-flux-web",
        "- name: *app",
        "there is no Service opencode/opencode-flux; did you mean 'opencode-flux-web'?",
        at=ROUTE,
        more=((SERVICE, "name: *app", "name: opencode-flux"),),
    ),
    chain(
        "HA-01",
        "the Service is not listed",
        LISTED,
        "  - ./service.yaml\n",
        "",
        "- name: *app",
        at=ROUTE,
        also=("manifest-orphaned",),
    ),
]

_LABELS = "    matchLabels: &labels\n      app.kubernetes.io/name: *app\n"
_PODS = [
    chain(
        "FLUX-01",
        "the container declares another port",
        DEPLOYMENT,
        "containerPort: 4096",
        "containerPort: 4097",
        "containerPort: 4097",
        "requests go to 4097, and the server listens on 4096",
        also=("probe-unsuitable", "server-command-mismatch"),
    ),
    chain(
        "HA-01",
        "the server is told another port",
        DEPLOYMENT,
        '--port, "4096"',
        '--port, "8080"',
        "containerPort: 4096",
        "requests go to 4096, and the server listens on 8080",
        also=("server-command-mismatch", "probe-unsuitable"),
    ),
    chain(
        "FLUX-01",
        "the server is told no port",
        DEPLOYMENT,
        ', --port, "4096"]',
        "]",
        "args: [web",
        "the server is given no port and chooses one itself",
        also=("server-command-mismatch", "probe-unsuitable"),
    ),
    chain(
        "HA-01",
        "the container's port is renamed",
        DEPLOYMENT,
        "- name: http\n",
        "- name: web\n",
        "targetPort: http",
        "no container of opencode-ha has a port named 'http'",
        also=("probe-unsuitable",),
        at=SERVICE,
    ),
    chain(
        "FLUX-01",
        "other labels on the pod",
        DEPLOYMENT,
        "      labels: *labels\n",
        "      labels:\n        app: opencode\n",
        "app.kubernetes.io/name: *app",
        "the Deployment opencode-flux selects app.kubernetes.io/name=opencode-flux, which its own pods lack",
    ),
    chain(
        "HA-01",
        "a second workload with the same labels",
        DEPLOYMENT,
        "---\n",
        "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: helper}\nspec:\n"
        "  selector: {matchLabels: {app.kubernetes.io/name: opencode-ha}}\n"
        "  template: {metadata: {labels: {app.kubernetes.io/name: opencode-ha}}, spec: {containers: "
        "[]}}\n---\n",
        "selector:",
        "the Service opencode-ha also sends to the pods of helper",
        at=SERVICE,
        also=("resources-mismatch", "replica-count-mismatch"),
    ),
    added(
        "route-chain-broken",
        "HA-01",
        "nothing may come in",
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny\nspec:\n"
        "  podSelector: {}\n  policyTypes: [Ingress, Egress]\n",
        "podSelector",
        "the NetworkPolicy default-deny lets nothing in to the port 4096 of opencode-ha",
        app=HA,
    ),
    added(
        "route-chain-broken",
        "FLUX-01",
        "another port may be reached",
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\nspec:\n"
        "  podSelector: {matchLabels: {app.kubernetes.io/name: opencode-flux}}\n  ingress:\n"
        "    - ports: [{port: 8080}]\n",
        "ingress:",
        "the NetworkPolicy web lets nothing in to the port 4096 of opencode-flux",
    ),
]

MUTATIONS: list[Mutation] = [*_SERVICES, *_PODS]

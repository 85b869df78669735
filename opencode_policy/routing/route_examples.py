"""What the examples of the routing rules have in common: a workspace that can be reached, file by file."""

from __future__ import annotations

from collections.abc import Mapping

APP = "kubernetes/apps/demo/demo/app"
ROUTE_FILE = f"{APP}/route.yaml"
SERVICE_FILE = f"{APP}/service.yaml"
DEPLOYMENT_FILE = f"{APP}/deployment.yaml"
POLICY_FILE = f"{APP}/policy.yaml"
NETWORK = "kubernetes/apps/network/objects.yaml"
"""A file that the example's entry Kustomization applies as it is, namespace included."""

ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: demo}
spec:
  parentRefs:
    - name: internal
      namespace: network
      sectionName: https
  hostnames: ["demo.${DOMAIN}"]
  rules:
    - backendRefs:
        - name: demo
          port: 80
"""

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: demo}
spec:
  selector: {app: demo}
  ports:
    - port: 80
      targetPort: http
"""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  selector: {matchLabels: {app: demo}}
  template:
    metadata: {labels: {app: demo}}
    spec:
      containers:
        - name: server
          image: registry.example/opencode:1
          args: [web, --port, "4096"]
          ports: [{name: http, containerPort: 4096}]
"""

POLICY = """\
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: demo}
spec:
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: demo
  mergeType: StrategicMerge
  timeout:
    http:
      requestTimeout: 0s
      connectionIdleTimeout: 1h
"""

REACHABLE: Mapping[str, str] = {ROUTE_FILE: ROUTE, SERVICE_FILE: SERVICE, DEPLOYMENT_FILE: DEPLOYMENT}
"""Everything between the Gateway and the server of the workspace `demo`."""


def reachable(**texts: str) -> dict[str, str]:
    """Those files with other texts: `route`, `service`, `deployment`; `policy` or `network` beside them."""
    return {**REACHABLE, **{_FILES[name]: text for name, text in texts.items()}}


_FILES = {
    "route": ROUTE_FILE,
    "service": SERVICE_FILE,
    "deployment": DEPLOYMENT_FILE,
    "policy": POLICY_FILE,
    "network": NETWORK,
}

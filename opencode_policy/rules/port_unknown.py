"""Rule port-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.build import graph_of
from opencode_policy.graph.examples import POD, WEB, anywhere
from opencode_policy.graph.model import Edge
from opencode_policy.graph.outcomes import judged, of_workspaces
from opencode_policy.graph.routing import SENDS
from opencode_policy.outcome import Outcome
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: internal, namespace: network, sectionName: https}]
"""


class PortUnknown(Rule):
    """A port is named that the Service has not, or that no container behind it has.

    A number that no container declares is no finding: the list of ports in a pod is for information only.
    """

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "The Gateway answers 500 for a backend whose Service lacks the port; a Service with a target port of "
        "a name that no container has sends to nobody; a monitor of such a port finds no target."
    )
    fix = "Name a port that the Service or the container has."
    good = (
        anywhere(
            "from the route to the container, by number and by name",
            f"""\
{WEB}---
{_ROUTE}  rules: [{{backendRefs: [{{name: web, port: 80}}]}}]
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {{name: web}}
spec: {{selector: {{matchLabels: {{app: web}}}}, podMetricsEndpoints: [{{port: http}}]}}
""",
        ),
        anywhere(
            "a number that the pod does not declare",
            f"""\
{POD}---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec: {{selector: {{app: web}}, ports: [{{port: 80, targetPort: 3000}}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: web}}
spec: {{defaultBackend: {{service: {{name: web, port: {{number: 80}}}}}}}}
""",
        ),
    )
    bad = (
        anywhere(
            "a route to a port that the Service has not",
            f"""\
{WEB}---
{_ROUTE}  rules:
    - backendRefs:
        - name: web
          port: 8080  # <- the Service web has no port 8080, it has 80
""",
        ),
        anywhere(
            "an Ingress by a name",
            f"""\
{WEB}---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: web}}
spec:
  rules:
    - http:
        paths:
          - backend:
              service:
                name: web
                port:
                  name: https  # <- the Service web has no port https, it has 80
""",
        ),
        anywhere(
            "a Service and monitors with names that nobody has",
            f"""\
{POD}---
apiVersion: v1
kind: Service
metadata: {{name: web, labels: {{app: web}}}}
spec:
  selector: {{app: web}}
  ports:
    - name: web
      port: 80
      targetPort: https  # <- no container of web has a port named 'https'; did you mean 'http'?
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  endpoints:
    - port: metrics  # <- no port of the Service web is named 'metrics'
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left, graph = of_workspaces(tree), graph_of(tree)
        routed = [edge for edge in graph.routing if edge.relation == SENDS and _judges(edge)]
        edges = [edge for edge in (*routed, *graph.ports) if not left(edge.source)]
        yield from judged(edges, what="named ports", none="nothing outside the workspaces names a port")


def _judges(edge: Edge) -> bool:
    """Whether the Service is there, so that the port can be looked for."""
    return edge.target is not None and bool(edge.reference.part)

"""Rule selector-matches-nothing."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.build import graph_of
from opencode_policy.graph.examples import POD, WEB, anywhere
from opencode_policy.graph.outcomes import judged, of_workspaces
from opencode_policy.outcome import Outcome
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree


class SelectorMatchesNothing(Rule):
    """A selector chooses none of the pods or Services that the tree makes.

    Judged are Services, PodDisruptionBudgets, ServiceMonitors and PodMonitors, and workloads whose selector
    must take their own pods. A selector that names a HelmRelease, or an object that an operator runs, may
    choose what these make, and is left open.
    """

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Kubernetes accepts a selector that chooses nothing: the Service has no endpoints and every request "
        "to it fails, the budget protects no pod, the monitor watches nothing. Nothing says so."
    )
    fix = "Write the labels that the pods have, or give them those that the selector asks for."
    good = (
        anywhere("a Service before its pods", WEB),
        anywhere(
            "a budget with an expression, a monitor of every namespace",
            f"""\
{WEB}---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: web}}
spec: {{selector: {{matchExpressions: [{{key: app, operator: In, values: [web, api]}}]}}}}
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {{name: web}}
spec: {{namespaceSelector: {{any: true}}, selector: {{matchLabels: {{app: web}}}}}}
""",
        ),
        anywhere(
            "what a chart makes, what has no selector, and a name for another host",
            f"""\
{WEB}---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: plex}}
---
apiVersion: v1
kind: Service
metadata: {{name: plex-metrics}}
spec: {{selector: {{app.kubernetes.io/instance: plex}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: by-hand}}
---
apiVersion: v1
kind: Service
metadata: {{name: printer}}
spec: {{type: ExternalName, externalName: printer.example.org, selector: {{app: none}}}}
""",
        ),
    )
    bad = (
        anywhere(
            "a value that no pod has",
            f"""\
{POD}---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector:
    app: wep  # <- the Service web selects no pods: none has app=wep, one has app=web
""",
        ),
        anywhere(
            "a key that no pod has, although the rest fits",
            f"""\
{WEB}---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: web}}
spec:
  selector:
    matchLabels:
      app: web
      app.kubernetes.io/part: web  # <- the PodDisruptionBudget web selects no pods: none has app.kubernetes.io/part=web
""",
        ),
        anywhere(
            "a workload that does not select its own pods",
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels:
      app: web  # <- the Deployment web selects app=web, which its own pods lack
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: web}]}
""",
        ),
        anywhere(
            "a monitor that asks for a label no Service has",
            f"""\
{WEB}---
apiVersion: v1
kind: Service
metadata: {{name: api, namespace: demo, labels: {{app: api}}}}
spec: {{selector: {{app: web}}}}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {{name: web}}
spec:
  selector:
    matchLabels:
      app: web  # <- the ServiceMonitor web selects no Services: none has app=web, one has app=api
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        edges = [edge for edge in graph_of(tree).selecting if not left(edge.source)]
        yield from judged(edges, what="choices of selectors", none="nothing outside the workspaces selects")

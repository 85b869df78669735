"""Rule health-check-unmatched."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.examples import KUSTOMIZATION, PATH
from opencode_policy.graph.build import graph_of
from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.flux import WATCHES
from opencode_policy.graph.outcomes import judged
from opencode_policy.outcome import Outcome
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_HEAD = f"{KUSTOMIZATION}  targetNamespace: demo\n  healthChecks:\n"
_APP = "kubernetes/apps/demo/demo/app/web.yaml"
_WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: plex}
"""


class HealthCheckUnmatched(Rule):
    """A health check of a Flux Kustomization names an object that nothing makes, or another version of it.

    A Deployment that bears the name of a HelmRelease, and a custom resource of an unknown name, may come from
    a chart or a controller; these are left open.
    """

    severity = "warning"
    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Flux waits for the object until the timeout and then calls the Kustomization failed, and whatever "
        "depends on it is never applied. A version that the cluster does not serve ends the same way."
    )
    fix = "Name kind, apiVersion, namespace and name as the object has them once it is built."
    good = (
        anywhere(
            "an object of the Kustomization, and one that a chart makes",
            {
                PATH: f"""\
{_HEAD}\
    - {{apiVersion: apps/v1, kind: Deployment, name: web, namespace: demo}}
    - {{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, name: plex, namespace: demo}}
    - {{apiVersion: apps/v1, kind: Deployment, name: plex, namespace: demo}}
    - {{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, name: database, namespace: demo}}
""",
                _APP: _WEB,
            },
        ),
    )
    bad = (
        anywhere(
            "a name and a namespace that are wrong",
            {
                PATH: f"""\
{_HEAD}\
    - apiVersion: apps/v1
      kind: Deployment
      name: webb  # <- there is no Deployment demo/webb; did you mean 'web'?
      namespace: demo
    - apiVersion: apps/v1
      kind: Deployment
      name: web
      namespace: default  # <- the Deployment web is in demo, not in default
""",
                _APP: _WEB,
            },
        ),
        anywhere(
            "a version that is gone",
            {
                PATH: f"""\
{_HEAD}\
    - apiVersion: helm.toolkit.fluxcd.io/v2beta2  # <- the HelmRelease plex is of helm.toolkit.fluxcd.io/v2, another version than helm.toolkit.fluxcd.io/v2beta2
      kind: HelmRelease
      name: plex
      namespace: demo
""",
                _APP: _WEB,
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        edges = [edge for edge in graph_of(tree).flux if edge.relation == WATCHES]
        yield from judged(edges, what="health checks", none="no Flux Kustomization has health checks")

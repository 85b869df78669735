"""Rule dependency-cyclic."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.dependencies import Dependency, cycles, helm_graph, kustomization_graph
from opencode_policy.flux.examples import KUSTOMIZATION, PATH
from opencode_policy.location import Related
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree


class DependencyCyclic(Rule):
    """A Flux object waits for itself, directly or by way of others."""

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Each of them waits until the next one is ready: none of them is ever applied, and every status says no "
        "more than that a dependency is not ready."
    )
    fix = "Remove the entry of dependsOn that leads back."
    good = (
        Example(
            "two that wait for the same third are no cycle",
            {
                PATH: f"""\
{KUSTOMIZATION}\
  dependsOn: [{{name: left}}, {{name: right}}]
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: left, namespace: flux-system}}
spec: {{dependsOn: [{{name: base}}]}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: right, namespace: flux-system}}
spec: {{dependsOn: [{{name: base}}]}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: base, namespace: flux-system}}
spec: {{dependsOn: []}}
"""
            },
        ),
        Example(
            "two releases one after the other",
            """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: demo}
spec: {dependsOn: [{name: database}]}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: database}
""",
        ),
    )
    bad = (
        Example(
            "for itself",
            {
                PATH: f"""\
{KUSTOMIZATION}\
  dependsOn:
    - name: demo  # <- demo waits for itself
"""
            },
        ),
        Example(
            "in a circle",
            {
                PATH: f"""\
{KUSTOMIZATION}\
  dependsOn:
    - name: cluster-apps
    - name: second  # <- demo waits for itself: demo, second, third, demo
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: second, namespace: flux-system}}
spec: {{dependsOn: [{{name: third}}]}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: third, namespace: flux-system}}
spec: {{dependsOn: [{{name: demo}}]}}
"""
            },
        ),
        Example(
            "two releases, each for the other",
            """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: demo}
spec:
  dependsOn:
    - name: search  # <- demo waits for itself: demo, search, demo
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: search}
spec: {dependsOn: [{name: demo}]}
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        graphs = (kustomization_graph(tree), helm_graph(tree))
        found = [chain for graph in graphs for chain in cycles(graph)]
        yield from map(_cycle, found)
        edges = [edge for graph in graphs for edge in graph.edges]
        if edges and not found:
            yield Proof(f"none of the {len(edges)} dependencies leads back", edges[0].field)
        if not edges:
            yield Irrelevant("no Flux object of the tree waits for another")


def _cycle(chain: list[Dependency]) -> Problem:
    """At the entry that leads into the circle, with the others beside it."""
    first = chain[0]
    name = first.waiting[1]
    way = ", ".join([*(item.waiting[1] for item in chain), name])
    related = tuple(Related(f"{item.waiting[1]} waits here", item.field.location) for item in chain[1:])
    return Problem(f"{name} waits for itself" + (f": {way}" if related else ""), first.field, related)

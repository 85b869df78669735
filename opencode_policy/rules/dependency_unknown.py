"""Rule dependency-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.dependencies import Dependency, Graph, helm_graph, kustomization_graph
from opencode_policy.flux.examples import KUSTOMIZATION, PATH
from opencode_policy.nearest import hint
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree


class DependencyUnknown(Rule):
    """A Flux object waits for one that does not exist.

    A Kustomization waits for Kustomizations and a HelmRelease for HelmReleases, each in its own namespace
    unless the entry names another (kustomize-controller and helm-controller, Dependencies).
    """

    needs_objects = False
    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Flux retries for ever and applies nothing: `dependencies do not meet ready condition` is all it "
        "says, for a misspelt name as for one that is merely slow."
    )
    fix = "Name an existing object of the same kind, or add it to the inventory."
    good = (
        Example(
            "a release waits for another release",
            """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: demo}
spec: {dependsOn: [{name: database}, {name: cache, namespace: demo}]}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: database}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: cache}
""",
        ),
        Example(
            "a Kustomization of the inventory, and one of the tree with its namespace",
            {
                PATH: f"""\
{KUSTOMIZATION}\
  dependsOn:
    - name: cluster-apps
    - {{name: other, namespace: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: other, namespace: flux-system}}
spec: {{path: ./kubernetes/apps/demo/other, sourceRef: {{kind: GitRepository, name: home}}}}
"""
            },
        ),
    )
    bad = (
        Example(
            "a name that is almost right",
            {
                PATH: f"""\
{KUSTOMIZATION}\
  dependsOn:
    - name: cluster-app  # <- there is no Kustomization flux-system/cluster-app; did you mean 'cluster-apps'?
"""
            },
        ),
        Example(
            "in another namespace, and an entry without a name",
            {
                PATH: f"""\
{KUSTOMIZATION}\
  dependsOn:
    - name: cluster-apps  # <- there is no Kustomization demo/cluster-apps, but one in flux-system
      namespace: demo
    - namespace: flux-system  # <- the entry of dependsOn names nothing
"""
            },
        ),
        Example(
            "a mapping instead of a list",
            {
                PATH: f"""\
{KUSTOMIZATION}\
  dependsOn:  # <- dependsOn is no list
    name: cluster-apps
"""
            },
        ),
        Example(
            "a release cannot wait for a Flux Kustomization",
            """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: demo}
spec:
  dependsOn:
    - name: cluster-apps  # <- there is no HelmRelease demo/cluster-apps, but a Kustomization of that name
    - name: demo-db  # <- there is no HelmRelease demo/demo-db
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        kustomizations, releases = kustomization_graph(tree), helm_graph(tree)
        if not any((*kustomizations.edges, *kustomizations.malformed, *releases.edges, *releases.malformed)):
            yield Irrelevant("no Flux object of the tree waits for another")
        for graph, others in ((kustomizations, releases), (releases, kustomizations)):
            yield from (_judged(item, graph, others) for item in graph.edges)
            yield from (Problem("dependsOn is no list", field) for field in graph.malformed)


def _judged(item: Dependency, graph: Graph, others: Graph) -> Outcome:
    namespace, name = item.target
    if not name:
        instead = f": write 'name: {item.field.text}'" if item.field.text else ""
        return Problem(f"the entry of dependsOn names nothing{instead}", item.field)
    if "${" in f"{namespace}{name}":
        return Unknown(f"what {item.waiting[1]} waits for holds a variable of unknown value", item.field)
    if item.target in graph.known:
        return Proof(f"{item.waiting[1]} waits for {name}, which exists", item.field)
    words = (
        f"there is no {graph.kind} {f'{namespace}/{name}' if namespace else f'{name} without a namespace'}"
    )
    elsewhere = sorted(place for place, called in graph.known if called == name)
    if elsewhere:
        return Problem(f"{words}, but one in {elsewhere[0]}", item.field)
    if any(called == name for _, called in others.known):
        return Problem(f"{words}, but a {others.kind} of that name", item.field)
    return Problem(words + hint(name, [called for _, called in graph.known]), item.field)

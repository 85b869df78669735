"""Rule dependency-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.dependencies import Dependency, Graph, cycles, helm_graph, kustomization_graph
from opencode_policy.location import Related
from opencode_policy.nearest import hint
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree

_KS = "kubernetes/apps/demo/demo/ks.yaml"
_HEAD = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  sourceRef: {kind: GitRepository, name: home}
"""


class DependencyUnknown(Rule):
    """A Flux object waits for one that does not exist, or for itself by way of others.

    A Kustomization waits for Kustomizations and a HelmRelease for HelmReleases, each in its own namespace
    unless the entry names another (kustomize-controller and helm-controller, Dependencies).
    """

    requirements = ("SEC-02",)
    why = (
        "Flux retries for ever and applies nothing: `dependencies do not meet ready condition` is all it "
        "says, for a misspelt name as for one that is merely slow."
    )
    fix = (
        "Name an existing object of the same kind or add it to the inventory; take one wait out of a circle."
    )
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
                _KS: f"""\
{_HEAD}\
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
        Example(
            "two that wait for the same third are no cycle",
            {
                _KS: f"""\
{_HEAD}\
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
    )
    bad = (
        Example(
            "a name that is almost right",
            {
                _KS: f"""\
{_HEAD}\
  dependsOn:
    - name: cluster-app  # <- there is no Kustomization flux-system/cluster-app; did you mean 'cluster-apps'?
"""
            },
        ),
        Example(
            "in another namespace, and an entry without a name",
            {
                _KS: f"""\
{_HEAD}\
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
                _KS: f"""\
{_HEAD}\
  dependsOn:  # <- dependsOn is no list
    name: cluster-apps
"""
            },
        ),
        Example(
            "for itself",
            {
                _KS: f"""\
{_HEAD}\
  dependsOn:
    - name: demo  # <- demo waits for itself
"""
            },
        ),
        Example(
            "in a circle",
            {
                _KS: f"""\
{_HEAD}\
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
            yield from map(_cycle, cycles(graph))
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


def _cycle(chain: list[Dependency]) -> Problem:
    """At the entry that leads into the circle, with the others beside it."""
    first = chain[0]
    name = first.waiting[1]
    way = ", ".join([*(item.waiting[1] for item in chain), name])
    related = tuple(Related(f"{item.waiting[1]} waits here", item.field.location) for item in chain[1:])
    return Problem(f"{name} waits for itself" + (f": {way}" if related else ""), first.field, related)

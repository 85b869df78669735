"""Rule source-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.sources import KINDS, SourceId, known_sources, source_of
from opencode_policy.flux.trees import flux_kustomizations
from opencode_policy.nearest import hint
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Field, Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree

_KS = "kubernetes/apps/demo/demo/ks.yaml"
_HELM_GROUP = "helm.toolkit.fluxcd.io"


class SourceUnknown(Rule):
    """A Flux object takes its files from a source that neither tree nor inventory has."""

    requirements = ("SEC-02",)
    why = (
        "Flux waits for a source of that name without end: nothing of the Kustomization or release is "
        "applied, and nothing of what depends on it."
    )
    fix = (
        "Name the source of the repository in sourceRef, or add the missing source to the tree or inventory."
    )
    good = (
        Example("the source of the inventory, as the scaffold has it", ""),
        Example(
            "its namespace made explicit",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  sourceRef: {kind: GitRepository, name: home, namespace: flux-system}
"""
            },
        ),
        Example(
            "a release whose chart source lies beside it",
            """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: chart}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: demo}
spec:
  chartRef: {kind: OCIRepository, name: chart}
---
apiVersion: charts.example.org/v1
kind: HelmRelease
metadata: {name: of-another-project}
""",
        ),
    )
    bad = (
        Example(
            "a name that is almost right",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  sourceRef:
    kind: GitRepository
    name: hone  # <- there is no GitRepository flux-system/hone; did you mean 'home'?
"""
            },
        ),
        Example(
            "the right name, another kind",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  sourceRef:
    kind: OCIRepository  # <- there is no OCIRepository flux-system/home, but a GitRepository of that name
    name: home
"""
            },
        ),
        Example(
            "another namespace",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  sourceRef:
    kind: GitRepository
    name: home
    namespace: demo  # <- there is no GitRepository demo/home, but one in flux-system
"""
            },
        ),
        Example(
            "no source, and half of one",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:  # <- Kustomization demo names no source
  path: ./kubernetes/apps/demo/demo/app
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: half, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  sourceRef:  # <- sourceRef lacks kind
    name: home
"""
            },
        ),
        Example(
            "the chart's source in the wrong namespace",
            """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: demo}
spec:
  chart:
    spec:
      chart: demo
      sourceRef:
        kind: HelmRepository
        name: charts
        namespace: flux-system  # <- there is no HelmRepository flux-system/charts, but one in demo
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        known = known_sources(tree)
        users = [*flux_kustomizations(tree), *_releases(tree)]
        if not users:
            yield Irrelevant("nothing in the tree takes files from a Flux source")
        yield from (_judged(item, known) for item in users)


def _releases(tree: Tree) -> list[Resource]:
    """HelmReleases that are applied: the namespace of any other is not known."""
    found = tree.of_kind("HelmRelease")
    return [item for item in found if item.id.group == _HELM_GROUP and item.applied_by is not None]


def _judged(resource: Resource, known: set[SourceId]) -> Outcome:
    reference = _reference(resource)
    if not reference:
        return Problem(f"{resource.kind} {resource.name} names no source", reference)
    for key in ("kind", "name"):
        if not reference[key]:
            return Problem(f"{reference.path[-1]} lacks {key}", reference[key])
    kind, namespace, name = source_of(reference, resource.namespace)
    if "${" in f"{kind}{namespace}{name}":
        return Unknown(f"the source of {resource.name} holds a variable of unknown value", reference["name"])
    if (kind, namespace, name) in known or (kind, "", name) in known:
        return Proof(f"{resource.kind} {resource.name} reads {kind} {name}", reference["name"])
    return _dangling((kind, namespace, name), reference, known)


def _reference(resource: Resource) -> Field:
    """Where a Kustomization or a release names its source."""
    spec = resource["spec"]
    if resource.kind == "Kustomization":
        return spec["sourceRef"]
    if not spec["chart"]["spec"]["sourceRef"]:
        return spec["chartRef"]
    return spec["chart"]["spec"]["sourceRef"]


def _dangling(wanted: SourceId, reference: Field, known: set[SourceId]) -> Problem:
    kind, namespace, name = wanted
    words = f"there is no {kind} {f'{namespace}/{name}' if namespace else f'{name} without a namespace'}"
    others = sorted(place for of_kind, place, called in known if (of_kind, called) == (kind, name))
    if others:
        return Problem(f"{words}, but one in {others[0]}", reference["namespace"])
    kinds = sorted(of_kind for of_kind, place, called in known if (place, called) == (namespace, name))
    if kinds:
        return Problem(f"{words}, but a {kinds[0]} of that name", reference["kind"])
    if kind not in KINDS:
        return Problem(f"{words}; no kind of Flux source is called so{hint(kind, KINDS)}", reference["kind"])
    return Problem(
        words + hint(name, [called for of_kind, _, called in known if of_kind == kind]), reference["name"]
    )

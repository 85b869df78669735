"""Rule object-duplicated."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree

_APPLY_KEY = "kustomize.toolkit.fluxcd.io/ssa"
_SHARING = frozenset({"ifnotpresent", "ignore", "merge"})
"""Values of the annotation that let several Kustomizations apply one object (kustomize-controller)."""

_APP = "kubernetes/apps/demo/demo/app"
_KS = "kubernetes/apps/demo/demo/ks.yaml"
_TWO = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  targetNamespace: demo
  sourceRef: {kind: GitRepository, name: home}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: second, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/second/app
  targetNamespace: demo
  sourceRef: {kind: GitRepository, name: home}
"""

Identity = tuple[str, str, str, str]


class ObjectDuplicated(Rule):
    """One object is applied from two places.

    Two versions of an API group are one object; an object that Flux is told to share
    (`kustomize.toolkit.fluxcd.io/ssa`) may be applied by several.
    """

    requirements = ("SEC-02",)
    why = (
        "Inside one build kustomize refuses the second. From two Kustomizations both are applied: each "
        "undoes the other at every interval, and when one goes, its prune deletes what the other still needs."
    )
    fix = "Keep one of the two, or give each a name of its own (a namePrefix, a ConfigMap per workspace)."
    good = (
        Example(
            "one name in two groups, two kinds, two namespaces",
            {
                f"{_APP}/all.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: demo}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: demo}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
""",
                "kubernetes/apps/other/service.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: demo, namespace: other}
""",
            },
        ),
        Example(
            "a ConfigMap from the same files, with a prefix for each",
            {
                _KS: _TWO,
                f"{_APP}/kustomization.yaml": "namePrefix: demo-\ncomponents: [../../parts]\n",
                "kubernetes/apps/demo/second/app/kustomization.yaml": """\
namePrefix: second-
components: [../../parts]
""",
                "kubernetes/apps/demo/parts/kustomization.yaml": """\
kind: Component
configMapGenerator: [{name: scripts, literals: [a=b]}]
""",
            },
        ),
        Example(
            "an object that is shared on purpose",
            {
                _KS: _TWO,
                f"{_APP}/shared.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shared}
""",
                "kubernetes/apps/demo/second/app/shared.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shared, annotations: {kustomize.toolkit.fluxcd.io/ssa: Merge}}
""",
            },
        ),
    )
    bad = (
        Example(
            "twice in one build, in two versions",
            """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: demo
---
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata:
  name: demo  # <- ExternalSecret demo/demo is applied twice by the Flux Kustomization demo
""",
        ),
        Example(
            "from two Kustomizations",
            {
                _KS: _TWO,
                f"{_APP}/service.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: web}
""",
                "kubernetes/apps/demo/second/app/service.yaml": """\
apiVersion: v1
kind: Service
metadata:
  name: web  # <- Service demo/web is applied by the Flux Kustomizations demo and second
""",
            },
        ),
        Example(
            "one ConfigMap for both, from one component",
            {
                _KS: _TWO,
                f"{_APP}/kustomization.yaml": "components: [../../parts]\n",
                "kubernetes/apps/demo/second/app/kustomization.yaml": "components: [../../parts]\n",
                "kubernetes/apps/demo/parts/kustomization.yaml": """\
kind: Component
configMapGenerator:
  - name: scripts  # <- ConfigMap demo/scripts is applied by the Flux Kustomizations demo and second
    literals: [a=b]
""",
            },
        ),
        Example(
            "a file that is listed twice",
            {
                f"{_APP}/kustomization.yaml": "resources: [service.yaml, ./service.yaml]\n",
                f"{_APP}/service.yaml": """\
apiVersion: v1
kind: Service
metadata:
  name: web  # <- Service demo/web is applied twice by the Flux Kustomization demo
""",
            },
        ),
        Example(
            "two Flux Kustomizations of one name",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec: {path: ./kubernetes/apps/demo/demo/app}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: demo  # <- Kustomization flux-system/demo is applied twice by the Flux Kustomization cluster-apps
  namespace: flux-system
spec: {path: ./kubernetes/apps/demo/second/app}
"""
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        first: dict[Identity, Resource] = {}
        doubled: set[str | None] = set()
        for resource in tree.resources:
            if resource.applied_by is None or _is_open(resource):
                continue
            other = first.setdefault(_identity(resource), resource)
            if other is not resource and not (_is_shared(resource) or _is_shared(other)):
                doubled |= {resource.applied_by, other.applied_by}
                yield _problem(resource, other)
        yield from self._proofs(tree, doubled)

    def _proofs(self, tree: Tree, doubled: set[str | None]) -> Iterator[Outcome]:
        for workspace in tree.workspaces:
            place, count = workspace.anchor, len(workspace.resources)
            if place is None:
                yield Unknown(f"{workspace.name} is not in the tree")
            elif workspace.name not in doubled:
                yield Proof(f"each of the {count} objects of {workspace.name} is applied once", place)


def _identity(resource: Resource) -> Identity:
    """What the API server tells objects apart by."""
    return resource.id.group, resource.kind, resource.namespace, resource.name


def _is_open(resource: Resource) -> bool:
    """Whether the name is not known before Flux substitutes it."""
    return "${" in f"{resource.namespace}{resource.name}"


def _is_shared(resource: Resource) -> bool:
    metadata = resource["metadata"]
    values = (metadata[place][_APPLY_KEY].text.casefold() for place in ("annotations", "labels"))
    return any(value in _SHARING for value in values)


def _problem(resource: Resource, other: Resource) -> Problem:
    name = resource["metadata"]["name"]
    related = (Related("the other one", other["metadata"]["name"].location),)
    if resource.applied_by == other.applied_by:
        words = f"twice by the Flux Kustomization {resource.applied_by}"
    else:
        words = f"by the Flux Kustomizations {other.applied_by} and {resource.applied_by}"
    same = name.location == other["metadata"]["name"].location
    return Problem(f"{resource.id} is applied {words}", name, () if same else related)

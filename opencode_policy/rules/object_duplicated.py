"""Rule object-duplicated."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.duplicates import Twice, doubled
from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree

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
            "one folder for both: said once, at the path that leads there again",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec: {path: ./kubernetes/apps/demo/demo/app, targetNamespace: demo, sourceRef: {name: home}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: second, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app  # <- second applies what demo applies already (2 objects)
  targetNamespace: demo
  sourceRef: {kind: GitRepository, name: home}
""",
                f"{_APP}/two.yaml": """apiVersion: v1
kind: Service
metadata: {name: one}
---
apiVersion: v1
kind: Service
metadata: {name: two}
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
        twice = list(doubled(tree))
        folders: dict[tuple[int, int], list[Twice]] = {}
        for item in twice:
            if item.is_whole_folder:
                folders.setdefault((id(item.builds[0]), id(item.builds[1])), []).append(item)
            else:
                yield _problem(item)
        yield from (_folder_problem(items) for items in folders.values())
        concerned = {build.name for item in twice for build in item.builds}
        for workspace in tree.workspaces:
            place, count = workspace.anchor, len(workspace.resources)
            if place is None:
                yield Unknown(f"{workspace.name} is not in the tree")
            elif workspace.name not in concerned:
                yield Proof(f"each of the {count} objects of {workspace.name} is applied once", place)


def _problem(item: Twice) -> Problem:
    name = item.resource["metadata"]["name"]
    first, second = item.builds
    if first is second:
        words = f"twice by the Flux Kustomization {second.name}"
    else:
        words = f"by the Flux Kustomizations {first.name} and {second.name}"
    related = (Related("the other one", item.other["metadata"]["name"].location),)
    message = f"{item.resource.id} is applied {words}"
    return Problem(message, name, () if item.is_one_manifest else related)


def _folder_problem(items: list[Twice]) -> Problem:
    """One for all objects, at the path that leads to them a second time."""
    first, second = items[0].builds
    later, earlier = (second, first) if second.resource is not None else (first, second)
    path = later.resource["spec"]["path"] if later.resource else items[0].resource["metadata"]["name"]
    count = f"{len(items)} objects" if len(items) > 1 else str(items[0].resource.id)
    names = [later.name, earlier.name]
    if later.name == earlier.name:
        names = [f"{build.namespace}/{build.name}" for build in (later, earlier)]
    words = f"{names[0]} applies what {names[1]} applies already"
    return Problem(f"{words} ({count})", path)

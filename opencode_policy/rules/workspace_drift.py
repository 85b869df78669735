"""Rule workspace-drift."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from opencode_policy.lean import dataclass
from opencode_policy.location import Location, Related
from opencode_policy.outcome import Irrelevant, Outcome, Place, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree, WorkspaceTree
from opencode_policy.workspaces.counterparts import counterparts, objects_of, share_any, sides_of
from opencode_policy.workspaces.drift import Difference, Side, differences

_AGGREGATOR = "resources: [./namespace.yaml, ./demo/ks.yaml, ./second/ks.yaml]\n"
_KS = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: second
  namespace: flux-system
spec:
  targetNamespace: demo
  path: ./kubernetes/apps/demo/second/app
  prune: true
  sourceRef:
    kind: GitRepository
    name: home
  interval: 30m
"""


def _two(first: str, second: str) -> dict[str, str]:
    """An example with two workspaces: the manifests of each."""
    return {
        "kubernetes/apps/demo/kustomization.yaml": _AGGREGATOR,
        "kubernetes/apps/demo/second/ks.yaml": _KS,
        "kubernetes/apps/demo/demo/app/manifest.yaml": first,
        "kubernetes/apps/demo/second/app/manifest.yaml": second,
    }


@dataclass(frozen=True, slots=True)
class Parameters:
    """Where the workspaces may differ.

    Each entry is a kind and a path with the names of list items for their numbers, as in
    `Deployment.spec.template.spec.containers.server.resources`; it stands for all that is below, and `*` for
    any text. The names of the workspace itself, wherever they occur, need no entry.
    """

    allowed: tuple[str, ...] = ()


class WorkspaceDrift(Rule):
    """The workspaces differ where nothing makes them differ.

    Their objects are compared as they are applied, with each workspace's own name, host, repository and
    secrets replaced by placeholders. The few deviate from the many, and a value that names another workspace
    from one that does not; where nothing tells which of two is right, the finding names both.
    """

    severity = "warning"
    requirements = ("SEC-02",)
    why = (
        "What was mended in one workspace and forgotten in the other breaks there months later. Whoever "
        "compares the two has to find out for every difference whether it is meant."
    )
    fix = "Make the same change in every workspace, or allow the difference in the parameters of this rule."
    Parameters = Parameters
    good = (
        Example(
            "each has its own names, and all else is the same",
            _two(
                """\
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec:
  containers:
    - name: server
      env:
        - {name: URL, value: "https://github.com/example/notes.git"}
        - {name: DIR, value: /workspace/notes}
        - {name: HOST, value: "https://demo.${DOMAIN}/"}
      envFrom: [{secretRef: {name: demo-secret}}]
""",
                """\
apiVersion: v1
kind: Pod
metadata: {name: second}
spec:
  containers:
    - envFrom: [{secretRef: {name: second-secret}}]
      name: "server"
      env:
        - {name: HOST, value: "https://second.example.org/"}
        - {name: URL, value: "https://github.com/example/second-notes.git"}
        - {name: DIR, value: /workspace/second-notes}
""",
            ),
            workspaces=("demo", "second"),
        ),
        Example(
            "the same amount, and null for what is not given",
            _two(
                """\
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec: {containers: [{name: server, resources: {requests: {cpu: 100m}}}]}
""",
                """\
apiVersion: v1
kind: Pod
metadata: {name: second}
spec: {hostname: null, containers: [{name: server, resources: {requests: {cpu: 0.1}}}]}
""",
            ),
            workspaces=("demo", "second"),
        ),
        Example(
            "a difference that is allowed",
            _two(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: demo}\ndata: {a: x, b: x}\n",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: second}\ndata: {a: y}\n",
            ),
            parameters={"allowed": ("ConfigMap.data.*",)},
            workspaces=("demo", "second"),
        ),
    )
    bad = (
        Example(
            "other values, a field less and a field more",
            _two(
                """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  replicas: 1
  strategy:  # <- spec.strategy stands in demo and not in second
    type: Recreate
  template: {spec: {args: [web]}}
""",
                """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: second}
spec:
  replicas: "1"  # <- spec.replicas differs between demo and second
  paused: true  # <- spec.paused stands in second and not in demo
  template:
    spec:
      args: [web, --print-logs]  # <- spec.template.spec.args differs between demo and second
""",
            ),
            workspaces=("demo", "second"),
        ),
        Example(
            "a name that was copied from the other: the copy deviates, whichever comes first",
            _two(
                """\
apiVersion: v1
kind: Service
metadata: {name: demo}
spec:
  selector:
    app: second  # <- spec.selector.app is not as in second
""",
                "apiVersion: v1\nkind: Service\nmetadata: {name: second}\nspec: {selector: {app: second}}\n",
            ),
            workspaces=("demo", "second"),
        ),
        Example(
            "a line of a text that names the other, on that line",
            _two(
                'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: demo}\ndata: {a: "one\\ntwo\\n"}\n',
                """\
apiVersion: v1
kind: ConfigMap
metadata: {name: second}
data:
  a: |
    one
    three  # <- data.a is not as in demo
""",
            ),
            workspaces=("demo", "second"),
        ),
        Example(
            "an object that only one has, and one of another name",
            _two(
                """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
---
apiVersion: v1
kind: Service
metadata: {name: demo}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: demo-extra  # <- second has no counterpart of ConfigMap demo/demo-extra
""",
                """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: second}
---
apiVersion: v1
kind: Service
metadata:
  name: web  # <- metadata.name differs between demo and second
""",
            ),
            workspaces=("demo", "second"),
        ),
        Example(
            "nothing is alike: said once, at the path",
            _two(
                "apiVersion: v1\nkind: Service\nmetadata: {name: demo}\n",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n",
            )
            | {
                "kubernetes/apps/demo/second/ks.yaml": _KS.replace(
                    "second/app", "second/app  # <- none of the 1 objects of second is like one of demo"
                )
            },
            workspaces=("demo", "second"),
        ),
        Example(
            "the containers start in another order",
            _two(
                """\
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec: {initContainers: [{name: a}, {name: b}]}
""",
                """\
apiVersion: v1
kind: Pod
metadata: {name: second}
spec:
  initContainers:  # <- the order of spec.initContainers differs between demo and second
    - {name: b}
    - {name: a}
""",
            ),
            workspaces=("demo", "second"),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        if len(tree.workspaces) < 2:
            yield Irrelevant("there is only one workspace")
            return
        present = [workspace for workspace in tree.workspaces if workspace.resources]
        for workspace in tree.workspaces:
            if workspace not in present:
                yield Unknown(f"{workspace.name} applies nothing that could be compared", workspace.anchor)
        strange = [workspace for workspace in present[1:] if not share_any(present[0], workspace)]
        alike = [workspace for workspace in present if workspace not in strange]
        problems = [_strange(present[0], workspace) for workspace in strange]
        problems += self._problems(alike) if len(alike) > 1 else []
        yield from problems
        for workspace in alike[1:] if not problems else ():
            count, place = len(objects_of(workspace)), workspace.anchor
            if place is not None:
                yield Proof(f"the {count} objects of {workspace.name} are as in {present[0].name}", place)

    def _problems(self, workspaces: list[WorkspaceTree]) -> Iterator[Problem]:
        seen: set[Location] = set()
        for group in counterparts(sides_of(workspaces)):
            found = list(differences(group)) if len(group) > 1 else []
            problems = [self._problem(item) for item in found if not self._is_allowed(item)]
            problems += _lacking(group, workspaces)
            for place, problem in problems:
                if place not in seen:
                    seen.add(place)
                    yield problem

    def _problem(self, found: Difference) -> tuple[Location, Problem]:
        related = (Related(f"as {found.model.workspace} has it", found.model.field.location),)
        at: Place = found.side.field
        if found.location != found.side.field.location:
            at = found.location
        return found.location, Problem(found.words, at, related)

    def _is_allowed(self, found: Difference) -> bool:
        path = f"{found.side.field.resource.kind}.{found.path}"
        return any(
            fnmatchcase(path, entry) or fnmatchcase(path, f"{entry}.*") for entry in self.parameters.allowed
        )


def _strange(first: WorkspaceTree, second: WorkspaceTree) -> Problem:
    """One finding where nothing is alike: a wrong path, most often."""
    kustomization = second.build.resource if second.build else None
    place = kustomization["spec"]["path"] if kustomization else second.resources[0]["metadata"]["name"]
    words = f"none of the {len(second.resources)} objects of {second.name} is like one of {first.name}"
    return Problem(words, place)


def _lacking(group: list[Side], workspaces: list[WorkspaceTree]) -> list[tuple[Location, Problem]]:
    """An object that not every workspace has, at the first that has it."""
    having = {side.workspace for side in group}
    without = [item.name for item in workspaces if item.name not in having]
    resource = group[0].field.resource
    place = resource["metadata"]["name"]
    words = (
        f"{' and '.join(without)} {'has' if len(without) == 1 else 'have'} no counterpart of {resource.id}"
    )
    return [(place.location, Problem(words, place))] if without else []

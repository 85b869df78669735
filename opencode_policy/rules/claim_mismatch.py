"""Rule claim-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.volumes import volumes
from opencode_policy.quantity import QuantityError, parse_quantity
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree


@dataclass(frozen=True, slots=True)
class Parameters:
    """What every claim of a workspace must ask for."""

    access_modes: tuple[str, ...]
    storage_class: str
    size: str


class ClaimMismatch(Rule):
    """A workspace's volume claim asks for another size, class or access mode, or is not its only one.

    Besides PersistentVolumeClaims the templates of a StatefulSet and of ephemeral volumes make volumes.
    """

    requirements = ("SEC-04",)
    why = (
        "The volume holds the sessions and the login. Another class may not survive a node, another access "
        "mode lets two pods write to one SQLite database, and a claim can be enlarged but never shrunk."
    )
    fix = "Set accessModes, storageClassName and resources.requests.storage to the required values."
    Parameters = Parameters
    example_parameters = {"access_modes": ("ReadWriteOnce",), "storage_class": "block", "size": "5Gi"}
    good = (
        Example(
            "a number of bytes",
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
spec: {accessModes: [ReadWriteOnce], storageClassName: block, resources: {requests: {storage: 5368709120}}}
""",
        ),
        Example(
            "the claim of a StatefulSet's own template",
            """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: demo}
spec:
  template: {spec: {containers: [{name: server}]}}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        accessModes: ["ReadWriteOnce"]
        storageClassName: block
        resources: {requests: {storage: "5Gi"}}
""",
        ),
        Example(
            "the same size in another spelling",
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: demo
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: block
  resources:
    requests:
      storage: 5120Mi
""",
        ),
    )
    bad = (
        Example(
            "no volume",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: demo}
""",
                "kubernetes/apps/demo/demo/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: demo  # <- demo has no PersistentVolumeClaim
  namespace: flux-system
spec:
  path: ./kubernetes/apps/demo/demo/app
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
        Example(
            "two volumes, one of them the pod's own",
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
spec: {accessModes: [ReadWriteOnce], storageClassName: block, resources: {requests: {storage: 5Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec:
  containers: [{name: server}]
  volumes:
    - name: cache  # <- cache is a further volume beside demo
      ephemeral:
        volumeClaimTemplate:
          spec:
            accessModes: [ReadWriteOnce]
            storageClassName: block
            resources: {requests: {storage: 5Gi}}
""",
        ),
        Example(
            "a text instead of a list, a unit that is none, no class on purpose",
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
spec:
  accessModes: ReadWriteOnce  # <- accessModes is no list, it must be a list of ReadWriteOnce
  storageClassName: ""  # <- an empty storageClassName asks for no class, it must be block
  resources:
    requests:
      storage: 5  # <- the claim asks for 5 instead of 5Gi
""",
        ),
        Example(
            "decimal gigabytes are smaller than binary ones",
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: demo
spec:
  accessModes:
    - ReadWriteOnce
  storageClassName: block
  resources:
    requests:
      storage: 5G  # <- the claim asks for 5G instead of 5Gi
""",
        ),
        Example(
            "a second access mode, no class",
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: demo
spec:  # <- the claim has no storageClassName, it must be block
  accessModes:  # <- the access modes are ReadWriteOnce, ReadWriteMany instead of ReadWriteOnce
    - ReadWriteOnce
    - ReadWriteMany
  resources:
    requests:
      storage: 5Gi
""",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        mounted = {mount.claim for mount in workspace.server.mounts} if workspace.server else set()
        found = sorted(volumes(workspace), key=lambda claim: claim.name not in mounted)
        if not found and workspace.resources:
            place = workspace.anchor or workspace.resources[0]
            yield Problem(f"{workspace.name} has no PersistentVolumeClaim", place)
        elif not found:
            yield Unknown(f"{workspace.name} applies nothing", workspace.anchor)
        for number, claim in enumerate(found):
            problems = [*self._modes(claim.spec), *self._class(claim.spec), *self._size(claim.spec)]
            if number and claim.name != found[0].name:
                words = f"{claim.name} is a further volume beside {found[0].name}"
                problems.append(Problem(words, claim.at, (Related("the first", found[0].at.location),)))
            yield from problems
            if not problems:
                yield Proof(self._words(claim.name), claim.spec["resources"]["requests"]["storage"])

    def _modes(self, spec: Field) -> Iterator[Problem]:
        modes = spec["accessModes"]
        wanted = ", ".join(self.parameters.access_modes)
        if modes and not modes.is_list:
            yield Problem(f"accessModes is no list, it must be a list of {wanted}", modes)
            return
        given = [mode.text for mode in modes]
        if sorted(given) != sorted(self.parameters.access_modes):
            words = ", ".join(given)
            instead = f"are {words} instead of {wanted}" if words else f"are missing, they must be {wanted}"
            yield Problem(f"the access modes {instead}", modes)

    def _class(self, spec: Field) -> Iterator[Problem]:
        name, wanted = spec["storageClassName"], self.parameters.storage_class
        if not name:
            yield Problem(f"the claim has no storageClassName, it must be {wanted}", name)
        elif not name.text:
            yield Problem(f"an empty storageClassName asks for no class, it must be {wanted}", name)
        elif name.text != wanted:
            yield Problem(f"the storage class is {name.text} instead of {wanted}", name)

    def _size(self, spec: Field) -> Iterator[Problem]:
        size, wanted = spec["resources"]["requests"]["storage"], self.parameters.size
        if not size:
            yield Problem(f"the claim asks for no storage, it must ask for {wanted}", size)
            return
        try:
            equal = parse_quantity(size.text) == parse_quantity(wanted)
        except QuantityError as error:
            yield Problem(f"the claim must ask for {wanted}: {error}", size)
            return
        if not equal:
            yield Problem(f"the claim asks for {size.text} instead of {wanted}", size)

    def _words(self, name: str) -> str:
        wanted = self.parameters
        return f"{name} asks for {wanted.size} of {wanted.storage_class}, {', '.join(wanted.access_modes)}"

"""Rule claim-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.quantity import QuantityError, parse_quantity
from opencode_policy.resource import Field, Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree


@dataclass(frozen=True, slots=True)
class Parameters:
    """What every claim of a workspace must ask for."""

    access_modes: tuple[str, ...]
    storage_class: str
    size: str


class ClaimMismatch(Rule):
    """A workspace's volume claim asks for another size, class or access mode than required."""

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
        claims = workspace.of_kind("PersistentVolumeClaim")
        if not claims:
            yield Unknown(f"{workspace.name} has no PersistentVolumeClaim", workspace.anchor)
        for claim in claims:
            problems = [*self._modes(claim), *self._class(claim), *self._size(claim["spec"])]
            yield from problems
            if not problems:
                yield Proof(self._words(claim), claim["spec"]["resources"]["requests"]["storage"])

    def _modes(self, claim: Resource) -> Iterator[Problem]:
        modes = claim["spec"]["accessModes"]
        given = [mode.text for mode in modes]
        wanted = list(self.parameters.access_modes)
        if given != wanted:
            words = ", ".join(given) or "missing"
            yield Problem(f"the access modes are {words} instead of {', '.join(wanted)}", modes)

    def _class(self, claim: Resource) -> Iterator[Problem]:
        name, wanted = claim["spec"]["storageClassName"], self.parameters.storage_class
        if not name:
            yield Problem(f"the claim has no storageClassName, it must be {wanted}", name)
        elif name.text != wanted:
            yield Problem(f"the storage class is {name.text} instead of {wanted}", name)

    def _size(self, spec: Field) -> Iterator[Problem]:
        size, wanted = spec["resources"]["requests"]["storage"], self.parameters.size
        if not size:
            yield Problem(f"the claim asks for no storage, it must ask for {wanted}", size)
            return
        try:
            equal = parse_quantity(size.text) == parse_quantity(wanted)
        except QuantityError:
            equal = False
        if not equal:
            yield Problem(f"the claim asks for {size.text} instead of {wanted}", size)

    def _words(self, claim: Resource) -> str:
        wanted = self.parameters
        return (
            f"{claim.name} asks for {wanted.size} of {wanted.storage_class}, {', '.join(wanted.access_modes)}"
        )

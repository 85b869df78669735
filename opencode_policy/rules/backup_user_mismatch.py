"""Rule backup-user-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.backup import examples
from opencode_policy.backup.backups import Backup, backups, destination_of, restic
from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Field, Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Container

_OF_PROCESS = ("runAsUser", "runAsGroup")
_OF_VOLUME = "fsGroup"
_PRIVILEGED = "volsync.backube/privileged-movers"

_DATA = "volumes: [{name: data, persistentVolumeClaim: {claimName: demo}}]"
_MOUNT = "volumeMounts: [{name: data, mountPath: /data}]"
_POD = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: demo}}
spec:
  securityContext: {{runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000}}
  containers: [{{name: server, {_MOUNT}}}]
  {_DATA}
---
"""
_USER = "    moverSecurityContext: {runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000}\n"


class BackupUserMismatch(Rule):
    """VolSync reads or writes a volume as another user than the pod whose volume it is.

    Compared are the user and group of every container that mounts the claim, its own securityContext before
    the pod's, and the fsGroup. Movers that the namespace lets run as root keep the owner of every file.
    """

    requirements = ("OPS-02",)
    why = (
        "Restored files belong to the user of the mover. Under another one git refuses the clone ('dubious "
        "ownership'), the login file cannot be made private, and the backup looks whole all the same."
    )
    fix = "Give `restic.moverSecurityContext` the runAsUser, runAsGroup and fsGroup of the pod."
    good = (
        Example("the user of the pod", _POD + examples.CLAIM + examples.SOURCE + _USER),
        Example(
            "a container's own user comes before that of the pod",
            f"""\
apiVersion: v1
kind: Pod
metadata: {{name: demo}}
spec:
  securityContext: {{runAsUser: 1, runAsGroup: 1000, fsGroup: 1000}}
  initContainers: [{{name: other}}]
  containers: [{{name: server, securityContext: {{runAsUser: 1000}}, {_MOUNT}}}]
  {_DATA}
---
{examples.CLAIM}{examples.SOURCE}{_USER}""",
        ),
        Example(
            "neither names a group",
            f"""\
apiVersion: v1
kind: Pod
metadata: {{name: demo}}
spec:
  securityContext: {{runAsUser: 1000}}
  containers: [{{name: server, {_MOUNT}}}]
  {_DATA}
---
{examples.CLAIM}{examples.SOURCE}    moverSecurityContext: {{runAsUser: 1000}}
""",
        ),
        Example(
            "movers that may be root keep the owners",
            {
                "kubernetes/apps/demo/demo/app/manifest.yaml": _POD + examples.CLAIM + examples.SOURCE,
                "kubernetes/apps/demo/namespace.yaml": """\
apiVersion: v1
kind: Namespace
metadata: {name: demo, annotations: {volsync.backube/privileged-movers: "true"}}
""",
            },
        ),
    )
    bad = (
        Example(
            "the user of a template",
            f"""\
{_POD}{examples.CLAIM}{examples.SOURCE}\
    moverSecurityContext:
      runAsUser: 568  # <- the mover's runAsUser is 568, the pod's is 1000
      runAsGroup: 1000
      fsGroup: 568  # <- the mover's fsGroup is 568, the pod's is 1000
""",
        ),
        Example(
            "no user, and a text",
            f"""\
{_POD}{examples.CLAIM}{examples.SOURCE}\
    moverSecurityContext:  # <- the mover names no runAsUser, the pod's is 1000
      runAsGroup: "1000"  # <- runAsGroup is the text '1000' instead of a number
      fsGroup: 1000
""",
        ),
        Example(
            "the pod leaves its user to the image",
            f"""\
apiVersion: v1
kind: Pod
metadata: {{name: demo}}
spec:  # <- the pod names no runAsUser, the mover's is 1000
  containers: [{{name: server, {_MOUNT}}}]
  {_DATA}
---
{examples.CLAIM}{examples.SOURCE}\
    moverSecurityContext: {{runAsUser: 1000}}
""",
        ),
        Example(
            "an init container that writes as root",
            f"""\
apiVersion: v1
kind: Pod
metadata: {{name: demo}}
spec:
  securityContext: {{runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000}}
  initContainers:
    - name: prepare
      securityContext:
        runAsUser: 0  # <- prepare uses the volume with runAsUser 0, server with 1000
      {_MOUNT}
  containers: [{{name: server, {_MOUNT}}}]
  {_DATA}
---
{examples.CLAIM}{examples.SOURCE}{_USER}""",
        ),
        Example(
            "the restore has another user than the backup",
            f"{_POD}{examples.RESTORED}{examples.SOURCE}{_USER}{examples.DESTINATION}"
            "    moverSecurityContext:\n"
            "      runAsUser: 0  # <- the mover's runAsUser is 0, the pod's is 1000\n"
            "      runAsGroup: 1000\n"
            "      fsGroup: 1000\n",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        found = list(backups(workspace))
        if not found:
            yield Unknown(f"{workspace.name} has no PersistentVolumeClaim", workspace.anchor)
        for backup in found:
            users, movers = _users(workspace, backup.claim), _movers(workspace, backup)
            if not users:
                yield Unknown(f"no pod of {workspace.name} mounts {backup.claim.name}", backup.claim["spec"])
            elif not movers:
                yield Unknown(f"no restic mover reads {backup.claim.name}", backup.claim["spec"])
            else:
                yield from _judged(workspace, users, movers)


def _users(workspace: WorkspaceTree, claim: Resource) -> list[Container]:
    """Containers that mount the claim; that of the server comes first, it is what the others are held to."""
    containers = [container for pod in workspace.pods for container in pod.all_containers]
    found = [item for item in containers if any(mount.claim == claim.name for mount in item.mounts)]
    return sorted(found, key=lambda item: item.name != workspace.spec.container)


def _movers(workspace: WorkspaceTree, backup: Backup) -> list[Resource]:
    destination = destination_of(workspace.tree, backup.claim)
    every = [*backup.sources, *([destination] if destination else [])]
    return [item for item in every if restic(item)]


def _judged(workspace: WorkspaceTree, users: list[Container], movers: list[Resource]) -> Iterator[Outcome]:
    namespace = workspace.tree.get("Namespace", workspace.spec.namespace)
    annotation = namespace["metadata"]["annotations"][_PRIVILEGED].text if namespace else ""
    names = [_OF_VOLUME] if annotation == "true" else [*_OF_PROCESS, _OF_VOLUME]
    outcomes: list[Outcome] = list(_strangers(users))
    for mover in movers:
        context = restic(mover)["moverSecurityContext"]
        for name in names:
            outcomes += _compared(context[name], _effective(users[0], name), privileged=len(names) == 1)
    yield from outcomes
    for mover in movers if not outcomes else ():
        said = ", ".join(f"{name} {_effective(users[0], name).text or 'unset'}" for name in names)
        context = restic(mover)["moverSecurityContext"]
        yield Proof(f"VolSync works on the volume as the pod does ({said})", context)


def _strangers(users: list[Container]) -> Iterator[Problem]:
    """Containers that use the volume as another user than the first one."""
    for container in users[1:]:
        for name in _OF_PROCESS:
            own, wanted = _effective(container, name), _effective(users[0], name)
            if own.value != wanted.value:
                words = f"{container.name} uses the volume with {name} {own.text or 'of its image'}"
                theirs = f"{users[0].name} with {wanted.text or 'that of its image'}"
                yield Problem(f"{words}, {theirs}", own, (Related("used here too", wanted.location),))


def _effective(container: Container, name: str) -> Field:
    """A setting of the container where it has one, else of its pod; the fsGroup is the pod's alone."""
    own = container.field["securityContext"][name]
    return own if own and name != _OF_VOLUME else container.pod.spec["securityContext"][name]


def _compared(mover: Field, pod: Field, *, privileged: bool) -> Iterator[Outcome]:
    name = str(mover.path[-1])
    for field in (mover, pod):
        if isinstance(field.value, str):
            yield Problem(f"{name} is the text '{field.value}' instead of a number", field)
            return
    if mover.value == pod.value or (privileged and not mover):
        if not mover and name == _OF_PROCESS[0] and not privileged:
            yield Unknown("neither the pod nor its mover names a user: their images decide", pod)
    elif not pod:
        yield Problem(f"the pod names no {name}, the mover's is {mover.text}", pod, _related("mover", mover))
    elif not mover:
        words = f"the mover names no {name}, the pod's is {pod.text}"
        yield Problem(words, mover, _related("pod", pod))
    else:
        words = f"the mover's {name} is {mover.text}, the pod's is {pod.text}"
        yield Problem(words, mover, _related("pod", pod))


def _related(whose: str, field: Field) -> tuple[Related, ...]:
    return (Related(f"that of the {whose}", field.location),)

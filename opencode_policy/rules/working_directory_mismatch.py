"""Rule working-directory-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.nearest import nearest
from opencode_policy.opencode.persistence import loss_of
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.container_filesystem import Filesystem, Place
from opencode_policy.pods.examples import deployment
from opencode_policy.pods.kubelet_environment import Environment, Variable, environment_of
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Container, Pod
from opencode_policy.workspaces.subjects import no_server

_CLAIM = "- {name: data, persistentVolumeClaim: {claimName: demo}}\n"
_SERVER = """\
workingDir: /repos/notes
volumeMounts:
  - {name: data, mountPath: /repos, subPath: work}
"""
_INIT = """\
- name: init
  env:
    - {name: TARGET, value: /repos/notes}
  volumeMounts:
    - {name: data, mountPath: /repos, subPath: work}
"""
_PVC = """\
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The variable that tells an init container where the clone belongs."""

    target_variable: str


class WorkingDirectoryMismatch(Rule):
    """The server does not work in the directory into which the init container clones.

    OpenCode takes its working directory for the project; one that is no git repository, / among them, is
    project `global`.
    """

    requirements = ("FLUX-04", "HA-04")
    why = (
        "Started elsewhere, the interface shows another project, or none, and lists none of its sessions. At "
        "the root of a volume git finds lost+found and an owner that it does not trust."
    )
    fix = (
        "Give the server the clone's directory as workingDir, and both containers the same volume with the "
        "same subPath at the same path; let the clone be a directory below that path."
    )
    Parameters = Parameters
    example_parameters = {"target_variable": "TARGET"}
    good = (
        Example("one directory for both", deployment(_SERVER, init=_INIT, volumes=_CLAIM) + _PVC),
        Example(
            "another spelling of it",
            deployment(_SERVER.replace("/repos/notes", "/repos//notes/"), init=_INIT, volumes=_CLAIM) + _PVC,
        ),
        Example(
            "the target is put together by the kubelet",
            deployment(
                _SERVER,
                init=_INIT.replace(
                    "{name: TARGET, value: /repos/notes}",
                    "{name: NAME, value: notes}\n    - {name: TARGET, value: /repos/$(NAME)}",
                ),
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "another volume lies deeper, and another init container has no clone",
            deployment(
                f"{_SERVER}  - {{name: cache, mountPath: /repos/notes/.cache}}\n",
                init=f"- {{name: other}}\n{_INIT}",
                volumes=f"{_CLAIM}- {{name: cache, emptyDir: {{}}}}\n",
            )
            + _PVC,
        ),
    )
    bad = (
        Example(
            "no working directory",
            deployment(_SERVER.partition("\n")[2], init=_INIT, volumes=_CLAIM).replace(
                "name: server",
                "name: server  # <- the server works in / because it has no workingDir, which must be "
                "/repos/notes",
            )
            + _PVC,
        ),
        Example(
            "another directory",
            deployment(
                _SERVER.replace(
                    "/repos/notes",
                    "/repos/note  # <- the server works in /repos/note, the clone is at /repos/notes",
                ),
                init=_INIT,
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "the same path of another subPath",
            deployment(
                """\
workingDir: /repos/notes
volumeMounts:
  - name: data
    mountPath: /repos  # <- /repos/notes of the server is not where init clones to: volume or subPath differ
    subPath: wrok
""",
                init=_INIT,
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "the server does not mount the clone",
            deployment(
                "workingDir: /repos/notes  # <- /repos/notes of the server is not where init clones to: "
                "nothing is mounted there\n",
                init=_INIT,
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "the clone is the root of the mount",
            deployment(
                _SERVER.replace("/notes", ""),
                init="""\
- name: init
  env:
    - name: TARGET
      value: /repos  # <- the clone is at /repos, where the volume is mounted: it must be a directory below
  volumeMounts:
    - {name: data, mountPath: /repos, subPath: work}
""",
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "the clone goes with the pod",
            deployment(
                _SERVER,
                init="""\
- name: init
  env:
    - {name: TARGET, value: /repos/notes}
  volumeMounts:
    - name: data
      mountPath: /repos  # <- the clone /repos/notes is on an emptyDir, which goes with the pod
      subPath: work
""",
                volumes="- {name: data, emptyDir: {}}\n",
            ),
        ),
        Example(
            "no init container has the variable",
            deployment(
                _SERVER,
                init="""\
- name: init
  env:
    - name: TARGTE  # <- no init container has the variable TARGET; did you mean this one?
      value: /repos/notes
""",
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "the target is no absolute path",
            deployment(
                _SERVER,
                init="""\
- name: init
  env:
    - name: TARGET
      value: notes  # <- TARGET is 'notes', which is no absolute path
""",
                volumes=_CLAIM,
            )
            + _PVC,
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server = workspace.server
        if server is None:
            yield no_server(workspace)
            return
        targets = list(self._targets(workspace, server.pod))
        if not targets:
            yield self._no_target(server.pod)
        for environment, target in targets:
            yield from _judged(workspace, server, environment, target)

    def _targets(self, workspace: WorkspaceTree, pod: Pod) -> Iterator[tuple[Environment, Variable]]:
        """Init containers that are told where the clone belongs."""
        for container in pod.init_containers:
            environment = environment_of(workspace.tree, container)
            target = environment.get(self.parameters.target_variable)
            if target is not None:
                yield environment, target

    def _no_target(self, pod: Pod) -> Problem:
        words = f"no init container has the variable {self.parameters.target_variable}"
        entries = [entry["name"] for init in pod.init_containers for entry in init.field["env"]]
        close = nearest(self.parameters.target_variable, [entry.text for entry in entries])
        for entry in entries:
            if close and entry.text == close:
                return Problem(f"{words}; did you mean this one?", entry)
        return Problem(words, pod.spec["initContainers"])


def _judged(
    workspace: WorkspaceTree, server: Container, environment: Environment, target: Variable
) -> Iterator[Outcome]:
    if target.value is None:
        yield Unknown(f"the value of {target.name} is not in the files", target.at)
        return
    if not target.value.startswith("/"):
        yield Problem(f"{target.name} is '{target.value}', which is no absolute path", target.at)
        return
    clone = Filesystem(environment.container, environment).place(target.value)
    problems = [*_clone_faults(workspace, clone, target), *_server_faults(workspace, server, clone)]
    yield from problems
    if not problems:
        working = server.field["workingDir"]
        yield Proof(f"the server works in {working.text}, the clone", working)


def _clone_faults(workspace: WorkspaceTree, clone: Place, target: Variable) -> Iterator[Problem]:
    """The clone lasts, and is not the volume's own root."""
    loss = loss_of(workspace, clone)
    if loss is not None:
        at = target.at if loss.at is None else loss.at
        yield Problem(f"the clone {clone.path} {loss.words}", at)
    elif clone.is_mount_point:
        words = f"the clone is at {clone.path}, where the volume is mounted: it must be a directory below"
        yield Problem(words, target.at)


def _server_faults(workspace: WorkspaceTree, server: Container, clone: Place) -> Iterator[Problem]:
    """The server's working directory is that directory."""
    given = server.field["workingDir"]
    if not given.text:
        words = f"the server works in / because it has no workingDir, which must be {clone.path}"
        yield Problem(words, given)
        return
    if not given.text.startswith("/"):
        yield Problem(f"workingDir is '{given.text}', which is no absolute path", given)
        return
    filesystem = Filesystem(server, environment_of(workspace.tree, server))
    place = filesystem.place(given.text)
    if place.identity is not None and place.identity == clone.identity:
        return
    if place.path != clone.path:
        yield Problem(f"the server works in {place.path}, the clone is at {clone.path}", given)
    else:
        why = "volume or subPath differ" if place.mount else "nothing is mounted there"
        words = f"{place.path} of the server is not where {clone.container.name} clones to: {why}"
        yield Problem(words, place.at if place.mount else given)

"""Rule home-unwritable."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.opencode.server_paths import TEMPORARY, Directory, ServerPaths, server_paths
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.container_filesystem import Obstacle, user_of
from opencode_policy.pods.examples import deployment
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.same_fault import Fault, shared, subjects
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Container
from opencode_policy.workspaces.subjects import no_server

_POD = "securityContext: {runAsUser: 1000, fsGroup: 1000}\n"
_CLAIM = "- {name: data, persistentVolumeClaim: {claimName: demo}}\n"
_HOME = """\
env:
  - {name: HOME, value: /home/demo}
volumeMounts:
  - {name: data, mountPath: /home/demo, subPath: home}
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The user that the server's image runs as unless the pod says otherwise."""

    image_user: int = 0


@dataclass(frozen=True, slots=True)
class _Unwritable:
    directory: Directory
    obstacle: Obstacle

    @property
    def at(self) -> Field:
        return self.directory.at if self.obstacle.at is None else self.obstacle.at


class HomeUnwritable(Rule):
    """The server cannot write to its home, or to another directory that OpenCode needs.

    These are opencode/ in $XDG_DATA_HOME, $XDG_STATE_HOME and $XDG_CACHE_HOME, all below HOME by default,
    and $TMPDIR. The configuration directory may be read-only if it is there.
    """

    requirements = ("FLUX-01", "HA-01")
    why = (
        "OpenCode makes its directories when it starts and exits if it cannot. A user whom the image does "
        "not know gets / for a home. Without a place for temporary files the terminal of the interface fails."
    )
    fix = (
        "Set HOME to a directory on a volume that the user of the pod may write to (fsGroup), and mount an "
        "emptyDir at /tmp where the image's file system is read-only."
    )
    Parameters = Parameters
    good = (
        Example("a home on the claim", deployment(_HOME, pod=_POD, volumes=_CLAIM)),
        Example(
            "everything elsewhere, and no home at all",
            deployment(
                """\
env:
  - {name: HOME, value: /nonexistent}
  - {name: XDG_DATA_HOME, value: /data/share}
  - {name: XDG_STATE_HOME, value: /data/state}
  - {name: XDG_CACHE_HOME, value: /dev/shm/cache}
  - {name: XDG_CONFIG_HOME, value: /data/config}
  - {name: TMPDIR, value: /data/tmp}
securityContext: {readOnlyRootFilesystem: true}
volumeMounts:
  - {name: data, mountPath: /data}
""",
                pod=_POD,
                volumes="- {name: data, emptyDir: {}}\n",
            ),
        ),
        Example("root in its own image", deployment("args: [web]\n")),
        Example(
            "root on a claim without fsGroup",
            deployment(_HOME, pod="securityContext: {runAsUser: 0}\n", volumes=_CLAIM),
        ),
        Example(
            "the configuration directory is a ConfigMap",
            deployment(
                f"""\
{_HOME}\
  - {{name: tmp, mountPath: /tmp}}
  - {{name: config, mountPath: /home/demo/.config/opencode, readOnly: true}}
securityContext: {{readOnlyRootFilesystem: true}}
""",
                pod=_POD,
                volumes=f"{_CLAIM}- {{name: tmp}}\n- {{name: config, configMap: {{name: config}}}}\n",
            ),
        ),
        Example(
            "a home that is put together by the kubelet",
            deployment(
                """\
env:
  - {name: BASE, value: /data}
  - {name: HOME, value: $(BASE)/home}
volumeMounts:
  - {name: data, mountPath: data}
""",
                pod=_POD,
                volumes=_CLAIM,
            ),
        ),
    )
    bad = (
        Example(
            "no HOME for a user that the image does not know",
            deployment(
                """\
env: []  # <- OpenCode cannot make its data, state, cache and config directories: \
/.local/share/opencode is in the image, where user 1000 may not write; HOME is not set
""",
                pod=_POD,
            ),
        ),
        Example(
            "a home that is not mounted, and nothing at /tmp",
            deployment(
                """\
securityContext: {readOnlyRootFilesystem: true}
env:
  - name: HOME
    value: /home/demo  # <- OpenCode cannot make its data, state, cache and config \
directories: /home/demo/.local/share/opencode is in the image, whose file system is read-only
volumeMounts:  # <- OpenCode cannot write temporary files: /tmp is in the image, \
whose file system is read-only
  - {name: data, mountPath: /home/dmeo}
""",
                pod=_POD,
                volumes=_CLAIM,
            ),
        ),
        Example(
            "a mount that is read-only",
            deployment(
                """\
env:
  - {name: HOME, value: /home/demo}
  - {name: XDG_CACHE_HOME, value: /tmp}
volumeMounts:
  - name: data
    mountPath: /home/demo
    readOnly: true  # <- OpenCode cannot make its data, state and config directories: \
/home/demo/.local/share/opencode is mounted read-only
""",
                pod=_POD,
                volumes=_CLAIM,
            ),
        ),
        Example(
            "a Secret hides one of them",
            deployment(
                f"""\
{_HOME}\
  - name: auth
    mountPath: /home/demo/.local/share  # <- OpenCode cannot make its data directory: \
/home/demo/.local/share/opencode is on a Secret, which is always read-only
""",
                pod=_POD,
                volumes=f"{_CLAIM}- {{name: auth, secret: {{secretName: auth}}}}\n",
            ),
        ),
        Example(
            "nobody gives the volume to the user",
            deployment(
                _HOME,
                pod="""\
securityContext:  # <- OpenCode cannot make its data, state, cache and config directories: \
/home/demo/.local/share/opencode belongs to root: without fsGroup user 1000 cannot write to the volume
  runAsUser: 1000
""",
                volumes=_CLAIM,
            ),
        ),
        Example(
            "a path that is not absolute",
            deployment("""\
env:
  - name: HOME
    value: ~/home  # <- HOME is '~/home', which is no absolute path
"""),
        ),
        Example(
            "a root that may not be root",
            deployment(
                pod="""\
securityContext:
  runAsNonRoot: true  # <- the image runs as root, which runAsNonRoot forbids: runAsUser is missing
"""
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server = workspace.server
        if server is None:
            yield no_server(workspace)
            return
        paths = server_paths(workspace.tree, server)
        doubts = list(_doubts(paths))
        problems = [*self._root(server), *_merged(_unwritable(paths))]
        yield from doubts
        yield from problems
        if not doubts and not problems:
            home = paths.home if paths.data.variable == "HOME" else paths.data
            yield Proof(f"OpenCode can write to its directories below {home.path}", home.at)

    def _root(self, server: Container) -> Iterator[Problem]:
        """The kubelet does not start root under runAsNonRoot."""
        contexts = (server.field["securityContext"], server.pod.spec["securityContext"])
        forbids = next(
            (context["runAsNonRoot"] for context in contexts if context["runAsNonRoot"].exists), None
        )
        user = user_of(server)
        if forbids is None or forbids.value is not True:
            return
        if user.uid == 0:
            yield Problem("runAsUser is 0, which runAsNonRoot forbids", user.at)
        elif user.uid is None and self.parameters.image_user == 0:
            words = "the image runs as root, which runAsNonRoot forbids: runAsUser is missing"
            yield Problem(words, forbids)


def _directories(paths: ServerPaths) -> tuple[Directory, ...]:
    return (paths.data, paths.state, paths.cache, paths.config, paths.temporary)


def _doubts(paths: ServerPaths) -> Iterator[Outcome]:
    """One outcome for each variable that does not lead to a path."""
    seen: set[str] = set()
    for directory in _directories(paths):
        if directory.path is not None or directory.variable in seen:
            continue
        seen.add(directory.variable)
        value = paths.environment.value(directory.variable)
        if value is None:
            yield Unknown(directory.doubt, directory.at)
        else:
            yield Problem(f"{directory.variable} is '{value}', which is no absolute path", directory.at)


def _unwritable(paths: ServerPaths) -> Iterator[_Unwritable]:
    for directory in _directories(paths):
        place = paths.place(directory)
        obstacle = place.obstacle if place else None
        if place and obstacle and not (directory is paths.config and paths.filesystem.is_there(place)):
            yield _Unwritable(directory, obstacle)


def _merged(found: Iterator[_Unwritable]) -> Iterator[Problem]:
    """One problem for all directories that fail for one reason at one place."""
    items = {item.directory.name: item for item in found}
    faults = [Fault(name, item.obstacle.words, item.at) for name, item in items.items()]
    for group in shared(faults):
        directory = items[group[0].subject].directory
        unset = "" if directory.is_set else f"; {directory.variable} is not set"
        words = f"OpenCode cannot {_purpose(group)}: {directory.path} {group[0].words}{unset}"
        yield Problem(words, group[0].at)


def _purpose(group: list[Fault]) -> str:
    if [fault.subject for fault in group] == [TEMPORARY]:
        return "write temporary files"
    return f"make its {subjects(group)} {'directories' if len(group) > 1 else 'directory'}"

"""Rule auth-unpersisted."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.opencode.persistence import loss_of
from opencode_policy.opencode.server_paths import ServerPaths, server_paths
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.container_filesystem import READ_ONLY_KINDS, Place, user_of
from opencode_policy.pods.examples import deployment
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Container
from opencode_policy.workspaces.subjects import no_server

_LOGIN = "auth.json"
_INSTEAD = "OPENCODE_AUTH_CONTENT"
_POD = "securityContext: {runAsUser: 1000, fsGroup: 1000}\n"
_CLAIM = "- {name: data, persistentVolumeClaim: {claimName: demo}}\n"
_HOME = """\
env:
  - {name: HOME, value: /home/demo}
volumeMounts:
  - {name: data, mountPath: /home/demo, subPath: home}
"""
_INIT = """\
- name: init
  env:
    - {name: HOME, value: /home/demo}
    - {name: SEED, value: /secrets/login}
  volumeMounts:
    - {name: data, mountPath: /home/demo, subPath: home}
"""
_PVC = """\
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The variable that tells an init container which file to seed the login from."""

    seed_variable: str


class AuthUnpersisted(Rule):
    """The login is not in the one file, on the workspace's own volume, that seeding and server share.

    It is opencode/auth.json in $XDG_DATA_HOME, by default in $HOME/.local/share. OpenCode rewrites it at
    every login and logout in the interface, with mode 0600.
    """

    requirements = ("FLUX-08", "HA-08")
    why = (
        "A login that is kept in the image, in an emptyDir or in a variable is gone, or is the old one "
        "again, when the pod is replaced. A Secret that is mounted in its place cannot be written to, so "
        "that a login in the interface fails. What another user seeds, the server cannot read."
    )
    fix = (
        "Give the init container that seeds the login and the server the same HOME, user, claim and subPath, "
        "and mount no Secret over the file."
    )
    Parameters = Parameters
    example_parameters = {"seed_variable": "SEED"}
    good = (
        Example(
            "one file for both",
            deployment(_HOME, init=_INIT, pod=_POD, volumes=_CLAIM) + _PVC,
        ),
        Example("nothing is seeded", deployment(_HOME, pod=_POD, volumes=_CLAIM) + _PVC),
        Example(
            "the same file by another path",
            deployment(
                """\
env: [{name: XDG_DATA_HOME, value: /data}]
volumeMounts: [{name: data, mountPath: /data, subPath: home/.local/share}]
""",
                init=_INIT,
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "by two volumes that are one claim",
            deployment(
                _HOME.replace("name: data", "name: same"),
                init=_INIT,
                volumes=_CLAIM + _CLAIM.replace("name: data", "name: same"),
            )
            + _PVC,
        ),
        Example(
            "an init container that has nothing to do with it",
            deployment(
                _HOME,
                init="- {name: other, securityContext: {runAsUser: 0}}\n" + _INIT,
                pod=_POD,
                volumes=_CLAIM,
            )
            + _PVC,
        ),
    )
    bad = (
        Example(
            "a Secret in place of the file",
            deployment(
                f"""\
{_HOME}\
  - name: login
    mountPath: /home/demo/.local/share/opencode/auth.json  # <- auth.json is on a Secret: no login in the \
interface can change it
    subPath: login
""",
                volumes=f"{_CLAIM}- {{name: login, secret: {{secretName: login}}}}\n",
            )
            + _PVC,
        ),
        Example(
            "a variable in place of the file",
            deployment(
                _HOME.replace(
                    "env:",
                    f"""\
env:
  - name: {_INSTEAD}
    valueFrom:
      secretKeyRef:
        name: login
        key: login  # <- {_INSTEAD} replaces auth.json: no login in the interface has an effect""",
                ),
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "a home in an emptyDir",
            deployment(
                """\
env: [{name: HOME, value: /home/demo}]
volumeMounts:
  - name: data
    mountPath: /home/demo  # <- the login /home/demo/.local/share/opencode/auth.json is on an emptyDir, \
which goes with the pod
""",
                volumes="- {name: data, emptyDir: {}}\n",
            ),
        ),
        Example(
            "the init container has another home",
            deployment(
                _HOME,
                init="""\
- name: init
  env:
    - {name: SEED, value: /secrets/login}
    - name: HOME
      value: /home/dmeo  # <- init puts the login at /home/dmeo/.local/share/opencode/auth.json, the server \
has it at /home/demo/.local/share/opencode/auth.json
  volumeMounts:
    - {name: data, mountPath: /home/demo, subPath: home}
""",
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "another part of the volume",
            deployment(
                _HOME,
                init="""\
- name: init
  env:
    - {name: HOME, value: /home/demo}
    - {name: SEED, value: /secrets/login}
  volumeMounts:
    - name: data
      mountPath: /home/demo  # <- init puts the login elsewhere on the volumes than the server has it
""",
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "another user",
            deployment(
                _HOME,
                init=f"""\
{_INIT}\
  securityContext:
    runAsUser: 0  # <- init runs as user 0, but the server, which must read the login, as user 1000
""",
                pod=_POD,
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "the init container cannot write",
            deployment(
                _HOME,
                init=f"""\
{_INIT}\
      readOnly: true  # <- init cannot put the login in place: /home/demo/.local/share/opencode/auth.json is \
mounted read-only
""".replace(
                    "- {name: data, mountPath: /home/demo, subPath: home}",
                    "- name: data\n      mountPath: /home/demo\n      subPath: home",
                ),
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
        paths = server_paths(workspace.tree, server)
        place = paths.place(paths.data, _LOGIN)
        if place is None:
            yield Unknown(f"where the login is is not known: {paths.data.doubt}", paths.data.at)
            return
        found: list[Outcome] = [*_lost(workspace, paths, place)]
        if not found:
            for seeder in self._seeders(workspace, server):
                found += _seeded(workspace, seeder, place)
        yield from found
        if not found:
            claim = place.mount.claim if place.mount else ""
            yield Proof(f"the login {place.path} is on the claim {claim}", place.at)

    def _seeders(self, workspace: WorkspaceTree, server: Container) -> Iterator[Container]:
        for container in server.pod.init_containers:
            environment = server_paths(workspace.tree, container).environment
            variable = environment.get(self.parameters.seed_variable)
            if variable is not None and variable.value != "":
                yield container


def _lost(workspace: WorkspaceTree, paths: ServerPaths, place: Place) -> Iterator[Problem]:
    """The file is on the claim, and is what the server reads."""
    instead = paths.environment.get(_INSTEAD)
    if instead is not None and instead.value != "":
        words = f"{_INSTEAD} replaces {_LOGIN}: no login in the interface has an effect"
        yield Problem(words, instead.at)
    if place.kind in READ_ONLY_KINDS:
        words = f"{_LOGIN} is on {READ_ONLY_KINDS[place.kind]}: no login in the interface can change it"
        yield Problem(words, place.at)
        return
    loss = loss_of(workspace, place)
    if loss is not None:
        at = paths.data.at if loss.at is None else loss.at
        yield Problem(f"the login {place.path} {loss.words}", at)


def _seeded(workspace: WorkspaceTree, seeder: Container, wanted: Place) -> Iterator[Outcome]:
    """What the init container writes is the file that the server reads."""
    paths = server_paths(workspace.tree, seeder)
    place = paths.place(paths.data, _LOGIN)
    if place is None:
        yield Unknown(f"where {seeder.name} puts the login is not known", paths.data.at)
        return
    if place.identity != wanted.identity or place.identity is None:
        yield _elsewhere(seeder, paths, place, wanted)
    elif place.obstacle is not None:
        at = place.at if place.obstacle.at is None else place.obstacle.at
        words = f"{seeder.name} cannot put the login in place: {place.path} {place.obstacle.words}"
        yield Problem(words, at)
    user, reader = user_of(seeder), user_of(wanted.container)
    if (user.uid or 0) != (reader.uid or 0):
        words = (
            f"{seeder.name} runs as user {user.uid or 0}, but the server, which must read the login, as user"
        )
        yield Problem(f"{words} {reader.uid or 0}", user.at)


def _elsewhere(seeder: Container, paths: ServerPaths, place: Place, wanted: Place) -> Problem:
    if place.path == wanted.path or place.mount is not None:
        words = f"{seeder.name} puts the login elsewhere on the volumes than the server has it"
        return Problem(words, place.at if place.mount else paths.data.at)
    words = f"{seeder.name} puts the login at {place.path}, the server has it at {wanted.path}"
    return Problem(words, paths.data.at)

"""Rule session-data-unpersisted."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.opencode.persistence import loss_of
from opencode_policy.opencode.server_paths import ServerPaths, server_paths
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.container_filesystem import normal
from opencode_policy.pods.examples import deployment
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workspaces.subjects import no_server

_DATABASE = "opencode.db"
_IN_MEMORY = ":memory:"
_EXPENDABLE = ("log", "bin")
"""Directories of the data directory that hold nothing of a session."""

_LOGIN = "auth.json"  # another rule looks after it
_CLAIM = "- {name: data, persistentVolumeClaim: {claimName: demo}}\n"
_HOME = """\
env:
  - {name: HOME, value: /home/demo}
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
class _Kept:
    """Something that must last: what it is, its path, and the field that puts it there."""

    what: str
    path: str
    at: Field


class SessionDataUnpersisted(Rule):
    """OpenCode's sessions are not on the workspace's own volume.

    They are in the database opencode.db and beside it, in $XDG_DATA_HOME/opencode, by default
    $HOME/.local/share/opencode; OPENCODE_DB puts the database elsewhere.
    """

    requirements = ("FLUX-07", "HA-07")
    why = (
        "A new pod starts with the image and what its claims hold. A data directory anywhere else is empty "
        "then, and the interface lists no session. Two servers on one claim write to one SQLite database."
    )
    fix = (
        "Mount the workspace's own claim, writable, at a directory that holds the data directory, with the "
        "same subPath at every start."
    )
    good = (
        Example("the home directory on the claim", deployment(_HOME, volumes=_CLAIM) + _PVC),
        Example(
            "the data directory alone, and a log that may be lost",
            deployment(
                """\
env:
  - {name: XDG_DATA_HOME, value: /data}
volumeMounts:
  - {name: data, mountPath: /data/opencode/}
  - {name: log, mountPath: /data/opencode/log}
""",
                volumes=f"{_CLAIM}- {{name: log, emptyDir: {{}}}}\n",
            )
            + _PVC,
        ),
        Example(
            "the database elsewhere on the same claim",
            deployment(
                _HOME.replace("env:", "env:\n  - {name: OPENCODE_DB, value: /home/demo/sessions.db}"),
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "a claim that a StatefulSet makes for itself",
            deployment(_HOME)
            .replace("Deployment", "StatefulSet")
            .replace("spec:\n", "spec:\n  volumeClaimTemplates: [{metadata: {name: data}}]\n", 1),
        ),
        Example(
            "a subPath from the namespace, which stays the same",
            deployment(
                """\
env:
  - {name: HOME, value: /home/demo}
  - {name: SPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
volumeMounts:
  - {name: data, mountPath: /home/demo, subPathExpr: $(SPACE)/home}
""",
                volumes=_CLAIM,
            )
            + _PVC,
        ),
    )
    bad = (
        Example(
            "the home directory is an emptyDir",
            deployment(
                """\
env:
  - {name: HOME, value: /home/demo}
volumeMounts:
  - name: data
    mountPath: /home/demo  # <- the data directory /home/demo/.local/share/opencode is on an emptyDir, \
which goes with the pod
""",
                volumes="- {name: data, emptyDir: {}}\n",
            ),
        ),
        Example(
            "the claim is mounted beside it",
            deployment(
                """\
env:
  - name: HOME
    value: /home/dmeo  # <- the data directory /home/dmeo/.local/share/opencode is in the image, not on a \
volume: it goes with the container
volumeMounts:
  - {name: data, mountPath: /home/demo}
""",
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "another volume hides a part of it",
            deployment(
                f"""\
{_HOME}\
  - name: cache
    mountPath: /home/demo/.local  # <- the data directory /home/demo/.local/share/opencode is on an \
emptyDir, which goes with the pod
""",
                volumes=f"{_CLAIM}- {{name: cache, emptyDir: {{}}}}\n",
            )
            + _PVC,
        ),
        Example(
            "an emptyDir inside the data directory",
            deployment(
                f"""\
{_HOME}\
  - name: cache
    mountPath: /home/demo/.local/share/opencode/storage  # <- storage in the data directory is on an \
emptyDir, which goes with the pod
""",
                volumes=f"{_CLAIM}- {{name: cache, emptyDir: {{}}}}\n",
            )
            + _PVC,
        ),
        Example(
            "the database in memory",
            deployment(
                _HOME.replace(
                    "env:",
                    "env:\n  - name: OPENCODE_DB\n    value: ':memory:'  # <- OPENCODE_DB keeps the \
sessions in memory",
                ),
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "the database on another volume",
            deployment(
                _HOME.replace(
                    "env:",
                    "env:\n  - name: OPENCODE_DB\n    value: /tmp/s.db  # <- the database /tmp/s.db is in \
the image, "
                    "not on a volume: it goes with the container",
                ),
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "a directory for each pod",
            deployment(
                """\
env:
  - {name: HOME, value: /home/demo}
  - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
volumeMounts:
  - name: data
    mountPath: /home/demo
    subPathExpr: $(POD)  # <- the data directory /home/demo/.local/share/opencode is in a directory that \
may be another one for each pod
""",
                volumes=_CLAIM,
            )
            + _PVC,
        ),
        Example(
            "a claim that does not exist",
            deployment(
                _HOME,
                volumes="""\
- name: data
  persistentVolumeClaim:
    claimName: dmo  # <- the data directory /home/demo/.local/share/opencode is on the claim dmo, which \
does not exist; did you mean 'demo'?
""",
            )
            + _PVC,
        ),
        Example(
            "the claim of another workspace",
            {
                "kubernetes/apps/demo/demo/app/manifest.yaml": deployment(
                    _HOME,
                    volumes="""\
- name: data
  persistentVolumeClaim:
    claimName: other  # <- the data directory /home/demo/.local/share/opencode is on the claim other, which \
belongs to other
""",
                ),
                "kubernetes/apps/demo/kustomization.yaml": "resources: [demo/ks.yaml, other/ks.yaml]\n",
                "kubernetes/apps/demo/other/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: other, namespace: flux-system}
spec:
  targetNamespace: demo
  path: ./kubernetes/apps/demo/other/app
  sourceRef: {kind: GitRepository, name: home}
""",
                "kubernetes/apps/demo/other/app/kustomization.yaml": "resources: [./pvc.yaml]\n",
                "kubernetes/apps/demo/other/app/pvc.yaml": """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: other}
""",
            },
            workspaces=("demo", "other"),
        ),
        Example(
            "a claim that cannot be written to",
            deployment(
                """\
env:
  - {name: HOME, value: /home/demo}
volumeMounts:
  - name: data
    mountPath: /home/demo
    readOnly: true  # <- the data directory /home/demo/.local/share/opencode is mounted read-only
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
        paths = server_paths(workspace.tree, server)
        if paths.data.path is None:
            yield Unknown(f"where the sessions are is not known: {paths.data.doubt}", paths.data.at)
            return
        found = [*_database(paths), *_lost(workspace, paths)]
        yield from found
        if not found:
            place = paths.filesystem.place(paths.data.path)
            claim = place.mount.claim if place.mount else ""
            yield Proof(f"the data directory {place.path} is on the claim {claim}", place.at)


def _database(paths: ServerPaths) -> Iterator[Outcome]:
    given = paths.environment.get("OPENCODE_DB")
    if given is not None and given.value == _IN_MEMORY:
        yield Problem("OPENCODE_DB keeps the sessions in memory", given.at)
    elif given is not None and given.value is None:
        yield Unknown("the value of OPENCODE_DB is not in the files", given.at)


def _lost(workspace: WorkspaceTree, paths: ServerPaths) -> Iterator[Problem]:
    for kept in _kept(paths):
        loss = loss_of(workspace, paths.filesystem.place(kept.path))
        if loss is not None:
            yield Problem(f"{kept.what} {loss.words}", kept.at if loss.at is None else loss.at)


def _kept(paths: ServerPaths) -> Iterator[_Kept]:
    """What must last: the data directory, what is mounted inside it, and a database elsewhere."""
    data, folder = paths.data, paths.data.below()
    yield _Kept(f"the data directory {folder}", folder, data.at)
    for mount in paths.filesystem.mounts_below(folder):
        inside = posixpath.relpath(mount.path, folder)
        if inside != _LOGIN and inside.partition("/")[0] not in _EXPENDABLE:
            yield _Kept(f"{inside} in the data directory", mount.path, mount.field["mountPath"])
    database = paths.environment.value("OPENCODE_DB") or _DATABASE
    path = normal(posixpath.join(folder, database))
    if database != _IN_MEMORY and not path.startswith(folder + "/"):
        yield _Kept(f"the database {path}", path, paths.environment.place("OPENCODE_DB"))

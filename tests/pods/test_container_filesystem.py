"""Where a path of a container lies, and who may write there."""

from __future__ import annotations

import pytest

from opencode_policy.pods.container_filesystem import Filesystem, Place, user_of
from opencode_policy.pods.examples import deployment
from opencode_policy.pods.kubelet_environment import environment_of

from .manifests import pod_with

VOLUMES = """\
- {name: claim, persistentVolumeClaim: {claimName: demo}}
- {name: same, persistentVolumeClaim: {claimName: demo}}
- {name: scratch, emptyDir: {}}
- {name: bare}
- {name: files, configMap: {name: files}}
- {name: locked, persistentVolumeClaim: {claimName: demo, readOnly: true}}
- {name: both, projected: {sources: [{configMap: {name: a, items: [{key: k, path: d/k}]}}]}}
"""
MOUNTS = """\
env: [{name: PART, value: x/y}, {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
volumeMounts:
  - {name: claim, mountPath: /data/}
  - {name: claim, mountPath: /data/deep/er, subPath: /part/}
  - {name: same, mountPath: /same, subPath: part}
  - {name: scratch, mountPath: relative}
  - {name: bare, mountPath: /bare, readOnly: true}
  - {name: files, mountPath: /files}
  - {name: locked, mountPath: /locked}
  - {name: both, mountPath: /both}
  - {name: claim, mountPath: /expr, subPathExpr: a/$(PART)}
  - {name: claim, mountPath: /pod, subPathExpr: $(POD)}
  - {name: none, mountPath: /none}
"""


def filesystem(container: str = MOUNTS, pod: str = "") -> Filesystem:
    tree, found = pod_with(deployment(container, pod=pod, volumes=VOLUMES))
    return Filesystem(found.containers[0], environment_of(tree, found.containers[0]))


def place(path: str, pod: str = "", container: str = MOUNTS) -> Place:
    return filesystem(container, pod).place(path)


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/data", ("claim", "demo", "")),
        ("/data/a/../b//c/", ("claim", "demo", "b/c")),
        ("/database", None),
        ("/data/deep", ("claim", "demo", "deep")),
        ("/data/deep/er", ("claim", "demo", "part")),
        ("/data/deep/er/x", ("claim", "demo", "part/x")),
        ("/same/x", ("claim", "demo", "part/x")),
        ("/relative/x", ("volume", "scratch", "x")),
        ("/expr/z", ("claim", "demo", "a/x/y/z")),
        ("/pod", None),
        ("/none/x", None),
        ("/", None),
    ],
)
def test_a_path_is_known_by_volume_and_depth(path: str, identity: object) -> None:
    assert place(path).identity == identity


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/data", "persistentVolumeClaim"), ("/bare", "emptyDir"), ("/files", "configMap"), ("/etc", "")],
)
def test_a_volume_without_a_source_is_an_empty_dir(path: str, kind: str) -> None:
    assert place(path).kind == kind


USER = "securityContext: {runAsUser: 1000, fsGroup: 1000}\n"
ALONE = "securityContext: {runAsUser: 1000}\n"
SEALED = MOUNTS + "securityContext: {readOnlyRootFilesystem: true}\n"


@pytest.mark.parametrize(
    ("path", "pod", "container", "words"),
    [
        ("/data/x", USER, MOUNTS, None),
        ("/data/x", "", MOUNTS, None),
        ("/data/x", ALONE, MOUNTS, "belongs to root: without fsGroup user 1000 cannot write to the volume"),
        ("/relative/x", ALONE, MOUNTS, None),
        ("/bare/x", USER, MOUNTS, "is mounted read-only"),
        ("/files/x", "", MOUNTS, "is on a ConfigMap, which is always read-only"),
        ("/both/x", "", MOUNTS, "is on a projected volume, which is always read-only"),
        ("/locked/x", USER, MOUNTS, "is on a volume that is read-only"),
        ("/etc/x", "", MOUNTS, None),
        ("/etc/x", USER, MOUNTS, "is in the image, where user 1000 may not write"),
        ("/tmp/x", USER, MOUNTS, None),  # noqa: S108
        ("/tmp/x", USER, SEALED, "is in the image, whose file system is read-only"),  # noqa: S108
        ("/dev/shm/x", USER, SEALED, None),  # noqa: S108
        ("/etc/x", "", SEALED, "is in the image, whose file system is read-only"),
    ],
)
def test_an_obstacle_says_why_not(path: str, pod: str, container: str, words: str | None) -> None:
    obstacle = place(path, pod, container).obstacle
    assert (obstacle.words if obstacle else None) == words


def test_a_directory_that_a_volume_brings_along_is_there() -> None:
    found = filesystem()
    assert found.is_there(found.place("/files"))
    assert found.is_there(found.place("/both/d"))
    assert found.is_there(found.place("/data/deep"))
    assert not found.is_there(found.place("/both/e"))
    assert not found.is_there(found.place("/files/x"))


def test_the_user_of_the_container_beats_that_of_the_pod() -> None:
    container = filesystem(MOUNTS + "securityContext: {runAsUser: 5}\n", USER).container
    assert user_of(container).uid == 5
    assert user_of(filesystem(MOUNTS, USER).container).uid == 1000
    assert user_of(filesystem().container).uid is None
    assert user_of(filesystem(MOUNTS, "securityContext: {runAsUser: x}\n").container).is_root


def test_mounts_below_a_path() -> None:
    assert [mount.path for mount in filesystem().mounts_below("/data")] == ["/data/deep/er"]
    assert len(list(filesystem().mounts_below("/"))) == 10

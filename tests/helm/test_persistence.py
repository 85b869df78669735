"""Volumes, mounts and claims, from the templates `lib/pod/fields/_volumes.tpl`, `_volumeMounts.tpl`, `_pvc.tpl`."""

from __future__ import annotations

import pytest

from tests.helm.releases import gaps, mistakes, pod, release_tree, view

IMAGE = "image: {repository: example/app, tag: 1.2.3}"
CONTROLLERS = f"""\
controllers:
  main:
    initContainers: {{init: {{{IMAGE}}}}}
    containers: {{app: {{{IMAGE}}}, side: {{{IMAGE}}}}}
configMaps: {{settings: {{data: {{a: b}}}}}}
secrets: {{keys: {{stringData: {{a: b}}}}}}
"""


def volume(item: str) -> object:
    """The one volume of the pods."""
    spec = pod(f"{CONTROLLERS}persistence: {{data: {{{item}}}}}\n")
    assert isinstance(spec["volumes"], list)
    [made] = spec["volumes"]
    assert made.pop("name") == "data"
    return made


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("existingClaim: there", {"persistentVolumeClaim": {"claimName": "there"}}),
        ("existingClaim: '{{ .Release.Name }}-data'", {"persistentVolumeClaim": {"claimName": "demo-data"}}),
        ("accessMode: ReadWriteOnce, size: 1Gi", {"persistentVolumeClaim": {"claimName": "demo"}}),
        ("type: persistentVolumeClaim, existingClaim: x", {"persistentVolumeClaim": {"claimName": "x"}}),
        ("type: emptyDir", {"emptyDir": {}}),
        (
            "type: emptyDir, medium: Memory, sizeLimit: 1Gi",
            {"emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
        ),
        ("type: hostPath, hostPath: /dev/dri", {"hostPath": {"path": "/dev/dri"}}),
        (
            "type: hostPath, hostPath: /a, hostPathType: Directory",
            {"hostPath": {"path": "/a", "type": "Directory"}},
        ),
        ("type: nfs, server: nas, path: /media", {"nfs": {"server": "nas", "path": "/media"}}),
        ("type: configMap, name: other", {"configMap": {"name": "other"}}),
        ("type: configMap, identifier: settings", {"configMap": {"name": "demo"}}),
        (
            "type: configMap, name: x, defaultMode: 0755, items: [{key: a, path: b}]",
            {"configMap": {"name": "x", "defaultMode": 493, "items": [{"key": "a", "path": "b"}]}},
        ),
        ("type: secret, name: '{{ .Release.Name }}-tls'", {"secret": {"secretName": "demo-tls"}}),
        (
            "type: secret, identifier: keys, defaultMode: 0400",
            {"secret": {"secretName": "demo", "defaultMode": 256}},
        ),
        ("type: custom, volumeSpec: {name: x, csi: {driver: d}}", {"csi": {"driver": "d"}}),
        ("type: image, image: {repository: r, tag: t}", {"image": {"reference": "r:t"}}),
        (
            "type: ephemeral, accessMode: ReadWriteOnce, size: 1Gi",
            {
                "ephemeral": {
                    "volumeClaimTemplate": {
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "resources": {"requests": {"storage": "1Gi"}},
                        }
                    }
                }
            },
        ),
    ],
)
def test_a_volume_of_every_type(item: str, expected: object) -> None:
    assert volume(item) == expected


def mounts(item: str, name: str = "data") -> dict[str, object]:
    """Mounts by container."""
    spec = pod(f"{CONTROLLERS}persistence: {{{name}: {{{item}}}}}\n")
    both = [*spec["initContainers"], *spec["containers"]]  # type: ignore[misc]
    return {made["name"]: made.get("volumeMounts") for made in both}


EVERYWHERE = {"init", "app", "side"}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("type: emptyDir", {"name": "data", "mountPath": "/data"}),
        ("type: hostPath, hostPath: /dev/dri", {"name": "data", "mountPath": "/dev/dri"}),
        ("type: emptyDir, globalMounts: [{path: /x}]", {"name": "data", "mountPath": "/x"}),
        (
            "type: emptyDir, globalMounts: [{path: /x, subPath: y, readOnly: true}]",
            {"name": "data", "mountPath": "/x", "subPath": "y", "readOnly": True},
        ),
        ("type: emptyDir, globalMounts: [{readOnly: false}]", {"name": "data", "mountPath": "/data"}),
    ],
)
def test_mounts_everywhere(item: str, expected: object) -> None:
    assert mounts(item) == {name: [expected] for name in EVERYWHERE}


def test_mounts_of_one_container() -> None:
    item = "type: emptyDir, advancedMounts: {main: {app: [{path: /a}, {path: /b, subPath: c}], init: [{path: /i}]}}"
    assert mounts(item) == {
        "init": [{"name": "data", "mountPath": "/i"}],
        "app": [{"name": "data", "mountPath": "/a"}, {"name": "data", "mountPath": "/b", "subPath": "c"}],
        "side": None,
    }


def test_a_volume_of_another_controller_is_not_there() -> None:
    values = f"""\
controllers:
  main: {{containers: {{app: {{{IMAGE}}}}}}}
  other: {{enabled: false, containers: {{app: {{{IMAGE}}}}}}}
persistence:
  mine: {{type: emptyDir, advancedMounts: {{main: {{app: [{{path: /a}}]}}}}}}
  theirs: {{type: emptyDir, advancedMounts: {{other: {{app: [{{path: /a}}]}}}}}}
  off: {{type: emptyDir, enabled: false}}
"""
    assert [item["name"] for item in pod(values)["volumes"]] == ["mine"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("item", "spec"),
    [
        (
            "accessMode: ReadWriteOnce, size: 5Gi",
            {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}},
        ),
        (
            "accessMode: ReadWriteMany, size: 1Gi, storageClass: block, volumeName: v",
            {
                "accessModes": ["ReadWriteMany"],
                "resources": {"requests": {"storage": "1Gi"}},
                "storageClassName": "block",
                "volumeName": "v",
            },
        ),
        (
            "accessMode: ReadWriteOnce, size: 1Gi, storageClass: '-'",
            {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
                "storageClassName": "",
            },
        ),
        (
            "accessMode: ReadWriteOnce, size: 1Gi, dataSourceRef: {kind: R, name: '{{ .Release.Name }}'}",
            {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
                "dataSourceRef": {"kind": "R", "name": "demo"},
            },
        ),
    ],
)
def test_a_claim(item: str, spec: object) -> None:
    values = f"{CONTROLLERS}persistence: {{data: {{{item}}}}}\n"
    assert view(values, "PersistentVolumeClaim")["spec"].python == spec


def test_a_claim_that_is_kept() -> None:
    values = f"{CONTROLLERS}persistence: {{data: {{accessMode: ReadWriteOnce, size: 1Gi, retain: true}}}}\n"
    annotations = view(values, "PersistentVolumeClaim")["metadata"]["annotations"]
    assert annotations.python == {"helm.sh/resource-policy": "keep"}


def test_mounts_that_lead_nowhere() -> None:
    values = f"""\
controllers:
  main: {{containers: {{app: {{{IMAGE}}}}}}}
persistence:
  data:
    type: emptyDir
    advancedMounts:
      main:
        ap: [{{path: /a}}]
      mian: {{}}
"""
    assert mistakes(values) == [
        (8, "data is mounted in a container 'ap', which main lacks"),
        (9, "data is mounted in a controller 'mian', which does not exist"),
    ]


def test_a_type_that_is_not_understood() -> None:
    values = f"controllers: {{main: {{containers: {{app: {{{IMAGE}}}}}}}}}\npersistence:\n  data:\n    type: quantum\n"
    tree, _ = release_tree(values)
    assert gaps(tree) == [("volumes of the type 'quantum' are not understood", "apps/demo/release.yaml:12")]

"""What a file of a container holds, where a ConfigMap of the tree brings it in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from opencode_policy.lean import dataclass
from opencode_policy.nodes import ScalarNode
from opencode_policy.pods.container_filesystem import Place
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree

State = Literal["text", "absent", "unknown"]

_LASTING = ("persistentVolumeClaim", "hostPath", "nfs", "csi", "image")
"""Volumes that may hold files which no manifest shows."""


@dataclass(frozen=True, slots=True)
class MountedFile:
    """A file: `node` holds its text where `state` is `text`; `config_map` is the ConfigMap it belongs to."""

    state: State
    node: ScalarNode | None = None
    config_map: Resource | None = None


ABSENT = MountedFile("absent")
UNKNOWN = MountedFile("unknown")


def file_at(tree: Tree, place: Place) -> MountedFile:
    """The file at a place."""
    if place.mount is None or place.kind == "emptyDir":
        return ABSENT
    if place.inside is None or place.kind in _LASTING:
        return UNKNOWN
    found = [_in_source(tree, place, source, name) for source, name in _sources(place.mount.volume)]
    known = [file for file in found if file.state != "absent"]
    return known[-1] if known else next(iter(found), UNKNOWN)


def _sources(volume: Field) -> Iterator[tuple[Field, str]]:
    """Each ConfigMap or Secret of a volume, with the name of the field that names it."""
    for parent in (volume, *volume["projected"]["sources"]):
        for kind in ("configMap", "secret", "downwardAPI", "serviceAccountToken"):
            if parent[kind]:
                yield parent[kind], kind


def _in_source(tree: Tree, place: Place, source: Field, kind: str) -> MountedFile:
    key = _key(source, place.inside or "")
    if key is None:
        return ABSENT
    if kind != "configMap":
        return UNKNOWN
    config_map = tree.get("ConfigMap", source["name"].text, place.container.pod.workload.namespace)
    if config_map is None:
        return UNKNOWN
    node = config_map["data"][key].node
    if isinstance(node, ScalarNode):
        return MountedFile("text", node, config_map)
    return MountedFile("unknown" if config_map["binaryData"][key] else "absent", None, config_map)


def _key(source: Field, path: str) -> str | None:
    """The key behind a path of the volume; None where `items` leaves it out."""
    if not source["items"]:
        return path
    return next((item["key"].text for item in source["items"] if item["path"].text == path), None)

"""`buildMetadata`: annotations that say where each object of a build comes from."""

from __future__ import annotations

import posixpath
from typing import Final

from opencode_policy.expand.annotations import with_annotations
from opencode_policy.expand.folder import Folder, items_of
from opencode_policy.expand.object import Object, text_of
from opencode_policy.expand.refusal import NotEvaluated
from opencode_policy.expand.synthesize import put, scalar
from opencode_policy.nodes import MappingNode, Node

ORIGIN: Final = "config.kubernetes.io/origin"
_NOT_EVALUATED: Final = ("transformerAnnotations", "managedByLabel")
"""What adds the steps of the build, and the version of kustomize that made it."""


def apply(root: MappingNode, objects: list[Object], folder: Folder) -> None:
    """Add the annotations that the outermost kustomization asks for; unknown words mean nothing."""
    for option in items_of(root.get("buildMetadata")):
        if text_of(option) == "originAnnotations":
            for item in objects:
                _add_origin(item, folder.path, option)
        elif text_of(option) in _NOT_EVALUATED:
            folder.note(NotEvaluated(f"'{text_of(option)}' is not evaluated", option.location))


def _add_origin(item: Object, folder: str, option: Node) -> None:
    path = posixpath.relpath(item.path, folder)
    text = f"path: {path}\n"
    if item.maker:
        text = f"configuredIn: {path}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {item.maker}\n"
    root = with_annotations(item.root)
    item.root = put(root, ("metadata", "annotations", ORIGIN), scalar(text, option))

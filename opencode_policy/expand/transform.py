"""The transformers of a kustomization, in kustomize's order.

That order is fixed (kusttarget_configplugin.go): patches, namespace, prefix, suffix, labels, annotations,
JSON patches of the old kind, replicas, images, replacements.
"""

from __future__ import annotations

from opencode_policy.expand import labels, names, overrides, patches, replacements
from opencode_policy.expand.folder import Folder
from opencode_policy.expand.object import Object
from opencode_policy.nodes import MappingNode, ScalarNode


def apply(root: MappingNode, objects: list[Object], folder: Folder) -> list[Object]:
    """All transformers of a kustomization on its objects, which change; a patch may delete some."""
    objects = patches.apply(root, objects, folder)
    names.apply(root, objects, folder)
    labels.apply(root, objects, folder)
    objects = patches.apply_json(root, objects, folder)
    overrides.apply(root, objects, folder)
    return replacements.apply(root, objects, folder)


def in_namespace(objects: list[Object], namespace: ScalarNode) -> list[Object]:
    """Every object moved into a namespace."""
    for item in objects:
        names.move(item, namespace)
    return objects


def labelled(objects: list[Object], kind: str, pairs: MappingNode, folder: Folder) -> list[Object]:
    """Labels or annotations put on the metadata of every object; the new value wins."""
    spec = labels.FieldSpec(("metadata", kind), create=True)
    labels.set_pairs(objects, labels.Pairs(kind.removesuffix("s"), pairs, (spec,)), folder)
    return objects



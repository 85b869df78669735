"""The transformers of a kustomization, in kustomize's order.

That order is fixed (kusttarget_configplugin.go): patches, namespace, prefix, suffix, labels, annotations,
JSON patches of the old kind, replicas, images, replacements. What a kustomization does not use is not
even imported.
"""

from __future__ import annotations

from opencode_policy.expand import names
from opencode_policy.expand.folder import Folder
from opencode_policy.expand.object import Object
from opencode_policy.nodes import MappingNode, ScalarNode


def apply(root: MappingNode, objects: list[Object], folder: Folder) -> list[Object]:
    """All transformers of a kustomization on its objects, which change; a patch may delete some."""
    used = root.entries.keys()
    if not used.isdisjoint(("patches", "patchesStrategicMerge")):
        from opencode_policy.expand import patches

        objects = patches.apply(root, objects, folder)
    names.apply(root, objects, folder)
    if not used.isdisjoint(("labels", "commonLabels", "commonAnnotations")):
        from opencode_policy.expand import labels

        labels.apply(root, objects, folder)
    if "patchesJson6902" in used:
        from opencode_policy.expand import patches

        objects = patches.apply_json(root, objects, folder)
    if not used.isdisjoint(("replicas", "images", "imageTags")):
        from opencode_policy.expand import overrides

        overrides.apply(root, objects, folder)
    if "replacements" in used:
        from opencode_policy.expand import replacements

        replacements.apply(root, objects, folder)
    return objects


def in_namespace(objects: list[Object], namespace: ScalarNode) -> list[Object]:
    """Every object moved into a namespace."""
    setter = names.NamespaceSetter(namespace)
    for item in objects:
        names.move(item, setter)
    return objects


def labelled(objects: list[Object], kind: str, pairs: MappingNode, folder: Folder) -> list[Object]:
    """Labels or annotations put on the metadata of every object; the new value wins."""
    from opencode_policy.expand import labels

    labels.set_pairs(objects, labels.Pairs.of_metadata(kind, pairs), folder)
    return objects

"""What no Kustomization of the inventory reaches: other Kustomizations, then objects that nothing applies."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.expand.evaluation import Evaluation
from opencode_policy.expand.flux_build import is_flux_kustomization
from opencode_policy.expand.raw_objects import is_component, raw
from opencode_policy.policy.model import ClusterFile, FluxObject
from opencode_policy.resource import Resource


def kustomizations(evaluation: Evaluation) -> None:
    """Kustomizations that nothing applies are evaluated all the same, as if they were listed.

    So a forgotten entry is one finding, and not one more for every variable that is then unknown. Those
    that stand outside the folders of all others come first: somebody applies them by hand, and they apply
    the others, with what they change in them.
    """
    written = list(_written(evaluation))
    folders = {_folder(resource): resource for _, resource in written}
    ordered = sorted(written, key=lambda pair: _is_inside(pair[0], pair[1], folders))
    builds = evaluation.result.builds
    read, seen = evaluation.result.read_files(), len(builds)
    for path, resource in ordered:
        read.update(*(build.files for build in builds[seen:]))
        seen = len(builds)
        if path not in read:
            evaluation.unapplied(resource, entry_above(evaluation.cluster, path))


def _written(evaluation: Evaluation) -> Iterator[tuple[str, Resource]]:
    """Kustomizations in files that no build has read."""
    read = evaluation.result.read_files()
    for path in evaluation.files.parsed:
        if path not in read and not posixpath.basename(path).startswith("kustomization."):
            objects, _ = raw(evaluation.files, path)
            yield from ((path, item) for item in objects if is_flux_kustomization(item))


def _folder(resource: Resource) -> str:
    return posixpath.normpath(resource["spec"]["path"].text.lstrip("/") or ".")


def _is_inside(path: str, resource: Resource, folders: dict[str, Resource]) -> bool:
    """Whether a Kustomization stands in the folder that another one applies."""
    folder = posixpath.dirname(path) or "."
    while True:
        if folders.get(folder, resource) is not resource:
            return True
        if folder == ".":
            return False
        folder = posixpath.dirname(folder) or "."


def entry_above(cluster: ClusterFile, path: str) -> FluxObject | None:
    """The inventory's Kustomization whose folder holds a file, the innermost of them."""
    folders = {posixpath.normpath(entry.path): entry for entry in cluster.kustomizations if entry.path}
    above = [folder for folder in folders if folder == "." or path.startswith(f"{folder}/")]
    return folders[max(above, key=len)] if above else None


def objects(evaluation: Evaluation) -> None:
    """Objects that no Kustomization applies: folders with a kustomization file, then files."""
    files, result = evaluation.files, evaluation.result
    read = result.read_files()
    for folder in sorted(files.folders):
        path = files.kustomization(folder)
        if path is None or path in read or path not in files.parsed or is_component(files, path):
            continue
        build = evaluation.builder.build(folder)
        result.diagnostics += build.diagnostics
        result.resources += [Resource(item.id, item.root, item.path) for item in build.objects]
        read |= build.files
    for path in files.parsed:
        if path not in read:
            found, wrong = raw(files, path)
            result.loose.append(path)
            result.resources += found
            result.diagnostics += wrong

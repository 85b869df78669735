"""Objects as an installed flate renders them, at the places of our own.

flate (github.com/home-operations/flate) evaluates the Flux Kustomizations below a path itself, and the
substitution too. An object that it does not print, such as one that only the inventory's Kustomization
applies, stays ours.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.expand.matching import matched
from opencode_policy.expand.object import Object, objects_of
from opencode_policy.lean import replace
from opencode_policy.parse import parse
from opencode_policy.resource import Resource
from opencode_policy.source import Source
from opencode_policy.tree import Tree

NAME = "flate"
_OPTIONS = ("--skip-secrets=false", "--skip-crds=false")
_SECONDS = 600


def rendered_by_flate(tree: Tree, paths: Sequence[str]) -> Tree:
    """The tree with the objects that flate makes of these paths.

    Raises RefusedError where flate is not installed or fails.
    """
    objects = [item for path in paths or (".",) for item in _objects(path)]
    applied = [item for item in tree.resources if item.release is None]
    known = {item.id for item in applied}
    own = [Object(item.root, item.path) for item in applied]
    placed = {item.id: item for item in matched([item for item in objects if item.id in known], own)}
    return replace(tree, resources=[_with(item, placed.get(item.id)) for item in applied], _kinds={})


def _with(resource: Resource, item: Object | None) -> Resource:
    if item is None:
        return resource
    return Resource(resource.id, item.root, item.path, resource.applied_by)


def _objects(path: str) -> list[Object]:
    """What flate prints for a path."""
    program = shutil.which(NAME)
    if program is None:
        raise RefusedError(f"the renderer '{NAME}' needs the program '{NAME}', and it is not installed")
    try:
        done = subprocess.run(  # noqa: S603 - the user asked for this program
            [program, "build", "ks", "--path", path, *_OPTIONS],
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RefusedError(f"{NAME} cannot be run: {type(error).__name__}") from error
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise RefusedError(f"{NAME} cannot render '{path}': {words}")
    parsed = parse(Source(path, done.stdout.decode(errors="replace")))
    return [item for part in parsed.documents for item in objects_of(part, path)[0]]

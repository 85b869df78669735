"""What the stages found and nobody can judge where no policy says what the cluster has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from opencode_policy.concern import REQUIREMENT_OF
from opencode_policy.expand.substitute import DISABLED_KEY
from opencode_policy.finding import Gap
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location
from opencode_policy.nodes import walk
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree

_USED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)")
_NO_MANIFEST = frozenset({"document-empty", "document-not-an-object", "yaml-duplicate-key", "yaml-syntax"})
"""What is wrong with a manifest, and with nothing where the file is the template of a chart, or a tool's."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The findings that stand, and what stays open."""

    findings: Sequence[Diagnostic]
    gaps: Sequence[Gap] = ()


def settled(tree: Tree, found: Sequence[Diagnostic]) -> Settled:
    """Findings of the stages that hold without a policy; with one they all do."""
    if not tree.policy.general:
        return Settled(found)
    read = {path for build in tree.builds for path in build.files}
    with_objects = {item.path for item in tree.resources} | read
    strangers = {path for path in tree.manifests if path not in with_objects}
    foreign = [item for item in found if item.code in _NO_MANIFEST and item.location.path in strangers]
    left = {id(item) for item in foreign}
    kept = [item for item in found if id(item) not in left]
    return Settled(kept, (*_variables(tree), *_foreign(foreign)))


def _variables(tree: Tree) -> Iterator[Gap]:
    """One for all variables, at the first place that takes one."""
    names: dict[str, Location] = {}
    written = {path for path, source in tree.sources.items() if "${" in source.text}
    for resource in tree.resources:
        if resource.path in written and tree.applies(resource) and not _is_exempt(resource):
            for node in walk(resource.root):
                for name in _USED.findall(node.value) if "${" in node.value else ():
                    names.setdefault(name, node.location)
    if names:
        listed = ", ".join(sorted(names)[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        words = f"the values of variables are not known: {listed}"
        yield Gap(words, (REQUIREMENT_OF["substitution"],), None, next(iter(names.values())))


def _foreign(found: Sequence[Diagnostic]) -> Iterator[Gap]:
    """One for all files of a folder at the top, as a chart or a workflow has many."""
    by_folder: dict[str, list[str]] = {}
    for item in found:
        path = item.location.path
        by_folder.setdefault(path.rpartition("/")[0] or ".", []).append(path)
    for folder, paths in by_folder.items():
        names = list(dict.fromkeys(path.rpartition("/")[2] for path in paths))
        listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        yield Gap(f"{folder}: nothing applies {listed}, and no Kubernetes object is in it")


def _is_exempt(resource: Resource) -> bool:
    metadata = resource["metadata"]
    return any(metadata[place][DISABLED_KEY].text == "disabled" for place in ("annotations", "labels"))

"""What the stages found and nobody can judge where no policy says what the cluster has and what is a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opencode_policy.concern import REQUIREMENT_OF
from opencode_policy.finding import Gap
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.tree import Tree

_VARIABLE = "substitution-undefined"
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
    variables = [item for item in found if item.code == _VARIABLE]
    foreign = [item for item in found if item.code in _NO_MANIFEST and item.location.path in strangers]
    left = {id(item) for item in (*variables, *foreign)}
    kept = [item for item in found if id(item) not in left]
    return Settled(kept, (*_variables(variables), *_foreign(foreign)))


def _variables(found: Sequence[Diagnostic]) -> Iterator[Gap]:
    """One for each variable, at the first place that takes it."""
    by_message: dict[str, list[Diagnostic]] = {}
    for item in found:
        by_message.setdefault(item.message, []).append(item)
    for message, items in by_message.items():
        places = len({item.location for item in items})
        count = f" (in {places} places)" if places > 1 else ""
        words = f"as far as the tree shows, {message}{count}"
        yield Gap(words, (REQUIREMENT_OF["substitution"],), _VARIABLE, items[0].location)


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

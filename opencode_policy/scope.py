"""How much of what the policy calls the repository a check has seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.location import Location
from opencode_policy.outcome import Place
from opencode_policy.tree import Tree

_SCOPE = re.compile(r"^scope(?=[ \t]*:)", re.MULTILINE)


def unseen(tree: Tree) -> Iterator[str]:
    """What of the policy's scope was not read, in words; nothing where all of it was."""
    scope = tree.policy.settings.scope
    if not tree.sources:
        yield "there is no file to search"
    if not any(_covers(folder, scope.manifests) for folder in tree.folders):
        yield f"only {', '.join(tree.folders)} was read, and not all of {scope.manifests}"
    for path in tree.missing:
        yield f"{path}, which the policy counts to the committed files, does not exist"


def _covers(folder: str, path: str) -> bool:
    return folder == "." or f"{path}/".startswith(f"{folder.rstrip('/')}/")


def scope_in_words(tree: Tree) -> str:
    """The folders of the scope as a list: `kubernetes, scripts and policies`."""
    scope = tree.policy.settings.scope
    *others, last = dict.fromkeys((scope.manifests, *scope.committed))
    return f"{', '.join(others)} and {last}" if others else last


def scope_place(tree: Tree) -> Place | None:
    """The place that stands for the tree as a whole: where the policy says what belongs to it.

    Where the policy is not part of the tree it is the first object, None in a tree without objects.
    """
    for path, source in tree.sources.items():
        scope = _SCOPE.search(source.text) if _is_of_policy(tree, path) else None
        if scope is not None:
            place: Location = source.location(scope.start(), scope.end())
            return place
    return next(iter(tree.resources), None)


def _is_of_policy(tree: Tree, path: str) -> bool:
    return any(f"/{shown}".endswith(f"/{path}") for shown in tree.policy.paths)

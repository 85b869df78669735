"""What is read before anything is judged: the policy, the files below the paths, and the tree they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from opencode_policy.discover import Discovery, discover, find_root, reason
from opencode_policy.expand.build import Builder
from opencode_policy.expand.flux import MakeBuilder
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.nearest import nearest
from opencode_policy.pipeline import build_tree
from opencode_policy.policy.general import with_variables
from opencode_policy.policy.load import policy_for
from opencode_policy.policy.model import Policy
from opencode_policy.rules.base import Rule
from opencode_policy.rules.table import broken_plugins, load_rules
from opencode_policy.tree import Tree


class UsageError(Exception):
    """A path or a name that the caller gave and that does not exist; the text is for a person."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything that is read before a tree is built."""

    root: Path
    found: Discovery
    folders: Sequence[str]
    policy: Policy
    classes: Mapping[str, type[Rule]]

    def tree(self, builder: MakeBuilder = Builder) -> tuple[Tree, list[Diagnostic]]:
        """The expanded tree, and what its making found wrong."""
        return tree_of(self.found, self.folders, self.policy, builder=builder)


def prepared(paths: Sequence[Path], *, policy_directory: Path | None = None, staged: bool = False) -> Ready:
    """Read the files below `paths`, and the policy that holds for them; raises as `check` does."""
    for path in () if staged else paths:
        must_exist(path)
    root = _common_root(paths)
    classes = load_rules()
    policy = _policy(policy_directory, root, classes, staged=staged)
    found = _read(paths, root, policy, staged=staged)
    if policy.general:
        policy = with_variables(policy, (source.text for source in found.sources.values()))
    manifests = policy.settings.scope.manifests
    folders = [_manifests(_folder(path, root), found, manifests) for path in paths]
    return Ready(root, found, folders, policy, classes)


def tree_of(
    found: Discovery,
    folders: Sequence[str],
    policy: Policy,
    *,
    schema_folders: Sequence[Path] = (),
    builder: MakeBuilder = Builder,
) -> tuple[Tree, list[Diagnostic]]:
    """The tree that files make, and what its making found wrong; `folders` are those that hold manifests."""
    return build_tree(
        found.sources,
        policy,
        folders=folders,
        links=found.links,
        missing=found.missing,
        schema_folders=schema_folders,
        binaries=found.contents,
        opaque=found.opaque,
        builder=builder,
    )


def _policy(
    explicit: Path | None, root: Path, classes: Mapping[str, type[Rule]], *, staged: bool = False
) -> Policy:
    incomplete = bool(broken_plugins())
    if not staged:
        return policy_for(root, explicit, classes, incomplete=incomplete)
    from opencode_policy.git.staged import staged_policy

    with staged_policy(root) as home:
        return policy_for(home, explicit, classes, incomplete=incomplete)


def _read(paths: Sequence[Path], root: Path, policy: Policy, *, staged: bool) -> Discovery:
    committed = policy.settings.scope.committed
    if not staged:
        return discover(paths, root, committed)
    from opencode_policy.git.staged import discover_staged

    folders = [_folder(path, root) for path in paths]
    found = discover_staged(folders, root, committed)
    broken = (item.location.path for item in found.diagnostics)
    names = {*found.sources, *found.binaries, *found.submodules, *found.links, *broken}
    for asked in folders:
        if asked != "." and not any(_below(name, asked) for name in names):
            raise UsageError(f"the index has no file or folder '{asked}'")
    return found


def _below(path: str, folder: str) -> bool:
    return folder in (".", path) or path.startswith(f"{folder.rstrip('/')}/")


def must_exist(path: Path) -> None:
    """Raise UsageError for a path that is not there, or that cannot be looked at."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        close = nearest(path.name, _names_beside(path))
        near = f"; did you mean '{path.parent / close}'?" if close else ""
        raise UsageError(f"there is no file or folder '{path}'{near}") from error
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {reason(error)}") from error


def _names_beside(path: Path) -> list[str]:
    try:
        return [item.name for item in path.parent.iterdir()]
    except OSError:
        return []


def _common_root(paths: Sequence[Path]) -> Path:
    """Root of the repository that all paths lie in; UsageError where there is no such."""
    root = find_root(paths[0])
    for path in paths[1:]:
        if not path.absolute().is_relative_to(root):
            raise UsageError(f"'{path}' lies outside of '{root}', where '{paths[0]}' belongs")
    return root


def _manifests(folder: str, found: Discovery, scope: str) -> str:
    """The folder whose YAML files are manifests: of a whole repository only that which the policy names."""
    exists = (found.root / scope).is_dir() or any(_below(name, scope) for name in found.sources)
    return scope if folder == "." and exists else folder


def _folder(path: Path, root: Path) -> str:
    relative = path.absolute().relative_to(root) if path.absolute().is_relative_to(root) else Path()
    return relative.as_posix()

"""--changed-since: the tree as it was at a revision, checked as well, and what changed since."""

from __future__ import annotations

import re
import tempfile
from argparse import Namespace
from collections.abc import Container, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from opencode_policy.change import compared
from opencode_policy.cli import session
from opencode_policy.cli.checkout import line
from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.finding import Gap, Result
from opencode_policy.git.command import ask
from opencode_policy.git.error import GitError
from opencode_policy.report.visible import visible

if TYPE_CHECKING:
    from opencode_policy.run import Run

_FILE = re.compile(rb"\+\+\+ (?P<name>.+)")
_HUNK = re.compile(rb"@@ -\S+ \+(?P<first>\d+)(?:,(?P<count>\d+))? @@")


def compare(run: Run, arguments: Namespace) -> Run:
    """The run with what the change since a revision did. Raises RefusedError where git cannot tell."""
    root = session.root(arguments)
    try:
        revision = _base(root, arguments.changed_since)
        changed = changed_lines(root, revision, staged=arguments.staged)
        before, said = _before(root, revision, arguments)
    except GitError as error:
        raise RefusedError(f"--changed-since {arguments.changed_since}: {visible(str(error))}") from error
    result = compared(run.result, before, changed, arguments.changed_since)
    gaps = (*result.gaps, Gap(f"nothing is known of the state before: {said}")) if said else result.gaps
    return replace(run, result=replace(result, gaps=gaps))


def _base(root: Path, name: str) -> str:
    """The commit to compare with: where the history of the checkout left that of the revision."""
    verify = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    revision = line(root, *verify)
    if not revision:
        raise GitError("there is no such revision; a shallow clone may lack it")
    return line(root, "merge-base", revision, "HEAD") or revision


def changed_lines(root: Path, revision: str, *, staged: bool = False) -> dict[str, Container[int]]:
    """Lines that differ from a commit in the files as they are, or in the index, by path below the root.

    Every line of a file that git does not know has changed.
    """
    options = ("--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-prefix")
    where = ("--cached",) if staged else ()
    diff = ask(root, "diff", *where, *options, "--relative", revision, "--")
    found: dict[str, Container[int]] = {name: set(lines) for name, lines in _hunks(diff).items()}
    if staged:
        return found
    others = ask(root, "ls-files", "--others", "--exclude-standard", "-z")
    return found | dict.fromkeys(filter(None, _text(others).split("\0")), range(1, 1 << 31))


def _hunks(diff: bytes) -> dict[str, list[int]]:
    """Numbers of the lines that a diff without context adds, by path."""
    found: dict[str, list[int]] = {}
    name, left = "", 0
    for row in diff.split(b"\n"):
        file, hunk = _FILE.fullmatch(row), _HUNK.match(row)
        if left and row.startswith(b"+"):
            left -= 1
        elif file:
            name = _unquoted(file["name"])
        elif hunk:
            first, left = int(hunk["first"]), int(hunk["count"] or 1)
            found.setdefault(name, []).extend(range(first, first + left))
    return found


def _unquoted(name: bytes) -> str:
    """A path as git writes it: in quotes with C escapes where it holds special characters."""
    name = name.rstrip(b"\t")
    if name.startswith(b'"') and name.endswith(b'"'):
        name = name[1:-1].decode("latin-1").encode("latin-1").decode("unicode_escape").encode("latin-1")
    return _text(name)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _before(root: Path, revision: str, arguments: Namespace) -> tuple[Result, str]:
    """The result of a check of the tree at a commit; an empty one and the reason where there is none."""
    with tempfile.TemporaryDirectory(prefix="opencode-policy-") as name:
        tree = Path(name).resolve() / "tree"
        _export(root, revision, tree)
        paths = [*_there(arguments.paths or ["."], root, tree)]
        if not paths:
            return _NOTHING, ""
        policy = [*_there([arguments.policy], root, tree)] if arguments.policy else []
        given = Namespace(
            **{**vars(arguments), "paths": paths, "policy": policy[0] if policy else None, "staged": False}
        )
        try:
            return session.check(given).result, ""
        except RefusedError as error:
            return _NOTHING, str(error).replace(f"{tree}/", "").partition("\n")[0]


_NOTHING = Result((), (), (), (), 0, 0)


def _export(root: Path, revision: str, tree: Path) -> None:
    """Write the files of a commit below a folder, as a checkout would, without touching this one."""
    (tree / ".git").mkdir(parents=True)
    index = {"GIT_INDEX_FILE": str(tree / ".git" / "index"), "GIT_LFS_SKIP_SMUDGE": "1"}
    ask(root, "read-tree", revision, environment=index)
    ask(root, "checkout-index", "--all", "--force", f"--prefix={tree}/", environment=index)


def _there(paths: list[str], root: Path, tree: Path) -> Iterator[str]:
    """The same paths in the other tree, as far as they exist there; one outside of the root stays."""
    for path in paths:
        absolute = Path(path).absolute()
        other = tree / absolute.relative_to(root) if absolute.is_relative_to(root) else absolute
        if other.exists():
            yield str(other)

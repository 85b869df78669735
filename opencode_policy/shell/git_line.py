"""A command line of git, taken apart."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from opencode_policy.lean import dataclass

_GLOBAL_VALUES = frozenset(
    {"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--exec-path"}
)
_VALUES: Mapping[str, frozenset[str]] = {
    "clone": frozenset(
        {
            "-o", "--origin", "-b", "--branch", "-u", "--upload-pack", "--reference",
            "--reference-if-able", "--separate-git-dir", "--depth", "--shallow-since", "--shallow-exclude",
            "-j", "--jobs", "--filter",
            "--template", "--server-option", "-c", "--config", "--ref-format", "--bundle-uri", "--revision",
        }
    ),
    "fetch": frozenset(
        {"--depth", "--deepen", "-j", "--jobs", "--refmap", "-o", "--upload-pack", "--filter"}
    ),
    "pull": frozenset({"--depth", "-s", "--strategy", "-X", "--strategy-option", "-j", "--jobs"}),
    "push": frozenset({"-o", "--push-option", "--receive-pack", "--exec", "--repo"}),
    "init": frozenset({"-b", "--initial-branch", "--template", "--separate-git-dir", "--object-format"}),
    "remote": frozenset({"-t", "-m"}),
}  # fmt: skip
"""Options with a value of their own, by subcommand (git's manual pages)."""


@dataclass(frozen=True, slots=True)
class GitLine:
    """A command line: `directory` is what it works in; `exact` that git does not look for a clone above it.

    `settings` are those of `-c`.
    """

    directory: str
    exact: bool
    settings: tuple[str, ...]
    subcommand: str
    arguments: tuple[str, ...]

    def operands(self) -> list[str]:
        """The arguments that are neither options nor their values."""
        return _operands(self.arguments, _VALUES.get(self.subcommand, frozenset()))

    def setting(self, name: str) -> str | None:
        """The value of a setting that the line makes."""
        found = [text.partition("=")[2] for text in self.settings if text.partition("=")[0].lower() == name]
        return found[-1] if found else None


def read_git_line(
    words: Sequence[str], directory: str = ".", variables: Mapping[str, str] | None = None
) -> GitLine:
    """Take a command line apart; `words` follow the word `git`, `variables` are those it runs with."""
    given = variables or {}
    settings: list[str] = []
    git_dir, tree = given.get("GIT_DIR", ""), given.get("GIT_WORK_TREE", "")
    at = 0
    while at < len(words) and words[at].startswith("-"):
        name, equals, value = words[at].partition("=")
        if not equals and name in _GLOBAL_VALUES and at + 1 < len(words):
            at += 1
            value = words[at]
        if name == "-C":
            directory = joined(directory, value)
        elif name == "-c":
            settings.append(value)
        git_dir = value if name == "--git-dir" else git_dir
        tree = value if name == "--work-tree" else tree
        at += 1
    place = _tree_of(directory, git_dir) if git_dir else joined(directory, tree) if tree else directory
    subcommand = words[at] if at < len(words) else ""
    return GitLine(place, bool(git_dir), tuple(settings), subcommand, tuple(words[at + 1 :]))


def _tree_of(directory: str, git_dir: str) -> str:
    """The folder that a `.git` lies in; for any other repository that itself."""
    path = joined(directory, git_dir.rstrip("/") or "/")
    return posixpath.dirname(path) if posixpath.basename(path) == ".git" else path


def joined(directory: str, path: str) -> str:
    """A path taken from a folder; one that begins with what is not known is taken as it is."""
    rooted = not path[:1].isascii() or path.startswith(("/", "\0"))
    return posixpath.normpath(path if rooted else posixpath.join(directory, path))


def repository_name(url: str) -> str:
    """The folder that `git clone URL` makes."""
    name = url.rstrip("/").removesuffix(".git").rstrip("/")
    return name.rpartition("/")[2].rpartition(":")[2]


def _operands(arguments: tuple[str, ...], valued: frozenset[str]) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(arguments):
        word = arguments[at]
        if word == "--":
            return found + list(arguments[at + 1 :])
        if word.startswith("--"):
            at += word in valued
        elif word.startswith("-") and len(word) > 1:
            at += f"-{word[-1]}" in valued
        elif word:
            found.append(word)
        at += 1
    return found

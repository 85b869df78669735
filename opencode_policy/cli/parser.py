"""argparse with hints: an unknown option or value is answered with the nearest valid one."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.cli.terminal import width
from opencode_policy.nearest import hint


class Parser(argparse.ArgumentParser):
    """A parser of one command that raises `RefusedError` where argparse would end the process."""

    def __init__(self, name: str, description: str, epilog: str) -> None:
        super().__init__(
            prog=f"opencode-policy {name}",
            description=description,
            epilog=epilog,
            formatter_class=_Help,
            allow_abbrev=False,
        )

    def read(self, argv: Sequence[str]) -> argparse.Namespace:
        """Options and paths in any order; what stands behind `--` are paths.

        Raises RefusedError for arguments that do not fit and SystemExit for --help.
        """
        given = list(argv)
        behind: list[str] = []
        if "--" in given:
            at = given.index("--")
            given, behind = given[:at], given[at + 1 :]
        arguments, unknown = self.parse_known_intermixed_args(given)
        for item in unknown:
            self._refuse_unknown(item)
        if behind:
            self._add_paths(arguments, behind)
        return arguments

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments."""
        raise RefusedError(f"{message}\nSee `{self.prog} --help`.")

    def _refuse_unknown(self, item: str) -> None:
        if item.startswith("-"):
            name = item.partition("=")[0]
            self.error(f"there is no option '{name}'{hint(name, self._option_string_actions)}")
        self.error(f"'{item}' is one argument too many")

    def _add_paths(self, arguments: argparse.Namespace, paths: list[str]) -> None:
        if not hasattr(arguments, "paths"):
            self._refuse_unknown(paths[0])
        arguments.paths = [*arguments.paths, *paths]

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Called by argparse for every value of an argument that has choices."""
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, not_one_of(str(value), action.choices))


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the reports; told no width, argparse imports shutil and all it can compress with."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=width())


def not_one_of(value: str, choices: Iterable[Any]) -> str:
    """What is wrong with a value, and which ones there are."""
    valid = [str(choice) for choice in choices]
    return f"there is no '{value}'{hint(value, valid)}; choose from {', '.join(valid)}"

"""Which reports a run writes, and where each of them goes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection, Sequence
from typing import Any, Literal

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.cli.parser import Parser, not_one_of
from opencode_policy.lean import dataclass

STANDARD_OUTPUT = "-"
DEFAULT = "text"
Given = tuple[Literal["format", "output", "pair"], str]

_PAIR = re.compile(r"(?P<format>[A-Za-z0-9_-]+)=(?P<path>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """One report: its format, and its file or `-` for standard output."""

    format: str
    path: str


class _Collect(argparse.Action):
    """Keeps --output-format and --output in the order in which they stand on the command line."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: Any = None
    ) -> None:
        del parser
        kind = "format" if option == "--output-format" else "output"
        if kind == "format" and "=" in values:
            kind = "pair"
        namespace.outputs = [*namespace.outputs, (kind, values)]


def add_outputs(parser: Parser, formats: Collection[str]) -> None:
    """--output-format and --output; `targets` makes sense of them."""
    names = ", ".join(formats)
    parser.add_argument(
        "--output-format",
        action=_Collect,
        dest="outputs",
        default=[],
        metavar="FORMAT[=FILE]",
        help=f"format of a report, and the file it goes to: {names} (default: {DEFAULT}); may be given "
        "several times",
    )
    parser.add_argument(
        "--output",
        action=_Collect,
        dest="outputs",
        default=[],
        metavar="[FORMAT=]FILE",
        help="write the report of the --output-format before it to a file, or with FORMAT= one more "
        "report; may be given several times",
    )


def targets(given: Sequence[Given], formats: Collection[str]) -> list[Target]:
    """Reports in the order they are written; raises RefusedError where two would go to one place.

    A bare FILE belongs to the format that stands before it, or to the next one if none does. FORMAT=FILE
    is a report of its own and changes nothing else. Without any --output-format, text is written.
    """
    plain: list[list[str | None]] = []
    pairs: list[Target] = []
    for kind, value in given:
        pair = _PAIR.fullmatch(value) if kind != "format" else None
        if kind == "format":
            _must_be_format(value, formats)
            _add_format(plain, value)
        elif pair:
            pairs.append(_pair(pair, formats, kind))
        elif kind == "pair":
            raise RefusedError(f"--output-format {value}: write FORMAT or FORMAT=FILE")
        else:
            _add_file(plain, value)
    if not plain and not any(kind == "pair" for kind, _ in given):
        plain.append([None, None])
    reports = [*(Target(name or DEFAULT, path or STANDARD_OUTPUT) for name, path in plain), *pairs]
    _refuse_shared(reports)
    return reports


def _must_be_format(name: str, formats: Collection[str], where: str = "--output-format") -> None:
    if name not in formats:
        raise RefusedError(f"{where}: {not_one_of(name, formats)}")


def _add_format(plain: list[list[str | None]], name: str) -> None:
    if plain and plain[-1][0] is None:
        plain[-1][0] = name
    else:
        plain.append([name, None])


def _add_file(plain: list[list[str | None]], path: str) -> None:
    if plain and plain[-1][1] is not None:
        raise RefusedError(f"which report goes to '{path}'? Write --output FORMAT={path}.")
    if plain:
        plain[-1][1] = path
    else:
        plain.append([None, path])


def _pair(match: re.Match[str], formats: Collection[str], kind: str) -> Target:
    option = "--output-format" if kind == "pair" else "--output"
    _must_be_format(match["format"], formats, f"{option} {match[0]}")
    return Target(match["format"], match["path"])


def _refuse_shared(reports: Sequence[Target]) -> None:
    seen: set[str] = set()
    for report in reports:
        if report.path in seen:
            place = "standard output" if report.path == STANDARD_OUTPUT else f"'{report.path}'"
            raise RefusedError(f"two reports cannot go to {place}; give one of them its own with FORMAT=FILE")
        seen.add(report.path)

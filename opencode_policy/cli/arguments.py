"""Arguments that several commands share."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from opencode_policy.cli.parser import Parser
from opencode_policy.finding import SEVERITIES
from opencode_policy.report.profiles import DEFAULT, PROFILES
from opencode_policy.report.style import COLOUR_CHOICES

if TYPE_CHECKING:
    from datetime import date


def add_paths(parser: Parser) -> None:
    """PATH... and --policy."""
    parser.add_argument(
        "paths",
        nargs="*",
        default=[],
        metavar="PATH",
        help="files or folders of manifests (default: the working directory)",
    )
    add_policy(parser)


def add_policy(parser: Parser) -> None:
    """--policy."""
    parser.add_argument(
        "--policy",
        metavar="DIR",
        help="folder of the policy files (default: policies/ at the root of the repository, "
        "else the one installed with the tool)",
    )


def add_schemas(parser: Parser) -> None:
    """--schema-dir."""
    parser.add_argument(
        "--schema-dir",
        action="append",
        metavar="DIR",
        help="folder of schemas of CustomResourceDefinitions, GROUP/KIND_VERSION.json with the "
        "openAPIV3Schema in each; comes before imported ones and ours; may be given several times",
    )


def add_drill(parser: Parser) -> None:
    """--with-drill."""
    parser.add_argument(
        "--with-drill", action="store_true", help="also run the manifests, as `opencode-policy drill` does"
    )


def add_filters(parser: Parser) -> None:
    """--rule and --requirement."""
    parser.add_argument(
        "--rule",
        action="append",
        metavar="ID",
        help="run only this rule; may be given several times",
    )
    parser.add_argument(
        "--requirement",
        action="append",
        metavar="ID",
        help="check only this requirement; may be given several times",
    )


def add_sarif(parser: Parser) -> None:
    """--sarif-profile and --sarif-category."""
    parser.add_argument(
        "--sarif-profile",
        choices=tuple(PROFILES),
        default=DEFAULT,
        metavar="NAME",
        help="whom the SARIF log is for: github (what counts), full (suppressed findings and proofs as "
        f"well), gitlab or azure (default: {DEFAULT})",
    )
    parser.add_argument(
        "--sarif-category",
        default="",
        metavar="NAME",
        help="category of the SARIF log, where several are uploaded for one commit",
    )


def add_today(parser: Parser) -> None:
    """--today."""
    parser.add_argument(
        "--today",
        type=day,
        metavar="YYYY-MM-DD",
        help="day by which exemptions and the lock are judged (default: today, UTC)",
    )


def day(text: str) -> date:
    """The day that a text names; argparse turns the error into one of the arguments."""
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"'{text}' is no day of the calendar, YYYY-MM-DD") from error


def add_baseline(parser: Parser) -> None:
    """--baseline."""
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="findings that are listed there do not count; see `opencode-policy baseline`",
    )


def add_fail_on(parser: Parser) -> None:
    """--fail-on."""
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default="warning",
        metavar="SEVERITY",
        help="lightest finding that makes the check fail: error, warning or info (default: warning)",
    )


def add_common(parser: Parser) -> None:
    """--color and --traceback."""
    parser.add_argument(
        "--color",
        "--colour",
        choices=COLOUR_CHOICES,
        default="auto",
        metavar="WHEN",
        help="auto, always or never; auto heeds NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE and whether "
        "standard output is a terminal (default: auto)",
    )
    parser.add_argument(
        "--traceback",
        action="store_true",
        help="show the traceback when the tool itself fails, as OPENCODE_POLICY_TRACEBACK=1 does; "
        "it may quote the files that are checked",
    )

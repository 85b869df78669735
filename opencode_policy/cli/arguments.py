"""Arguments that several commands share."""

from __future__ import annotations

from opencode_policy.cli.parser import Parser
from opencode_policy.report.style import COLOUR_CHOICES


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

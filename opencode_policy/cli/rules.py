"""opencode-policy rules."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable

from opencode_policy.cli.arguments import add_common
from opencode_policy.cli.exit_codes import CLEAN
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.terminal import colour, width
from opencode_policy.cli.write import write_text
from opencode_policy.report.style import OF_SEVERITY, Style
from opencode_policy.report.table import cell, table
from opencode_policy.report.words import listed
from opencode_policy.rules.catalogue import RuleInfo, catalogue

DESCRIPTION = """\
List every rule: those of the tool, those of installed plugins, and the checks
that reading and building the manifests makes.
"""
EPILOG = """\
examples:
  opencode-policy rules
  opencode-policy rules --output-format json
"""
_COLUMNS = (32, 8, 16)


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        metavar="FORMAT",
        help="text or json (default: text)",
    )
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Print the list."""
    from opencode_policy.rules.table import load_rules

    infos = catalogue(load_rules()).values()
    for_people = arguments.output_format == "text"
    text = _text(infos, Style(colour(arguments.color)), width()) if for_people else _json(infos)
    write_text(Target(arguments.output_format, STANDARD_OUTPUT), text, for_people=for_people)
    return CLEAN


def _text(infos: Iterable[RuleInfo], style: Style, total: int) -> str:
    head = tuple(cell(word, "bold") for word in ("Rule", "Severity", "Requirements", "Summary"))
    rows = [
        (
            cell(info.id),
            cell(info.severity, OF_SEVERITY[info.severity]),
            cell(listed(info.requirements)),
            cell(info.summary),
        )
        for info in infos
    ]
    return "\n".join(table([head, *rows], style, total=total, limits=_COLUMNS)) + "\n"


def _json(infos: Iterable[RuleInfo]) -> str:
    rules = [
        {
            "id": info.id,
            "severity": info.severity,
            "requirements": list(info.requirements),
            "summary": info.summary,
            "suppressible": info.suppressible,
        }
        for info in infos
    ]
    return json.dumps({"version": 1, "rules": rules}, indent=2, ensure_ascii=False) + "\n"

"""opencode-policy gate."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from opencode_policy.cli.arguments import add_common, add_fail_on
from opencode_policy.cli.exit_codes import BROKEN, CLEAN, FINDINGS, RefusedError
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.write import write_text
from opencode_policy.finding import SEVERITIES
from opencode_policy.report.earlier import Earlier, ReportError, read
from opencode_policy.report.visible import visible
from opencode_policy.report.words import counted, listed

DESCRIPTION = """\
Read an earlier report and end as the check would have ended. So a pipeline can
report, upload the report, and only then fail.
"""
EPILOG = """\
exit codes:
  0    no finding of the report is as grave as --fail-on
  1    at least one finding of the report is as grave as --fail-on, or graver
  2    the file cannot be read, or is no JSON report or SARIF log of a known version
  3    the report is of a run in which a rule or the tool itself failed

examples:
  opencode-policy gate report.sarif
  opencode-policy gate --fail-on error report.json
"""
LARGEST = 200_000_000
"""Bytes of a report; the largest that a check writes have some ten million."""

_NOUNS = {"error": "error", "warning": "warning", "info": "note"}


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("report", metavar="FILE", help="a JSON report or a SARIF log; - for standard input")
    add_fail_on(parser)
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Read, say what was found, decide."""
    name = arguments.report
    try:
        earlier = read(_text(name))
    except ReportError as error:
        raise RefusedError(f"'{name}' cannot be used: {error}") from error
    write_text(Target("text", STANDARD_OUTPUT), visible(_words(earlier)) + "\n", for_people=True)
    for failure in earlier.failures:
        sys.stderr.write(f"opencode-policy: {visible(failure)}\n")
    if earlier.failures:
        return BROKEN
    grave = SEVERITIES[: SEVERITIES.index(arguments.fail_on) + 1]
    return FINDINGS if any(severity in grave for severity in earlier.deciding) else CLEAN


def _text(name: str) -> str:
    try:
        data = _bytes(name)
    except OSError as error:
        raise RefusedError(f"cannot read '{name}': {error.strerror or error}") from error
    if len(data) > LARGEST:
        raise ReportError(f"it has more than {LARGEST} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReportError("it is not UTF-8") from error


def _bytes(name: str) -> bytes:
    if name == STANDARD_OUTPUT:
        return sys.stdin.buffer.read(LARGEST + 1)
    with Path(name).open("rb") as stream:
        return stream.read(LARGEST + 1)


def _words(earlier: Earlier) -> str:
    parts = (counted(earlier.deciding.count(severity), _NOUNS[severity]) for severity in SEVERITIES)
    others = f" ({counted(earlier.others, 'other')} that cannot fail a check)" if earlier.others else ""
    return f"Findings: {listed(parts)}{others}"

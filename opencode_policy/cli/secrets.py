"""opencode-policy secrets."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from opencode_policy.cli import session
from opencode_policy.cli.arguments import add_common, add_fail_on
from opencode_policy.cli.check import exit_code
from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.finding import Finding, Gap, Result
from opencode_policy.report.registry import CHECK_FORMATS
from opencode_policy.report.view import View, view
from opencode_policy.report.visible import visible

if TYPE_CHECKING:
    from opencode_policy.discover import Discovery
    from opencode_policy.redact import Redactor
    from opencode_policy.rules.base import Rule

RULE = "secret-in-file"

DESCRIPTION = """\
Search files for secrets in clear, and do nothing else: no policy is read and no
manifest is built, so that a hook can look at every file of a commit. Binary
files are passed over.
"""
EPILOG = """\
exit codes:
  0    no file holds a secret
  1    a file holds one
  2    a file does not exist

examples:
  opencode-policy secrets .env scripts/
"""


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("paths", nargs="*", default=[], metavar="PATH", help="files or folders")
    add_fail_on(parser)
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Search, report, decide."""
    seen = searched([Path(path) for path in arguments.paths])
    if seen.result.findings or seen.result.gaps:
        session.report(seen, [Target("text", STANDARD_OUTPUT)], CHECK_FORMATS, arguments)
    return exit_code(seen.result, arguments.fail_on)


def searched(paths: list[Path]) -> View:
    """What the files hold, as a report may show it. Raises RefusedError for one that does not exist."""
    from opencode_policy.discover import discover, find_root
    from opencode_policy.redact import Redactor
    from opencode_policy.rules.catalogue import catalogue
    from opencode_policy.rules.table import load_rules

    for path in paths:
        if not path.exists():
            raise RefusedError(f"there is no file or folder '{visible(str(path))}'")
    rule = load_rules()[RULE]
    found = discover(paths, find_root(paths[0] if paths else Path()))
    redactor = Redactor()
    findings = sorted(_findings(found, rule, redactor), key=lambda item: item.sort_key)
    gaps = tuple(
        Gap(item.message, location=item.location) for item in found.diagnostics if _unread(item.code)
    )
    result = Result(tuple(findings), (), gaps, (), len(found.sources), 0)
    return view(result, found.sources, catalogue({RULE: rule}), redactor)


def _unread(code: str) -> bool:
    """Whether a diagnostic means that a file was not searched."""
    return code not in ("file-byte-order-mark", "file-crlf")


def _findings(found: Discovery, rule: type[Rule], redactor: Redactor) -> Iterator[Finding]:
    from opencode_policy.secrets.tree_secrets import secrets_of_source

    for source in found.sources.values():
        for item in secrets_of_source(source, {}):
            redactor.add(item.secret.value.reveal())
            redactor.hide(item.location)
            message = f"{item.secret.words} is in clear"
            severity = "warning" if item.secret.doubtful else rule.severity
            yield Finding(RULE, rule.requirements, severity, message, item.location)

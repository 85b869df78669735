"""opencode-policy baseline."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from opencode_policy.cli import session
from opencode_policy.cli.arguments import add_common, add_fail_on, add_paths, add_schemas, add_today
from opencode_policy.cli.check import blame, exit_code
from opencode_policy.cli.exit_codes import BROKEN, CLEAN, RefusedError
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.write import refuse_unwritable, write_text
from opencode_policy.finding import Finding, Result
from opencode_policy.report.options import Options
from opencode_policy.report.view import View
from opencode_policy.report.visible import visible
from opencode_policy.report.words import counted
from opencode_policy.waiving.baseline import text_of

ACTIONS = ("create", "update", "check")

DESCRIPTION = """\
Keep the list of findings that were there when the check was introduced.
`create` writes it. `update` removes what has been mended since; it never adds
anything. `check` fails on findings that are not listed, and on listed ones that
are there no more: what is mended must leave the list.
"""
EPILOG = """\
exit codes:
  0    the list was written, or fits
  1    check: there are other findings, or listed ones are there no more
  2    the arguments, the policy or the list cannot be used
  3    a rule or the tool itself failed; the list was not written

examples:
  opencode-policy baseline create kubernetes/
  opencode-policy baseline check kubernetes/
  opencode-policy check kubernetes/ --baseline policies/baseline.json
"""
DEFAULT = "policies/baseline.json"


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="create, update or check")
    add_paths(parser)
    add_schemas(parser)
    parser.add_argument("--baseline", default=DEFAULT, metavar="FILE", help=f"the list (default: {DEFAULT})")
    add_today(parser)
    add_fail_on(parser)
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Do what the action says."""
    given = Namespace(**vars(arguments), rule=None, requirement=None)
    target = Target("json", arguments.baseline)
    if arguments.action != "check":
        refuse_unwritable([target])
    if arguments.action == "create":
        if Path(target.path).exists():
            raise RefusedError(f"'{target.path}' exists already; `update` removes what was mended from it")
        given.baseline = None
    seen = session.view_of(session.check(given))
    blame(seen.result)
    if seen.result.failures:
        return BROKEN
    return _check(seen, arguments) if arguments.action == "check" else _write(seen, target, arguments)


def _check(seen: View, arguments: Namespace) -> int:
    from opencode_policy.report.text import render

    write_text(Target("text", STANDARD_OUTPUT), render(seen, Options()), for_people=True)
    return exit_code(seen.result, arguments.fail_on)


def _write(seen: View, target: Target, arguments: Namespace) -> int:
    """Write the list; a finding that may not be waived, or is waived elsewhere, does not belong into it."""
    wanted = _open(seen.result) if arguments.action == "create" else _listed(seen.result)
    listed = [item for item in wanted if seen.catalogue[item.rule].suppressible]
    write_text(target, text_of(listed, seen.catalogue), for_people=False)
    said = f"{target.path}: {counted(len(listed), 'finding')}\n"
    others = len(_open(seen.result)) - len(listed if arguments.action == "create" else [])
    if others:
        said += f"not in it: {counted(others, 'finding')}; `opencode-policy check` shows them\n"
    write_text(Target("text", STANDARD_OUTPUT), visible_lines(said), for_people=True)
    return CLEAN


def _open(result: Result) -> list[Finding]:
    """Findings that count, without those about the list itself."""
    return [item for item in result.counting if not item.rule.startswith("baseline-")]


def _listed(result: Result) -> list[Finding]:
    return [item for item in result.findings if item.suppressed and item.suppressed.by == "baseline"]


def visible_lines(text: str) -> str:
    """Lines without control characters."""
    return "".join(f"{visible(line)}\n" for line in text.splitlines())

"""opencode-policy drill."""

from __future__ import annotations

import sys
from argparse import Namespace

from opencode_policy.cli import session
from opencode_policy.cli.arguments import (
    add_baseline,
    add_common,
    add_paths,
    add_sarif,
    add_schemas,
    add_today,
)
from opencode_policy.cli.check import blame, exit_code
from opencode_policy.cli.exit_codes import CLEAN, RefusedError
from opencode_policy.cli.exit_codes import EPILOG as EXIT_CODES
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import add_outputs, targets
from opencode_policy.cli.write import refuse_unwritable
from opencode_policy.report.options import PARTS
from opencode_policy.report.registry import CHECK_FORMATS

DESCRIPTION = """\
Run the manifests on this machine, without a cluster: each pod in a sandbox of
its own, with the programs its images have, a real git server, and secrets made
for the run. What is seen becomes evidence for requirements, or a violation.
"""
EPILOG = f"""\
{EXIT_CODES}
examples:
  opencode-policy drill kubernetes/
  opencode-policy drill --list
  opencode-policy drill --only second-boot --only power-loss kubernetes/
  opencode-policy drill --output sarif=drill.sarif kubernetes/
"""


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    add_paths(parser)
    add_schemas(parser)
    add_outputs(parser, CHECK_FORMATS)
    add_sarif(parser)
    add_baseline(parser)
    add_today(parser)
    parser.add_argument("--list", action="store_true", help="list the drills and end")
    parser.add_argument(
        "--fetch", action="store_true", help="fetch the programs that the policy names, and end"
    )
    parser.add_argument(
        "--only", action="append", metavar="DRILL", help="run only this drill; may be given several times"
    )
    parser.add_argument(
        "--workspace",
        action="append",
        metavar="NAME",
        help="drill only this workspace; may be given several times",
    )
    parser.add_argument(
        "--program",
        action="append",
        default=[],
        metavar="NAME=PATH",
        help="use this program instead of the machine's, for example opencode=/usr/bin/opencode",
    )
    parser.add_argument(
        "--backend",
        choices=("bubblewrap", "podman", "docker"),
        default="bubblewrap",
        metavar="NAME",
        help="what runs the pods: bubblewrap with the programs of this machine, or podman or docker with "
        "the real images, which must be there (default: bubblewrap)",
    )
    parser.add_argument(
        "--keep", metavar="DIR", help="leave logs, volumes and repositories of the run in this new folder"
    )
    parser.add_argument(
        "--show", action="append", choices=PARTS, metavar="PART", help="also report: satisfied, suppressed"
    )
    parser.add_argument(
        "--exit-zero", action="store_true", help="end with 0 instead of 1 when there are findings"
    )
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Drill, write the reports, decide the exit code."""
    from opencode_policy.cli import drilling

    if arguments.list:
        return _list()
    wanted = targets(arguments.outputs, CHECK_FORMATS)
    refuse_unwritable(wanted)
    if arguments.fetch:
        return _fetch(arguments)
    arguments.rule = arguments.requirement = None
    chosen = drilling.chosen(arguments)
    with drilling.ending_on_signals():
        seen = session.view_of(session.check(arguments, chosen))
    session.report(seen, wanted, CHECK_FORMATS, arguments)
    blame(seen.result)
    code = exit_code(seen.result, "warning")
    return CLEAN if code == 1 and arguments.exit_zero else code


def _list() -> int:
    from opencode_policy.drill.table import drills
    from opencode_policy.rules.base import summary_of

    longest = max(map(len, drills()))
    for name, drill in drills().items():
        sys.stdout.write(f"{name:{longest}}  {', '.join(drill.requirements)}: {summary_of(drill)}\n")
    return CLEAN


def _fetch(arguments: Namespace) -> int:
    from opencode_policy.drill.fetch import FetchError, fetch_all
    from opencode_policy.rules.table import load_rules

    policy = session.policy(arguments.policy, load_rules())
    try:
        for words in fetch_all(policy.settings.drill):
            sys.stderr.write(f"opencode-policy: {words}\n")
    except FetchError as error:
        raise RefusedError(str(error)) from error
    return CLEAN

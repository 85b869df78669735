"""opencode-policy render."""

from __future__ import annotations

import sys
from argparse import Namespace

from opencode_policy.cli import session
from opencode_policy.cli.arguments import add_common, add_paths
from opencode_policy.cli.exit_codes import CLEAN, FINDINGS, RefusedError
from opencode_policy.cli.flate import NAME, rendered_by_flate
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.pointer import PointerError, field_at
from opencode_policy.cli.renderer import RENDERERS, builder_of
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.write import write_text
from opencode_policy.finding import Finding
from opencode_policy.redact import Redactor
from opencode_policy.report.visible import visible

DESCRIPTION = """\
Print the manifests as Flux would apply them, as multi-document YAML: built,
substituted, in the order in which Flux comes to them. Secrets are masked.
"""
EPILOG = """\
The pointer of --explain is the object, a colon, and a JSON pointer into it:
  [GROUP/]VERSION/KIND[/NAMESPACE]/NAME:/path/to/value
  the version and the namespace may be left out where they are not needed

exit codes:
  0    everything was expanded
  1    something could not be expanded; standard error names it
  2    the arguments or the policy cannot be used; nothing was printed
  3    the tool itself failed

examples:
  opencode-policy render kubernetes/
  opencode-policy render --annotate kubernetes/ | less
  opencode-policy render --explain apps/v1/Deployment/opencode/web:/spec/replicas
"""


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    add_paths(parser)
    parser.add_argument(
        "--annotate",
        action="store_true",
        help="put before each object where it was written and by which Kustomizations it is applied",
    )
    parser.add_argument(
        "--explain",
        metavar="POINTER",
        help="print the history of one value instead: where it was written, and what changed it",
    )
    parser.add_argument(
        "--renderer",
        choices=RENDERERS,
        default=RENDERERS[0],
        metavar="NAME",
        help="what builds kustomizations: built-in, or an installed kustomize or flate, whose objects are "
        "then matched with the files (default: built-in)",
    )
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Expand, and print the manifests or the history of a value."""
    from opencode_policy.report.manifests import explained, rendered

    found = session.expanded(arguments, builder_of(arguments.renderer))
    tree = rendered_by_flate(found.tree, arguments.paths) if arguments.renderer == NAME else found.tree
    if arguments.explain is None:
        text = rendered(tree, found.redactor, annotate=arguments.annotate)
    else:
        try:
            field = field_at(tree, arguments.explain)
        except PointerError as error:
            raise RefusedError(visible(found.redactor.text(str(error)))) from error
        text = explained(tree, found.redactor, field)
    if arguments.renderer != RENDERERS[0]:
        sys.stderr.write(f"opencode-policy: built by {arguments.renderer}; places were found by matching\n")
    write_text(Target("text", STANDARD_OUTPUT), text, for_people=False)
    return _blame(found.findings, found.redactor)


def _blame(findings: tuple[Finding, ...], redactor: Redactor) -> int:
    """Say on standard error what could not be expanded; what is only a hint is not said."""
    grave = [item for item in findings if item.severity != "info"]
    for item in grave:
        words = f"{item.location}: {item.severity}: {redactor.text(item.message)} [{item.rule}]"
        sys.stderr.write(f"{visible(words)}\n")
    return FINDINGS if grave else CLEAN

"""opencode-policy graph."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from opencode_policy.cli import session
from opencode_policy.cli.arguments import add_common, add_policy
from opencode_policy.cli.exit_codes import CLEAN, RefusedError
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.terminal import colour
from opencode_policy.cli.write import write_text
from opencode_policy.nearest import hint
from opencode_policy.report.style import Style

if TYPE_CHECKING:
    from opencode_policy.loaded import Loaded
    from opencode_policy.resource import Resource
    from opencode_policy.tree import Tree

DESCRIPTION = """\
Draw a tree: which Flux Kustomization applies what, what each object refers to,
what refers to it, and where that is wrong. Routes come with the timeouts that
take effect. The drawing informs, findings do not change the exit code.
"""
EPILOG = """\
exit codes:
  0    the graph was written
  2    the arguments or the policy cannot be used
  3    the tool itself failed

examples:
  opencode-policy graph --workspace opencode-flux
  opencode-policy graph kubernetes/ --namespace media --format dot | dot -Tsvg > media.svg
  opencode-policy graph --namespace media --format mermaid
"""
FORMATS = ("text", "dot", "mermaid")


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "path", nargs="?", default=".", metavar="PATH", help="folder of manifests (default: .)"
    )
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--namespace", metavar="NAME", help="only what is in this namespace, and what fills it")
    part.add_argument(
        "--workspace", metavar="NAME", help="only what this workspace, or Flux Kustomization, applies"
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        metavar="FORMAT",
        help="text, dot or mermaid (default: text)",
    )
    add_policy(parser)
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Build the tree, follow its references, draw them."""
    loaded = session.load(arguments.path, arguments.policy)
    chosen = _chosen(loaded.tree, arguments.namespace, arguments.workspace)
    text = _drawn(loaded, chosen, arguments)
    write_text(Target(arguments.format, STANDARD_OUTPUT), text, for_people=arguments.format == "text")
    return CLEAN


def _chosen(tree: Tree, namespace: str | None, workspace: str | None) -> list[Resource]:
    from opencode_policy.graph import choice

    if workspace is not None:
        found = choice.of_kustomization(tree, workspace)
        if not found:
            near = hint(workspace, choice.kustomizations(tree))
            raise RefusedError(f"there is no workspace and no Flux Kustomization '{workspace}'{near}")
        return found
    if namespace is not None:
        found = choice.of_namespace(tree, namespace)
        if not found:
            raise RefusedError(
                f"the tree has no namespace '{namespace}'{hint(namespace, choice.namespaces(tree))}"
            )
        return found
    return list(tree.resources)


def _drawn(loaded: Loaded, chosen: list[Resource], arguments: Namespace) -> str:
    from opencode_policy.graph.dot import as_dot, as_mermaid
    from opencode_policy.graph.drawing import Drawing, draw
    from opencode_policy.graph.notes import notes_of
    from opencode_policy.graph.text import as_text

    drawing = draw(loaded.tree, chosen, loaded.problems())
    style = Style(colour(arguments.color))
    notes = notes_of(loaded.tree, chosen)
    writers: dict[str, Callable[[Drawing], str]] = {
        "text": lambda item: as_text(item, notes, style),
        "dot": as_dot,
        "mermaid": as_mermaid,
    }
    return loaded.clean(writers[arguments.format](drawing))

"""opencode-policy schema."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from opencode_policy.cli.arguments import add_common
from opencode_policy.cli.exit_codes import CLEAN, RefusedError
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.write import write_text
from opencode_policy.report.visible import visible

KINDS = ("requirements", "policy", "cluster", "lock", "json")

DESCRIPTION = """\
Print a JSON Schema (draft 2020-12): of policies/requirements.yaml, of
policies/opencode.yaml (policy), of policies/cluster.yaml, of policies/lock.yaml,
or of the JSON report.
"""
EPILOG = """\
examples:
  opencode-policy schema policy > opencode.schema.json
  opencode-policy schema --write policies/schema
"""


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "kind", nargs="?", choices=KINDS, metavar="KIND", help=f"what to describe: {', '.join(KINDS)}"
    )
    parser.add_argument(
        "--write",
        metavar="DIR",
        help="write the schemas of the policy files into this folder instead of printing one",
    )
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Print one schema, or write those of the policy files."""
    if (arguments.kind is None) == (arguments.write is None):
        raise RefusedError(f"name one of {', '.join(KINDS)}, or a folder with --write")
    if arguments.write is not None:
        return _write(Path(arguments.write))
    write_text(Target("json", STANDARD_OUTPUT), schema_text(arguments.kind), for_people=False)
    return CLEAN


def schema_text(kind: str) -> str:
    """The schema as JSON; that of the policy names every rule there is."""
    if kind == "json":
        from opencode_policy.report.json_schema import json_v1_schema

        return json.dumps(json_v1_schema(), indent=2, ensure_ascii=False) + "\n"
    from opencode_policy.policy import schema
    from opencode_policy.rules.table import load_rules

    [wanted] = [each for each in schema.KINDS if each == kind]
    return schema.schema_text(wanted, load_rules())


def _write(folder: Path) -> int:
    from opencode_policy.policy.schema import write_schemas
    from opencode_policy.rules.table import load_rules

    if not folder.is_dir():
        raise RefusedError(f"there is no folder '{folder}'")
    try:
        written = write_schemas(folder, load_rules())
    except OSError as error:
        raise RefusedError(f"cannot write into '{folder}': {error.strerror or error}") from error
    lines = "".join(f"{visible(str(path))}\n" for path in written)
    write_text(Target("text", STANDARD_OUTPUT), lines, for_people=True)
    return CLEAN

"""opencode-policy schemas."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from opencode_policy.cli.arguments import add_common
from opencode_policy.cli.exit_codes import CLEAN, RefusedError
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.write import write_text
from opencode_policy.report.words import counted
from opencode_policy.schemas import imported
from opencode_policy.schemas.crd import CrdError
from opencode_policy.schemas.folder import folder

DESCRIPTION = """\
Import the schemas of the CustomResourceDefinitions in a file, so that every
check of yours validates their objects; or list those that were imported.
"""
EPILOG = """\
examples:
  opencode-policy schemas import crds.yaml
  kubectl get crd -o yaml | opencode-policy schemas import -
  opencode-policy schemas list
"""


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("action", choices=("import", "list"), metavar="ACTION", help="import or list")
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="YAML or JSON to import; - for standard input"
    )
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Import, or list."""
    if (arguments.file is None) == (arguments.action == "import"):
        raise RefusedError("`schemas import` takes a file, `schemas list` takes none")
    text = _list() if arguments.action == "list" else _import(arguments.file)
    write_text(Target("text", STANDARD_OUTPUT), text, for_people=True)
    return CLEAN


def _list() -> str:
    return "".join(f"{group}/{version} {kind}\n" for group, kind, version in imported.listed(folder()))


def _import(name: str) -> str:
    crds = list(imported.definitions(_values(name)))
    if not crds:
        raise RefusedError(f"'{name}' holds no {imported.KIND}")
    try:
        found = [item for crd in crds for item in imported.versions(crd)]
    except CrdError as error:
        raise RefusedError(f"'{name}' cannot be imported: {error}") from error
    try:
        imported.store(found, folder())
    except OSError as error:
        raise RefusedError(f"cannot write to '{folder()}': {error.strerror or error}") from error
    return f"imported {counted(len(found), 'schema')} of {counted(len(crds), 'definition')}\n"


def _values(name: str) -> list[Any]:
    """Plain values of every document of a file; raises RefusedError for what is no YAML."""
    from opencode_policy.parse import parse
    from opencode_policy.scalars import to_python
    from opencode_policy.source import Source

    try:
        data = sys.stdin.buffer.read() if name == STANDARD_OUTPUT else Path(name).read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise RefusedError(f"cannot read '{name}': {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise RefusedError(f"'{name}' is not UTF-8") from error
    parsed = parse(Source(name, text))
    if not parsed.complete:
        wrong = parsed.diagnostics[-1]
        raise RefusedError(f"{wrong.location}: {wrong.message}")
    return [to_python(document.root) for document in parsed.documents]

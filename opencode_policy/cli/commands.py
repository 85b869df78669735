"""The commands. Each is a module of this package with `configure(parser)` and `run(arguments)`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from opencode_policy.cli.parser import Parser

SUMMARIES: Mapping[str, str] = {
    "check": "check manifests against the requirements",
    "drill": "run the manifests on this machine and see whether they do what is required",
    "trace": "show each requirement with its evidence or its problems",
    "graph": "draw what applies what and what refers to what",
    "render": "print the manifests as Flux would apply them",
    "gate": "read an earlier report and end as that check would have ended",
    "baseline": "create, update or check the list of findings that were there before",
    "upgrade": "show what this release changes, and write the lock",
    "secrets": "search files for secrets, without a policy",
    "rules": "list the rules",
    "explain": "show the manual page of a rule or of a requirement",
    "schemas": "import schemas of CustomResourceDefinitions, or list them",
    "schema": "print the JSON Schema of a policy file or of the JSON report",
}
"""Name and summary of each command; the module has the same name."""


class Command(Protocol):
    """What the module of a command offers."""

    DESCRIPTION: str
    EPILOG: str

    def configure(self, parser: Parser) -> None:
        """Add the arguments of the command."""

    def run(self, arguments: Namespace) -> int:
        """Do it; returns the exit code."""


def command(name: str) -> Command:
    """The module of a command, imported only now."""
    return cast("Command", import_module(f"opencode_policy.cli.{name}"))

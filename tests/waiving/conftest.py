"""The command and the small repository, as the tests of the command line have them."""

from __future__ import annotations

from tests.cli.conftest import _plain_environment, command, repository

__all__ = ["_plain_environment", "command", "repository"]

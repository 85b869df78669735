"""The command `opencode-policy`. It imports next to nothing until it knows what is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from opencode_policy import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default those of the process; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"opencode-policy {__version__}\n")
        return 0
    from opencode_policy.cli.main import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())

"""The command `opencode-policy`. It imports next to nothing until it knows what is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from opencode_policy import __version__


def main(argv: Sequence[str]) -> int:
    """Run the command with these arguments; returns the exit code."""
    if list(argv) in (["--version"], ["-V"]) and _said(f"opencode-policy {__version__}"):
        return 0
    from opencode_policy.cli.main import run

    return run(argv)


def _said(text: str) -> bool:
    """Print a line; False when standard output does not take it, which `run` then puts into words."""
    try:
        print(text, flush=True)
    except OSError:
        return False
    return True


def _forget_the_working_directory() -> None:
    """Import nothing from the tree that is checked, where `python -m` looks first.

    Unless this package itself was found there: then its developer is at work.
    """
    import os

    here = os.path.realpath(os.curdir)
    if os.path.realpath(f"{__file__}/../..") != here:
        sys.path[:] = [folder for folder in sys.path if folder and os.path.realpath(folder) != here]


def process() -> None:
    """Be the process of the command; never returns.

    It makes many objects, few cycles, and ends soon. Without the garbage collector parsing is three times
    as fast, and handing every object back before the end would take a fifth of a large check's time.
    """
    import atexit
    import gc
    import os

    gc.disable()
    _forget_the_working_directory()
    code = main(sys.argv[1:])
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    process()

"""What the exit code says; docs/exit-codes.md explains each to users."""

from __future__ import annotations

CLEAN = 0
FINDINGS = 1
REFUSED = 2
BROKEN = 3
INTERRUPTED = 130
PIPE_CLOSED = 141

EPILOG = """\
exit codes:
  0    no finding is as grave as --fail-on, and every rule ran to its end
  1    at least one finding is as grave as --fail-on, or graver
  2    the arguments or the policy cannot be used; nothing was checked
  3    a rule or the tool itself failed; what was reported may be incomplete
"""


class RefusedError(Exception):
    """Something the user gave cannot be used; the text says what, and what would do."""

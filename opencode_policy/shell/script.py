"""From the text of a script to its statements: what the rest of the tool asks of this package."""

from __future__ import annotations

from functools import lru_cache

from opencode_policy.lean import dataclass
from opencode_policy.shell.calls import run
from opencode_policy.shell.compound import ScriptReader
from opencode_policy.shell.holes import without_holes
from opencode_policy.shell.reader import Fault, Shared
from opencode_policy.shell.spans import Offsets, Span, without_carriage_returns
from opencode_policy.shell.syntax import Sequence

LONGEST = 4_000_000
"""Characters of a script that are read; a file of this size is data, whatever it is called."""


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """A script's statements, and where it is no valid shell; what could be read is there all the same."""

    statements: Sequence
    errors: tuple[Fault, ...]


@lru_cache(maxsize=32)
def parse_script(text: str) -> Parsed:
    """Parse a script as it stands in a file. Time and memory grow linearly with the text.

    NUL bytes, carriage returns and any depth of nesting are accepted. A NUL is an error of its own: shells
    drop it, stop at it or refuse the file. A script that several containers run is parsed once.
    """
    clean, origin = without_carriage_returns(without_holes(text[:LONGEST]))
    shared = Shared()
    nul = text.find("\0")
    if nul >= 0:
        shared.faults.append(Fault(Span(nul, nul + 1), "a NUL byte has no place in a script"))
    if len(text) > LONGEST:
        shared.faults.append(Fault(Span(LONGEST, LONGEST + 1), f"only {LONGEST} characters are read"))
    return _parsed(clean, origin, shared)


def parse_derived(skeleton: str, origin: Offsets) -> Parsed:
    """Parse a text that came about while a script ran; `origin` maps it to the script. It may have holes."""
    return _parsed(skeleton.replace("\0", "\ufffd"), origin, Shared())


def _parsed(text: str, origin: Offsets, shared: Shared) -> Parsed:
    statements = run(ScriptReader(text, origin, shared).whole())
    return Parsed(statements, tuple(sorted(shared.faults, key=lambda fault: fault.span)))

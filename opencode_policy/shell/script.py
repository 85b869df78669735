"""From the text of a script to its statements: what the rest of the tool asks of this package."""

from __future__ import annotations

from dataclasses import dataclass

from opencode_policy.shell.holes import without_holes
from opencode_policy.shell.spans import Offsets, Span
from opencode_policy.shell.statements import read_statements
from opencode_policy.shell.syntax import Sequence
from opencode_policy.shell.tree import Fault, read_piece, read_source, syntax_errors

LONGEST = 4_000_000
"""Characters of a script that are read; a file of this size is data, whatever it is called."""


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """A script's statements, and where it is no valid shell; what could be read is there all the same."""

    statements: Sequence
    errors: tuple[Fault, ...]


def parse_script(text: str) -> Parsed:
    """Parse a script as it stands in a file. Time and memory grow linearly with the text.

    NUL bytes, carriage returns and any depth of nesting are accepted. A NUL is an error of its own: shells
    drop it, stop at it or refuse the file.
    """
    source = read_source(without_holes(text[:LONGEST]))
    errors = [*syntax_errors(source)]
    nul = text.find("\0")
    if nul >= 0:
        errors.append(Fault(Span(nul, nul + 1), "a NUL byte has no place in a script"))
    if len(text) > LONGEST:
        errors.append(Fault(Span(LONGEST, LONGEST + 1), f"only {LONGEST} characters of a script are read"))
    return Parsed(read_statements(source), tuple(sorted(errors, key=lambda fault: fault.span)))


def parse_derived(skeleton: str, origin: Offsets) -> Parsed:
    """Parse a text that came about while a script ran; `origin` maps it to the script. It may have holes."""
    source = read_piece(skeleton.replace("\0", "\ufffd"), origin)
    return Parsed(read_statements(source), syntax_errors(source))

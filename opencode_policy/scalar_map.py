"""From an offset in a scalar's value back to the character that a person wrote.

A script inside a manifest is found wrong at an offset of its value; a reader wants line and column
of the YAML file. Literal, folded, quoted and plain scalars each lose other characters on the way
(indentation, folded breaks, escapes), so the written text is aligned with the value once.
"""

from __future__ import annotations

from functools import lru_cache

from opencode_policy.location import Location
from opencode_policy.nodes import ScalarNode

_SIMPLE_ESCAPES = frozenset('0abt\tnvfre "/\\N_LP')
_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}


def locate(node: ScalarNode, start: int, end: int) -> Location:
    """Region of the file that holds `node.value[start:end]`; the whole scalar if it was generated."""
    return node.source.location(*written_span(node, start, end))


def written_span(node: ScalarNode, start: int, end: int) -> tuple[int, int]:
    """Offsets in the source of the text that stands for `node.value[start:end]`, as `locate` places it."""
    if node.style == "file":
        begin, size = node.span[0], len(node.value)
        return begin + min(start, size), begin + min(max(start, end), size)
    offsets = _offsets(node)
    if not offsets:
        return node.span
    first = offsets[min(start, len(offsets) - 1)]
    if end <= start:
        return first, first
    last = offsets[min(end, len(offsets)) - 1]
    return first, max(first, last + _length(node, last))


def _length(node: ScalarNode, position: int) -> int:
    """How many characters stand for the one at this place of the source."""
    text = node.source.text
    if node.style == '"' and text[position] == "\\":
        return _escape_length(text, position)
    return 2 if node.style == "'" and text[position : position + 2] == "''" else 1


@lru_cache(maxsize=8)
def _offsets(node: ScalarNode) -> list[int] | None:
    """Offset in the source of every character of the value, or None when they do not align."""
    text = node.source.text
    begin, end = node.span
    if node.style and text[begin : begin + 1] != node.style:
        return None
    align = _ALIGN.get(node.style or "", _align)
    if node.style in ("|", ">"):
        begin = text.find("\n", begin, end) + 1 or end
        end = node.end.index
    offsets = align(node.value, text, begin + (node.style in ('"', "'") if node.style else 0), end)
    return offsets or None


def _align(
    value: str, text: str, position: int, end: int, *, doubled_quotes: bool = False
) -> list[int] | None:
    """Walk the value and the written text together; blanks and breaks may differ, nothing else."""
    offsets: list[int] = []
    for char in value:
        found = _advance(char, text, position, end)
        if found is None:
            return (
                None
                if not offsets or char not in " \n"
                else offsets + [offsets[-1]] * (len(value) - len(offsets))
            )
        offsets.append(found)
        doubled = doubled_quotes and char == "'" and text[found : found + 2] == "''"
        position = found + (2 if doubled else 1)
    return offsets


def _align_single(value: str, text: str, position: int, end: int) -> list[int] | None:
    """The same for a single-quoted scalar, in which a quote is written twice."""
    return _align(value, text, position, end, doubled_quotes=True)


def _advance(char: str, text: str, position: int, end: int) -> int | None:
    if char == "\n":
        found = text.find("\n", position, end)
        return found if found >= 0 else None
    while position < end and text[position] != char:
        if char == " " and text[position] in "\r\n":
            return position
        if text[position] not in " \t\r\n":
            return None
        position += 1
    return position if position < end else None


def _align_double(value: str, text: str, position: int, end: int) -> list[int] | None:
    """The same for a double-quoted scalar, whose escapes take several characters."""
    offsets: list[int] = []
    for char in value:
        position = _skip_continuation(text, position, end)
        if text[position : position + 1] == "\\":
            offsets.append(position)
            position += _escape_length(text, position)
            continue
        found = _advance(char, text, position, end)
        if found is None:
            return None
        offsets.append(found)
        position = found + 1
    return offsets


def _skip_continuation(text: str, position: int, end: int) -> int:
    r"""A backslash before a line break joins two lines and stands for nothing."""
    while text[position : position + 2] in ("\\\n", "\\\r"):
        position = text.find("\n", position, end) + 1
        while position < end and text[position] in " \t":
            position += 1
    return position


def _escape_length(text: str, position: int) -> int:
    code = text[position + 1 : position + 2]
    if code in _HEX_ESCAPES:
        return 2 + _HEX_ESCAPES[code]
    return 2 if code in _SIMPLE_ESCAPES else 1


_ALIGN = {"'": _align_single, '"': _align_double}

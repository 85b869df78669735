"""Expanding words: what a command gets as its arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import SECRET, has_holes
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import Arithmetic, Literal, Parameter, Part, Substitution, Word
from opencode_policy.taint.cells import Positional
from opencode_policy.taint.parameters import is_simple, read_parameter, read_simple
from opencode_policy.taint.pieces import BREAK, Alternatives, Piece, as_value, multiplied, pieces_of
from opencode_policy.taint.values import (
    ANYTHING,
    LIMIT,
    Text,
    Value,
    altered,
    collapsed,
    concatenated,
    of_texts,
)

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine

_BLANKS = " \t\n"


class Argument(NamedTuple):
    """One argument of a command, as one text, and where its word stands.

    An `elastic` one may be none, or several: it was not quoted, and it is not known.
    """

    text: Text
    span: Span
    elastic: bool = False

    @property
    def skeleton(self) -> str:
        return self.text.skeleton


Argv = tuple[Argument, ...]


class Field(NamedTuple):
    """What one argument is made of; `elastic` as of an argument."""

    text: Text
    elastic: bool = False


Fields = tuple[Field, ...]


def value_of(machine: Machine, word: Word) -> Call[Value]:
    """The text of a word that is not split: of an assignment, a `case`, a redirection."""
    alternatives: Alternatives = plain(machine, word) or (yield expand(machine, word))
    return as_value(alternatives)


def argvs_of(machine: Machine, words: Sequence[Word]) -> Call[list[Argv]]:
    """The argument lists that words may expand to."""
    found: list[list[Argument]] = [[]]
    for word in words:
        ways = plain(machine, word)
        rows = _fields(word, ways or (yield expand(machine, word)))
        if len(rows) * len(found) > LIMIT:
            rows = [_merged_fields(rows)]
        more = [[Argument(text, word.span, elastic) for text, elastic in row] for row in rows]
        if len(more) == 1:
            for argv in found:
                argv.extend(more[0])
        else:
            found = [[*argv, *row] for argv in found for row in more]
    return [tuple(argv) for argv in found]


def fields_of(machine: Machine, word: Word) -> Call[list[Fields]]:
    """The fields that a word is split into, for each way in which it may expand."""
    return _fields(word, plain(machine, word) or (yield expand(machine, word)))


def _fields(word: Word, alternatives: Alternatives) -> list[Fields]:
    if word.assignment:
        return [(Field(text),) for text in as_value(alternatives).texts]
    if len(alternatives) == 1:
        return [_split(alternatives[0])]
    return list(dict.fromkeys(map(_split, alternatives)))


def plain(machine: Machine, word: Word) -> Alternatives | None:
    """All ways in which a word may expand that runs nothing; None for any other word."""
    found: list[list[Piece]] = [[]]
    for index, part in enumerate(word.parts):
        if isinstance(part, Literal):
            alternatives = _literal(machine, part, first=index == 0)
        elif isinstance(part, Parameter) and is_simple(part):
            alternatives = pieces_of(read_simple(machine, part), quoted=part.quoted)
        else:
            return None
        found = multiplied(found, alternatives)
    return [tuple(pieces) for pieces in found]


def _literal(machine: Machine, part: Literal, *, first: bool) -> Alternatives:
    if first and not part.quoted and part.text[:1] == "~":
        return _at_home(machine, part.text)
    flows = machine.frame.holes if SECRET in part.text else ()
    return [(Piece(Text(part.text, flows), part.quoted, literal=True),)]


def expand(machine: Machine, word: Word) -> Call[Alternatives]:
    """All ways in which a word may expand, as pieces."""
    found: list[list[Piece]] = [[]]
    for index, part in enumerate(word.parts):
        if isinstance(part, Literal):
            alternatives = _literal(machine, part, first=index == 0)
        else:
            alternatives = yield _expand_part(machine, part)
        found = multiplied(found, alternatives)
    return [tuple(pieces) for pieces in found]


def _expand_part(machine: Machine, part: Part) -> Call[Alternatives]:
    if isinstance(part, Literal):
        return _literal(machine, part, first=False)
    if isinstance(part, Parameter):
        found: Alternatives = yield read_parameter(machine, part)
        return found
    if isinstance(part, Substitution):
        value: Value = yield machine.substitution(part)
        return pieces_of(value, quoted=part.quoted)
    number: Alternatives = yield _arithmetic(machine, part)
    return number


def _arithmetic(machine: Machine, part: Arithmetic) -> Call[Alternatives]:
    """A number, which is no secret, whatever it is computed from."""
    for inner in part.parts:
        ways: Alternatives = yield _expand_part(machine, inner)
        if machine.shell != "bash" and as_value(ways).flows:  # what is no number is repeated in a message
            machine.complain(as_value(ways), part.span)
    return [(Piece(ANYTHING.texts[0], part.quoted),)]


def _at_home(machine: Machine, text: str) -> Alternatives:
    head, slash, rest = text.partition("/")
    if head != "~":
        return [(Piece(Text(text), False, literal=True),)]
    home = machine.variable("HOME").value
    return [(Piece(one, True),) for one in concatenated([home, Value((Text(slash + rest),))]).texts]


def _split(pieces: Iterable[Piece]) -> Fields:
    """Field splitting (POSIX 2.6.5) by blanks; quoted pieces and literal text are not split."""
    fields: list[list[Piece]] = []
    current: list[Piece] | None = None
    for piece in pieces:
        if piece is BREAK:
            current = None
        elif piece.quoted or piece.literal:
            if current is None:
                fields.append(current := [])
            current.append(piece)
        else:
            current = _split_piece(piece, fields, current)
    return tuple(_field(parts) for parts in fields)


def _split_piece(piece: Piece, fields: list[list[Piece]], current: list[Piece] | None) -> list[Piece] | None:
    skeleton = piece.text.skeleton
    words = skeleton.split()
    if skeleton and skeleton[0] in _BLANKS:
        current = None
    for index, word in enumerate(words):
        if index or current is None:
            fields.append(current := [])
        current.append(Piece(altered(piece.text, word), False))
    return None if words and skeleton[-1] in _BLANKS else current


def _field(parts: list[Piece]) -> Field:
    elastic = any(part.elastic or _may_split(part) for part in parts)
    if len(parts) == 1:
        return Field(parts[0].text, elastic)
    return Field(concatenated([Value((part.text,)) for part in parts]).texts[0], elastic)


def _may_split(piece: Piece) -> bool:
    return not (piece.quoted or piece.literal) and has_holes(piece.text.skeleton)


def _merged_fields(rows: list[Fields]) -> Fields:
    """One list of fields for several: those at one place made one."""
    longest = max(map(len, rows))
    columns = [[row[i] for row in rows if i < len(row)] for i in range(longest)]
    return tuple(
        Field(
            collapsed(of_texts(field.text for field in column)).texts[0],
            len(column) < len(rows) or any(field.elastic for field in column),
        )
        for column in columns
    )


def part_of(field: Field) -> Iterator[Text]:
    """What one of the arguments may be that a field stands for."""
    yield field.text
    if field.elastic:
        yield Text(SECRET, field.text.flows) if field.text.flows else ANYTHING.texts[0]


def positional_of(values: Sequence[Value], argv: Argv) -> Positional:
    """`$1`, `$2`, ... of these arguments; behind an elastic one it is not known which is which."""
    floating = next((index for index, argument in enumerate(argv) if argument.elastic), None)
    return Positional(tuple(values), floating is None, floating)

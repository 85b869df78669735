"""`$name` and `${name...}`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import SECRET, UNKNOWN, has_holes
from opencode_policy.shell.syntax import Parameter, Word
from opencode_policy.taint.cells import Positional, Variable
from opencode_policy.taint.patterns import Piece as PatternPiece
from opencode_policy.taint.patterns import matcher, without_prefix, without_suffix
from opencode_policy.taint.pieces import (
    BREAK,
    Alternatives,
    Piece,
    as_value,
    pattern_of,
    pieces_of,
)
from opencode_policy.taint.values import (
    ANYTHING,
    NOTHING,
    Text,
    Value,
    altered,
    collapsed,
    concatenated,
    constant,
    joined,
    merged,
    of_texts,
    secret,
)

if TYPE_CHECKING:
    from opencode_policy.taint.machine import Machine

HARMLESS_LENGTH = 5
"""So many characters of a secret tell nothing: the kind of a token stands in its first four."""

_TRIMS = {"#": (without_prefix, False), "##": (without_prefix, True), "%": (without_suffix, False),
          "%%": (without_suffix, True)}  # fmt: skip


def is_simple(part: Parameter) -> bool:
    """Whether a parameter is one value, read without running anything."""
    return not (part.operator or part.prefix or part.index is not None or part.name in ("@", "*"))


def read_simple(machine: Machine, part: Parameter) -> Value:
    """The value of such a parameter."""
    if part.name.isidentifier():
        return machine.variable(part.name).value
    return _looked_up(machine, part, None).value


def read_parameter(machine: Machine, part: Parameter) -> Call[Alternatives]:
    """All ways in which a parameter may expand."""
    if part.prefix == "#" or (part.prefix and not part.name):
        return pieces_of(_length(machine, part), quoted=part.quoted)
    if part.prefix == "!":
        return pieces_of(_indirect(machine, part), quoted=part.quoted)
    listed = _listed(machine, part)
    if listed is not None and not part.operator:
        floating = machine.positional.floating if part.index is None else None
        return [_spread(listed, part, floating)]
    variable = _looked_up(machine, part, listed)
    if not part.operator:
        return pieces_of(variable.value, quoted=part.quoted)
    if part.operator.lstrip(":") in ("-", "=", "?", "+"):
        found: Alternatives = yield _conditional(machine, part, variable)
        return found
    value: Value = yield _changed(machine, part, variable.value)
    return pieces_of(value, quoted=part.quoted)


def _listed(machine: Machine, part: Parameter) -> list[Value] | None:
    """The values of `$@`, `$*` or a whole array, as far as they are known one by one."""
    if part.name in ("@", "*"):
        positional: Positional = machine.positional
        return [*positional.values] if positional.exact else [*positional.values, ANYTHING]
    if part.index in ("@", "*"):
        elements = machine.variable(part.name).elements
        return None if elements is None else list(elements)
    return None


def _spread(values: list[Value], part: Parameter, floating: int | None = None) -> tuple[Piece, ...]:
    """`"$@"` gives one field for each value, `"$*"` one for all.

    Of the values from `floating` on it is not known how many arguments they are.
    """
    starred = part.name == "*" or part.index == "*"
    first = len(values) if floating is None else floating
    if starred and part.quoted and not values:
        return (Piece(Text(""), True),)
    found: list[Piece] = []
    for index, value in enumerate(values):
        blank = Piece(Text(UNKNOWN if index >= first else " "), True)
        text = collapsed(value).texts[0]
        elastic = index >= first and not starred
        found += (
            blank if starred and part.quoted else BREAK,
            Piece(text, part.quoted, elastic=elastic and has_holes(text.skeleton)),
        )
    return tuple(found[1:])


def _looked_up(machine: Machine, part: Parameter, listed: list[Value] | None) -> Variable:
    if listed is not None:
        spaced = [item for value in listed for item in (constant(" "), value)][1:]
        return Variable(concatenated(spaced) if spaced else NOTHING, unset=not listed)
    if part.name == "#":
        positional = machine.positional
        return Variable(constant(str(len(positional.values))) if positional.exact else ANYTHING)
    if part.name.isdigit() and part.name != "0":
        return _argument(machine.positional, int(part.name))
    variable = machine.variable(part.name)
    if part.index is not None and variable.elements is not None and part.index.isdigit():
        index = int(part.index)
        known = index < len(variable.elements)
        return Variable(variable.elements[index]) if known else Variable(NOTHING, unset=True)
    return variable


def _argument(positional: Positional, number: int) -> Variable:
    value = positional.value(number)
    if value is None:
        return Variable(NOTHING, unset=True)
    certain = positional.exact or (positional.floating or 0) >= number
    return Variable(value, unset=False if certain else None)


def _length(machine: Machine, part: Parameter) -> Value:
    """A number, which is no secret."""
    if not part.name:
        return constant(str(len(machine.positional.values))) if machine.positional.exact else ANYTHING
    known = machine.variable(part.name).value.known if part.index is None else None
    return ANYTHING if known is None else constant(str(len(known)))


def _indirect(machine: Machine, part: Parameter) -> Value:
    """`${!name}`: the variable that `name` names; `${!prefix*}` gives names alone."""
    if part.operator in ("*", "@") or part.index is not None:
        return ANYTHING
    names = machine.variable(part.name).value
    if any(has_holes(name) for name in names.skeletons):
        flows = machine.all_flows(exported_only=False)
        return secret(flows) if flows else ANYTHING
    return joined([machine.variable(name).value for name in names.skeletons])


def _conditional(machine: Machine, part: Parameter, variable: Variable) -> Call[Alternatives]:
    """`${x:-word}`, `${x:=word}`, `${x:?word}` and `${x:+word}`."""
    filled = is_filled(variable, null_counts=not part.operator.startswith(":"))
    kind = part.operator.lstrip(":")
    own = [] if filled is False else pieces_of(variable.value, quoted=part.quoted)
    if kind == "+":
        other: Alternatives = [()] if filled is False else (yield _operand(machine, part))
        return other if filled is not None else [*other, ()]
    if filled is True:
        return own
    if kind == "?":
        yield _complained(machine, part)
        return own or [()]
    other = yield _operand(machine, part)
    if kind == "=" and part.name.isidentifier():
        value = as_value(other) if filled is False else joined([variable.value, as_value(other)])
        machine.assign(part.name, value)
    return [*own, *other][:8]


def is_filled(variable: Variable, *, null_counts: bool) -> bool | None:
    """Whether a variable is set, and not to nothing unless that counts too."""
    if variable.unset is not False:
        return False if variable.unset else None
    if null_counts:
        return True
    return whether(bool(skeleton) if not has_holes(skeleton) or _some(skeleton) else None
                   for skeleton in variable.value.skeletons)  # fmt: skip


def whether(answers: Iterable[bool | None]) -> bool | None:
    """The answer that all agree on."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def _some(skeleton: str) -> bool:
    """Whether a text with holes is surely not empty."""
    return bool(skeleton.replace(UNKNOWN, "").replace(SECRET, ""))


def _operand(machine: Machine, part: Parameter) -> Call[Alternatives]:
    """The word behind the operator; its parts take over the quotes around the whole."""
    from opencode_policy.taint.words import expand

    found: Alternatives = [()]
    for word in part.operands:
        alternatives: Alternatives = yield expand(machine, word)
        found = [(*left, *right) for left in found for right in alternatives][:8]
    loose = [tuple(_loosened(piece, quoted=part.quoted) for piece in pieces) for pieces in found]
    return loose if any(pieces for pieces in loose) else [(Piece(Text(""), part.quoted),)]


def _loosened(piece: Piece, *, quoted: bool) -> Piece:
    """Text that is written inside an unquoted `${x:-...}` is split, unlike text outside."""
    if piece is BREAK:
        return piece
    return Piece(piece.text, piece.quoted or quoted, literal=False)


def _complained(machine: Machine, part: Parameter) -> Call[None]:
    """`${x:?word}` prints the word when x is not set."""
    words: Alternatives = yield _operand(machine, part)
    machine.complain(as_value(words), part.span)


def _changed(machine: Machine, part: Parameter, value: Value) -> Call[Value]:
    operator = part.operator
    operands: list[Alternatives] = []
    for word in part.operands:
        operands += ((yield _pattern(machine, word)),)
    if operator in _TRIMS and operands:
        return _trimmed(operator, value, operands[0])
    if operator.startswith("/") and operands:
        return _substituted(operator, value, operands)
    if operator.startswith(":"):
        return _sliced(value, operands)
    return value.mapped(lambda skeleton: skeleton if has_holes(skeleton) else _recased(operator, skeleton))


def _recased(operator: str, text: str) -> str:
    if operator == "^^":
        return text.upper()
    if operator == ",,":
        return text.lower()
    return UNKNOWN


def _pattern(machine: Machine, word: Word) -> Call[Alternatives]:
    from opencode_policy.taint.words import expand

    found: Alternatives = yield expand(machine, word)
    return found


def _trimmed(operator: str, value: Value, patterns: Alternatives) -> Value:
    trim, longest = _TRIMS[operator]
    texts = []
    for text in value.texts:
        for pieces in patterns:
            rest = trim(_glob(pieces), text.skeleton, longest=longest)
            texts.append(_blurred(text) if rest is None else altered(text, rest))
    return of_texts(texts)


def _glob(pieces: tuple[Piece, ...]) -> list[PatternPiece]:
    return pattern_of(pieces)


def _blurred(text: Text) -> Text:
    """What remains known of a text that was changed in an unknown way."""
    return Text(SECRET, text.flows) if text.flows else Text(UNKNOWN)


def _substituted(operator: str, value: Value, operands: list[Alternatives]) -> Value:
    """`${x/pattern/text}`; `//` replaces all, `/#` at the start and `/%` at the end."""
    replacement = as_value(operands[1]) if len(operands) > 1 else NOTHING
    pattern = matcher(_glob(operands[0][0])) if len(operands[0]) == 1 else None
    if pattern is None or len(replacement.texts) > 1 or operator in ("/#", "/%"):
        return secret(merged(value.flows, replacement.flows))
    new = replacement.texts[0]
    count = 0 if operator == "//" else 1
    return of_texts(
        _replaced(text, lambda s: pattern.sub(lambda _: new.skeleton, s, count=count), new)
        for text in value.texts
    )


def _replaced(text: Text, change: Callable[[str], str], new: Text) -> Text:
    skeleton = change(text.skeleton)
    flows = tuple(dict.fromkeys((*text.flows, *new.flows)))
    return Text(skeleton, flows if SECRET in skeleton else ())


def _sliced(value: Value, operands: list[Alternatives]) -> Value:
    """`${x:offset:length}`; a few characters of a secret are none."""
    numbers = [(as_value(operand).known or "").strip() for operand in operands]
    given = [int(number) if number and number.lstrip("-").isdigit() else None for number in numbers]
    length = given[1] if len(given) > 1 else None
    tail = given and given[0] is not None and given[0] < 0 and len(given) == 1
    harmless = (length is not None and 0 <= length <= HARMLESS_LENGTH) or (
        tail and -(given[0] or 0) <= HARMLESS_LENGTH
    )
    if harmless:
        return ANYTHING
    known = value.known
    if (
        known is None
        or not given
        or None in given
        or any(number is not None and number < 0 for number in given)
    ):
        return secret(value.flows)
    start = given[0] or 0
    return constant(known[start:] if length is None else known[start : start + length])

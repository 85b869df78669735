"""What a state is made of, and what becomes of each part where ways of the script meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from opencode_policy.lean import dataclass, replace
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import Function
from opencode_policy.taint.values import ANYTHING, NOTHING, Flows, Place, Value, collapsed, joined, merged

Status = bool | None
"""Whether a command succeeds; None where that is not known."""


class Key(NamedTuple):
    """Names one cell: its kind, and a variable's name, a path, a descriptor, ..."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable. `elements` are those of an array whose elements are known one by one.

    `unset` is True for one that is surely not set, None where it may be either.
    """

    value: Value
    exported: bool = False
    unset: bool | None = False
    elements: tuple[Value, ...] | None = None


class Positional(NamedTuple):
    """`$1`, `$2`, ...: without `exact` there may be fewer or more of them.

    From the index `floating` on it is not known which of the values is which.
    """

    values: tuple[Value, ...] = ()
    exact: bool = True
    floating: int | None = None

    def value(self, number: int) -> Value | None:
        """The value of `$number`, from 1; None where there is surely none."""
        index = number - 1
        if self.floating is not None and index >= self.floating:
            return joined([*self.values[self.floating :], ANYTHING])
        if index < len(self.values):
            return self.values[index]
        return None if self.exact else ANYTHING

    def shifted(self, count: int) -> Positional:
        """What remains after `shift`."""
        if self.floating is None:
            return Positional(self.values[count:], self.exact)
        first = min(count, self.floating)
        return Positional(self.values[first:], False, self.floating - first)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file's content. `private` tells that nobody else can read it, None that it is not known."""

    value: Value
    private: bool | None = None
    written: Place | None = None


class Target(NamedTuple):
    """Where a descriptor leads: `log`, `null`, `closed`, `elsewhere`, `stream` or `file` (by `name`)."""

    kind: str
    name: str = ""


class Input(NamedTuple):
    """What a descriptor reads."""

    value: Value


@dataclass(frozen=True, slots=True)
class Switch:
    """What switched an option on. Without `certain` it may not have."""

    place: Place
    words: str
    certain: bool = True


OFF = None
"""Stands beside switches where an option may be off."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The text that is being run. With `fixed`, all its places are this one: it was put together.

    `holes` are the flows of the secret parts that stand in the text itself.
    """

    document: object
    fixed: Span | None = None
    holes: Flows = ()

    def place(self, span: Span) -> Place:
        """Where something of the text stands."""
        return Place(self.document, self.fixed or span)


class Definition(NamedTuple):
    """A function, and the text that defines it."""

    function: Function
    frame: Frame


class Handler(NamedTuple):
    """What a trap runs."""

    command: Value
    place: Place


NO_CANDIDATE = (None,)
"""No function, no trap. Where there may be one, None stands beside it."""

UNSET = Variable(NOTHING, unset=True)
UNTOLD = Variable(ANYTHING, unset=None)
"""A variable that the script has not touched: the image may define it."""


def join_cells(kind: str, values: Sequence[Any]) -> Any:
    """One cell for several, of ways of the script that meet. None is a cell that was never filled."""
    first = values[0]
    if all(value is first or value == first for value in values[1:]):
        return first
    return _JOINS[kind](values)


def widened(cell: Any) -> Any:
    """The cell with one text where it has several."""
    if isinstance(cell, Value):
        return collapsed(cell)
    if isinstance(cell, Variable | Stored):
        return replace(cell, value=collapsed(cell.value))
    if isinstance(cell, Positional):
        return cell._replace(values=tuple(map(collapsed, cell.values)))
    return cell


def _variables(values: Sequence[Variable]) -> Variable:
    elements = [value.elements for value in values]
    same = all(item == elements[0] for item in elements[1:])
    unset = {value.unset for value in values}
    return Variable(
        joined([value.value for value in values]),
        any(value.exported for value in values),
        unset.pop() if len(unset) == 1 else None,
        elements[0] if same else None,
    )


def _positional(values: Sequence[Positional]) -> Positional:
    shortest = min(len(value.values) for value in values)
    same = all(len(value.values) == shortest and value.exact for value in values)
    longest = max(values, key=lambda value: len(value.values)).values
    found = [
        joined([value.values[i] for value in values if i < len(value.values)]) for i in range(len(longest))
    ]
    floats = [value.floating for value in values if value.floating is not None]
    if len(longest) > shortest:
        floats.append(shortest)
    return Positional(tuple(found), same, min(floats, default=None))


def _files(values: Sequence[Stored]) -> Stored:
    private = {value.private for value in values}
    written = next((value.written for value in values if value.written), None)
    return Stored(
        joined([value.value for value in values]), private.pop() if len(private) == 1 else False, written
    )


def _flows(values: Sequence[Flows]) -> Flows:
    return merged(*values)


def _descriptors(values: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    from opencode_policy.taint.streams import default_targets

    names = dict.fromkeys(name for value in values for name in value)
    return {
        name: frozenset().union(*(value.get(name, default_targets(name)) for value in values))
        for name in names
    }


def _sets(values: Sequence[frozenset[Any]]) -> frozenset[Any]:
    return frozenset().union(*values)


def _candidates(values: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(item for value in values for item in value))


_JOINS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "variable": _variables,
    "positional": _positional,
    "file": _files,
    "stream": joined,
    "umask": joined,
    "sourced": _flows,
    "folder": joined,
    "alias": _candidates,
    "exported": _candidates,
    "descriptors": _descriptors,
    "option": _sets,
    "function": _candidates,
    "trap": _candidates,
}

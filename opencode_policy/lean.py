"""Dataclasses that cost little to define.

The standard decorator compiles up to nine functions for every class, which takes half a millisecond, and a
cold run of the command defines some two hundred classes. This one compiles none and takes a tenth of that;
instances are made and compared as fast as standard ones. The classes are dataclasses to everybody else
(`fields`, `replace`, pydantic); type checkers see the standard decorator.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field
from functools import cache
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, NoReturn

Values = Callable[[Any], Any]
"""Gives what an instance is compared and hashed by."""

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - says that it is exported
    from dataclasses import replace as replace  # noqa: PLC0414
else:

    def replace(item, /, **changes):
        """`dataclasses.replace`, without a second look at what does not change."""
        cls = type(item)
        made = object.__new__(cls)
        for name, put in _places(cls):
            put(made, changes.pop(name) if name in changes else getattr(item, name))
        if changes:
            raise TypeError(f"{cls.__name__}() takes no argument '{next(iter(changes))}'")
        if hasattr(cls, "__post_init__"):
            made.__post_init__()
        return made

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, order=False, kw_only=False):
        """`dataclasses.dataclass`, as far as this package uses it."""
        standard = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)

        def make(cls):
            cls.__doc__ = cls.__doc__ or cls.__name__  # else the standard decorator reads a signature
            return _completed(standard(cls), frozen=frozen, eq=eq, order=order)

        return make if cls is None else make(cls)


def _completed(cls: type[Any], *, frozen: bool, eq: bool, order: bool) -> type[Any]:
    """Add what the standard decorator would have compiled, where the class has no such method itself."""
    methods: dict[str, Any] = {"__init__": _initializer(cls), "__repr__": _repr}
    if eq:
        values = _values(cls)
        methods |= {"__eq__": _comparison(values, operator.eq), "__hash__": _hash(values) if frozen else None}
    if order:
        ordered = {"__lt__": operator.lt, "__le__": operator.le, "__gt__": operator.gt, "__ge__": operator.ge}
        methods |= {name: _comparison(values, compare) for name, compare in ordered.items()}
    if frozen:
        methods |= {"__setattr__": _refuse_setting, "__delattr__": _refuse_deleting, "__reduce__": _reduce}
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(cls, name, method)
    return cls


@cache
def _places(cls: type[Any]) -> list[tuple[str, Callable[[Any, Any], None]]]:
    """The fields of a class, and what sets each."""
    return [(field.name, _setter(cls, field.name)) for field in dataclasses.fields(cls)]


def _initializer(cls: type[Any]) -> Callable[..., None]:
    fields = [field for field in dataclasses.fields(cls) if field.init]
    setters = [_setter(cls, field.name) for field in fields]
    every = -1 if any(field.kw_only for field in fields) else len(fields)
    least, rest = _plain_rest(fields)
    finish = getattr(cls, "__post_init__", None)

    def __init__(self: Any, /, *args: Any, **given: Any) -> None:  # noqa: N807
        if given or len(args) != every:
            short = not given and least <= len(args) < every
            args = args + rest[len(args) - least :] if short else _arguments(cls, fields, args, given)
        for put, value in zip(setters, args):  # noqa: B905 - as many of both; the check would take a fifth of the time
            put(self, value)
        if finish is not None:
            finish(self)

    return __init__


def _plain_rest(fields: Sequence[Field[Any]]) -> tuple[int, tuple[Any, ...]]:
    """How many fields stand before those at the end that have a plain default, and these defaults."""
    least = len(fields)
    while least and fields[least - 1].default is not MISSING:
        least -= 1
    return least, tuple(field.default for field in fields[least:])


def _setter(cls: type[Any], name: str) -> Callable[[Any, Any], None]:
    """What sets a field of an instance: the slot itself, where the class has slots."""
    slot = getattr(cls, name, None)
    if isinstance(slot, MemberDescriptorType):
        return slot.__set__
    return lambda instance, value: instance.__dict__.__setitem__(name, value)


def _arguments(
    cls: type[Any], fields: Sequence[Field[Any]], args: tuple[Any, ...], given: dict[str, Any]
) -> tuple[Any, ...]:
    """The value of every field in order, from arguments by position, by name and from defaults."""
    values = given
    if args:
        positional = [field.name for field in fields if not field.kw_only]
        if len(args) > len(positional):
            raise TypeError(f"{cls.__name__}() is given too many arguments")
        values = dict(zip(positional, args, strict=False))
        if not values.keys().isdisjoint(given):
            raise TypeError(f"{cls.__name__}() is given an argument twice")
        values |= given
    made = tuple(
        [values.pop(field.name) if field.name in values else _default(cls, field) for field in fields]
    )
    if values:
        raise TypeError(f"{cls.__name__}() takes no argument '{next(iter(values))}'")
    return made


def _default(cls: type[Any], field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    raise TypeError(f"{cls.__name__}() misses the argument '{field.name}'")


def _values(cls: type[Any]) -> Values:
    names = [field.name for field in dataclasses.fields(cls) if field.compare]
    return operator.attrgetter(*names) if names else lambda _: ()


def _comparison(values: Values, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def method(self: Any, other: object) -> bool:
        return compare(values(self), values(other)) if type(self) is type(other) else NotImplemented

    return method


def _hash(values: Values) -> Callable[[Any], int]:
    return lambda self: hash(values(self))


def _repr(self: Any) -> str:
    shown = (field.name for field in dataclasses.fields(self) if field.repr)
    parts = (f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({', '.join(parts)})"


def _reduce(self: Any) -> tuple[Any, ...]:
    return _restored, (
        type(self),
        {field.name: getattr(self, field.name) for field in dataclasses.fields(self)},
    )


def _restored(cls: type[Any], values: dict[str, Any]) -> Any:
    """An instance from the values of its fields, for pickle and copy."""
    made = object.__new__(cls)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made


def _refuse_setting(self: Any, name: str, value: Any) -> NoReturn:
    del self, value
    raise dataclasses.FrozenInstanceError(f"cannot assign to field '{name}'")


def _refuse_deleting(self: Any, name: str) -> NoReturn:
    del self
    raise dataclasses.FrozenInstanceError(f"cannot delete field '{name}'")

"""Frozen, slotted dataclasses that cost little to define.

The standard decorator compiles six functions for every frozen class, which takes nearly a millisecond,
and a cold run defines them all. This one compiles none: a class takes a tenth of that, an instance a few
microseconds more, which suits what is made by the dozen. The classes are dataclasses to everybody else
(`fields`, `replace`, pydantic); type checkers see the standard decorator.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - says that it is exported
else:

    def dataclass(*, frozen, slots, kw_only=False):
        """`dataclasses.dataclass` for classes that are both frozen and slotted."""
        if not (frozen and slots):
            raise TypeError("only frozen and slotted classes are made here")
        standard = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)
        return lambda cls: _completed(standard(cls))


def _completed(cls: type[Any]) -> type[Any]:
    """Add what the standard decorator would have compiled."""
    for method in (_eq, _hash, _repr, _reduce, _setattr, _delattr):
        setattr(cls, f"_{method.__name__}__", method)
    cls.__init__ = _initializer(cls)
    return cls


def _initializer(cls: type[Any]) -> Callable[..., None]:
    fields = [field for field in dataclasses.fields(cls) if field.init]
    positional = [field.name for field in fields if not field.kw_only]
    defaults = {field.name: field.default for field in fields if field.default is not MISSING}
    factories = {
        field.name: field.default_factory for field in fields if field.default_factory is not MISSING
    }
    names = [field.name for field in fields]
    set_field = object.__setattr__

    def __init__(self: Any, *args: Any, **given: Any) -> None:  # noqa: N807
        values = {**defaults, **_named(cls, positional, args, given)}
        for name in names:
            if name in values:
                set_field(self, name, values.pop(name))
            elif name in factories:
                set_field(self, name, factories[name]())
            else:
                raise TypeError(f"{cls.__name__}() misses the argument '{name}'")
        if values:
            raise TypeError(f"{cls.__name__}() takes no argument '{next(iter(values))}'")
        if hasattr(cls, "__post_init__"):
            self.__post_init__()

    return __init__


def _named(
    cls: type[Any], positional: list[str], args: tuple[Any, ...], given: dict[str, Any]
) -> dict[str, Any]:
    """All arguments by name."""
    if not args:
        return given
    by_position = dict(zip(positional, args, strict=False))
    if len(args) > len(positional) or by_position.keys() & given.keys():
        raise TypeError(f"{cls.__name__}() is given too many arguments")
    return {**by_position, **given}


def _values(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, field.name) for field in dataclasses.fields(self))


def _eq(self: Any, other: object) -> bool:
    return _values(self) == _values(other) if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = (field.name for field in dataclasses.fields(self) if field.repr)
    parts = (f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({', '.join(parts)})"


def _reduce(self: Any) -> tuple[Any, ...]:
    return _restored, (type(self), _values(self))


def _restored(cls: type[Any], values: tuple[Any, ...]) -> Any:
    """An instance from the values of its fields, for pickle and copy."""
    made = object.__new__(cls)
    for field, value in zip(dataclasses.fields(cls), values, strict=True):
        object.__setattr__(made, field.name, value)
    return made


def _setattr(self: Any, name: str, value: Any) -> NoReturn:
    del self, value
    raise dataclasses.FrozenInstanceError(f"cannot assign to field '{name}'")


def _delattr(self: Any, name: str) -> NoReturn:
    del self
    raise dataclasses.FrozenInstanceError(f"cannot delete field '{name}'")

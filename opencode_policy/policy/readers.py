"""How a value of each type of policy field is read; `decode` is the way in.

A field may be typed as str, int, float, bool, None, Any, `Literal` of texts, `tuple[X, ...]`,
`Mapping[str, X]`, another dataclass, a union of these with at most one collection, and `Annotated` any of
them with the constraints of `opencode_policy.policy.constraint`. A whole number fits a float.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from opencode_policy.policy.constraint import Constraint, Doc

Reader = Callable[[Any], Any]


class DecodeError(ValueError):
    """A value does not fit the type it is read as."""


def hints_of(cls: type[Any]) -> Mapping[str, Any]:
    """Type of each key that a dataclass is written with, in order."""
    written = {field.name: _WRITTEN.get(field.type, field.type) for field in fields(cls) if field.init}
    if not any(isinstance(hint, str) for hint in written.values()):
        return written
    hints = get_type_hints(cls, include_extras=True)
    return {name: hints[name] for name in written}


def reader_of(hint: Any) -> Reader:
    """Function that reads a value as a type; it raises DecodeError. TypeError for an unsupported type."""
    return _make_reader(hint)


@cache
def _make_reader(hint: Any) -> Reader:
    if hint is Any:
        return _anything
    if hint in (str, int, bool, None, NoneType):
        return partial(_exact, NoneType if hint is None else hint)
    if hint is float:
        return _float
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_reader(hint)
    make = _MAKERS.get(get_origin(hint))
    if make is None:
        raise TypeError(f"a policy value cannot be typed as {hint}")
    return make(hint)


def _anything(value: Any) -> Any:
    return value


def _exact(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise DecodeError
    return value


def _float(value: Any) -> float:
    if type(value) is int:
        return float(str(value))  # an integer beyond the range of a float becomes infinite, not an error
    if type(value) is not float:
        raise DecodeError
    return value


def _dataclass_reader(cls: type[Any]) -> Reader:
    readers = {name: reader_of(hint) for name, hint in hints_of(cls).items()}
    required = frozenset(field.name for field in fields(cls) if field.init and not _has_default(field))
    return partial(_read_dataclass, cls, readers, required)


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _read_dataclass(
    cls: type[Any], readers: Mapping[str, Reader], required: frozenset[str], value: Any
) -> Any:
    if not isinstance(value, dict) or not required <= value.keys() <= readers.keys():
        raise DecodeError
    arguments = {key: readers[key](item) for key, item in value.items()}
    try:
        return cls(**arguments)
    except (ValueError, AssertionError) as error:  # what __post_init__ refuses, as pydantic has it
        raise DecodeError from error


def _literal_reader(hint: Any) -> Reader:
    choices = frozenset(get_args(hint))
    if not all(isinstance(choice, str) for choice in choices):
        raise TypeError(f"a policy value can be one of several texts only, not {hint}")
    return partial(_one_of, choices)


def _one_of(choices: frozenset[str], value: Any) -> Any:
    if type(value) is not str or value not in choices:
        raise DecodeError
    return value


def _tuple_reader(hint: Any) -> Reader:
    item, *rest = get_args(hint)
    if rest != [...]:
        raise TypeError(f"a list of the policy has items of one type and any length, not {hint}")
    return partial(_read_tuple, reader_of(item))


def _read_tuple(item: Reader, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise DecodeError
    return tuple(map(item, value))


def _mapping_reader(hint: Any) -> Reader:
    key, item = get_args(hint)
    return partial(_read_mapping, reader_of(key), reader_of(item))


def _read_mapping(key: Reader, item: Reader, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DecodeError
    return {key(name): item(entry) for name, entry in value.items()}


def _annotated_reader(hint: Any) -> Reader:
    bare, *metadata = get_args(hint)
    constraints = [each for each in metadata if not isinstance(each, Doc)]
    if not all(isinstance(each, Constraint) for each in constraints):
        raise TypeError(f"not a constraint of policy values: {hint}")
    reader = reader_of(bare)
    return partial(_read_constrained, reader, tuple(constraints)) if constraints else reader


def _read_constrained(read: Reader, constraints: tuple[Constraint, ...], value: Any) -> Any:
    result = read(value)
    for constraint in constraints:
        if not constraint.accepts(result):
            raise DecodeError
    return result


def _union_reader(hint: Any) -> Reader:
    """Members are tried in order, float last: it takes whole numbers that another member keeps whole."""
    members = sorted(get_args(hint), key=lambda member: _bare(member) is float)
    if sum(_is_collection(_bare(member)) for member in members) > 1:
        raise TypeError(f"a policy value cannot be one of several collections: {hint}")
    return partial(_first_that_fits, tuple(map(reader_of, members)))


def _first_that_fits(readers: tuple[Reader, ...], value: Any) -> Any:
    for read in readers:
        try:
            return read(value)
        except DecodeError:
            continue
    raise DecodeError


def _bare(hint: Any) -> Any:
    return _bare(get_args(hint)[0]) if get_origin(hint) is Annotated else hint


def _is_collection(hint: Any) -> bool:
    return is_dataclass(hint) or get_origin(hint) in (tuple, Mapping)


_WRITTEN: Mapping[Any, Any] = {
    "str": str,
    "int": int,
    "bool": bool,
    "tuple[str, ...]": tuple[str, ...],
    "Mapping[str, str]": Mapping[str, str],
}
"""Postponed annotations that are common: evaluating one from its text takes some 40 microseconds."""

_MAKERS: Mapping[Any, Callable[[Any], Reader]] = {
    Annotated: _annotated_reader,
    Literal: _literal_reader,
    tuple: _tuple_reader,
    Mapping: _mapping_reader,
    Union: _union_reader,
    UnionType: _union_reader,
}

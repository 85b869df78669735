"""Values that fit a policy dataclass, and values that nearly do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st

from opencode_policy.policy.constraint import Items, Matches, Within
from opencode_policy.policy.readers import hints_of

TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12) | st.sampled_from(
    ["a", "A-01", "a-b", "error", "static", "HTTP", "1", "true", "null", "ünïcode", "two\nlines"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


SIBLINGS: st.SearchStrategy[Any] = st.sampled_from(
    [
        True,
        False,
        0,
        1,
        2,
        -1,
        1.0,
        0.5,
        10**399,
        None,
        "",
        "1",
        "one",
        "two",
        "all",
        "a",
        [],
        {},
        [1],
        [True],
    ]
)
"""Values that lax comparisons take for one another."""


def fitting(hint: Any) -> st.SearchStrategy[Any]:
    """Plain values that fit a type, mostly."""
    if isinstance(hint, type) and is_dataclass(hint):
        return _instances(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _constrained(args[0], args[1:])
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple:
        return st.lists(fitting(args[0]), max_size=3)
    if origin is Mapping:
        return st.dictionaries(fitting(args[0]), fitting(args[1]), max_size=3)
    if origin in (Union, UnionType):
        return st.one_of([fitting(arg) for arg in args])
    found: st.SearchStrategy[Any] = _PLAIN[hint]
    return found


_ALPHABET = "abhtpsAB01-_./: \n"

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    Any: JUNK,
    str: TEXTS,
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats() | st.integers(),
    NoneType: st.none(),
}


def _constrained(bare: Any, metadata: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    for constraint in metadata:
        if isinstance(constraint, Matches):
            return st.from_regex(constraint.pattern, fullmatch=True, alphabet=_ALPHABET)
        if isinstance(constraint, Within):
            return st.integers(constraint.least - 1, (constraint.most or constraint.least + 9) + 1)
        if isinstance(constraint, Items):
            return st.lists(fitting(get_args(bare)[0]), min_size=constraint.least, max_size=3)
    return fitting(bare)


def _instances(cls: type[Any]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {
        field.name
        for field in fields(cls)
        if field.default is not MISSING or field.default_factory is not MISSING
    }
    values = {name: fitting(hint) for name, hint in hints_of(cls).items()}
    return st.fixed_dictionaries(
        {name: value for name, value in values.items() if name not in optional},
        optional={name: value for name, value in values.items() if name in optional},
    )


def nearly(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Values that fit a dataclass, every second one with one thing in it changed, added or taken away."""
    return fitting(cls) | fitting(cls).flatmap(changed)


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """A copy with one change at one of all the places inside, each as likely as the other."""
    path = draw(st.sampled_from(list(_paths(value))))
    return _with(value, path, lambda item: draw(_neighbours(item)))


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    yield ()
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in inner:
        yield from ((step, *rest) for rest in _paths(item))


def _with(value: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(value)
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _with(value[path[0]], path[1:], change)
    return copy


def _neighbours(value: Any) -> st.SearchStrategy[Any]:
    """What could stand in the place of a value by mistake."""
    if isinstance(value, dict) and value:
        key = st.sampled_from(sorted(value))
        without = key.map(lambda gone: {name: item for name, item in value.items() if name != gone})
        renamed = st.tuples(key, TEXTS).map(lambda pair: _renamed(value, *pair))
        more = st.tuples(TEXTS, JUNK).map(lambda pair: {**value, pair[0]: pair[1]})
        return without | renamed | more | SIBLINGS
    if isinstance(value, list) and value:
        return SIBLINGS | st.just([*value, value[0]]) | st.just(value[1:])
    return SIBLINGS | TEXTS | JUNK


def _renamed(value: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if name == old else name: item for name, item in value.items()}

"""The law of the fast path: the decoder accepts exactly what pydantic accepts, with equal values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, make_dataclass
from typing import Annotated, Any, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from opencode_policy.nodes import Node
from opencode_policy.parse import parse
from opencode_policy.policy.constraint import Doc, Items, Matches, Within
from opencode_policy.policy.decode import DecodeError, decode, decode_value
from opencode_policy.policy.explain import explain, verdict
from opencode_policy.policy.mistakes import LONGEST_ECHO
from opencode_policy.policy.model import ClusterFile, PolicyFile, RequirementsFile
from opencode_policy.policy.readers import hints_of
from opencode_policy.scalars import to_python
from opencode_policy.source import Source
from tests.policy.strategies import SIBLINGS, changed, fitting, nearly

REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Leaf:
    """With a rule of its own that spans two fields."""

    low: int
    high: int = 10

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low must not be above high")


@dataclass(frozen=True, slots=True)
class Zoo:
    """One field of every type that a parameter may have."""

    text: str
    number: int
    share: float
    flag: bool
    anything: Any
    choice: Literal["one", "two"]
    leaf: Leaf
    leaves: tuple[Leaf, ...] = ()
    by_name: Mapping[str, Leaf] = field(default_factory=dict)
    short: Mapping[Annotated[str, Matches("[a-c]+", "a short name")], int] = field(default_factory=dict)
    maybe: str | None = None
    either: int | str = 0
    real: float | int = 0
    wide: float | str | None = None
    named: Literal["all"] | tuple[str, ...] = "all"
    one: Leaf | None = None
    port: Annotated[int, Within(1, 9), Doc("A port.")] = 1
    many: Annotated[tuple[int, ...], Items(least=1)] = (1,)
    least: Annotated[float, Within(0)] = 0.0


CLASSES = (RequirementsFile, PolicyFile, ClusterFile, Zoo)


def _ours(cls: type[Any], value: Any) -> Any:
    try:
        return decode_value(cls, value)
    except DecodeError:
        return REFUSED


def _theirs(cls: type[Any], value: Any) -> Any:
    try:
        return verdict(cls, value)
    except ValidationError:
        return REFUSED


def _node(value: Any) -> Node | None:
    """A value as the node of a YAML text; JSON is YAML, but for numbers that are none."""
    text = json.dumps(value, ensure_ascii=False).replace("Infinity", ".inf").replace("NaN", ".nan")
    parsed = parse(Source("policy.yaml", text))
    assert not parsed.diagnostics
    return parsed.documents[0].root


@pytest.mark.parametrize("cls", CLASSES)
def test_decoder_and_pydantic_agree(cls: type[Any]) -> None:
    outcomes = set()

    @settings(max_examples=150)
    @given(nearly(cls))
    def agree(value: Any) -> None:
        ours = _ours(cls, value)
        assert repr(ours) == repr(_theirs(cls, value))  # by text: not-a-number equals nothing
        outcomes.add(ours is REFUSED)

    agree()
    assert outcomes == {True, False}, "the law was not put to both tests"


@pytest.mark.parametrize("name", hints_of(Zoo))
def test_they_agree_on_every_type_alone(name: str) -> None:
    hint = hints_of(Zoo)[name]
    only = make_dataclass("Only", [("value", hint)])
    siblings = fitting(hint).flatmap(changed) | SIBLINGS

    @settings(max_examples=60)
    @given(fitting(hint) | siblings)
    @example(10**399)
    @example("three")
    def agree(value: Any) -> None:
        given_value = {"value": value}
        assert repr(_ours(only, given_value)) == repr(_theirs(only, given_value))

    agree()


@settings(max_examples=80)
@given(st.sampled_from(CLASSES).flatmap(lambda cls: st.tuples(st.just(cls), nearly(cls))))
@example((Zoo, []))
def test_every_refusal_is_explained_at_a_place(case: tuple[type[Any], Any]) -> None:
    cls, value = case
    node = _node(value)
    assert node is not None
    try:
        decode(cls, node)
        refused = False
    except DecodeError:
        refused = True
    mistakes = explain(cls, to_python(node), node)
    assert bool(mistakes) == refused
    for mistake in mistakes:
        assert mistake.location is not None
        line = node.source.line(mistake.location.line)
        assert mistake.location.column <= len(line) + 1


@settings(max_examples=80)
@given(st.sampled_from(CLASSES[:3]).flatmap(lambda cls: st.tuples(st.just(cls), nearly(cls))), st.integers(0))
def test_no_long_text_is_repeated(case: tuple[type[Any], Any], seed: int) -> None:
    cls, value = case
    secret = f"{seed:0{LONGEST_ECHO + 1}d}"
    planted = _planted(value, secret)
    node = _node(planted)
    assert node is not None
    told = "\n".join(map(str, explain(cls, planted, node)))
    assert secret not in told


def _planted(value: Any, secret: str) -> Any:
    """The same structure with every text replaced, and an unknown key everywhere."""
    if isinstance(value, dict):
        return {**{key: _planted(item, secret) for key, item in value.items()}, secret: secret}
    if isinstance(value, list):
        return [_planted(item, secret) for item in value]
    return secret if isinstance(value, str) else value

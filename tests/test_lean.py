"""The cheap dataclasses are the standard ones to whoever uses them: each test asks both the same."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from opencode_policy import lean

Decorator = Callable[..., Callable[[type[Any]], type[Any]]]
DECORATORS: dict[str, Decorator] = {"standard": dataclasses.dataclass, "lean": lean.dataclass}


@pytest.fixture(params=DECORATORS)
def dataclass(request: pytest.FixtureRequest) -> Decorator:
    """The decorator in its two makes."""
    return DECORATORS[request.param]


def place(dataclass: Decorator, **options: bool) -> type[Any]:
    """A class with a default, a factory, a field that is not compared and one that is not shown."""

    @dataclass(frozen=True, slots=True, **options)
    class Place:
        path: str
        line: int = 1
        notes: list[str] = field(default_factory=list)
        weight: int = field(default=0, compare=False)
        secret: str = field(default="hidden", repr=False, compare=False)

    return Place


def test_arguments_by_position_by_name_and_by_default(dataclass: Decorator) -> None:
    cls = place(dataclass)
    made = cls("a", 2, ["x"], 3, "s")
    assert dataclasses.astuple(made) == ("a", 2, ["x"], 3, "s")
    assert dataclasses.astuple(cls("a", notes=["y"])) == ("a", 1, ["y"], 0, "hidden")
    assert dataclasses.astuple(cls(path="b", line=9)) == ("b", 9, [], 0, "hidden")
    assert cls("a").notes is not cls("a").notes
    assert dataclasses.replace(made, line=5) == cls("a", 5, ["x"])


@pytest.mark.parametrize(
    ("args", "given"),
    [
        ((), {}),
        (("a", 1, [], 0, "", 6), {}),
        (("a",), {"path": "b"}),
        (("a",), {"colour": "red"}),
    ],
)
def test_arguments_that_do_not_fit(
    dataclass: Decorator, args: tuple[Any, ...], given: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        place(dataclass)(*args, **given)


def test_what_must_be_named_cannot_be_counted(dataclass: Decorator) -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        one: int
        two: int = 2

    assert dataclasses.astuple(Named(one=1)) == (1, 2)
    make: Any = Named
    with pytest.raises(TypeError):
        make(1)


def test_equality_and_hash_heed_what_is_compared(dataclass: Decorator) -> None:
    @dataclass(frozen=True, slots=True)
    class Pair:
        left: int
        right: int = field(default=0, compare=False)

    assert Pair(1, 2) == Pair(1, 3)
    assert Pair(1) != Pair(2)
    tuple_of_the_same: object = (1, 0)
    assert Pair(1) != tuple_of_the_same
    assert {Pair(1, 2), Pair(1, 3), Pair(2)} == {Pair(1), Pair(2)}


def test_a_class_of_another_name_is_never_equal(dataclass: Decorator) -> None:
    assert place(dataclass)("a") != place(dataclass)("a")


def test_order_is_that_of_the_fields(dataclass: Decorator) -> None:
    cls = place(dataclass, order=True)
    unsorted = [cls("b", 1), cls("a", 2), cls("a", 1)]
    assert sorted(unsorted) == [cls("a", 1), cls("a", 2), cls("b", 1)]
    assert cls("a") <= cls("a", weight=7) >= cls("a")
    assert cls("b") > cls("a")
    with pytest.raises(TypeError):
        _ = cls("a") < ("a", 2)


def test_without_eq_an_instance_is_only_itself(dataclass: Decorator) -> None:
    cls = place(dataclass, eq=False)
    one, other = cls("a"), cls("a")
    assert one != other
    assert len({one, other}) == 2


def test_frozen_refuses_and_slots_hold_no_more(dataclass: Decorator) -> None:
    made = place(dataclass)("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.path = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del made.path
    assert not hasattr(made, "__dict__")


def test_what_is_not_frozen_can_be_changed_and_not_hashed(dataclass: Decorator) -> None:
    @dataclass(slots=True)
    class Counter:
        count: int = 0

    counter = Counter()
    counter.count += 1
    assert counter == Counter(1)
    with pytest.raises(TypeError):
        hash(counter)


def test_a_field_that_is_not_to_be_shown_is_not(dataclass: Decorator) -> None:
    shown = repr(place(dataclass)("a"))
    assert shown.endswith("Place(path='a', line=1, notes=[], weight=0)")


def test_a_finisher_sees_every_field(dataclass: Decorator) -> None:
    @dataclass(frozen=True)
    class Sum:
        left: int
        right: int
        total: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "total", self.left + self.right)

    assert Sum(1, 2).total == 3
    assert [each.name for each in dataclasses.fields(Sum)] == ["left", "right", "total"]


def test_a_subclass_adds_fields_behind_those_of_its_base(dataclass: Decorator) -> None:
    @dataclass(frozen=True, slots=True)
    class Base:
        one: int

    @dataclass(frozen=True, slots=True)
    class Derived(Base):
        two: int = 2

    assert dataclasses.astuple(Derived(1)) == (1, 2)


@lean.dataclass(frozen=True, slots=True)
class Kept:
    """At the top of the module, where pickle finds it."""

    name: str
    parts: tuple[str, ...] = ()


def test_copies_and_pickles() -> None:
    kept = Kept("a", ("b",))
    assert copy.deepcopy(kept) == kept
    assert pickle.loads(pickle.dumps(kept)) == kept  # noqa: S301 - our own bytes


def test_the_bare_decorator(dataclass: Decorator) -> None:
    class Counter:
        count: int = 0

    made: Any = dataclass(Counter)
    assert made(3) == made(count=3)
    assert made().count == 0


def test_a_method_that_the_class_has_stays() -> None:
    @lean.dataclass(frozen=True, slots=True)
    class Quiet:
        secret: str

        def __repr__(self) -> str:
            return "Quiet(…)"

    assert repr(Quiet("hunter2")) == "Quiet(…)"


REPLACE: dict[str, Callable[..., Any]] = {"standard": dataclasses.replace, "lean": lean.replace}


@pytest.mark.parametrize("replace", REPLACE.values(), ids=REPLACE)
@pytest.mark.parametrize("options", [{"slots": True}, {"slots": False}, {"slots": False, "frozen": False}])
def test_a_copy_with_changes(
    dataclass: Decorator, replace: Callable[..., Any], options: dict[str, bool]
) -> None:
    @dataclass(**{"frozen": True, **options})
    class Span:
        start: int
        end: int = 5
        length: int = field(default=0, compare=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "length", self.end - self.start)

    span = Span(1)
    assert replace(span) == span
    assert replace(span) is not span
    assert dataclasses.astuple(replace(span, end=9)) == (1, 9, 8)
    assert dataclasses.astuple(span) == (1, 5, 4)
    with pytest.raises(TypeError, match="colour"):
        replace(span, colour="red")

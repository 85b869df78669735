"""Constraints on policy values that cost nothing to import.

They stand in `Annotated[...]`. The decoder asks `accepts`; pydantic asks for a core schema when an error
must be worded, and for a JSON Schema when an editor is to know the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from opencode_policy.lean import dataclass

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

JsonSchema: TypeAlias = dict[str, Any]


class Constraint:
    """What a value must be beyond its type."""

    __slots__ = ()

    @property
    def expected(self) -> str:
        """What is expected, said to a person: `a Kubernetes name`."""
        raise NotImplementedError

    def accepts(self, value: Any) -> bool:
        """Whether a value of the right type fits."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import PydanticCustomError, core_schema

        def check(value: Any) -> Any:
            if self.accepts(value):
                return value
            raise PydanticCustomError("constraint", "expected {expected}", {"expected": self.expected})

        return core_schema.no_info_after_validator_function(check, handler(source))


@dataclass(frozen=True, slots=True)
class Matches(Constraint):
    """A text that a regular expression matches as a whole.

    The expression also goes into the JSON Schema: it keeps to what Python and ECMA-262 both understand.
    """

    pattern: str
    words: str

    @property
    def expected(self) -> str:
        return self.words

    def accepts(self, value: Any) -> bool:
        return re.fullmatch(self.pattern, value) is not None

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True, slots=True)
class Day(Constraint):
    """A day of the calendar as `YYYY-MM-DD`; None fits where the type allows it."""

    @property
    def expected(self) -> str:
        return "a day of the calendar, YYYY-MM-DD"

    def accepts(self, value: Any) -> bool:
        if value is None:
            return True
        from datetime import date

        try:
            return bool(date.fromisoformat(value).isoformat() == value)
        except ValueError:
            return False

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return {**handler(schema), "format": "date"}


@dataclass(frozen=True, slots=True)
class Within(Constraint):
    """A number between two bounds, both of which it may reach; without `most` there is no upper bound."""

    least: int
    most: int | None = None

    @property
    def expected(self) -> str:
        if self.most is None:
            return f"a number of at least {self.least}"
        return str(self.least) if self.least == self.most else f"a number from {self.least} to {self.most}"

    def accepts(self, value: Any) -> bool:
        return bool(self.least <= value and (self.most is None or value <= self.most))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        if self.least == self.most:
            return {**handler(schema), "const": self.least}
        upper = {} if self.most is None else {"maximum": self.most}
        return {**handler(schema), "minimum": self.least, **upper}


@dataclass(frozen=True, slots=True)
class Items(Constraint):
    """A list of at least `least` items, none of which stands twice."""

    least: int = 0

    @property
    def expected(self) -> str:
        more = f" of {self.least} or more" if self.least else ""
        return f"a list{more} without repeats"

    def accepts(self, value: Any) -> bool:
        return len(value) >= self.least and all(item not in value[:at] for at, item in enumerate(value))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        lower = {"minItems": self.least} if self.least else {}
        return {**handler(schema), **lower, "uniqueItems": True}


@dataclass(frozen=True, slots=True)
class Doc:
    """What an editor shows for a key."""

    text: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return {**handler(schema), "description": self.text}

"""What is said of a violation, to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from opencode_policy.schemas.messages import message
from opencode_policy.schemas.validator import Validator, Violation

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3},
        "mode": {"enum": ["Always", "Never", None]},
        "size": {"oneOf": [{"type": ["string", "null"]}, {"type": ["number", "null"]}]},
        "list": {
            "type": "array",
            "items": {"type": "object", "required": ["key"], "properties": {"key": {}}},
        },
    },
}


def said(instance: dict[str, Any]) -> list[str]:
    found = []
    for violation in Validator(SCHEMA).violations(instance):
        value: Any = instance
        for step in violation.path:
            value = value[step]
        found.append(message(violation, value))
    return found


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ({"prot": 1}, "there is no field 'prot' here; did you mean 'port'?"),
        ({"xyz": 1}, "there is no field 'xyz' here; known are list, mode, name, port, size"),
        ({"port": "80"}, "'port' must be a whole number, not a number in quotes"),
        ({"port": "http"}, "'port' must be a whole number, not text"),
        ({"port": 1.5}, "'port' must be a whole number, not a number with a fraction"),
        ({"port": True}, "'port' must be a whole number, not true without quotes"),
        ({"port": 0}, "'port' must be at least 1"),
        ({"port": 70000}, "'port' must be at most 65535"),
        ({"name": 5}, "'name' must be text, not a number without quotes"),
        ({"name": "A"}, "'name' must match the pattern ^[a-z]+$"),
        ({"name": "abcd"}, "'name' must have at most 3 characters"),
        ({"mode": "always"}, "'mode' must be Always or Never; did you mean 'Always'?"),
        ({"mode": 1}, "'mode' must be Always or Never"),
        ({"size": [1]}, "'size' must be a number or text, not a list"),
        ({"list": {}}, "'list' must be a list, not a mapping"),
        ({"list": [{}]}, "an item of 'list' lacks the required field 'key'"),
        (
            {"list": [{"keys": 1}]},
            "an item of 'list' lacks the required field 'key'; 'keys' is probably meant to be it",
        ),
    ],
)
def test_a_violation_is_told(instance: dict[str, Any], expected: str) -> None:
    assert said(instance) == [expected]


def test_a_value_is_never_quoted() -> None:
    secret = "x" * 12
    for violation in Validator(SCHEMA).violations({"port": secret, "name": secret, "mode": secret}):
        assert secret not in message(violation, secret)


def test_a_keyword_without_words_of_its_own_is_named() -> None:
    assert message(Violation(("a",), "contains", None), []) == "'a' does not fit 'contains'"
    assert (
        message(Violation((), "type", "object"), 1)
        == "the object must be a mapping, not a number without quotes"
    )

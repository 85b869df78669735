"""A compiled schema, and what an object breaks of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from opencode_policy.lean import dataclass

Json = dict[str, Any]
Path = tuple[str | int, ...]

MOST = 50
"""Violations of one object that are told; what breaks more is another kind of object altogether."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One place of an object that does not fit its schema.

    `path` leads to the value; `keyword` is the JSON Schema keyword that it breaks and `wanted` that keyword's
    value; `known` are the fields that the schema has there.
    """

    path: Path
    keyword: str
    wanted: Any
    known: tuple[str, ...] = ()


RULES_KEY = "x-kubernetes-validations"
"""Key of the CEL rules of a structural schema."""


class Validator:
    """One schema, compiled by jsonschema-rs: microseconds an object, not milliseconds as in pure Python."""

    def __init__(self, schema: Json) -> None:
        from jsonschema_rs import Draft202012Validator

        self.schema = schema
        self._compiled: Any = Draft202012Validator(schema)

    @cached_property
    def has_rules(self) -> bool:
        """Whether the schema has CEL rules anywhere."""
        return _has_rules(self.schema)

    def violations(self, instance: Any) -> list[Violation]:
        """Everything that does not fit, by place; at most `MOST`."""
        if self._compiled.is_valid(instance):
            return []
        errors = itertools.islice(self._compiled.iter_errors(instance), MOST)
        found = [item for error in errors for item in self._of(error)]
        return sorted(dict.fromkeys(found), key=lambda item: (str(item.path), item.keyword, str(item.wanted)))

    def _of(self, error: Any) -> Iterator[Violation]:
        path: Path = tuple(error.instance_path)
        location = list(error.schema_path)
        keyword = str(location[-1]) if location else ""
        parent = self._at(location[:-1])
        wanted = parent.get(keyword) if isinstance(parent, dict) else None
        known = tuple(self._properties(parent))
        if keyword == "additionalProperties":
            for name in error.kind.unexpected:
                yield Violation((*path, name), "unknown", None, known)
        elif keyword == "required":
            yield Violation(path, "required", error.kind.as_dict().get("property"), known)
        else:
            yield Violation(path, keyword, _frozen(wanted), known)

    def _at(self, location: list[Any]) -> Any:
        """The part of the schema that a path of keywords leads to."""
        node: Any = self.schema
        for step in location:
            if isinstance(node, dict) and "$ref" in node and step not in node:
                node = self._at(node["$ref"].removeprefix("#/").split("/"))
            key = int(step) if isinstance(node, list) else step
            try:
                node = node[key]
            except (KeyError, IndexError, TypeError, ValueError):
                return None
        return node

    @staticmethod
    def _properties(node: Any) -> Iterator[str]:
        properties = node.get("properties") if isinstance(node, dict) else None
        yield from properties if isinstance(properties, dict) else ()


def _has_rules(schema: Any) -> bool:
    if isinstance(schema, dict):
        return RULES_KEY in schema or any(map(_has_rules, schema.values()))
    return isinstance(schema, list) and any(map(_has_rules, schema))


def _frozen(value: Any) -> Any:
    """A value that can be compared and hashed."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return str(value) if isinstance(value, dict) else value

"""The CEL rules of a structural schema (`x-kubernetes-validations`), where the library for them is installed.

`common-expression-language` evaluates CEL itself; of the functions that Kubernetes adds, those that CRDs
use are given here. A rule that needs another one, or that compares with the object's former state, is not
evaluated, and that is told.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import importlib.util
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import cache
from typing import Any

from opencode_policy.lean import dataclass
from opencode_policy.schemas.validator import RULES_KEY, Path, Violation

LIBRARY = "common-expression-language"
_DEEPEST = 100


@cache
def is_available() -> bool:
    """Whether the library is installed; it is not imported for the answer."""
    return importlib.util.find_spec("cel") is not None


@dataclass(slots=True)
class CelOutcome:
    """What the rules of an object's schema say: `violations`, and `open` ones with the reason."""

    violations: list[Violation] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)


def evaluate(schema: Mapping[str, Any], instance: Any) -> CelOutcome:
    """Evaluate every rule at every place of the object that it applies to."""
    outcome = CelOutcome()
    for path, rule, value in _places(schema, instance, (), 0):
        _judge(outcome, path, rule, value)
    outcome.open = list(dict.fromkeys(outcome.open))
    return outcome


def _places(schema: Any, value: Any, path: Path, depth: int) -> Iterator[tuple[Path, Mapping[str, Any], Any]]:
    if not isinstance(schema, Mapping) or value is None or depth > _DEEPEST:
        return
    for rule in schema.get(RULES_KEY) or ():
        yield path, rule, value
    if isinstance(value, dict):
        properties, additional = schema.get("properties") or {}, schema.get("additionalProperties")
        for name, item in value.items():
            yield from _places(properties.get(name, additional), item, (*path, name), depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(schema.get("items"), item, (*path, index), depth + 1)


def _judge(outcome: CelOutcome, path: Path, rule: Mapping[str, Any], value: Any) -> None:
    expression = str(rule.get("rule", ""))
    if re.search(r"\boldSelf\b", expression):
        return  # it compares an update with what was there; a file has no former state
    try:
        holds = _program(expression).execute(_context(value))
    except Exception as error:  # noqa: BLE001 - the library raises what it likes for what it lacks
        outcome.open.append((_told(rule), _reason(error)))
        return
    if holds is False:
        outcome.violations.append(Violation(path, "cel", _told(rule)))


@cache
def _library() -> Any:
    """The library's extension module: importing its package imports the library's own command line too.

    That takes half a second (`python -X importtime -c 'import cel'`), several times a whole check.
    """
    package = importlib.util.find_spec("cel")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            spec = importlib.util.spec_from_file_location("cel", f"{folder}/cel{suffix}")
            with contextlib.suppress(ImportError):
                if spec is not None and spec.loader is not None:
                    module = importlib.util.module_from_spec(spec)
                    spec.loader.exec_module(module)
                    return module
    return importlib.import_module("cel")


@cache
def _program(expression: str) -> Any:
    return _library().compile(expression)


def _context(value: Any) -> Any:
    return _library().Context(variables={"self": value}, functions=dict(_FUNCTIONS))


def _told(rule: Mapping[str, Any]) -> str:
    return str(rule.get("message") or f"the rule `{rule.get('rule', '')}` does not hold").strip()


def _reason(error: Exception) -> str:
    """Only the first line of the library's words, without what it may quote of the object."""
    found = re.search(r"Undefined variable or function: '(\w+)'", str(error))
    return (
        f"the function {found[1]} is not available"
        if found
        else f"it cannot be evaluated ({type(error).__name__})"
    )


def _is_url(text: str) -> bool:
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://[^/]+", text) is not None or text.startswith("/")


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "isURL": _is_url,
    "lowerAscii": lambda text: text.lower(),
    "upperAscii": lambda text: text.upper(),
    "split": lambda text, separator: text.split(separator),
    "trim": lambda text: text.strip(),
    "join": lambda items, separator="": separator.join(items),
    "sum": sum,
    "isSorted": lambda items: list(items) == sorted(items),
}
"""Functions of Kubernetes' own CEL libraries (see "CEL in Kubernetes"); a method's object comes first."""

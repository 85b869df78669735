"""Who imports whom in the package, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "opencode_policy"


@cache
def modules() -> Mapping[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports_of(module: str, *, lazy: bool = False) -> frozenset[str]:
    """Modules that a module imports when it is imported, or (`lazy`) only when a function of it runs.

    What stands under `if TYPE_CHECKING` is imported by no run and does not count.
    """
    tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
    return frozenset(_named(tree.body, inside=False, wanted=lazy))


def everything(module: str) -> frozenset[str]:
    """Modules that a module imports sooner or later."""
    return imports_of(module) | imports_of(module, lazy=True)


def _named(body: list[ast.stmt], *, inside: bool, wanted: bool) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if inside == wanted:
                yield from _names(statement)
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _named(statement.body, inside=True, wanted=wanted)
        elif not (isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.dump(statement.test)):
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                yield from _named(getattr(statement, field, []), inside=inside, wanted=wanted)


def _names(statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
        return
    assert statement.level == 0, "a relative import"
    for alias in statement.names:
        name = f"{statement.module}.{alias.name}"
        yield name if name in modules() else statement.module or ""


def cycle() -> list[str]:
    """Modules that import each other in a circle while they are imported; empty if there is no circle."""
    done: set[str] = set()
    for start in modules():
        found = _circle_from(start, [], done)
        if found:
            return found
    return []


def _circle_from(module: str, above: list[str], done: set[str]) -> list[str]:
    if module in above:
        return [*above[above.index(module) :], module]
    if module not in done:
        for name in sorted(imports_of(module) & modules().keys()):
            found = _circle_from(name, [*above, module], done)
            if found:
                return found
        done.add(module)
    return []

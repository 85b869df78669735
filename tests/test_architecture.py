"""Who may import whom: the pipe of CONTRIBUTING.md, read from the code's own import statements."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from opencode_policy.policy.load import load_policy
from opencode_policy.rules.table import BUILT_IN, load_rules

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "opencode_policy"
RULES = PACKAGE / "rules"
NOT_RULES = {"__init__", "base", "catalogue", "plugins", "stages", "table"}

FORBIDDEN_IN_RULES = {
    "os",
    "pathlib",
    "subprocess",
    "yaml",
    "opencode_policy.cli",
    "opencode_policy.discover",
    "opencode_policy.engine",
    "opencode_policy.report",
    "opencode_policy.run",
    "opencode_policy.suppress",
    "opencode_policy.verdicts",
}
"""What a rule has no business with: files, the stages behind it, and what is written of it."""

HEAVY = {"pydantic", "jsonschema", "kubernetes_validate", "importlib.metadata", "hypothesis", "cel.cli"}
"""Modules that a check of a sound tree must not import; each takes longer than the check."""


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def imports(module: str, *, everywhere: bool = True) -> frozenset[str]:
    """Modules that a module imports: at its top level, or, with `everywhere`, inside of functions too."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if everywhere else iter(tree.body)
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(_imported(node.module, alias.name) for alias in node.names)
    return frozenset(found)


def _imported(module: str, name: str) -> str:
    return f"{module}.{name}" if f"{module}.{name}" in MODULES else module


def test_no_import_leads_back() -> None:
    below: dict[str, frozenset[str]] = {
        module: imports(module, everywhere=False) & MODULES.keys() for module in MODULES
    }
    while free := [module for module, others in below.items() if not others & below.keys()]:
        for module in free:
            del below[module]
    assert sorted(below) == []


def rule_modules() -> list[str]:
    return [
        f"opencode_policy.rules.{path.stem}"
        for path in sorted(RULES.glob("*.py"))
        if path.stem not in NOT_RULES
    ]


@pytest.mark.parametrize("module", rule_modules())
def test_a_rule_imports_neither_files_nor_what_comes_after_it(module: str) -> None:
    found = imports(module)
    assert sorted(name for name in found if any(_is_below(name, other) for other in FORBIDDEN_IN_RULES)) == []


@pytest.mark.parametrize("module", rule_modules())
def test_a_rule_imports_no_other_rule(module: str) -> None:
    others = {name for name in imports(module) if name.startswith("opencode_policy.rules.")}
    assert others <= {"opencode_policy.rules.base"}


def _is_below(name: str, other: str) -> bool:
    return name == other or name.startswith(f"{other}.")


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("opencode_policy.cli")])
def test_only_the_command_line_imports_the_command_line(module: str) -> None:
    if module != "opencode_policy.__main__":
        assert not any(_is_below(name, "opencode_policy.cli") for name in imports(module))


def test_the_table_names_every_rule_and_each_is_one_word_in_three_spellings() -> None:
    assert sorted(rule.__module__ for rule in BUILT_IN) == rule_modules()
    for rule in BUILT_IN:
        assert rule.id.replace("-", "_") == rule.__module__.rpartition(".")[2]
        assert rule.__name__ == "".join(part.capitalize() for part in rule.id.split("-"))


@pytest.mark.parametrize("rule", BUILT_IN, ids=lambda rule: rule.id)
def test_a_rule_is_complete(rule: type) -> None:
    described = next(item for item in BUILT_IN if item is rule)
    assert described.requirements
    assert described.good
    assert described.bad
    assert described.why.strip().endswith(".")
    assert described.fix.strip()


def test_every_requirement_is_decided_by_a_rule_or_says_how_else() -> None:
    policy = load_policy(ROOT / "policies", load_rules())
    assert len(policy.requirements) == 45
    named = {rule for item in policy.requirements for rule in item.rules}
    assert named == {rule.id for rule in BUILT_IN}
    for item in policy.requirements:
        assert item.rules if "static" in item.verified_by else item.reason


def test_a_check_imports_nothing_heavy() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "opencode_policy", "check", "kubernetes/"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
    imported = {
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert "opencode_policy.run" in imported
    assert sorted(imported & HEAVY) == []

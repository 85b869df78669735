"""Imports point down the pipe, rules stand side by side, and each rule keeps the contract of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from opencode_policy.policy.load import load_policy
from opencode_policy.policy.model import Requirement
from opencode_policy.rules.base import Rule
from opencode_policy.rules.stages import STAGE_RULES
from opencode_policy.rules.table import BUILT_IN
from opencode_policy.testing import expected
from tests.imports import ROOT, cycle, everything, imports_of, modules

INFRASTRUCTURE = {"", "base", "catalogue", "plugins", "stages", "table"}
"""Modules of the package `rules` that are no rule."""
RULES = sorted(
    name
    for name in modules()
    if name.startswith("opencode_policy.rules.") and name.rpartition(".")[2] not in INFRASTRUCTURE
)

ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    # what stands high in the pipe            and who may stand above it
    "opencode_policy.__main__": (),
    "opencode_policy.testing": (),
    "opencode_policy.cli": ("__main__",),
    "opencode_policy.report": ("cli",),
    "opencode_policy.loaded": ("cli",),
    "opencode_policy.run": ("cli",),
    "opencode_policy.preparation": ("cli", "loaded", "run"),
    "opencode_policy.verdicts": ("run",),
    "opencode_policy.waiving": ("run", "cli"),
    "opencode_policy.suppress": ("waiving",),
    "opencode_policy.drill": ("cli.drill", "cli.drilling", "cli.explain"),
    "opencode_policy.engine": ("drill", "run", "loaded", "verdicts", "testing", "waiving"),
    "opencode_policy.pipeline": ("preparation", "testing"),
    "opencode_policy.discover": ("preparation", "run", "cli.session", "cli.history", "git", "cli.secrets"),
    "opencode_policy.git": ("preparation", "cli"),
    "opencode_policy.rules.table": ("preparation", "run", "cli"),
    "opencode_policy.rules.plugins": ("rules.table",),
    "opencode_policy.rules.stages": ("rules.catalogue", "rules.plugins", "engine"),
    "opencode_policy.rules.catalogue": ("run", "suppress", "cli", "report", "waiving"),
    "opencode_policy.policy.explain": ("policy",),
    "opencode_policy.policy.schema": ("cli.schema",),
    "opencode_policy.policy.load": ("preparation", "cli"),
    **dict.fromkeys(RULES, ("rules.table",)),
}


def is_part(module: str, of: str) -> bool:
    """Whether a module is a package or lies in it."""
    return module == of or module.startswith(f"{of}.")


def test_there_are_modules_to_judge() -> None:
    assert len(modules()) > 100
    assert len(RULES) >= 18
    assert "opencode_policy.parse" in imports_of("opencode_policy.pipeline")
    assert "opencode_policy.policy.mistakes" in everything("opencode_policy.cli.session")


def test_no_import_goes_in_a_circle() -> None:
    assert cycle() == []


@pytest.mark.parametrize("upper", ONLY_FOR)
def test_imports_point_down_the_pipe(upper: str) -> None:
    allowed = tuple(f"opencode_policy.{name}" for name in ONLY_FOR[upper])
    importers = {name for name in modules() if any(is_part(item, upper) for item in everything(name))}
    wrong = [
        name
        for name in sorted(importers)
        if not is_part(name, upper) and not any(is_part(name, a) for a in allowed)
    ]
    assert wrong == []


@pytest.mark.parametrize("module", RULES)
def test_a_rule_touches_nothing_of_the_world(module: str) -> None:
    roots = {name.partition(".")[0] for name in everything(module)}
    assert not roots & {"io", "os", "pathlib", "shutil", "socket", "subprocess", "sys", "tempfile", "yaml"}
    rules = {name for name in everything(module) if name.startswith("opencode_policy.rules.")}
    assert rules <= {"opencode_policy.rules.base"}


WORLD = {"io", "os", "pathlib", "shutil", "socket", "subprocess", "sys", "tempfile"}
TOUCHES_THE_WORLD = (
    "__main__", "cli", "discover", "drill", "git", "loaded", "policy", "preparation", "rules.plugins", "run",
    "schemas",
)  # fmt: skip
NAMES_A_PATH = ("pipeline", "tree", "report.manual")
"""Hand a path on, or take its last part; they open nothing."""


def test_only_the_ends_of_the_pipe_touch_the_world() -> None:
    allowed = tuple(f"opencode_policy.{name}" for name in (*TOUCHES_THE_WORLD, *NAMES_A_PATH))
    wrong = {
        name: sorted(found)
        for name in modules()
        if (found := {item.partition(".")[0] for item in everything(name)} & WORLD)
        and not any(is_part(name, item) for item in allowed)
    }
    assert wrong == {}


def test_yaml_is_read_in_one_place() -> None:
    assert [
        name for name in modules() if "yaml" in {item.partition(".")[0] for item in everything(name)}
    ] == ["opencode_policy.parse"]


class TestContract:
    """What a rule must have: a file, a line in the table, tags, examples."""

    def test_file_class_and_id_are_one_word(self) -> None:
        for rule in BUILT_IN:
            assert rule.__module__ == f"opencode_policy.rules.{rule.id.replace('-', '_')}"
            assert rule.__name__ == "".join(part.capitalize() for part in rule.id.split("-"))

    def test_the_table_lists_every_file_once(self) -> None:
        assert sorted(rule.__module__ for rule in BUILT_IN) == RULES

    def test_no_rule_has_the_name_of_a_check_of_the_stages(self) -> None:
        assert not {rule.id for rule in BUILT_IN} & STAGE_RULES.keys()

    @pytest.mark.parametrize("rule", BUILT_IN, ids=lambda rule: rule.id)
    def test_it_says_what_it_is_for(self, rule: type[Rule]) -> None:
        first = (rule.__doc__ or "").partition("\n")[0]
        assert first.endswith(".")
        assert len(first) < 120
        for words in (rule.why, rule.fix):
            assert words == words.strip()
            assert words.endswith(".")
            assert "  " not in words

    @pytest.mark.parametrize("rule", BUILT_IN, ids=lambda rule: rule.id)
    def test_it_has_good_and_bad_examples_with_titles_of_their_own(self, rule: type[Rule]) -> None:
        assert rule.good
        assert rule.bad
        titles = [example.title for example in (*rule.good, *rule.bad)]
        assert len(set(titles)) == len(titles)
        assert all(expected(example) for example in rule.bad)
        assert not any(expected(example) for example in rule.good)

    @pytest.mark.parametrize("rule", BUILT_IN, ids=lambda rule: rule.id)
    def test_it_checks_something(self, rule: type[Rule]) -> None:
        assert rule.check_workspace is not Rule.check_workspace or rule.check_tree is not Rule.check_tree

    @pytest.mark.parametrize("rule", BUILT_IN, ids=lambda rule: rule.id)
    def test_its_requirements_are_those_that_name_it(self, rule: type[Rule]) -> None:
        naming = {item.id for item in requirements() if rule.id in item.rules}
        assert set(rule.requirements) == naming
        assert len(set(rule.requirements)) == len(rule.requirements)
        assert naming, "a rule that no requirement names decides nothing"


@cache
def requirements() -> tuple[Requirement, ...]:
    return load_policy(ROOT / "policies", {rule.id: rule for rule in BUILT_IN}).requirements


def test_every_requirement_is_verified_by_a_rule_or_says_how_else() -> None:
    for item in requirements():
        if "static" in item.verified_by:
            assert item.rules, f"{item.id} is static and names no rule"
        if item.verified_by != ("static",):
            assert item.reason, f"{item.id} does not say what the files cannot show"


def test_there_are_45_requirements() -> None:
    assert len(requirements()) == 45


def test_no_file_of_the_package_is_left_behind() -> None:
    names = {path.name for path in (ROOT / "opencode_policy").iterdir() if not path.name.startswith("__")}
    strays = [
        name for name in names if not name.endswith(".py") and not (ROOT / "opencode_policy" / name).is_dir()
    ]
    assert strays == ["py.typed"]


def test_the_package_says_its_layers_in_its_folders() -> None:
    assert not {"core", "utils", "helpers", "services", "common"} & {Path(name).name for name in _folders()}


def _folders() -> list[str]:
    return [str(path) for path in (ROOT / "opencode_policy").rglob("*") if path.is_dir()]

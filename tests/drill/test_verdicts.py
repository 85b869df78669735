"""What a drill does to the verdict of a requirement, without running one."""

from __future__ import annotations

import json
from collections.abc import Sequence

import jsonschema
import pytest

from opencode_policy.drill.table import DRILLS
from opencode_policy.engine import Judgement, Judgements
from opencode_policy.finding import Gap, Verdict
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.report.json_schema import json_v1_schema
from opencode_policy.report.options import Options
from opencode_policy.report.registry import CHECK_FORMATS, reporter
from opencode_policy.report.view import view
from opencode_policy.rules.base import Rule
from opencode_policy.rules.table import load_rules
from opencode_policy.run import Choice, evaluate
from opencode_policy.tree import Tree
from tests.mutations.harness import shipped
from tests.report.sarif_lint import sarif_lint


class Pretended:
    """Drills that say what they are told; each is a drill's id, a workspace and whether it proves."""

    def __init__(self, said: Sequence[tuple[str, str, str]], *, alone: bool) -> None:
        self._said = said
        self.alone = alone

    @property
    def rules(self) -> dict[str, type[Rule]]:
        return {drill.id: drill for drill in DRILLS}

    def gaps(self) -> Sequence[Gap]:
        return ()

    def judge(self, tree: Tree) -> Judgements:
        at = tree.workspaces[0].anchor
        assert at is not None
        kinds: dict[str, Outcome] = {
            "proves": Proof("seen", at),
            "violates": Problem("seen", at),
            "cannot": Unknown("there is no sandbox"),
        }
        outcomes = [Judgement(drill, workspace, kinds[kind]) for drill, workspace, kind in self._said]
        return Judgements(outcomes, [(drill, workspace) for drill, workspace, _ in self._said])


def verdict(requirement: str, *said: tuple[str, str, str], alone: bool = False) -> Verdict:
    """How a requirement of the shipped policy ends."""
    policy, found = shipped()
    rules = load_rules()
    choice = Choice.of(policy, rules, rules=() if alone else None)
    run = evaluate(found, ["kubernetes"], policy, rules, choice, supplement=Pretended(said, alone=alone))
    return next(item for item in run.result.verdicts if item.id == requirement)


SECOND, POWER = "drill-second-boot", "drill-power-loss"
FLUX, HA = "opencode-flux", "opencode-ha"


def test_files_and_every_drill_that_speaks_of_it_satisfy_it() -> None:
    found = verdict("FLUX-06", (SECOND, FLUX, "proves"), (POWER, FLUX, "proves"))
    assert (found.status, found.reason) == ("satisfied", "")
    assert {item.rule for item in found.evidence} == {"clone-unguarded", SECOND, POWER}


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ([], "not-checked", "the rule drill-second-boot was not run"),
        ([(SECOND, FLUX, "proves")], "not-checked", "the rule drill-power-loss was not run"),
        (
            [(SECOND, FLUX, "proves"), (POWER, HA, "proves")],
            "not-checked",
            "the rule drill-power-loss was not run",
        ),
        ([(SECOND, FLUX, "proves"), (POWER, FLUX, "cannot")], "not-checked", "there is no sandbox"),
        ([(SECOND, FLUX, "violates"), (POWER, FLUX, "proves")], "violated", ""),
    ],
)
def test_anything_less_does_not(said: list[tuple[str, str, str]], status: str, reason: str) -> None:
    found = verdict("FLUX-06", *said)
    assert (found.status, found.reason) == (status, reason)


def test_what_needs_a_cluster_still_does() -> None:
    found = verdict("FLUX-03", ("drill-sessions", FLUX, "proves"))
    assert found.status == "not-checked"
    assert found.reason.startswith("needs a live cluster: ")
    assert "drill-sessions" in {item.rule for item in found.evidence}


def test_drills_alone_satisfy_nothing() -> None:
    said = [(SECOND, FLUX, "proves"), (POWER, FLUX, "proves")]
    found = verdict("FLUX-06", *said, alone=True)
    assert found.reason == "all that was drilled holds; `check --with-drill` judges the files as well"
    assert found.status == "not-checked"
    assert verdict("HA-06", *said, alone=True).reason == "nothing of it was drilled"


def test_a_rule_that_is_asked_about_the_tree_too_answers_for_each_workspace() -> None:
    policy, found = shipped()
    run = evaluate(found, ["kubernetes"], policy, load_rules())
    reasons = {item.id: item.reason for item in run.result.verdicts}
    assert reasons["FLUX-01"].startswith("needs the manifests to run: ")
    assert reasons["HA-01"].startswith("needs the manifests to run: ")


def test_the_reports_take_drills_like_rules() -> None:
    policy, found = shipped()
    said = [(SECOND, FLUX, "violates"), (POWER, FLUX, "proves")]
    run = evaluate(found, ["kubernetes"], policy, load_rules(), supplement=Pretended(said, alone=False))
    seen = view(run.result, run.sources, run.catalogue, run.redactor)
    report = json.loads(reporter(CHECK_FORMATS["json"])(seen, Options()))
    jsonschema.validate(report, json_v1_schema())
    assert [item["rule"] for item in report["findings"]] == [SECOND]
    log = json.loads(reporter(CHECK_FORMATS["sarif"])(seen, Options()))
    assert sarif_lint(log, {path: source.text for path, source in run.sources.items()}) == []
    assert [item["ruleId"] for item in log["runs"][0]["results"]] == [SECOND]

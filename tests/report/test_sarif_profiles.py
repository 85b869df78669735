"""What each consumer finds in a log, and what the log says of itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from opencode_policy.checkout import Checkout
from opencode_policy.finding import Finding, Suppression
from opencode_policy.location import Related
from opencode_policy.report.options import Options
from opencode_policy.report.profiles import PROFILES, Profile
from opencode_policy.report.sarif import log as sarif_log
from opencode_policy.report.sarif.log import render
from opencode_policy.source import Source
from tests.report import samples
from tests.report.sarif_lint import sarif_lint
from tests.report.test_sarif import TEXTS, note, run_of


def kinds(run: Any) -> list[tuple[str, str, str]]:
    """Rule, kind and level of each result."""
    return [(item["ruleId"], item.get("kind", "fail"), item["level"]) for item in run["results"]]


@pytest.mark.parametrize("profile", ["github", "gitlab"])
def test_github_and_gitlab_get_what_counts_and_nothing_else(profile: str) -> None:
    run = run_of(samples.sample(), Options(profile=profile))
    assert kinds(run) == [("claim-mismatch", "fail", "error")]
    assert "suppressions" not in run["results"][0]


def test_azure_gets_suppressed_results_with_their_reason() -> None:
    run = run_of(samples.sample(), Options(profile="azure"))
    assert [len(item["suppressions"]) for item in run["results"]] == [0, 1]


def test_the_full_log_proves_what_holds() -> None:
    found = replace(samples.sample(), catalogue={**samples.rules(), "namespace-missing": PROOF})
    run = run_of(found, Options(profile="full"))
    assert kinds(run) == [
        ("namespace-missing", "pass", "none"),
        ("claim-mismatch", "fail", "error"),
        ("shell-tracing", "fail", "error"),
    ]
    proof = run["results"][0]
    assert proof["message"] == {"text": "the claim lives in demo."}
    assert [taxon["id"] for taxon in proof["taxa"]] == ["INFRA-01"]
    assert sarif_lint({"runs": [run]}, TEXTS) == []


PROOF = samples.info("namespace-missing", requirements=("INFRA-01",))


def test_a_proof_of_a_rule_that_is_not_in_the_catalogue_is_left_out() -> None:
    assert "pass" not in {kind for _, kind, _ in kinds(run_of(samples.sample(), Options(profile="full")))}


def test_an_exemption_is_an_external_suppression_with_its_details() -> None:
    place = samples.place(samples.sources()[samples.POLICY_PATH], "5Gi")
    waiver = Suppression(
        "until the move", place, "exemption", (("owner", "storage"), ("until", "2027-01-31"))
    )
    found = replace(samples.claim_finding(), suppressed=waiver)
    [result] = run_of(samples.sample([found]), Options(profile="azure"))["results"]
    [said] = result["suppressions"]
    assert (said["kind"], said["justification"]) == ("external", "until the move")
    assert said["properties"] == {"owner": "storage", "until": "2027-01-31"}


def test_a_finding_that_does_not_decide_says_why() -> None:
    first = samples.claim_finding()
    for found, said in ((first, None), (replace(first, spared="not yet"), {"spared": "not yet"})):
        [result] = run_of(samples.sample([found]))["results"]
        assert result.get("properties") == said


class TestProvenance:
    HERE = Checkout("https://git.example.org/cluster.git", "a" * 40, "main")

    def test_nothing_is_said_unasked(self) -> None:
        run = run_of(samples.sample())
        assert not {"versionControlProvenance", "automationDetails"} & run.keys()

    def test_what_git_says(self) -> None:
        [said] = run_of(samples.sample(), Options(checkout=self.HERE))["versionControlProvenance"]
        assert said == {
            "repositoryUri": "https://git.example.org/cluster.git",
            "revisionId": "a" * 40,
            "branch": "main",
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
        }

    def test_a_detached_head_has_no_branch(self) -> None:
        here = replace(self.HERE, branch="")
        [said] = run_of(samples.sample(), Options(checkout=here))["versionControlProvenance"]
        assert "branch" not in said

    @pytest.mark.parametrize("given", ["nightly", "nightly/"])
    def test_a_category_ends_in_one_slash(self, given: str) -> None:
        assert run_of(samples.sample(), Options(category=given))["automationDetails"] == {"id": "nightly/"}


class TestLimits:
    SOURCE = Source("a.yaml", "".join(f"key{number}: value\n" for number in range(40)))

    def findings(self) -> list[Finding]:
        place = samples.place(self.SOURCE, "key1:")
        related = (Related("see", place),)
        return [
            note(self.SOURCE, f"key{at}:", related=related, severity="error" if at == 7 else "info")
            for at in range(40)
        ]

    def said(self, run: Any) -> list[str]:
        return [item["message"]["text"] for item in run["invocations"][0]["toolExecutionNotifications"][1:]]

    def run(self, monkeypatch: pytest.MonkeyPatch, size: int | None) -> Any:
        monkeypatch.setattr(sarif_log, "PROFILES", {"gitlab": Profile(size=size)})
        seen = samples.sample(self.findings(), self.SOURCE)
        text = render(seen, Options(profile="gitlab"))
        assert size is None or len(text.encode()) <= size
        return json.loads(text)["runs"][0]

    def test_the_text_at_each_place_goes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = len(json.dumps(self.run(monkeypatch, None), separators=(",", ":")))
        assert self.said(self.run(monkeypatch, None)) == []
        run = self.run(monkeypatch, whole - 100)
        assert self.said(run) == ["The log leaves out the text at each place."]
        assert "snippet" not in run["results"][0]["locations"][0]["physicalLocation"]["region"]
        assert len(run["results"]) == 40

    def test_then_the_related_locations_then_the_lightest_results(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bare = len(json.dumps({**self.run(monkeypatch, None), "results": []}, separators=(",", ":")))
        run = self.run(monkeypatch, bare + 4000)
        levels = [item["level"] for item in run["results"]]
        assert levels.count("error") == 1
        left = 40 - len(levels)
        assert 0 < left < 40
        assert self.said(run) == [
            f"The log leaves out {left} results.",
            "The log leaves out the text at each place.",
            f"The log leaves out {len(levels)} related locations.",
        ]

    def test_more_related_locations_than_github_keeps_are_counted(self) -> None:
        place = samples.place(self.SOURCE, "key1:")
        found = note(self.SOURCE, "key1:", related=tuple(Related(f"r{at}", place) for at in range(103)))
        assert self.said(run_of(samples.sample([found], self.SOURCE))) == [
            "The log leaves out 3 related locations."
        ]

    def test_the_limits_are_those_of_the_consumers(self) -> None:
        assert PROFILES["github"].results == 25_000
        assert (PROFILES["gitlab"].results, PROFILES["gitlab"].size) == (5_000, 9_000_000)

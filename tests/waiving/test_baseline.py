"""The baseline: what it recognises, what it refuses, and how it can only shrink."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencode_policy.finding import Finding
from opencode_policy.location import Location
from opencode_policy.recognition import known, matched
from opencode_policy.waiving.baseline import BaselineError, apply, read, text_of
from tests.cli.conftest import Command
from tests.cli.repository import CLAIM, CLAIM_PATH
from tests.report import samples
from tests.report.strategies import findings

RULES = samples.rules()
LIST = "policies/baseline.json"


def test_nothing_is_an_empty_list() -> None:
    text = text_of([], RULES)
    assert json.loads(text) == {"version": 1, "findings": []}
    assert read(LIST, text).entries == ()


def test_one_finding_is_one_line() -> None:
    [line] = [row for row in text_of([samples.claim_finding()], RULES).splitlines() if "rule" in row]
    assert json.loads(line) == {
        "rule": "claim-mismatch",
        "subject": "v1/PersistentVolumeClaim/demo/data",
        "field": "/spec/resources/requests/storage",
        "message": "the claim asks for 10Gi instead of 5Gi",
    }


printable = findings.map(
    lambda item: replace(
        item,
        message=re.sub(r"[^ -~äö😀]", "", item.message),
        location=replace(item.location, path="a.yaml"),
        resource=None,
        pointer="",
        suppressed=None,
    )
)


@settings(max_examples=60)
@given(st.lists(printable, max_size=8, unique=True))
def test_what_is_written_is_recognised_and_nothing_is_left(found: list[Finding]) -> None:
    text = text_of(found, RULES)
    assert text == text_of(reversed(found), RULES)
    marked, said = apply(found, read(LIST, text), RULES, whole=True)
    assert said == []
    assert all(item.suppressed is not None and item.suppressed.by == "baseline" for item in marked)


def test_lines_that_move_and_values_that_change_are_the_same_finding() -> None:
    found = samples.claim_finding()
    listed = read(LIST, text_of([found], RULES))
    moved = replace(found, location=Location("other.yaml", 90, 1, 90, 2), message="it asks for 12Gi")
    for now in (found, moved):
        [marked], said = apply([now], listed, RULES, whole=True)
        assert (marked.suppressed is not None, said) == (True, [])


def test_one_entry_covers_one_finding_the_one_with_its_words_first() -> None:
    found = samples.claim_finding()
    other = replace(found, message="another")
    covered, left = matched([other, found], [known(found)])
    assert (covered, left) == ({found: 0}, set())


def test_what_is_mended_is_complained_about_at_its_line() -> None:
    text = text_of([samples.claim_finding(), replace(samples.claim_finding(), pointer="/x")], RULES)
    _, said = apply([samples.claim_finding()], read(LIST, text), RULES, whole=True)
    [line] = [at for at, row in enumerate(text.splitlines(), 1) if '"/x"' in row]
    assert [(item.code, str(item.location)) for item in said] == [
        ("baseline-outdated", f"policies/baseline.json:{line}:5")
    ]
    assert said[0].message == (
        "there is no finding of 'claim-mismatch' at v1/PersistentVolumeClaim/demo/data/x any more"
    )
    assert apply([], read(LIST, text), RULES, whole=False)[1] == []


def test_a_finding_that_may_not_be_waived_is_neither_written_nor_covered() -> None:
    rules = {"claim-mismatch": samples.info("claim-mismatch", suppressible=False)}
    found = samples.claim_finding()
    assert '"findings": []' in text_of([found], rules)
    [marked], said = apply([found], read(LIST, text_of([found], RULES)), rules, whole=True)
    assert marked.suppressed is None
    assert [item.code for item in said] == ["baseline-forbidden"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is not JSON"),
        ('{"version": 1', "it is not JSON"),
        ("[]", "it is not an object"),
        ('{"version": 2, "findings": []}', "it has version 2, and only 1 is known"),
        ('{"version": true, "findings": []}', "it has version True, and only 1 is known"),
        ('{"findings": []}', "it has version None, and only 1 is known"),
        ('{"version": 1}', "it must have 'version' and a list of 'findings', and nothing else"),
        ('{"version": 1, "findings": {}}', "it must have 'version' and a list of 'findings'"),
        ('{"version": 1, "findings": [], "x": 1}', "and nothing else"),
        ('{"version": 1, "findings": [\n1]}', "line 2: a finding has rule, subject, field, message"),
        (
            '{"version": 1, "findings": [{"rule": 1, "subject": "", "field": "", "message": ""}]}',
            "line 1: every value of a finding is a text",
        ),
        ("[" * 100_000, "it is not JSON"),
    ],
)
def test_what_is_no_baseline(text: str, message: str) -> None:
    with pytest.raises(BaselineError) as refused:
        read(LIST, text)
    assert message in str(refused.value)


class TestCommand:
    """The command, in a small repository with one finding."""

    def run(self, command: Command, *argv: str) -> tuple[int, str]:
        done = command(*argv, "kubernetes")
        return done.code, done.out + done.err

    def test_from_the_first_list_to_the_last_entry(
        self,
        command: Command,
        repository: Path,
    ) -> None:
        assert self.run(command, "check")[0] == 1
        assert self.run(command, "baseline", "create") == (0, f"{LIST}: 1 finding\n")
        assert self.run(command, "check", "--baseline", LIST)[0] == 0
        assert self.run(command, "baseline", "check")[0] == 0
        claim = repository / CLAIM_PATH
        claim.write_text("# moved\n\n" + CLAIM.format(size='"10Gi"'), encoding="utf-8")
        assert self.run(command, "baseline", "check")[0] == 0
        claim.write_text(CLAIM.format(size="5Gi"), encoding="utf-8")
        code, said = self.run(command, "baseline", "check")
        assert code == 1
        assert "warning[baseline-outdated]: there is no finding of 'claim-mismatch'" in said
        assert self.run(command, "check", "--baseline", LIST)[0] == 1
        assert self.run(command, "baseline", "update") == (0, f"{LIST}: 0 findings\n")
        assert self.run(command, "baseline", "check")[0] == 0

    def test_update_never_adds(self, command: Command, repository: Path) -> None:
        (repository / CLAIM_PATH).write_text(CLAIM.format(size="5Gi"), encoding="utf-8")
        self.run(command, "baseline", "create")
        (repository / CLAIM_PATH).write_text(CLAIM.format(size="6Gi"), encoding="utf-8")
        assert self.run(command, "baseline", "update") == (
            0,
            f"{LIST}: 0 findings\nnot in it: 1 finding; `opencode-policy check` shows them\n",
        )
        assert self.run(command, "baseline", "check")[0] == 1

    def test_create_never_replaces(self, command: Command, repository: Path) -> None:
        (repository / LIST).write_text("precious", encoding="utf-8")
        code, said = self.run(command, "baseline", "create")
        assert (code, said) == (
            2,
            f"opencode-policy: '{LIST}' exists already; `update` removes what was mended from it\n",
        )
        assert (repository / LIST).read_text("utf-8") == "precious"

    @pytest.mark.parametrize("action", ["update", "check"])
    def test_a_list_that_is_not_there(self, command: Command, repository: Path, action: str) -> None:
        assert self.run(command, "baseline", action) == (
            2,
            f"opencode-policy: cannot read the baseline '{LIST}': No such file or directory\n",
        )

    @pytest.mark.parametrize("data", [b"", b"\xff", b'{"version": 9, "findings": []}'])
    def test_a_broken_list_stays_as_it_is(
        self,
        command: Command,
        repository: Path,
        data: bytes,
    ) -> None:
        (repository / LIST).write_bytes(data)
        for argv in (("baseline", "update"), ("baseline", "check"), ("check", "--baseline", LIST)):
            code, said = self.run(command, *argv)
            assert code == 2
            assert said.startswith(f"opencode-policy: the baseline '{LIST}' cannot be used: it ")
        assert (repository / LIST).read_bytes() == data

    def test_a_part_of_the_tree_calls_nothing_outdated(
        self,
        command: Command,
        repository: Path,
    ) -> None:
        self.run(command, "baseline", "create")
        done = command("check", "kubernetes/apps/demo/kustomization.yaml", "--baseline", LIST)
        assert "baseline-outdated" not in done.out

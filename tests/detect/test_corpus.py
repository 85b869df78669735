"""The corpus of files: every secret is found on its line, and nothing else is called one."""

from __future__ import annotations

import pytest

from opencode_policy.secrets.tree_secrets import secrets_of_source
from opencode_policy.source import Source
from tests.detect.corpus import CASES, HARMLESS, MARK, SECRETS, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.name}")
def test_the_lines_with_a_secret_are_found(case: Case) -> None:
    found = secrets_of_source(Source(case.path, case.text), {})
    assert sorted({item.location.line for item in found}) == list(case.lines)


def test_the_corpus_is_what_it_says() -> None:
    assert len(CASES) >= 100
    assert len(HARMLESS) * 2 >= len(CASES) - 10
    assert all(case.lines for case in SECRETS)
    assert not any(case.lines for case in HARMLESS)
    assert len({(case.kind, case.name) for case in CASES}) == len(CASES)
    assert not any(MARK in case.text for case in CASES)

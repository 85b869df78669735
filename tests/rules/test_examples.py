"""Every rule on its own examples: good ones are silent and proved, bad ones are reported to the letter."""

from __future__ import annotations

import pytest

from opencode_policy.outcome import Problem, Proof
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.table import BUILT_IN
from opencode_policy.testing import expected, outcomes, reported

GOOD = [
    pytest.param(rule, example, id=f"{rule.id}: {example.title}")
    for rule in BUILT_IN
    for example in rule.good
]
BAD = [
    pytest.param(rule, example, id=f"{rule.id}: {example.title}") for rule in BUILT_IN for example in rule.bad
]


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_a_good_example_is_silent(rule: type[Rule], example: Example) -> None:
    assert [item for item in outcomes(rule, example) if isinstance(item, Problem)] == []


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_a_good_example_is_proved(rule: type[Rule], example: Example) -> None:
    assert [item for item in outcomes(rule, example) if isinstance(item, Proof)]


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_a_bad_example_is_reported(rule: type[Rule], example: Example) -> None:
    assert expected(example)
    assert reported(rule, example) == expected(example)

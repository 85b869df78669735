"""Another form of the same manifests gets the same verdicts; only the places differ."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from random import Random

import pytest
import yaml

from opencode_policy.finding import Result
from opencode_policy.outcome import Problem, Proof
from opencode_policy.parse import parse
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.table import BUILT_IN
from opencode_policy.scalars import to_python
from opencode_policy.source import Source
from opencode_policy.testing import outcomes
from tests.mutations.harness import check_sources, shipped
from tests.properties.emitter import reformatted

MANIFESTS = [
    path for path in shipped()[1].sources if path.startswith("kubernetes/") and path.endswith(".yaml")
]
JUDGE_THE_TEXT = {"domain-literal", "schema-header-missing", "secret-in-file"}
"""Rules about what is written and not about what it means: comments, marks, a value behind an alias."""
_ALIAS = re.compile(r"(: |- |\[)\*[A-Za-z]")


def shares(example: Example) -> bool:
    """Whether an alias makes two fields one place, of which a rule may then speak once."""
    texts = [example.files] if isinstance(example.files, str) else example.files.values()
    return any(_ALIAS.search(text) for text in texts)


EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id}: {example.title}")
    for rule in BUILT_IN
    if rule.id not in JUDGE_THE_TEXT
    for example in (*rule.good, *rule.bad)
    if not shares(example)
]


def values(text: str) -> list[object]:
    """What Kubernetes reads."""
    return [to_python(item.root) for item in parse(Source("a.yaml", text)).documents if item.root]


@pytest.mark.parametrize("path", MANIFESTS)
def test_the_emitter_keeps_the_meaning(path: str) -> None:
    text = shipped()[1].sources[path].text
    for seed in range(25):
        again = reformatted(text, Random(seed))
        assert values(again) == values(text)
        assert list(yaml.safe_load_all(again)) == list(yaml.safe_load_all(text))


def test_the_emitter_changes_the_form() -> None:
    text = shipped()[1].sources[MANIFESTS[0]].text
    assert len({reformatted(text, Random(seed)) for seed in range(25)}) > 20


def said(result: Result) -> tuple[dict[str, str], Counter[tuple[object, ...]]]:
    """Statuses, and everything that was found or proved, without its place."""
    statuses = {item.id: str(item.status) for item in result.verdicts}
    heard: Counter[tuple[object, ...]] = Counter()
    heard.update((item.rule, item.requirements, item.severity) for item in result.findings)
    heard.update((item.id, proof.rule) for item in result.verdicts for proof in item.evidence)
    return statuses, heard


@cache
def baseline() -> tuple[dict[str, str], Counter[tuple[object, ...]]]:
    return said(check_sources(dict(shipped()[1].sources)).result)


@pytest.mark.parametrize("seed", range(12))
def test_the_shipped_manifests_in_another_form(seed: int) -> None:
    random = Random(seed)
    sources = dict(shipped()[1].sources)
    for path in MANIFESTS:
        sources[path] = Source(path, reformatted(sources[path].text, random))
    result = check_sources(sources).result
    assert [f"{item.location} {item.rule}: {item.message}" for item in result.findings] == []
    assert result.failures == ()
    assert said(result) == baseline()


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_an_example_in_another_form(rule: type[Rule], example: Example) -> None:
    wanted = judged(rule, example)
    for seed in range(4):
        assert judged(rule, in_another_form(example, Random(seed))) == wanted


def judged(rule: type[Rule], example: Example) -> Counter[str]:
    """The kinds of outcomes, problems with their words."""
    found = outcomes(rule, example)
    problems = Counter(item.message for item in found if isinstance(item, Problem))
    proofs = sum(isinstance(item, Proof) for item in found)
    return problems + Counter({"proofs": proofs})


def in_another_form(example: Example, random: Random) -> Example:
    """The example with each of its manifests written anew."""
    given = example.files
    if isinstance(given, str):
        return Example(example.title, rewritten(given, random), example.parameters, example.workspaces)
    files = {
        path: rewritten(text, random) if path.endswith(".yaml") else text for path, text in given.items()
    }
    return Example(example.title, files, example.parameters, example.workspaces)


def rewritten(text: str, random: Random) -> str:
    """A manifest in another form; one that is broken, or whose form matters, stays as it is."""
    parsed = parse(Source("a.yaml", text))
    return text if parsed.diagnostics or not parsed.complete else reformatted(text, random)

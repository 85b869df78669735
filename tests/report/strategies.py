"""Results of every shape, for laws that hold for all of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from opencode_policy.finding import (
    SEVERITIES,
    STATUSES,
    Evidence,
    Finding,
    Gap,
    Result,
    RuleFailure,
    Suppression,
    Verdict,
)
from opencode_policy.location import Location, Related
from opencode_policy.resource import ObjectId
from tests.report import samples

words = st.text(max_size=30)
names = st.text(min_size=1, max_size=12)
rule_ids = st.sampled_from(sorted(samples.rules()))
requirement_ids = st.sampled_from(["INFRA-01", "SEC-04", "FLUX-01", "AUTO-02", "NONE-99"])
some_requirements = st.lists(requirement_ids, max_size=3, unique=True).map(tuple)
paths = st.one_of(names, st.sampled_from(["apps/a b.yaml", "ä/日.yaml", samples.CLAIM_PATH]))


@st.composite
def locations(draw: st.DrawFn) -> Location:
    """Any region, inside its file or not."""
    line, end_line = sorted(draw(st.tuples(st.integers(1, 12), st.integers(1, 12))))
    column, end_column = sorted(draw(st.tuples(st.integers(1, 40), st.integers(1, 40))))
    return Location(draw(paths), line, column, end_line, end_column)


related = st.builds(Related, words, locations())
objects = st.builds(ObjectId, names, names, st.one_of(st.just(""), names), names)
findings = st.builds(
    Finding,
    rule_ids,
    some_requirements,
    st.sampled_from(SEVERITIES),
    words,
    locations(),
    st.none() | objects,
    st.lists(related, max_size=3).map(tuple),
    st.one_of(st.just(""), names.map("/".__add__)),
    st.none() | st.builds(Suppression, words, locations()),
)
evidence = st.builds(Evidence, rule_ids, words, locations(), st.none() | objects)
verdicts = st.builds(
    Verdict,
    requirement_ids,
    words,
    st.sampled_from(STATUSES),
    words,
    st.lists(evidence, max_size=2).map(tuple),
    st.lists(findings, max_size=2).map(tuple),
)
gaps = st.builds(Gap, words, some_requirements, st.none() | rule_ids, st.none() | locations())
failures = st.builds(RuleFailure, rule_ids, words, words)


def results() -> st.SearchStrategy[Result]:
    """Any result, sorted as the engine sorts it."""
    plain = st.builds(
        Result,
        st.lists(findings, max_size=4).map(tuple),
        st.lists(verdicts, max_size=4, unique_by=lambda verdict: verdict.id).map(tuple),
        st.lists(gaps, max_size=3).map(tuple),
        st.lists(failures, max_size=2).map(tuple),
        st.integers(0, 99),
        st.integers(0, 99),
    )
    return plain.map(in_order)


def in_order(result: Result) -> Result:
    """The result with its findings by place, rule and words."""
    return replace(result, findings=tuple(sorted(result.findings, key=lambda item: item.sort_key)))

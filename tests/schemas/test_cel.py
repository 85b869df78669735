"""CEL rules of a schema."""

from __future__ import annotations

from typing import Any

import pytest

from opencode_policy.schemas import cel
from opencode_policy.schemas.crd import json_schema
from tests.schemas.crds import needs_crds, structural

pytestmark = pytest.mark.skipif(not cel.is_available(), reason=f"{cel.LIBRARY} is not installed")


def schema_with(rule: str, message: str | None = "it must hold", **more: Any) -> dict[str, Any]:
    told = {"message": message} if message else {}
    return {"type": "object", "x-kubernetes-validations": [{"rule": rule, **told}], **more}


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("has(self.a)", {"a": 1}),
        ("!has(self.b)", {"a": 1}),
        ("self.a == 'x' ? has(self.b) : true", {"a": "y"}),
        ("self.items.all(i, i.size() > 0)", {"items": ["a"]}),
        ("size(self.items) == 1 && 'a' in self.items", {"items": ["a"]}),
        ("self.a.matches('^x')", {"a": "xy"}),
        ("self.a.startsWith('x') && self.a.split('y').size() == 2", {"a": "xy"}),
        ("duration(self.d) > duration('0s')", {"d": "5s"}),
        ("self.a == oldSelf.a", {"a": 1}),
        ("isURL(self.a)", {"a": "https://example.org"}),
    ],
)
def test_a_rule_that_holds_is_silent(rule: str, value: Any) -> None:
    outcome = cel.evaluate(schema_with(rule), value)
    assert (outcome.violations, outcome.open) == ([], [])


def test_a_rule_that_does_not_hold_is_told_at_its_place() -> None:
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "array", "items": schema_with("has(self.a)")}},
    }
    found = cel.evaluate(schema, {"spec": [{"a": 1}, {}, None]})
    assert [(item.path, item.keyword, item.wanted) for item in found.violations] == [
        (("spec", 1), "cel", "it must hold")
    ]


def test_a_rule_without_a_message_is_quoted() -> None:
    found = cel.evaluate(schema_with("has(self.a)", None), {})
    assert [item.wanted for item in found.violations] == ["the rule `has(self.a)` does not hold"]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("quantity(self.a).isGreaterThan(quantity('1Gi'))", "the function quantity is not available"),
        ("self.a ++ 1", "it cannot be evaluated (ValueError)"),
        ("self.a + 1 > 2", "it cannot be evaluated (TypeError)"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_stays_open(rule: str, reason: str) -> None:
    outcome = cel.evaluate(schema_with(rule), {"a": "secret text"})
    assert outcome.violations == []
    assert outcome.open == [("it must hold", reason)]


POLICY: dict[str, Any] = {
    "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "demo"}],
    "timeout": {"http": {"requestTimeout": "0s"}},
}


@needs_crds
@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (POLICY, []),
        ({**POLICY, "targetRefs": [{**POLICY["targetRefs"][0], "group": "apps"}]}, None),
        ({**POLICY, "targetRef": POLICY["targetRefs"][0]}, ["either targetRef or targetRefs must be used"]),
    ],
)
def test_the_rules_of_a_definition_of_the_cluster(spec: dict[str, Any], expected: list[str] | None) -> None:
    schema = json_schema(structural("gateway.envoyproxy.io", "BackendTrafficPolicy", "v1alpha1"))
    outcome = cel.evaluate(schema, {"spec": spec})
    told = [item.wanted for item in outcome.violations]
    assert told == expected if expected is not None else told
    assert outcome.open == []

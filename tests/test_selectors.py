"""Label selectors as Kubernetes evaluates them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.resource import Field
from opencode_policy.selectors import clauses, equality_clauses, failing
from tests.trees import kustomization, tree_of

LABELS = {"app": "demo", "tier": "web"}


def selector_of(text: str) -> Field:
    manifest = f"apiVersion: v1\nkind: Thing\nmetadata: {{name: a}}\nspec: {{selector: {text}}}\n"
    tree, _ = tree_of({"apps/kustomization.yaml": kustomization("thing.yaml"), "apps/thing.yaml": manifest})
    return tree.of_kind("Thing")[0]["spec"]["selector"]


@pytest.mark.parametrize(
    ("text", "fails_at"),
    [
        ("{}", None),
        ("{matchLabels: {app: demo}}", None),
        ("{matchLabels: {app: demo, tier: db}}", "tier=db"),
        ("{matchLabels: {App: demo}}", "App=demo"),
        ("{matchExpressions: [{key: app, operator: In, values: [other, demo]}]}", None),
        ("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "app In (a, b)"),
        ("{matchExpressions: [{key: none, operator: In, values: [a, b]}]}", "none In (a, b)"),
        ("{matchExpressions: [{key: none, operator: NotIn, values: [a]}]}", None),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [demo]}]}", "app NotIn (demo)"),
        ("{matchExpressions: [{key: app, operator: Exists}]}", None),
        ("{matchExpressions: [{key: none, operator: Exists}]}", "none Exists"),
        ("{matchExpressions: [{key: none, operator: DoesNotExist}]}", None),
        ("{matchExpressions: [{key: app, operator: DoesNotExist}]}", "app DoesNotExist"),
        ("{matchExpressions: [{key: app, operator: exists}]}", "app exists"),
        ("{matchLabels: {app: other}, matchExpressions: [{key: app, operator: Exists}]}", "app=other"),
        ("[app, demo]", None),
        ("demo", None),
    ],
)
def test_clauses(text: str, fails_at: str | None) -> None:
    clause = failing(clauses(selector_of(text)), LABELS)
    assert (str(clause) if clause else None) == fails_at


def test_a_plain_map_is_all_equality() -> None:
    found = equality_clauses(selector_of("{app: demo, tier: db}"))
    assert failing(found, LABELS) is found[1]
    assert found[1].at.location.line == 4


@given(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz")),
    st.sampled_from("abc"),
    st.sampled_from("xyz"),
)
def test_an_operator_and_its_opposite_never_agree(labels: dict[str, str], key: str, value: str) -> None:
    for one, other in (("In", "NotIn"), ("Exists", "DoesNotExist")):
        text = f"{{matchExpressions: [{{key: {key}, operator: OP, values: ['{value}']}}]}}"
        first = failing(clauses(selector_of(text.replace("OP", one))), labels)
        second = failing(clauses(selector_of(text.replace("OP", other))), labels)
        assert (first is None) != (second is None)

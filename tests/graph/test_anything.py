"""Anything may stand in any place of a manifest, and references may go in circles."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opencode_policy.engine import judge
from opencode_policy.graph.build import graph_of
from opencode_policy.graph.choice import namespaces, of_namespace
from opencode_policy.graph.dot import as_dot, as_mermaid
from opencode_policy.graph.drawing import draw
from opencode_policy.graph.notes import notes_of
from opencode_policy.graph.text import as_text
from opencode_policy.outcome import Problem, location_of
from opencode_policy.policy.decode import decode_value
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.table import BUILT_IN
from opencode_policy.testing import example_tree
from opencode_policy.tree import Tree

RULES = [rule for rule in BUILT_IN if rule.concern == "references"]
APP = "kubernetes/apps/demo/demo/app/manifest.yaml"
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 70000)
    | st.sampled_from(["", "web", "*", "${X}", "-", "demo"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "kind", "namespace", "key", "a"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@cache
def documents() -> list[Any]:
    """Every object that the examples of the rules on references show in one manifest."""
    texts = [
        text
        for rule in RULES
        for example in (*rule.good, *rule.bad)
        for text in ([example.files] if isinstance(example.files, str) else example.files.values())
    ]
    found = [document for text in texts for document in yaml.safe_load_all(text)]
    return [item for item in found if isinstance(item, dict) and "kind" in item and "apiVersion" in item]


def paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place below a document."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, item in entries:
        yield (*above, key)
        yield from paths(item, (*above, key))


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at a place."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[path[0]] = replaced(copy[path[0]], path[1:], value)
    return copy


def assert_survives(tree: Tree) -> None:
    """No rule on references raises, every problem has a place in the tree, and everything can be drawn."""
    said = judge([rule(decode_value(rule.Parameters, dict(rule.example_parameters))) for rule in RULES], tree)
    assert said.failures == []
    problems = [item.outcome for item in said.outcomes if isinstance(item.outcome, Problem)]
    assert all(location_of(problem.at).path in tree.sources for problem in problems)
    drawing = draw(tree, tree.resources, problems)
    assert as_text(drawing, notes_of(tree, tree.resources), lambda text, _: text)
    assert as_dot(drawing).startswith("digraph")
    assert as_mermaid(drawing).startswith("flowchart")


@settings(max_examples=150)
@given(st.data())
def test_anything_in_any_place(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(documents()), min_size=1, max_size=4))
    broken = []
    for document in chosen:
        path = data.draw(st.sampled_from(list(paths(document))))
        broken.append(replaced(document, path, data.draw(ANYTHING)))
    text = yaml.safe_dump_all(broken, sort_keys=False)
    assert_survives(example_tree(Example("broken", text, workspaces=())))


_SELF = {
    "a claim that is filled by itself": "v1|PersistentVolumeClaim|"
    "spec: {dataSourceRef: {kind: PersistentVolumeClaim, name: a}}",
    "a budget of itself": "policy/v1|PodDisruptionBudget|spec: {selector: {matchLabels: {a: b}}}",
    "an autoscaler of itself": "autoscaling/v2|HorizontalPodAutoscaler|"
    "spec: {scaleTargetRef: {kind: HorizontalPodAutoscaler, name: a}}",
    "a release that takes values of itself": "helm.toolkit.fluxcd.io/v2|HelmRelease|"
    "spec: {dependsOn: [{name: a}], valuesFrom: [{kind: HelmRelease, name: a}]}",
    "a Kustomization that waits for and watches itself": "kustomize.toolkit.fluxcd.io/v1|Kustomization|"
    "spec: {path: ./kubernetes/apps, dependsOn: [{name: a}], sourceRef: {kind: Kustomization, name: a}, "
    "healthChecks: [{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, name: a, "
    "namespace: demo}]}",
    "a route that attaches and sends to itself": "gateway.networking.k8s.io/v1|HTTPRoute|"
    "spec: {parentRefs: [{kind: HTTPRoute, name: a}], rules: [{backendRefs: [{kind: HTTPRoute, name: a}]}]}",
    "a policy for itself": "gateway.envoyproxy.io/v1alpha1|SecurityPolicy|"
    "spec: {targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: a}]}",
    "a binding of itself": "rbac.authorization.k8s.io/v1|RoleBinding|"
    "roleRef: {kind: RoleBinding, name: a}\nsubjects: [{kind: RoleBinding, name: a}]",
}


@pytest.mark.parametrize("written", _SELF.values(), ids=_SELF.keys())
def test_a_reference_to_itself(written: str) -> None:
    version, kind, rest = written.split("|")
    metadata = "metadata: {name: a, namespace: demo, labels: {a: b}}"
    text = f"apiVersion: {version}\nkind: {kind}\n{metadata}\n{rest}\n"
    assert_survives(example_tree(Example("self", text, workspaces=())))


@pytest.mark.parametrize("count", [1, 2, 700])
def test_a_circle_of_any_length_is_one_problem(count: int) -> None:
    text = "---\n".join(
        f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: r{i}}}\n"
        f"spec: {{dependsOn: [{{name: r{(i + 1) % count}}}]}}\n"
        for i in range(count)
    )
    rule = next(rule for rule in RULES if rule.id == "dependency-cyclic")
    tree = example_tree(Example("circle", text, workspaces=()))
    said = judge([rule()], tree)
    messages = [item.outcome.message for item in said.outcomes if isinstance(item.outcome, Problem)]
    assert len(messages) == 1
    assert messages[0].startswith("r0 waits for itself")


def test_every_example_can_be_drawn() -> None:
    rule: type[Rule]
    for rule in RULES:
        for example in (*rule.good, *rule.bad):
            tree = example_tree(example)
            for namespace in namespaces(tree):
                assert of_namespace(tree, namespace)
            assert_survives(tree)


def test_places_of_edges_are_in_the_tree() -> None:
    for rule in RULES:
        for example in (*rule.good, *rule.bad):
            tree = example_tree(example)
            assert all(edge.at.location.path in tree.sources for edge in graph_of(tree).edges)

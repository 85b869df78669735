"""The environment as the kubelet makes it: order, expansion, and what the files do not tell."""

from __future__ import annotations

import pytest

from opencode_policy.pods.examples import deployment
from opencode_policy.pods.kubelet_environment import Environment, environment_of
from opencode_policy.rules.base import Example
from opencode_policy.testing import example_tree

from .manifests import config_map, pod_with


def environment(container: str, *more: str) -> Environment:
    tree, pod = pod_with(deployment(container), *more)
    return environment_of(tree, pod.containers[0])


def values(found: Environment) -> dict[str, str | None]:
    return {name: variable.value for name, variable in found.variables.items()}


def test_references_are_replaced_by_what_stands_above() -> None:
    found = environment("""\
env:
  - {name: A, value: $(B)}
  - {name: B, value: b}
  - {name: C, value: $(B)/$(A)/$(D)}
""")
    assert values(found) == {"A": "$(B)", "B": "b", "C": "b/$(B)/$(D)"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$$(B)", "$(B)"),
        ("$$$(B)", "$b"),
        ("$B ${B} $", "$B ${B} $"),
        ("$(B", "$(B"),
        ("$(B)$(B)", "bb"),
        ("$()", "$()"),
        ("a$$b", "a$b"),
    ],
)
def test_the_syntax_is_that_of_the_kubelet(text: str, expected: str) -> None:
    assert environment("env: [{name: B, value: b}]\n").expand(text).text == expected


def test_the_last_of_two_entries_wins() -> None:
    found = environment("env: [{name: A, value: x}, {name: A, value: $(A)y}]\n")
    assert values(found) == {"A": "xy"}


def test_env_beats_env_from_and_later_sources_beat_earlier_ones() -> None:
    found = environment(
        """\
envFrom:
  - configMapRef: {name: one}
  - configMapRef: {name: two}
    prefix: P_
  - configMapRef: {name: three}
env: [{name: A, value: $(A)+}]
""",
        config_map("one", {"A": "1", "B": "1"}),
        config_map("two", {"A": "2"}),
        config_map("three", {"B": "3"}),
    )
    assert values(found) == {"A": "1+", "B": "3", "P_A": "2"}
    assert found.closed


def test_a_source_out_of_sight_leaves_the_environment_open() -> None:
    assert not environment("envFrom: [{configMapRef: {name: none}}]\n").closed
    assert environment("envFrom: [{configMapRef: {name: none, optional: true}}]\n").closed
    assert not environment("envFrom: [{secretRef: {name: none}}]\n").closed


def test_keys_of_a_secret_are_known_their_values_are_not() -> None:
    found = environment(
        "envFrom: [{secretRef: {name: keys}}]\nenv: [{name: URL, value: https://$(token)@host}]\n",
        """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo}
spec:
  target: {name: keys}
  data: [{secretKey: token, remoteRef: {key: TOKEN}}]
""",
    )
    assert values(found) == {"token": None, "URL": None}
    assert {variable.origin for variable in found.variables.values()} == {"secret"}
    assert found.closed


def test_a_key_of_a_config_map_has_its_value_and_its_place() -> None:
    found = environment(
        """\
env:
  - {name: A, valueFrom: {configMapKeyRef: {name: one, key: a}}}
  - {name: B, value: kept}
  - {name: B, valueFrom: {configMapKeyRef: {name: one, key: b, optional: true}}}
  - {name: C, valueFrom: {configMapKeyRef: {name: one, key: c}}}
  - {name: D, valueFrom: {configMapKeyRef: {name: none, key: d}}}
""",
        config_map("one", {"a": "x"}),
    )
    assert values(found) == {"A": "x", "B": "kept", "C": None, "D": None}
    assert found.place("A").resource.kind == "ConfigMap"


def test_what_the_pod_itself_brings() -> None:
    found = environment("""\
env:
  - {name: SPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
  - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
  - {name: BOTH, value: $(SPACE)-$(NAME)}
  - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
  - {name: NOTHING}
""")
    assert values(found) == {"SPACE": "demo", "NAME": None, "BOTH": None, "CPU": None, "NOTHING": ""}
    assert [found.variables[name].origin for name in ("NAME", "BOTH", "CPU")] == ["pod", "pod", "unknown"]


def test_arguments_are_expanded_with_the_whole_environment() -> None:
    found = environment("command: [run, $(A)]\nargs: [$(NONE), $(S)]\nenv: [{name: A, value: a}]\n")
    assert [text for _, text in found.argv] == ["run", "a", "$(NONE)", "$(S)"]


def test_a_variable_that_is_not_set_has_the_place_where_it_would_be() -> None:
    found = environment("env: [{name: A, value: a}]\n")
    assert found.place("B").pointer == "/spec/template/spec/containers/0/env"


@pytest.mark.parametrize("text", ["env: 5\n", "env: [5, [], null]\n", "envFrom: {a: b}\n", "env: {A: b}\n"])
def test_nonsense_is_no_environment(text: str) -> None:
    tree = example_tree(Example("", deployment(text)))
    assert not environment_of(tree, tree.pods[0].containers[0]).value("A")

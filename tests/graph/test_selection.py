"""Selectors: what the index finds is what looking at every object would find."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.graph.labels import labels_of_tree
from opencode_policy.graph.selection import chosen, selections
from opencode_policy.selectors import failing
from tests.graph.manifests import deployment, graph, manifest, stories, tree

KEYS, VALUES = st.sampled_from(["a", "b"]), st.sampled_from(["x", "y", ""])
LABELS = st.dictionaries(KEYS, VALUES)
EXPRESSIONS = st.fixed_dictionaries(
    {
        "key": KEYS,
        "operator": st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "in", ""]),
        "values": st.lists(VALUES, max_size=2),
    }
)


@given(st.lists(LABELS, max_size=6), LABELS, st.lists(EXPRESSIONS, max_size=2))
def test_the_index_finds_what_a_search_finds(pods: list[dict[str, str]], equal: object, more: object) -> None:
    selector = json.dumps({"matchLabels": equal, "matchExpressions": more})
    budget = manifest("PodDisruptionBudget", "all", f"spec: {{selector: {selector}}}\n", version="policy/v1")
    made = [deployment(f"d{i}", "{}", labels=json.dumps(labels)) for i, labels in enumerate(pods)]
    built = tree(budget, *made)
    labels = labels_of_tree(built)
    for selection in selections(built.of_kind("PodDisruptionBudget")[0]):
        every = labels.among("Pod", ("demo",))
        wanted = [item.resource.name for item in every if failing(selection.clauses, item.labels) is None]
        assert sorted(item.resource.name for item in chosen(selection, labels)) == sorted(wanted)


def test_an_empty_selector_is_none() -> None:
    everything = manifest("PodDisruptionBudget", "all", "spec: {selector: {}}\n", version="policy/v1")
    headless = manifest("Service", "by-hand", "spec: {ports: [{port: 1}]}\n")
    assert graph(everything, headless).selecting == []


def test_pods_that_nothing_of_the_tree_makes_cannot_be_told() -> None:
    service = manifest("Service", "web", "spec: {selector: {app: web}}\n")
    (edge,) = graph(service).selecting
    assert (edge.state, edge.message) == ("open", "the tree makes nothing in demo that could be selected")


def test_a_workload_that_loses_its_own_pods() -> None:
    lost = deployment("web", "{}", labels="{app: api}", selector="{matchLabels: {app: web}}")
    words = "the Deployment web selects app=web, which its own pods lack"
    assert stories(graph(lost).selecting) == [("missing", "Pod demo/app=web", words)]


def test_a_monitor_of_every_namespace_and_of_two() -> None:
    services = [
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: s, namespace: {place}, labels: {{a: x}}}}\n"
        for place in ("one", "two", "three")
    ]

    def seen(where: str) -> list[str]:
        spec = f"spec: {{selector: {{matchLabels: {{a: x}}}}, namespaceSelector: {where}}}\n"
        monitor = manifest("ServiceMonitor", "m", spec, version="monitoring.coreos.com/v1")
        return sorted(edge.reference.namespace for edge in graph(monitor, *services).selecting)

    assert seen("{any: true}") == ["one", "three", "two"]
    assert seen("{matchNames: [three, one]}") == ["one", "three"]

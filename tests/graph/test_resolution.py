"""Where references lead: found, listed, missing, or left open, and with which words."""

from __future__ import annotations

import pytest

from opencode_policy.graph.build import graph_of
from opencode_policy.policy.model import ExistingObject, StorageClass
from tests.graph.manifests import deployment, foreign, graph, manifest, stories, tree
from tests.trees import cluster

USES = deployment("web", "{serviceAccountName: robot, containers: [{name: web}]}")
MOUNTS = deployment(
    "web", "{containers: [{name: web}], volumes: [{name: a, persistentVolumeClaim: {claimName: data-db-0}}]}"
)
READS = deployment(
    "web",
    "{containers: [{name: web, env: [{name: A, valueFrom: {secretKeyRef: {name: keys, key: a}}}]}]}",
)
RELEASE = manifest("HelmRelease", "plex", version="helm.toolkit.fluxcd.io/v2")


def test_nothing_refers_to_nothing() -> None:
    assert list(graph(manifest("ConfigMap", "a")).edges) == []


def test_an_object_of_the_tree_is_found() -> None:
    found = graph(USES, manifest("ServiceAccount", "robot"))
    assert stories(found.named) == [("found", "ServiceAccount demo/robot", "")]
    assert found.named[0].target is found.tree.get("ServiceAccount", "robot", "demo")


def test_the_place_is_the_token_that_names_it() -> None:
    edge = graph(USES).named[0]
    assert (str(edge.at.location), edge.at.text, edge.at.dotted) == (
        "apps/all.yaml:7:32",
        "robot",
        "spec.template.spec.serviceAccountName",
    )


def test_an_object_of_the_inventory_is_listed() -> None:
    inventory = cluster(objects=(ExistingObject(kind="ServiceAccount", name="robot", namespace="demo"),))
    assert stories(graph(USES, inventory=inventory).named) == [("listed", "ServiceAccount demo/robot", "")]


def test_what_every_cluster_has_is_listed() -> None:
    account = deployment("web", "{serviceAccountName: default, priorityClassName: system-node-critical}")
    assert [edge.state for edge in graph(account).named] == ["listed", "listed"]


def test_a_name_that_is_almost_right() -> None:
    found = graph(USES, manifest("ServiceAccount", "robots"))
    words = "there is no ServiceAccount demo/robot; did you mean 'robots'?"
    assert stories(found.named) == [("missing", "ServiceAccount demo/robot", words)]


def test_an_object_of_another_namespace_or_group_does_not_count() -> None:
    elsewhere = manifest("ServiceAccount", "robot", namespace="other")
    words = "there is no ServiceAccount demo/robot; there is one in the namespace other"
    assert stories(graph(USES, elsewhere).named) == [("missing", "ServiceAccount demo/robot", words)]
    alike = manifest("ServiceAccount", "robot", version="accounts.k8s.io/v1")
    words = "there is no ServiceAccount demo/robot"
    assert stories(graph(USES, alike).named) == [("missing", "ServiceAccount demo/robot", words)]


def test_the_claims_of_a_stateful_set_are_known_by_template_and_number() -> None:
    templates = "spec: {volumeClaimTemplates: [{metadata: {name: data}}]}\n"
    database = manifest("StatefulSet", "db", templates, version="apps/v1")
    edge = graph(MOUNTS, database).named[0]
    assert (edge.state, edge.target and edge.target.kind) == ("found", "StatefulSet")
    assert graph(MOUNTS.replace("data-db-0", "data-db-x"), database).named[0].state == "missing"


def test_a_key_that_the_secret_has_not() -> None:
    secret = manifest("Secret", "keys", "data: {b: eA==}\n")
    found = graph(READS, secret)
    assert stories(found.named) == [("missing", "Secret demo/keys", "the Secret keys has no key 'a'")]
    assert found.named[0].at.text == "a"
    assert graph(READS, secret.replace("b:", "a:")).named[0].state == "found"


def test_a_secret_that_two_objects_make_is_ambiguous() -> None:
    external = manifest(
        "ExternalSecret", "keys", "spec: {data: [{secretKey: a}]}\n", version="external-secrets.io/v1"
    )
    edges = graph(READS, manifest("Secret", "keys", "data: {a: eA==}\n"), external).named
    assert [edge.state for edge in edges if edge.relation == "reads"] == ["ambiguous"]


def test_what_is_optional_is_no_problem() -> None:
    edge = graph(READS.replace("key: a}", "key: a, optional: true}")).named[0]
    assert (edge.state, edge.is_problem) == ("missing", False)


def test_a_variable_of_unknown_value_leaves_it_open() -> None:
    inventory = cluster(unknown_variables=("NAME",))
    edge = graph(USES.replace("robot", '"${NAME}"'), inventory=inventory).named[0]
    assert (edge.state, edge.message) == ("open", "the name holds a variable of unknown value")


def test_an_object_whose_name_holds_a_variable_may_be_it() -> None:
    inventory = cluster(unknown_variables=("NAME",))
    account = manifest("ServiceAccount", '"ro${NAME}"')
    edge = graph(USES, account, inventory=inventory).named[0]
    assert edge.message == "a ServiceAccount whose name holds a variable of unknown value may be it"
    other = manifest("ServiceAccount", '"x${NAME}"')
    assert graph(USES, other, inventory=inventory).named[0].state == "missing"


@pytest.mark.parametrize("name", ["plex", "plex-robot"])
def test_what_a_chart_calls_after_its_release_is_left_open(name: str) -> None:
    edge = graph(USES.replace("robot", name), RELEASE).named[0]
    words = "the chart of the HelmRelease demo/plex may make it"
    assert (edge.state, edge.message) == ("open", words)


def test_what_no_chart_would_call_so_is_missing() -> None:
    assert graph(USES, RELEASE).named[0].state == "missing"
    assert graph(USES.replace("robot", "plexus"), RELEASE).named[0].state == "missing"


def test_a_name_in_the_values_of_a_chart_is_left_open() -> None:
    named = f"{RELEASE}spec: {{values: {{serviceAccount: {{name: robot}}}}}}\n"
    assert graph(USES, named).named[0].state == "open"


def test_what_an_operator_makes_is_left_open() -> None:
    database = manifest("Cluster", "pg", version="postgresql.cnpg.io/v1")
    edge = graph(READS.replace("name: keys", "name: pg-app"), database).named[0]
    assert edge.message == "what runs the Cluster demo/pg may make it"
    rule = manifest("PrometheusRule", "pg", version="monitoring.coreos.com/v1")
    assert graph(READS.replace("name: keys", "name: pg-app"), rule).named[0].state == "missing"


def test_a_secret_that_a_controller_copies_is_left_open() -> None:
    annotations = "  annotations: {reflector.v1.k8s.emberstack.com/reflection-allowed: 'true'}\n"
    secret = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\n  namespace: other\n{annotations}"
    edge = graph(READS, secret).named[0]
    assert edge.message == "a controller may copy the Secret keys of another namespace"


class TestWithoutAnInventory:
    """Nobody has said what the cluster has."""

    def test_a_secret_may_have_been_made_by_hand(self) -> None:
        edge = graph_of(foreign(READS)).named[0]
        assert edge.message == "no inventory says which Secret the cluster has besides"

    def test_a_name_that_is_almost_right_is_an_error_all_the_same(self) -> None:
        near = manifest("Secret", "keyz", "data: {a: eA==}\n")
        edge = graph_of(foreign(READS, near)).named[0]
        assert edge.message == "there is no Secret demo/keys; did you mean 'keyz'?"

    def test_a_config_map_would_be_in_git(self) -> None:
        reads = READS.replace("secretKeyRef", "configMapKeyRef")
        assert graph_of(foreign(reads)).named[0].state == "missing"

    def test_an_object_without_a_namespace_may_go_anywhere(self) -> None:
        edge = graph_of(foreign(READS.replace(", namespace: demo", ""))).named[0]
        assert edge.message == "nothing in the tree says to which namespace the object goes"


def test_a_class_of_which_the_inventory_lists_none_is_left_open() -> None:
    claim = manifest("PersistentVolumeClaim", "data", "spec: {storageClassName: fast}\n")
    assert graph(claim).named[0].state == "open"
    inventory = cluster(storage_classes=(StorageClass(name="block"),))
    assert graph(claim, inventory=inventory).named[0].state == "missing"


def test_the_graph_is_made_once() -> None:
    built = tree(USES)
    assert graph_of(built) is graph_of(built)
    assert graph_of(built).named is graph_of(built).named

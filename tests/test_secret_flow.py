"""The way of a secret: templates, ExternalSecrets, what makes a Secret, how a container takes its keys."""

from __future__ import annotations

import pytest

from opencode_policy.pods.environment import resolved, unread_sources, variables
from opencode_policy.policy.model import ExistingObject
from opencode_policy.resource import Resource
from opencode_policy.secrets.external_secret import (
    fetches,
    finds,
    is_opaque,
    keys_of,
    makes_secret,
    wholesale,
)
from opencode_policy.secrets.flow import flow_of
from opencode_policy.secrets.template import read_template
from opencode_policy.secrets.use import uses_of
from opencode_policy.tree import Tree
from opencode_policy.workload import Container, pod_of
from tests.trees import cluster, kustomization, tree_of

DEMO = "apiVersion: v1\nkind: {kind}\nmetadata: {{name: demo, namespace: demo}}\n"


def tree(*documents: str, generator: str = "", objects: tuple[ExistingObject, ...] = ()) -> Tree:
    files = {f"apps/{index}.yaml": text for index, text in enumerate(documents)}
    names = [f"./{index}.yaml" for index in range(len(documents))]
    files["apps/kustomization.yaml"] = kustomization(*names) + generator
    found, _ = tree_of(files, cluster(objects=objects))
    return found


def external(spec: str) -> Resource:
    text = f"{DEMO.format(kind='ExternalSecret')}spec:\n{spec}"
    (found,) = tree(text).of_kind("ExternalSecret")
    return found


def server(spec: str, *documents: str) -> tuple[Tree, Container]:
    """A tree and the one container of its one pod, which has these fields."""
    built = tree(f"{DEMO.format(kind='Pod')}spec:\n  containers:\n    - name: server\n{spec}", *documents)
    pod = pod_of(built.of_kind("Pod")[0])
    assert pod is not None
    return built, pod.containers[0]


class TestTemplate:
    @pytest.mark.parametrize(
        ("text", "names", "whole", "added"),
        [
            ("{{ .a }}", ("a",), "a", False),
            ("{{- .a -}}", ("a",), "a", False),
            ("{{ .a | toString | trim }}", ("a",), "a", False),
            ('{{ index . "a-b" }}', ("a-b",), "a-b", False),
            ("{{ index . `a-b` }}", ("a-b",), "a-b", False),
            ('{{ index $ "a-b" }}', ("a-b",), "a-b", False),
            ("{{ $.a }}", ("a",), "a", False),
            ("{{/* note */}}{{ .a }}", ("a",), "a", False),
            ("x{{ .a }}", ("a",), "", True),
            ("{{ .a }}\n", ("a",), "", False),
            ("{{ .a }}{{ .b }}", ("a", "b"), "", False),
            ("{{ .a | b64enc }}", ("a",), "", False),
            ('{{ printf "%s.b" .a }}', ("a",), "", False),
            ("{{ .a.b }}", ("a",), "", False),
            ("text", (), "", True),
            ("", (), "", False),
        ],
    )
    def test_what_it_takes(self, text: str, names: tuple[str, ...], whole: str, added: bool) -> None:
        use = read_template(text)
        assert (use.names, use.whole, use.added) == (names, whole, added)

    def test_a_dot_that_is_bound_anew_tells_nothing(self) -> None:
        assert not read_template("{{ range .a }}{{ .b }}{{ end }}").clear
        assert read_template("{{ if .a }}{{ .b }}{{ end }}").clear


class TestExternalSecret:
    DATA = "  data: [{secretKey: a, remoteRef: {key: A}}, {secretKey: b, remoteRef: {key: B}}]\n"

    def test_without_a_template_every_entry_is_a_key(self) -> None:
        found = keys_of(external(self.DATA))
        assert {name: (key.made_of, key.whole) for name, key in found.items()} == {
            "a": (("A",), True),
            "b": (("B",), True),
        }

    def test_a_template_replaces_them(self) -> None:
        spec = f'  target: {{template: {{data: {{c: "{{{{ .a }}}}-{{{{ .x }}}}"}}}}}}\n{self.DATA}'
        found = keys_of(external(spec))
        assert list(found) == ["c"]
        assert (found["c"].made_of, found["c"].whole, found["c"].unfetched) == (("A",), False, ("x",))

    def test_or_merges_with_them(self) -> None:
        spec = f'  target: {{template: {{mergePolicy: Merge, data: {{c: "{{{{ .b }}}}"}}}}}}\n{self.DATA}'
        found = keys_of(external(spec))
        assert sorted(found) == ["a", "b", "c"]
        assert found["c"].whole

    def test_an_empty_template_changes_nothing(self) -> None:
        assert list(keys_of(external(f"  target: {{template: {{data: {{}}}}}}\n{self.DATA}"))) == ["a", "b"]

    def test_what_no_file_shows(self) -> None:
        assert is_opaque(external("  dataFrom: [{find: {path: X_}}]\n"))
        assert is_opaque(external("  target: {template: {templateFrom: [{configMap: {name: t}}]}}\n"))
        assert not is_opaque(external(self.DATA))
        assert not is_opaque(
            external("  target: {template: {data: {a: x}}}\n  dataFrom: [{extract: {key: X}}]\n")
        )

    def test_the_store_of_an_entry_beats_the_general_one(self) -> None:
        spec = """\
  secretStoreRef: {name: general}
  data:
    - {secretKey: a, remoteRef: {key: A}}
    - secretKey: b
      remoteRef: {key: B, decodingStrategy: Base64, metadataPolicy: None}
      sourceRef: {storeRef: {kind: ClusterSecretStore, name: own}}
"""
        first, second = fetches(external(spec))
        assert (str(first.store), str(second.store)) == ("SecretStore general", "ClusterSecretStore own")
        assert first.alters() is None
        altering = second.alters()
        assert altering is not None
        assert altering.path[-1] == "decodingStrategy"
        assert first.store.differs_at("SecretStore", "general") is None
        wrong = second.store.differs_at("ClusterSecretStore", "general")
        assert wrong is not None
        assert wrong.text == "own"

    def test_whether_it_makes_a_secret(self) -> None:
        assert makes_secret(external("  target: {creationPolicy: Merge}\n"))
        assert makes_secret(external("  target: {manifest: {apiVersion: v1, kind: Secret}}\n"))
        assert not makes_secret(external("  target: {creationPolicy: None}\n"))
        assert not makes_secret(external("  target: {manifest: {apiVersion: v1, kind: ConfigMap}}\n"))

    @pytest.mark.parametrize(
        ("find", "fits"),
        [
            ("{path: OPENCODE_}", True),
            ("{path: PENCODE}", False),
            ("{name: {regexp: ^OPENCODE_.*$}}", True),
            ("{name: {regexp: PASSWORD}}", True),
            ("{name: {regexp: ^PASSWORD}}", False),
            ("{path: OPENCODE_, name: {regexp: TOKEN}}", False),
            ("{tags: {a: b}}", True),
            ('{name: {regexp: "(?P<x>("}}', True),
        ],
    )
    def test_what_a_pattern_matches(self, find: str, fits: bool) -> None:
        ((how, field),) = wholesale(external(f"  dataFrom: [{{find: {find}}}]\n"))
        assert how == "find"
        assert finds(field, "OPENCODE_DEMO_PASSWORD") is fits

    def test_weird_fields_do_no_harm(self) -> None:
        for spec in (
            "  data: {a: b}\n  dataFrom: x\n",
            "  data: [a, null, {secretKey: [x], remoteRef: y}]\n",
            "  target: [a]\n  secretStoreRef: 5\n",
            "  target: {template: {data: [a]}}\n",
            "  []\n",
        ):
            resource = external(spec)
            assert all(fetch.name == "" for fetch in fetches(resource))
            assert set(keys_of(resource)) <= {"", "x"}
            assert list(wholesale(resource)) == []


class TestProducers:
    def test_everything_that_makes_a_secret(self) -> None:
        built = tree(
            f"{DEMO.format(kind='ExternalSecret')}spec: {{target: {{name: external}}}}\n",
            f"{DEMO.format(kind='Secret')}stringData: {{a: x}}\ndata: {{b: eA==}}\n",
            f"{DEMO.format(kind='SealedSecret')}spec: {{encryptedData: {{a: x}}, "
            "template: {metadata: {name: sealed}}}\n",
            f"{DEMO.format(kind='Certificate')}spec: {{secretName: tls}}\n",
            f"{DEMO.format(kind='ClusterExternalSecret')}spec: {{externalSecretName: everywhere}}\n",
            generator="secretGenerator: [{name: generated}]\n",
            objects=(ExistingObject(kind="Secret", name="listed", namespace="demo", keys=("k",)),),
        )
        flow = flow_of(built)
        made = {name: sorted(flow.makers("demo", name)[0].keys) for name in flow.names_in("demo")}
        assert made == {
            "external": [],
            "demo": ["a", "b"],
            "sealed": ["a"],
            "tls": ["ca.crt", "tls.crt", "tls.key"],
            "everywhere": [],
            "generated": [],
            "listed": ["k"],
        }
        assert flow.makers("other", "demo") == []
        assert flow.makers("other", "everywhere")
        assert flow_of(built) is flow

    def test_one_that_only_adds_makes_nothing(self) -> None:
        merged = f"{DEMO.format(kind='ExternalSecret')}spec: {{target: {{creationPolicy: Merge}}}}\n"
        assert flow_of(tree(merged)).makers("demo", "demo") == []
        both = tree(merged, f"{DEMO.format(kind='Secret')}data: {{b: eA==}}\n")
        assert len(flow_of(both).makers("demo", "demo")) == 2

    def test_keys_by_the_name_they_are_made_of(self) -> None:
        text = (
            f"{DEMO.format(kind='ExternalSecret')}spec:\n  data: [{{secretKey: a, remoteRef: {{key: A}}}}]\n"
        )
        flow = flow_of(tree(text))
        ((secret, key),) = flow.made_of("A", "demo")
        assert (secret.name, key.name) == ("demo", "a")
        assert flow.made_of("A", "other") == []
        assert flow.made_of("", "demo") == []


class TestUses:
    def test_variables_and_files(self) -> None:
        _, container = server(
            """\
      env:
        - {name: A, value: x}
        - {name: A, valueFrom: {secretKeyRef: {name: s, key: a, optional: true}}}
      envFrom: [{prefix: P_, secretRef: {name: t}}]
      volumeMounts:
        - {name: all, mountPath: /all/}
        - {name: one, mountPath: /one, subPath: k}
        - {name: some, mountPath: /some}
        - {name: mixed, mountPath: /mixed}
        - {name: none, mountPath: /none}
  volumes:
    - {name: all, secret: {secretName: u}}
    - {name: one, secret: {secretName: u}}
    - {name: some, secret: {secretName: u, optional: true, items: [{key: x, path: d/x}]}}
    - {name: mixed, projected: {sources: [{secret: {name: v}}, {configMap: {name: c}}]}}
"""
        )
        found = [
            (use.secret, use.key, use.arrives_at(use.key or "k"), use.optional) for use in uses_of(container)
        ]
        assert found == [
            ("s", "a", "A", True),
            ("t", "", "P_k", False),
            ("u", "", "/all/k", False),
            ("u", "k", "/one", False),
            ("u", "x", "/some/d/x", True),
            ("v", "", "/mixed/k", False),
        ]

    def test_where_a_reference_is_optional(self) -> None:
        _, container = server(
            """\
      env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: a, optional: true}}}]
      envFrom: [{secretRef: {name: t}}]
      volumeMounts: [{name: v, mountPath: /v}]
  volumes: [{name: v, secret: {optional: false, secretName: u, items: [{key: x, path: x}]}}]
"""
        )
        variable, bulk, file = uses_of(container)
        assert variable.optional_at.dotted == "spec.containers[0].env[0].valueFrom.secretKeyRef.optional"
        assert not bulk.optional_at.exists
        assert file.optional_at.dotted == "spec.volumes[0].secret.optional"

    def test_weird_fields_do_no_harm(self) -> None:
        for spec in (
            "      env: {A: b}\n      envFrom: x\n",
            "      env: [a, {name: [x]}, {valueFrom: y}, null]\n",
            "      volumeMounts: [{name: v}, x]\n  volumes: [{name: v, secret: [x]}, y]\n",
        ):
            built, container = server(spec)
            assert all(not use.secret for use in uses_of(container))
            assert set(variables(built, container)) <= {""}


class TestEnvironment:
    MAP = f"{DEMO.format(kind='ConfigMap')}data: {{A: from-map, B: from-map}}\n"
    KEYS = f"{DEMO.format(kind='Secret')}stringData: {{A: '1', C: '2'}}\n"

    def test_the_last_source_counts(self) -> None:
        built, container = server(
            """\
      envFrom: [{configMapRef: {name: demo}}, {prefix: "", secretRef: {name: demo}}]
      env: [{name: C, value: literal}, {name: D, valueFrom: {fieldRef: {}}}, {name: E}]
""",
            self.MAP,
            self.KEYS,
        )
        found = {
            name: (item.origin, item.value, item.key) for name, item in variables(built, container).items()
        }
        assert found == {
            "A": ("Secret", "", "A"),
            "B": ("ConfigMap", "from-map", "B"),
            "C": ("literal", "literal", ""),
            "D": ("pod", "", ""),
            "E": ("nothing", "", ""),
        }

    def test_a_value_that_stands_for_another(self) -> None:
        built, container = server(
            """\
      env:
        - {name: A, valueFrom: {configMapKeyRef: {name: demo, key: B}}}
        - {name: X, value: $(Y)}
        - {name: Y, value: $(A)}
        - {name: L, value: $(L)}
        - {name: N, value: $(NONE)}
""",
            self.MAP,
        )
        known = variables(built, container)
        reached = {name: item.name for name in known if (item := resolved(known, name)) is not None}
        assert reached == {"A": "A", "X": "A", "Y": "A", "L": "L", "N": "N"}
        assert resolved(known, "Z") is None

    def test_sources_that_no_file_shows(self) -> None:
        maps = "{configMapRef: {name: none}}, {configMapRef: {name: demo}}"
        spec = f"      envFrom: [{{secretRef: {{name: none}}}}, {maps}]\n"
        built, container = server(spec, self.MAP)
        assert [field.text for field in unread_sources(built, container)] == ["none", "none"]

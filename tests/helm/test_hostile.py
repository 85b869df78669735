"""Values of any shape: nothing raises, nothing takes long, every place is a place of the tree."""

from __future__ import annotations

import time
from textwrap import indent
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opencode_policy.pods.kubelet_environment import environment_of
from opencode_policy.tree import Tree
from opencode_policy.workload import pod_of
from tests.helm.releases import RELEASE, release_tree

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(
    ["", "a", "main", "app", "{{ .Release.Name }}", "{{ .x", "-", "configMap", "statefulset", "AUTO", "RollingUpdate", "merge", "1.5"]
)  # fmt: skip
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab") | st.text(max_size=3), inner, max_size=3), max_leaves=8
)  # fmt: skip


def fields(names: str, inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A mapping of some of these fields, or anything at all."""
    known = st.fixed_dictionaries({}, optional=dict.fromkeys(names.split(), inner | ANYTHING))
    return known | ANYTHING


def items(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A mapping of identifiers to items."""
    return st.dictionaries(st.sampled_from(["main", "app", "web"]), inner, max_size=3) | ANYTHING


PROBES = items(fields("enabled custom type spec port path command service", ANYTHING))
CONTAINER = fields(
    "image command args env envFrom probes resources dependsOn nameOverride enabled securityContext ports",
    fields("repository tag digest pullPolicy main app secretRef configMapRef name value valueFrom", ANYTHING)
    | PROBES,
)
CONTROLLER = fields(
    "type replicas strategy rollingUpdate pod containers initContainers cronjob job statefulset serviceAccount "
    "labels annotations defaultContainerOptions defaultContainerOptionsStrategy extraSelectorLabels",
    items(CONTAINER) | fields("volumeClaimTemplates identifier name schedule labels", ANYTHING),
)
MOUNTS = st.lists(fields("path subPath readOnly", ANYTHING), max_size=2) | ANYTHING
PERSISTENCE = fields(
    "type existingClaim name identifier size accessMode globalMounts advancedMounts volumeSpec items storageClass",
    MOUNTS | items(items(MOUNTS)),
)
SERVICE = fields(
    "controller primary type ports extraSelectorLabels",
    items(fields("port targetPort primary protocol", ANYTHING)),
)
BACKENDS = st.lists(fields("identifier name port weight namespace", ANYTHING), max_size=2)
ROUTE = fields(
    "kind hostnames parentRefs rules hosts tls className endpoints selector service",
    st.lists(fields("backendRefs matches paths host name identifier", BACKENDS), max_size=2),
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "controllers": items(CONTROLLER),
        "persistence": items(PERSISTENCE),
        "service": items(SERVICE),
        "route": items(ROUTE),
        "ingress": items(ROUTE),
        "serviceMonitor": items(ROUTE),
        "configMaps": items(fields("data binaryData labels", ANYTHING)),
        "secrets": items(fields("stringData type", ANYTHING)),
        "serviceAccount": items(fields("create name forceRename", ANYTHING)),
        "defaultPodOptions": fields("securityContext labels hostNetwork dnsPolicy", ANYTHING),
        "global": fields("nameOverride fullnameOverride labels annotations", ANYTHING),
        "rbac": ANYTHING,
        "rawResources": items(
            fields(
                "apiVersion kind spec manifest metadata labels",
                fields("kind apiVersion metadata spec", ANYTHING),
            )
        ),
        "externalSecrets": items(fields("target data secretStoreRef", ANYTHING)),
    },
)


def checked(tree: Tree) -> None:
    """Every view is whole, and everything has a place."""
    for resource in tree.resources:
        if resource.release is None:
            continue
        assert resource.kind
        assert resource.field.location.path == RELEASE
        pod = pod_of(resource)
        for container in pod.all_containers if pod else ():
            assert container.field.location.path == RELEASE
            assert all(name for name in environment_of(tree, container).variables)
            assert len(container.mounts) >= 0
    assert {item.location.path for item in tree.unseen} <= {RELEASE}


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(values=VALUES, tag=st.sampled_from(["3.7.3", "4.4.0", "5.0.1", "nonsense"]))
def test_any_values_make_a_tree(values: Any, tag: str) -> None:
    tree, _ = release_tree(yaml.safe_dump(values, allow_unicode=True), tag)
    checked(tree)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    spec=fields(
        "chart chartRef values valuesFrom targetNamespace releaseName",
        st.lists(fields("kind name targetPath valuesKey", ANYTHING))
        | fields("spec kind name namespace", ANYTHING),
    )
)
def test_any_spec_makes_a_tree(spec: Any) -> None:
    text = yaml.safe_dump(
        {
            "apiVersion": "helm.toolkit.fluxcd.io/v2",
            "kind": "HelmRelease",
            "metadata": {"name": "demo"},
            "spec": spec,
        },
        allow_unicode=True,
    )
    tree, _ = release_tree("", text=text)
    checked(tree)


@settings(max_examples=100)
@given(text=st.text(max_size=80), style=st.sampled_from("|>'\""))
def test_any_text_in_a_config_map_makes_a_tree(text: str, style: str) -> None:
    data = (
        indent(text, "    ") if style in "|>" else "    " + yaml.safe_dump(text, default_style=style).strip()
    )
    lead = f"{style}\n" if style in "|>" else "\n"
    config = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  values.yaml: {lead}{data}\n"
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: demo}\nspec:\n"
        "  chart: {spec: {chart: app-template, version: 4.4.0}}\n"
        "  valuesFrom: [{kind: ConfigMap, name: a}]\n"
    )
    tree, _ = release_tree("", text=release, files={"a.yaml": config})
    assert {item.location.path for item in tree.unseen} <= {RELEASE, "apps/demo/a.yaml"}


IMAGE = "image: {repository: x}"
MANY = {
    "everything in everything": "controllers:\n  main:\n    containers:\n"
    + "".join(f"      c{n}: {{{IMAGE}}}\n" for n in range(2000))
    + "persistence:\n"
    + "".join(f"  v{n}: {{type: emptyDir}}\n" for n in range(2000)),
    "containers": "controllers:\n  main:\n    containers:\n"
    + "".join(f"      c{n}: {{{IMAGE}, dependsOn: c{n + 1}}}\n" for n in range(2000)),
    "volumes": f"controllers: {{main: {{containers: {{app: {{{IMAGE}}}}}}}}}\npersistence:\n"
    + "".join(f"  v{n}: {{type: emptyDir}}\n" for n in range(2000)),
    "deep": "controllers: " + "{a: " * 80 + "1" + "}" * 80 + "\n",
    "variables": "controllers:\n  main:\n    containers:\n      app:\n        env:\n"
    + "".join(f"          V{n}: '{{{{ .Release.Name }}}}'\n" for n in range(10000)),
}


@pytest.mark.parametrize("values", MANY.values(), ids=list(MANY))
def test_large_values_take_little_time(values: str) -> None:
    started = time.process_time()
    release_tree(values)
    assert time.process_time() - started < 5

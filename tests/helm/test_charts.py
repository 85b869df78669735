"""Which chart a release installs, in which version, and what is said of those that are not read."""

from __future__ import annotations

import pytest

from opencode_policy.helm.chart_reference import ChartReference, chart_of
from opencode_policy.helm.objects import Objects
from opencode_policy.helm.release import Release
from opencode_policy.tree import Tree
from tests.helm.releases import RELEASE, gaps, release_tree

VALUES = "  values: {controllers: {main: {containers: {app: {image: {repository: x}}}}}}\n"
HEAD = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: demo}\nspec:\n"

SOURCES = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: %s}
spec: {url: "oci://example.org/charts/app-template/", ref: {%s}}
"""
HELM_CHART = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: {name: made}
spec: {chart: ./charts/app-template, version: 3.x}
"""


def tree_of(spec: str, values: str = VALUES, files: dict[str, str] | None = None) -> Tree:
    """A tree of one release."""
    tree, _ = release_tree("", files=files, text=f"{HEAD}  {spec}\n{values}")
    return tree


def chart(tree: Tree) -> ChartReference:
    """The chart of the one release."""
    [release] = tree.of_kind("HelmRelease")
    return chart_of(Release(release), Objects.of(tree.resources))


@pytest.mark.parametrize(
    ("spec", "name", "version", "major"),
    [
        ("chart: {spec: {chart: app-template, version: 4.4.0}}", "app-template", "4.4.0", 4),
        ("chart: {spec: {chart: charts/app-template, version: ^3.7.1}}", "app-template", "^3.7.1", 3),
        ("chart: {spec: {chart: app-template}}", "app-template", "", None),
        (
            "chart: {spec: {chart: app-template, version: '>=3.0.0 <5.0.0'}}",
            "app-template",
            ">=3.0.0 <5.0.0",
            None,
        ),
        (
            "chart: {kind: OCIRepository, spec: {url: oci://e/app-template, ref: {tag: 4.0.0}}}",
            "app-template",
            "4.0.0",
            4,
        ),
        ("chartRef: {kind: OCIRepository, name: tagged}", "app-template", "v4.4.0", 4),
        ("chartRef: {kind: OCIRepository, name: ranged}", "app-template", "~5.0", 5),
        ("chartRef: {kind: OCIRepository, name: digested}", "app-template", "", None),
        ("chartRef: {kind: OCIRepository, name: tagged, namespace: elsewhere}", "", "", None),
        ("chartRef: {kind: HelmChart, name: made}", "app-template", "3.x", 3),
        ("chartRef: {kind: OCIRepository, name: missing}", "", "", None),
        ("interval: 5m", "", "", None),
    ],
)
def test_a_chart_and_its_version(spec: str, name: str, version: str, major: int | None) -> None:
    files = {
        "tagged.yaml": SOURCES % ("tagged", "tag: v4.4.0"),
        "ranged.yaml": SOURCES % ("ranged", "semver: ~5.0, tag: 3.0.0"),
        "digested.yaml": SOURCES % ("digested", "digest: sha256:0"),
        "chart.yaml": HELM_CHART,
    }
    found = chart(tree_of(spec, files=files))
    assert (found.name, found.version, found.major) == (name, version, major)


def labels(tree: Tree) -> list[str]:
    """The labels by which the one workload selects."""
    [made] = tree.of_kind("Deployment")
    return [name for name, _ in made["spec"]["selector"]["matchLabels"].entries()]


def test_a_version_that_is_not_known_is_guessed_and_said() -> None:
    tree = tree_of("chart: {spec: {chart: app-template}}")
    assert labels(tree)[-1] == "app.kubernetes.io/controller"
    assert gaps(tree) == [
        ("which version of app-template demo installs is not known; read as version 4", f"{RELEASE}:5")
    ]


@pytest.mark.parametrize("sign", ["serviceAccount: {create: true}", "service: {a: {nameOverride: x}}"])
def test_the_guess_follows_the_shape_of_the_values(sign: str) -> None:
    values = f"{VALUES.rstrip()[:-1]}, {sign}}}\n"
    tree = tree_of("chart: {spec: {chart: app-template}}", values)
    assert labels(tree)[-1] == "app.kubernetes.io/component"


def test_a_version_that_is_too_old_is_not_read() -> None:
    tree = tree_of("chart: {spec: {chart: app-template, version: 1.5.1}}")
    assert [item for item in tree.resources if item.release] == []
    assert gaps(tree) == [("demo installs app-template 1.5.1, which is not read", f"{RELEASE}:5")]


def test_a_version_of_the_future_is_read_as_the_newest() -> None:
    tree = tree_of("chart: {spec: {chart: app-template, version: 9.0.0}}")
    assert labels(tree)[-1] == "app.kubernetes.io/controller"
    assert gaps(tree) == [("demo installs app-template 9.0.0, read as version 5", f"{RELEASE}:5")]


def test_a_chart_of_the_common_library() -> None:
    tree = tree_of("chart: {spec: {chart: sonarr, version: 1.0.0}}")
    assert [(item.kind, item.name) for item in tree.resources if item.release] == [
        ("Deployment", "demo-sonarr")
    ]
    assert gaps(tree) == [
        ("demo installs sonarr, read as app-template: its own defaults are not known", f"{RELEASE}:5")
    ]


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("chart: {spec: {chart: grafana}}", "demo installs the chart grafana"),
        (
            "chartRef: {kind: OCIRepository, name: missing}",
            "demo installs a chart that this tree does not name",
        ),
    ],
)
def test_another_chart_is_named_with_its_place(spec: str, reason: str) -> None:
    tree = tree_of(spec, "  values: {replicas: 2, image: {repository: x}}\n")
    assert [item for item in tree.resources if item.release] == []
    assert gaps(tree) == [(f"{reason}: what it makes of its values is not known", f"{RELEASE}:5")]


def test_shells_in_the_values_of_another_chart_are_seen() -> None:
    values = """\
  values:
    extraInitContainers:
      - name: prepare
        image: {repository: x, tag: y}
        command: [sh, -c]
        args: ["set -x; curl $TOKEN"]
        env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: s, key: k}}}, 5]
      - {name: other, command: [/bin/app], args: [{a: b}]}
    hooks: {post: {command: ["bash", "-c", "true"]}}
"""
    tree = tree_of("chart: {spec: {chart: grafana}}", values)
    [made] = [item for item in tree.resources if item.release]
    assert (made.kind, made.namespace, made.name) == ("Pod", "media", "demo")
    assert made["spec"]["containers"].python == [
        {
            "name": "prepare",
            "command": ["sh", "-c"],
            "args": ["set -x; curl $TOKEN"],
            "env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
        },
        {"name": "post", "command": ["bash", "-c", "true"]},
    ]
    assert made["spec"]["containers"][0]["args"][0].location.line == 11


@pytest.mark.parametrize(
    "section",
    ["networkpolicies", "rbac", "configMapsFromFolder", "secretsFromFolder", "podMonitor", "listenerSets"],
)
def test_sections_that_are_not_read_are_named(section: str) -> None:
    values = f"{VALUES.rstrip()[:-1]}, {section}: {{a: {{b: c}}}}}}\n"
    tree = tree_of("chart: {spec: {chart: app-template, version: 4.4.0}}", values)
    assert gaps(tree) == [(f"what '{section}' of demo makes is not read", f"{RELEASE}:6")]


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ("chart: {spec: {chart: app-template, version: 4.4.0, valuesFiles: [a.yaml]}}", "valuesFiles"),
        (
            "chart: {spec: {chart: app-template, version: 4.4.0}}\n  postRenderers: [{kustomize: {}}]",
            "postRenderers",
        ),
    ],
)
def test_what_changes_a_release_besides_its_values_is_named(spec: str, what: str) -> None:
    tree = tree_of(spec)
    line = 6 if what == "postRenderers" else 5
    assert gaps(tree) == [(f"what '{what}' of demo changes is not read", f"{RELEASE}:{line}")]


def test_a_release_that_makes_too_much_is_named() -> None:
    containers = ", ".join(f"c{n}: {{image: {{repository: x}}}}" for n in range(400))
    volumes = ", ".join(f"v{n}: {{type: emptyDir}}" for n in range(400))
    values = (
        f"  values: {{controllers: {{main: {{containers: {{{containers}}}}}}}, persistence: {{{volumes}}}}}\n"
    )
    tree = tree_of("chart: {spec: {chart: app-template, version: 4.4.0}}", values)
    assert gaps(tree) == [("what demo installs is too much to be read", f"{RELEASE}:6")]

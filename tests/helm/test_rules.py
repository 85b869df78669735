"""Rules see what a release makes without knowing of releases, and report on its lines."""

from __future__ import annotations

import pytest

from opencode_policy.engine import Stamp, judge
from opencode_policy.policy.decode import decode_value
from opencode_policy.report.json_v1 import _resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.image_unpinned import ImageUnpinned
from opencode_policy.rules.object_duplicated import ObjectDuplicated
from opencode_policy.rules.reference_dangling import ReferenceDangling
from opencode_policy.rules.resources_mismatch import ResourcesMismatch
from opencode_policy.rules.schema_mismatch import SchemaMismatch
from opencode_policy.rules.secret_in_arguments import SecretInArguments
from opencode_policy.rules.secret_in_file import SecretInFile
from opencode_policy.rules.shell_tracing import ShellTracing
from opencode_policy.testing import APP, example_tree, expected, reported

HEAD = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: demo}
spec:
  chart: {spec: {chart: app-template, version: 4.4.0}}
  values:
"""
SERVER = f"""\
{HEAD}\
    controllers:
      main:
        containers:
          server:
            image: {{repository: example/server, tag: "1@sha256:{"0" * 64}"}}
"""
RESOURCES = """\
            resources:
              requests: {{cpu: 100m, memory: 256Mi}}
              limits: {{cpu: {cpu}, memory: 512Mi}}{mark}
"""
INIT = f"""\
{SERVER}\
        initContainers:
          prepare:
            image: {{repository: example/init, tag: "1"}}
            env:
              TOKEN: {{secretKeyRef: {{name: keys, key: token}}}}
            command: [sh, -c]
            args:
              - |
"""

RIGHT = SERVER + RESOURCES.format(cpu="500m", mark="")


def tracing(line: str) -> str:
    """A release whose init container runs a line and then uses a token."""
    return (
        f'{INIT}                {line}\n                curl -H "Authorization: $TOKEN" https://example.org\n'
    )


GOOD = [
    (ResourcesMismatch, RIGHT),
    (ShellTracing, tracing("set -eu")),
    (SchemaMismatch, RIGHT),
    (ImageUnpinned, RIGHT),
    (ReferenceDangling, RIGHT),
]
BAD = [
    (
        ResourcesMismatch,
        SERVER + RESOURCES.format(cpu="400m", mark="  # <- server may use 400m of cpu instead of 500m"),
    ),
    (
        ShellTracing,
        tracing("set -x  # <- set -x makes the shell print TOKEN to the log"),
    ),
    (
        ReferenceDangling,
        f"""\
{SERVER}\
    persistence:
      data:
        existingClaim: missing  # <- there is no PersistentVolumeClaim demo/missing
""",
    ),
    (
        SchemaMismatch,
        f"""\
{SERVER}\
            securityContext:
              runAsUser: "1000"  # <- 'runAsUser' must be a whole number, not a number in quotes
""",
    ),
]


@pytest.mark.parametrize(("rule", "manifest"), GOOD)
def test_a_good_release_is_silent(rule: type[Rule], manifest: str) -> None:
    assert reported(rule, Example("release", manifest)) == []


@pytest.mark.parametrize(("rule", "manifest"), BAD)
def test_a_bad_release_is_reported_on_its_line(rule: type[Rule], manifest: str) -> None:
    example = Example("release", manifest)
    assert reported(rule, example) == expected(example)


def test_a_secret_among_the_arguments_of_a_script() -> None:
    manifest = tracing("true")
    found = reported(SecretInArguments, Example("release", manifest))
    assert [(path, line) for path, line, _ in found] == [(f"{APP}/manifest.yaml", manifest.count("\n"))]


def test_a_literal_secret_in_the_values_of_any_chart() -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    manifest = f"{HEAD}    anything: {{deep: [{{token: {token}}}]}}\n".replace("app-template", "other")
    found = reported(SecretInFile, Example("release", manifest))
    assert [(line, token in message) for _, line, message in found] == [(7, False)]


def test_an_object_that_a_release_makes_once_more() -> None:
    manifest = f"""\
{SERVER}\
    service: {{web: {{ports: {{http: {{port: 80}}}}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: demo}}
spec: {{ports: [{{port: 80}}]}}
"""
    assert [line for _, line, _ in reported(ObjectDuplicated, Example("release", manifest))] != []


def test_a_finding_names_the_release_and_the_view() -> None:
    example = Example("release", SERVER + RESOURCES.format(cpu="400m", mark=""))
    given = {**ResourcesMismatch.example_parameters}
    rule = ResourcesMismatch(decode_value(ResourcesMismatch.Parameters, given))
    said = judge([rule], example_tree(example))
    stamp = Stamp({rule.id: rule}, {}, {})
    [finding] = [item for item in map(stamp.finding, said.outcomes) if item is not None]
    assert str(finding.resource) == "HelmRelease demo/demo (Deployment demo)"
    assert finding.resource is not None
    assert _resource(finding.resource) == {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "namespace": "demo",
        "name": "demo",
        "view": "Deployment demo",
    }


def test_a_script_in_the_values_of_a_chart_that_is_not_understood() -> None:
    manifest = f"""\
{HEAD.replace("app-template", "other")}\
    extraInitContainers:
      - name: prepare
        image: {{repository: example/init, tag: "1"}}
        env: [{{name: TOKEN, valueFrom: {{secretKeyRef: {{name: keys, key: token}}}}}}]
        command: [sh, -c]
        args:
          - |
            set -x  # <- set -x makes the shell print TOKEN to the log
            echo "$TOKEN" | login
"""
    example = Example("release", manifest)
    assert reported(ShellTracing, example) == expected(example)


@pytest.mark.parametrize(
    ("data", "lines"),
    [("{mode: '{{ .Release.Name }}'}", []), ("{key: ${KEY}}", []), ("{key: correct-horse-9}", [10])],
)
def test_a_secret_that_the_chart_makes_is_one_by_declaration(data: str, lines: list[int]) -> None:
    manifest = f"{HEAD}    secrets:\n      main:\n        enabled: true\n        stringData: {data}\n"
    found = reported(SecretInFile, Example("release", manifest))
    assert [line for _, line, _ in found] == lines


def test_a_script_in_a_config_map_of_the_release() -> None:
    manifest = f"""\
{SERVER}\
        initContainers:
          prepare:
            image: {{repository: example/init, tag: "1"}}
            env: {{TOKEN: {{secretKeyRef: {{name: keys, key: token}}}}}}
            command: [sh, /scripts/run.sh]
    configMaps:
      scripts:
        data:
          run.sh: |
            #!/bin/sh
            set -x  # <- set -x makes the shell print TOKEN to the log
            login "$TOKEN"
    persistence:
      scripts:
        type: configMap
        identifier: scripts
        advancedMounts: {{main: {{prepare: [{{path: /scripts}}]}}}}
"""
    example = Example("release", manifest)
    assert reported(ShellTracing, example) == expected(example)


@pytest.mark.parametrize("source", ["", "  valuesFrom: [{kind: Secret, name: elsewhere}]\n"])
def test_what_is_not_shown_is_not_held_against_an_object(source: str) -> None:
    """A Deployment must have containers; of these values they may come from the Secret."""
    manifest = f"{HEAD}    controllers: {{main: {{replicas: 1}}}}\n{source}"
    found = reported(SchemaMismatch, Example("release", manifest))
    assert [message for _, _, message in found] == (
        [] if source else ["'spec' lacks the required field 'containers'"]
    )

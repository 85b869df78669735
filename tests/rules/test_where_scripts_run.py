"""A leak is found wherever a script runs and however it is written, and stands at its own line and column."""

from __future__ import annotations

import json
import textwrap

import pytest

from opencode_policy.outcome import Problem, location_of
from opencode_policy.rules.base import Example
from opencode_policy.rules.secret_in_output import SecretInOutput
from opencode_policy.testing import APP, example_tree, outcomes

ENTRY = "env: [{name: GIT_TOKEN, valueFrom: {secretKeyRef: {name: demo, key: token}}}]\n"
LEAK = 'echo "$GIT_TOKEN"'
SHOWN = '"$GI'
MANIFEST = f"{APP}/manifest.yaml"


def found(files: dict[str, str]) -> list[tuple[str, str, int]]:
    """Path, text and line of each leak."""
    example = Example("here", files)
    problems = [item for item in outcomes(SecretInOutput, example) if isinstance(item, Problem)]
    sources = example_tree(example).sources
    told = []
    for place in (location_of(problem.at) for problem in problems):
        line = sources[place.path].line(place.line)
        told.append((place.path, line[place.column - 1 :].lstrip("\\")[:4], place.line))
    return told


def line_of(text: str, needle: str = 'GIT_TOKEN"') -> int:
    """The line on which the leak stands."""
    return text[: text.index(needle)].count("\n") + 1


def manifest(kind: str, spec: str, indent: int) -> str:
    head = {
        "Pod": "spec:\n",
        "CronJob": "spec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n",
    }.get(kind, "spec:\n  template:\n    spec:\n")
    return (
        f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: demo}}\n{head}{textwrap.indent(spec, ' ' * indent)}"
    )


INDENT = {"Pod": 2, "CronJob": 10}
OTHER = "- {name: other, image: x}\n"


def container(body: str, kind: str = "containers") -> str:
    first = "" if kind == "containers" else f"containers:\n{OTHER}"
    return f"{first}{kind}:\n- name: a\n{textwrap.indent(body + ENTRY, '  ')}"


COMMAND = f"command: [sh, -c]\nargs:\n- |\n  true\n  {LEAK}\n"
PROBE = f"exec:\n  command:\n  - sh\n  - -c\n  - |\n    true\n    {LEAK}\n"


def probe(name: str) -> str:
    return container(f"{name}:\n{textwrap.indent(PROBE, '  ')}")


PLACES = {
    "a container": container(COMMAND),
    "an init container": container(COMMAND, "initContainers"),
    "a sidecar": container("restartPolicy: Always\n" + COMMAND, "initContainers"),
    "an ephemeral container": container(COMMAND, "ephemeralContainers"),
    "a startup probe": probe("startupProbe"),
    "a liveness probe": probe("livenessProbe"),
    "a readiness probe": probe("readinessProbe"),
    "a hook at the start": container(f"lifecycle:\n  postStart:\n{textwrap.indent(PROBE, '    ')}"),
    "a hook at the end": container(f"lifecycle:\n  preStop:\n{textwrap.indent(PROBE, '    ')}"),
}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_of_a_pod(place: str) -> None:
    text = manifest("Deployment", PLACES[place], 6)
    assert found({MANIFEST: text}) == [(MANIFEST, SHOWN, line_of(text))]


@pytest.mark.parametrize(
    "kind", ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"]
)
def test_every_kind_of_workload(kind: str) -> None:
    text = manifest(kind, PLACES["a container"], INDENT.get(kind, 6))
    assert found({MANIFEST: text}) == [(MANIFEST, SHOWN, line_of(text))]


@pytest.mark.parametrize(
    "command",
    [
        "[sh, -c]",
        "[/bin/sh, -ec]",
        "[ash, -c]",
        "[bash, -o, pipefail, -c]",
        "[/usr/bin/dash, -euc]",
        "[busybox, sh, -c]",
        "[/bin/busybox, ash, -ec]",
        "[env, sh, -c]",
        "[/usr/bin/env, A=b, bash, -c]",
        "[tini, --, sh, -c]",
        "[timeout, '5', sh, -c]",
    ],
)
def test_every_way_to_start_a_shell(command: str) -> None:
    text = manifest("Deployment", container(COMMAND.replace("[sh, -c]", command)), 6)
    assert found({MANIFEST: text}) == [(MANIFEST, SHOWN, line_of(text))]


SCALARS = {
    "literal": f"- |\n  true\n  {LEAK}\n",
    "literal, stripped": f"- |-\n  {LEAK}\n",
    "literal with an indicator": f"- |2\n    true\n    {LEAK}\n",
    "folded": f"- >\n  true;\n  {LEAK}\n",
    "folded with an indicator": f"- >2-\n  true;\n  {LEAK}\n",
    "single quotes": f"- 'true; {LEAK}'\n",
    "single quotes over lines": f"- 'true;\n\n  {LEAK}'\n",
    "double quotes": f"- {json.dumps(f'true; {LEAK}')}\n",
    "plain": f"- true; {LEAK}\n",
    "plain over lines": f"- true;\n  {LEAK}\n",
}


@pytest.mark.parametrize("style", SCALARS)
def test_every_style_of_scalar(style: str) -> None:
    body = container(f"command: [sh, -c]\nargs:\n{SCALARS[style]}")
    text = manifest("Deployment", body, 6)
    needle = 'GIT_TOKEN"' if "double" not in style else 'GIT_TOKEN\\"'
    assert found({MANIFEST: text}) == [(MANIFEST, SHOWN, line_of(text, needle))]


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_flow_sequence(quote: str) -> None:
    script = f"'true; {LEAK}'" if quote == "'" else json.dumps(f"true; {LEAK}")
    text = manifest("Deployment", container(f"command: [sh, -c, {script}]\n"), 6)
    needle = 'GIT_TOKEN"' if quote == "'" else 'GIT_TOKEN\\"'
    assert found({MANIFEST: text}) == [(MANIFEST, SHOWN, line_of(text, needle))]


class TestFiles:
    SCRIPT = f"#!/bin/sh\ntrue\n{LEAK}\n"
    VOLUMES = "volumes: [{name: scripts, configMap: {name: scripts%s}}]\n"

    def pod(self, command: str, mount: str = "mountPath: /scripts", items: str = "") -> str:
        body = f"{command}\nvolumeMounts: [{{name: scripts, {mount}}}]\n"
        return manifest("Deployment", container(body) + self.VOLUMES % items, 6)

    def config(self) -> str:
        data = textwrap.indent(self.SCRIPT, "    ")
        return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: scripts}}\ndata:\n  run.sh: |\n{data}"

    @pytest.mark.parametrize(
        ("command", "mount", "items"),
        [
            ("command: [sh, /scripts/run.sh]", "mountPath: /scripts", ""),
            ("command: [/scripts/run.sh]", "mountPath: /scripts", ""),
            ("command: [sh]\nargs: [/scripts/run.sh]", "mountPath: /scripts/", ""),
            ("command: [sh, /opt/go]", "{mountPath: /opt/go, subPath: run.sh}", ""),
            ("command: [sh, /scripts/go]", "mountPath: /scripts", ", items: [{key: run.sh, path: go}]"),
            ("command: [sh, -c, '. /scripts/run.sh']", "mountPath: /scripts", ""),
            ("command: [sh, -c, 'exec sh /scripts/run.sh']", "mountPath: /scripts", ""),
        ],
    )
    def test_of_a_config_map(self, command: str, mount: str, items: str) -> None:
        config, path = self.config(), f"{APP}/config.yaml"
        files = {MANIFEST: self.pod(command, mount.strip("{}"), items), path: config}
        assert found(files) == [(path, SHOWN, line_of(config))]

    def test_of_a_generator(self) -> None:
        path = f"{APP}/run.sh"
        kustomization = (
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [./manifest.yaml]\n"
            "configMapGenerator: [{name: scripts, files: [run.sh]}]\n"
        )
        files = {
            MANIFEST: self.pod("command: [sh, /scripts/run.sh]"),
            f"{APP}/kustomization.yaml": kustomization,
            path: self.SCRIPT,
        }
        assert found(files) == [(path, SHOWN, 3)]

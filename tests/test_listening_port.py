"""The port of a server, read off its command line."""

from __future__ import annotations

import pytest

from opencode_policy.opencode.listening_port import listening_port
from opencode_policy.outcome import location_of
from opencode_policy.workload import pod_of
from tests.trees import kustomization, tree_of

SCRIPT = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts, namespace: a}
data:
  run.sh: |
    #!/bin/sh
    trap 'kill $p' TERM
    opencode web --port 7000 & p=$!
    wait $p
"""


def port_of(fields: str, more: str = SCRIPT) -> tuple[int | None, str, int]:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: a}\nspec:\n  containers:\n"
        f"    - name: server\n      {fields}\n"
        "      volumeMounts: [{name: scripts, mountPath: /scripts}]\n"
        "      env:\n        - {name: PORT, value: '6000'}\n"
        "        - {name: HIDDEN, valueFrom: {secretKeyRef: {name: s, key: k}}}\n"
        "  volumes: [{name: scripts, configMap: {name: scripts}}]\n"
    )
    files = {
        "apps/kustomization.yaml": kustomization("a.yaml", "b.yaml"),
        "apps/a.yaml": text,
        "apps/b.yaml": more,
    }
    tree, _ = tree_of(files)
    pod = pod_of(tree.of_kind("Pod")[0])
    assert pod is not None
    found = listening_port(tree, pod.containers[0])
    place = location_of(found.at)
    return found.number, place.path, place.line


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ('args: [web, --port, "4096"]', 4096),
        ("args: [web, --port=4096]", 4096),
        ("args: [web, --port, 4096]", 4096),
        ("args: [web, --port, 1, --port, 2]", 2),
        ("args: [web, --port, $(PORT)]", 6000),
        ("args: [web, --port=$(PORT)]", 6000),
        ("args: [web, --port, $(HIDDEN)]", None),
        ("args: [web, --port, $(NOBODY)]", None),
        ("args: [web, --port, $$(PORT)]", 6000),  # Flux takes one dollar, Kubernetes sees the reference
        ("args: [web, --port, $$$$(PORT)]", None),
        ("args: [web, --port, many]", None),
        ("args: [web, --port]", None),
        ("args: [web]", 0),
        ("args: web", 0),
        ("image: opencode", 0),
        ("command: [opencode, web, --port, 5000]", 5000),
        ("command: [/usr/bin/env, opencode, web, --port, 5000]", 5000),
        ('command: [sh, -c, "exec opencode web --port 5000"]', 5000),
        ('command: [sh, -c, "opencode web --port $PORT"]', None),
        ("command: [python, server.py]", None),
        ("command: [sh, /scripts/run.sh]", 7000),
        ("command: [/scripts/run.sh]", 7000),
    ],
)
def test_numbers(fields: str, number: int | None) -> None:
    assert port_of(fields)[0] == number


def test_the_place_is_that_of_the_value() -> None:
    assert port_of('args:\n        - web\n        - --port\n        - "4096"') == (4096, "apps/a.yaml", 10)
    assert port_of("command: [/scripts/run.sh]") == (7000, "apps/b.yaml", 8)
    assert port_of("args: [web]") == (0, "apps/a.yaml", 7)
    assert port_of("image: x") == (0, "apps/a.yaml", 6)

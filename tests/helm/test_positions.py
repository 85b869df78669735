"""Every value of a view stands where somebody wrote it, and defaults of the chart say that they are none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from opencode_policy.nodes import ScalarNode, walk
from opencode_policy.resource import Field, Resource
from opencode_policy.scalar_map import locate
from tests.helm.releases import FIRST_LINE, RELEASE, view, views

VALUES = """\
controllers:
  main:
    replicas: 2
    strategy: RollingUpdate
    initContainers:
      init:
        image:
          repository: example/init
          tag: "1"
        command: [sh, -c]
        args:
          - |
            set -x
            echo "$TOKEN"
    containers:
      app:
        image:
          repository: example/app
          tag: 1.2.3
        env:
          TZ: Europe/Berlin
          NUMBER: 5
          TOKEN:
            secretKeyRef: {name: keys, key: token}
        probes:
          liveness: {enabled: true, custom: true, spec: {httpGet: {path: /up, port: 80}}}
        resources:
          limits:
            memory: 1Gi
service:
  web:
    ports:
      http:
        port: 8080
route:
  web:
    hostnames: ["{{ .Release.Name }}.example.org"]
    parentRefs: [{name: internal, namespace: network}]
    rules: [{backendRefs: [{identifier: web, port: http}]}]
persistence:
  data:
    existingClaim: data-claim
  scratch:
    type: emptyDir
    advancedMounts:
      main:
        app:
          - path: /scratch
"""
POD = "spec.template.spec"


def at(resource: Resource, path: str) -> Field:
    """A field by its dotted path."""
    field = resource.field
    for step in path.split("."):
        field = field[int(step)] if step.isdecimal() else field[step]
    return field


@pytest.mark.parametrize(
    ("kind", "path", "text", "line"),
    [
        ("Deployment", "spec.replicas", "2", 3),
        ("Deployment", "spec.strategy.type", "RollingUpdate", 4),
        ("Deployment", f"{POD}.initContainers.0.image", "example/init", 8),
        ("Deployment", f"{POD}.initContainers.0.command.1", "-c", 10),
        ("Deployment", f"{POD}.containers.0.image", "example/app", 18),
        ("Deployment", f"{POD}.containers.0.name", "app", 16),
        ("Deployment", f"{POD}.containers.0.env.0.name", "NUMBER", 22),
        ("Deployment", f"{POD}.containers.0.env.0.value", "5", 22),
        ("Deployment", f"{POD}.containers.0.env.1.valueFrom.secretKeyRef.key", "token", 24),
        ("Deployment", f"{POD}.containers.0.livenessProbe.httpGet.path", "/up", 26),
        ("Deployment", f"{POD}.containers.0.resources.limits.memory", "1Gi", 29),
        ("Deployment", f"{POD}.containers.0.resources.requests", "resources", 27),
        ("Deployment", f"{POD}.containers.0.volumeMounts.1.mountPath", "/scratch", 48),
        ("Deployment", f"{POD}.volumes.0.persistentVolumeClaim.claimName", "data-claim", 42),
        ("Deployment", f"{POD}.volumes.1.emptyDir", "scratch", 43),
        ("Deployment", f"{POD}.enableServiceLinks", "main", 2),
        ("Deployment", "kind", "main", 2),
        ("Service", "spec.ports.0.port", "8080", 34),
        ("Service", "spec.ports.0.targetPort", "8080", 34),
        ("Service", "spec.ports.0.protocol", "http", 33),
        ("HTTPRoute", "spec.hostnames.0", '"{{ .Release.Name }}.example.org"', 37),
        ("HTTPRoute", "spec.rules.0.backendRefs.0.name", "web", 39),
        ("HTTPRoute", "spec.rules.0.backendRefs.0.port", "8080", 34),
        ("HTTPRoute", "spec.parentRefs.0.namespace", "network", 38),
    ],
)
def test_a_value_stands_where_it_is_written(kind: str, path: str, text: str, line: int) -> None:
    place = at(view(VALUES, kind), path).location
    written = release_text().splitlines()[place.line - 1][place.column - 1 : place.end_column - 1]
    assert (place.path, place.line - FIRST_LINE + 1, written) == (RELEASE, line, text)


def release_text() -> str:
    """The whole file of the release."""
    from tests.helm.releases import release

    return release(VALUES)


def test_a_place_inside_a_script_is_exact() -> None:
    script = at(view(VALUES, "Deployment"), f"{POD}.initContainers.0.args.0").node
    assert isinstance(script, ScalarNode)
    assert script.value == 'set -x\necho "$TOKEN"\n'
    place = locate(script, script.value.index("$TOKEN"), script.value.index("$TOKEN") + 6)
    assert (place.line - FIRST_LINE + 1, place.column) == (14, 23)


def scalars() -> Iterator[ScalarNode]:
    """All scalars of all views."""
    for resource in views(VALUES):
        yield from walk(resource.root)


def test_nothing_stands_outside_of_the_release() -> None:
    for node in scalars():
        place = node.location
        assert place.path == RELEASE
        assert place.line == 4 or place.line >= FIRST_LINE or node.value == "media", node.value


def test_what_is_not_written_says_why() -> None:
    """A value differs from its text only where its history tells; keys and names that follow are exempt."""
    text = release_text()
    for resource in views(VALUES):
        for path in ("spec.revisionHistoryLimit", f"{POD}.dnsPolicy", f"{POD}.automountServiceAccountToken"):
            node = at(resource, path).node
            if node is not None:
                assert [change.kind for change in node.history] == ["default"]
                assert node.location.line > FIRST_LINE
                assert "main" in text.splitlines()[node.location.line - 1]


def test_the_history_of_values_that_are_changed() -> None:
    deployment, route = view(VALUES, "Deployment"), view(VALUES, "HTTPRoute")
    image = at(deployment, f"{POD}.containers.0.image").node
    assert image is not None
    assert [(c.kind, c.location.line - FIRST_LINE + 1) for c in image.history] == [("image", 19)]
    number = at(deployment, f"{POD}.containers.0.env.0.value").node
    assert number is not None
    assert [change.kind for change in number.history] == ["text"]
    host = at(route, "spec.hostnames.0").node
    assert host is not None
    assert [change.kind for change in host.history] == ["template"]

"""Containers: image, commands, environment, probes, defaults of the controller, order.

Written by hand from the common library's templates `lib/container/**` and its unit tests
`container/field_probes_test.yaml`, `container/env_test.yaml`.
"""

from __future__ import annotations

import pytest
import yaml

from tests.helm.releases import mistakes, pod, view, views

BASE = "repository: example/app"


def container(fields: str, more: str = "", tag: str = "4.4.0", controller: str = "") -> dict[str, object]:
    """The container of a release with these fields."""
    own = f"    {controller}\n" if controller else ""
    values = f"controllers:\n  main:\n{own}    containers:\n      app:\n        {fields}\n{more}"
    made = pod(values, tag=tag)["containers"]
    assert isinstance(made, list)
    return made[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("{repository: example/app, tag: v1}", "example/app:v1"),
        ("{repository: example/app, tag: v1@sha256:0}", "example/app:v1@sha256:0"),
        ("{repository: example/app, tag: v1, digest: sha256:0}", "example/app:v1@sha256:0"),
        ("{repository: example/app, digest: sha256:0}", "example/app@sha256:0"),
        ("{repository: example/app}", "example/app"),
        ("{repository: example/app, tag: 31}", "example/app:31"),
        ("{repository: example/app, tag: 3.20}", "example/app:3.2"),
        ("{repository: example/app, tag: '3.20'}", "example/app:3.20"),
        ("{repository: example/app, tag: 20240101}", "example/app:2.0240101e+07"),
        ("{repository: example/app, tag: '{{ .Release.Name }}'}", "example/app:demo"),
        ("example/app:v1", "example/app:v1"),
    ],
)
def test_an_image(image: str, expected: str) -> None:
    assert container(f"image: {image}")["image"] == expected


@pytest.mark.parametrize("word", ["command", "args"])
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[a, b]", ["a", "b"]),
        ("one", ["one"]),
        ("'{{ x }}'", ["{{ x }}"]),
        ("[]", None),
        ("''", None),
        ("null", None),
    ],
)
def test_what_a_container_runs(word: str, written: str, expected: object) -> None:
    assert container(f"{{image: {{{BASE}}}, {word}: {written}}}").get(word) == expected


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ("{B: x, A: y}", [{"name": "A", "value": "y"}, {"name": "B", "value": "x"}]),
        ("{A: 1000}", [{"name": "A", "value": "1000"}]),
        ("{A: 20971520}", [{"name": "A", "value": "2.097152e+07"}]),
        ("{A: true}", [{"name": "A", "value": "true"}]),
        ("{A: '{{ .Release.Namespace }}'}", [{"name": "A", "value": "media"}]),
        ("{A: {value: 5}}", [{"name": "A", "value": "5"}]),
        (
            "{A: {valueFrom: {fieldRef: {fieldPath: metadata.name}}}}",
            [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        ),
        (
            "{A: {secretKeyRef: {name: s, key: k}}}",
            [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
        ),
        (
            "{A: {secretKeyRef: {name: '{{ .Release.Name }}-s', key: k, optional: true}}}",
            [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "demo-s", "key": "k", "optional": True}}}],
        ),
        (
            "[{name: B, value: x}, {name: A, value: y}]",
            [{"name": "B", "value": "x"}, {"name": "A", "value": "y"}],
        ),
        (
            "[{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]",
            [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
        ),
        ("{A: {value: x, dependsOn: B}, B: y}", [{"name": "B", "value": "y"}, {"name": "A", "value": "x"}]),
        (
            "{A: {value: x, dependsOn: [C, B]}, B: {value: y, dependsOn: C}, C: z}",
            [{"name": "C", "value": "z"}, {"name": "B", "value": "y"}, {"name": "A", "value": "x"}],
        ),
    ],
)
def test_the_environment_in_every_shape(env: str, expected: object) -> None:
    assert container(f"{{image: {{{BASE}}}, env: {env}}}")["env"] == expected


CONFIGURATION = (
    "configMaps: {settings: {data: {a: b}}, other: {data: {}}}\nsecrets: {keys: {stringData: {a: b}}}\n"
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{secretRef: {name: s}}", {"secretRef": {"name": "s"}}),
        (
            "{secretRef: {name: '{{ .Release.Name }}'}, prefix: P_}",
            {"prefix": "P_", "secretRef": {"name": "demo"}},
        ),
        ("{secretRef: {identifier: keys}}", {"secretRef": {"name": "demo"}}),
        (
            "{secretRef: {identifier: keys, optional: true}}",
            {"secretRef": {"name": "demo", "optional": True}},
        ),
        ("{configMapRef: {identifier: settings}}", {"configMapRef": {"name": "demo-settings"}}),
        ("{configMap: settings}", {"configMapRef": {"name": "demo-settings"}}),
        ("{configMap: elsewhere}", {"configMapRef": {"name": "elsewhere"}}),
        ("{secret: keys}", {"secretRef": {"name": "demo"}}),
    ],
)
def test_environment_from_whole_objects(source: str, expected: object) -> None:
    fields = f"{{image: {{{BASE}}}, envFrom: [{source}]}}"
    assert container(fields, CONFIGURATION)["envFrom"] == [expected]


def test_an_identifier_that_leads_nowhere() -> None:
    values = f"""\
controllers:
  main:
    containers:
      app:
        image: {{{BASE}}}
        envFrom:
          - secretRef:
              identifier: keyz
"""
    assert mistakes(values) == [(8, "there is no Secret with the identifier 'keyz'")]


DEFAULTS = {"initialDelaySeconds": 0, "periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3}
SERVICE = "service: {main: {controller: main, ports: {http: {port: 8081}}}}\n"


@pytest.mark.parametrize(
    ("probe", "more", "expected"),
    [
        ("enabled: true", SERVICE, {"tcpSocket": {"port": 8081}, **DEFAULTS}),
        ("enabled: true", SERVICE.replace("8081", "'80'"), {"tcpSocket": {"port": 80}, **DEFAULTS}),
        (
            "enabled: true",
            SERVICE.replace("8081}", "8081, targetPort: 80}"),
            {"tcpSocket": {"port": 80}, **DEFAULTS},
        ),
        (
            "enabled: true",
            SERVICE.replace("}}}}", "}, test: {primary: true, port: 8080}}}}"),
            {"tcpSocket": {"port": 8080}, **DEFAULTS},
        ),
        ("enabled: true, port: 8081", "", {"tcpSocket": {"port": 8081}, **DEFAULTS}),
        ("enabled: true, port: http", SERVICE, {"tcpSocket": {"port": "http"}, **DEFAULTS}),
        (
            "enabled: true, type: AUTO, path: /v",
            SERVICE.replace("port: 8081", "port: 8081, protocol: HTTP"),
            {"httpGet": {"path": "/v", "port": 8081, "scheme": "HTTP"}, **DEFAULTS},
        ),
        (
            "enabled: true, type: HTTPS, path: /v",
            SERVICE,
            {"httpGet": {"path": "/v", "port": 8081, "scheme": "HTTPS"}, **DEFAULTS},
        ),
        ("enabled: true, type: GRPC", SERVICE, {"grpc": {"port": 8081}, **DEFAULTS}),
        (
            "enabled: true, type: GRPC, service: test",
            SERVICE,
            {"grpc": {"port": 8081, "service": "test"}, **DEFAULTS},
        ),
        ("enabled: true, command: [/bin/check]", "", {"exec": {"command": ["/bin/check"]}, **DEFAULTS}),
        (
            "enabled: true, type: AUTO, command: [/bin/check]",
            SERVICE,
            {"exec": {"command": ["/bin/check"]}, **DEFAULTS},
        ),
        (
            "enabled: true, spec: {periodSeconds: 5}",
            SERVICE,
            {"tcpSocket": {"port": 8081}, **DEFAULTS, "periodSeconds": 5},
        ),
        (
            "enabled: true, custom: true, spec: {httpGet: {path: /, port: 80}, periodSeconds: 5}",
            SERVICE,
            {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 5},
        ),
        ("enabled: false, custom: true, spec: {httpGet: {path: /, port: 80}}", SERVICE, None),
        ("custom: true, spec: {httpGet: {path: /, port: 80}}", SERVICE, None),
    ],
)
def test_a_probe(probe: str, more: str, expected: object) -> None:
    made = container(f"{{image: {{{BASE}}}, probes: {{liveness: {{{probe}}}}}}}", more)
    assert made.get("livenessProbe") == expected


def test_every_container_has_the_port_of_its_own_controller() -> None:
    values = f"""\
controllers:
  main: {{containers: {{app: {{image: {{{BASE}}}, probes: {{startup: {{enabled: true}}}}}}}}}}
  other: {{containers: {{app: {{image: {{{BASE}}}, probes: {{startup: {{enabled: true}}}}}}}}}}
service:
  main: {{controller: main, ports: {{http: {{port: 8081}}}}}}
  other: {{controller: other, ports: {{http: {{port: 8080}}}}}}
"""
    found = {
        item.name: item["spec"]["template"]["spec"]["containers"][0]
        for item in views(values)
        if item.kind == "Deployment"
    }
    assert {name: field["startupProbe"]["tcpSocket"]["port"].value for name, field in found.items()} == {
        "demo-main": 8081,
        "demo-other": 8080,
    }


OPTIONS = "defaultContainerOptions: {resources: {limits: {cpu: 1, memory: 1Gi}}, env: {A: x}}"


@pytest.mark.parametrize(
    ("strategy", "fields", "resources"),
    [
        ("", "", {"limits": {"cpu": 1, "memory": "1Gi"}}),
        ("", ", resources: {}", {"limits": {"cpu": 1, "memory": "1Gi"}}),
        ("", ", resources: {limits: {cpu: 2}}", {"limits": {"cpu": 2}}),
        (
            ", defaultContainerOptionsStrategy: merge",
            ", resources: {limits: {cpu: 2}}",
            {"limits": {"cpu": 2, "memory": "1Gi"}},
        ),
    ],
)
def test_defaults_of_the_controller(strategy: str, fields: str, resources: object) -> None:
    values = f"controllers: {{main: {{{OPTIONS}{strategy}, containers: {{app: {{image: {{{BASE}}}{fields}}}}}}}}}\n"
    made = pod(values)["containers"][0]  # type: ignore[index]
    assert made["resources"] == resources
    assert made["env"] == [{"name": "A", "value": "x"}]


@pytest.mark.parametrize(
    ("switch", "has"), [("", True), ("applyDefaultContainerOptionsToInitContainers: false, ", False)]
)
def test_defaults_of_the_controller_for_init_containers(switch: str, has: bool) -> None:
    both = f"initContainers: {{init: {{image: {{{BASE}}}}}}}, containers: {{app: {{image: {{{BASE}}}}}}}"
    spec = pod(f"controllers: {{main: {{{switch}{OPTIONS}, {both}}}}}\n")
    assert ["env" in item for item in spec["initContainers"]] == [has]  # type: ignore[attr-defined]
    assert ["env" in item for item in spec["containers"]] == [True]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("containers", "order"),
    [
        ("c: {image: {repository: x}}, a: {image: {repository: x}}", ["a", "c"]),
        ("a: {image: {repository: x}, dependsOn: c}, c: {image: {repository: x}}", ["c", "a"]),
        (
            "a: {image: {repository: x}, dependsOn: [b]}, b: {image: {repository: x}, dependsOn: c}, "
            "c: {image: {repository: x}}, d: {image: {repository: x}}",
            ["c", "b", "a", "d"],
        ),
        ("a: {image: {repository: x}, nameOverride: z}, b: {image: {repository: x}, enabled: false}", ["z"]),
    ],
)
@pytest.mark.parametrize("section", ["containers", "initContainers"])
def test_the_order_of_containers(section: str, containers: str, order: list[str]) -> None:
    other = "initContainers" if section == "containers" else "containers"
    values = f"controllers: {{main: {{{section}: {{{containers}}}, {other}: {{m: {{image: {{repository: x}}}}}}}}}}\n"
    assert [item["name"] for item in pod(values)[section]] == order  # type: ignore[attr-defined]


def test_dependencies_that_cannot_be_met() -> None:
    values = f"""\
controllers:
  main:
    initContainers:
      a:
        dependsOn: missing
        image: {{{BASE}}}
    containers:
      b:
        dependsOn: c
        image: {{{BASE}}}
      c:
        dependsOn: b
        image: {{{BASE}}}
"""
    assert mistakes(values) == [
        (5, "the init container a depends on 'missing', which does not exist"),
        (9, "the containers b, c wait for each other"),
    ]


def test_everything_a_container_has_as_it_is() -> None:
    fields = yaml.safe_load(
        "{image: {repository: x, pullPolicy: Always}, workingDir: /w, securityContext: {runAsUser: 0}, "
        "lifecycle: {preStop: {exec: {command: [a]}}}, ports: [{name: http, containerPort: 80}], "
        "restartPolicy: Always, stdin: true, tty: true, terminationMessagePath: /t}"
    )
    made = container(yaml.safe_dump(fields, default_flow_style=True, width=10000).strip())
    image = fields.pop("image")
    assert made == {"name": "app", "image": "x", "imagePullPolicy": image["pullPolicy"], **fields}


def test_a_name_with_a_template() -> None:
    values = "controllers: {main: {containers: {app: {nameOverride: '{{ .Release.Name }}', image: {repository: x}}}}}\n"
    assert view(values, "Deployment")["spec"]["template"]["spec"]["containers"][0]["name"].text == "demo"

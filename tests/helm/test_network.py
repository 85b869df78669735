"""Services, routes, ingresses and monitors, from the templates of the same names in `classes/`."""

from __future__ import annotations

import pytest

from tests.helm.releases import mistakes, view, views

IMAGE = "image: {repository: example/app, tag: 1.2.3}"
CONTROLLERS = f"controllers: {{main: {{containers: {{app: {{{IMAGE}}}}}}}}}\n"
SELECTOR = {
    "app.kubernetes.io/name": "demo",
    "app.kubernetes.io/instance": "demo",
    "app.kubernetes.io/controller": "main",
}
SERVICE = "service: {web: {controller: main, ports: {http: {port: 8080}, metrics: {port: 9090}}}}\n"


def port(name: str, number: int, **more: object) -> dict[str, object]:
    """One port of a Service."""
    return {"name": name, "port": number, "targetPort": number, "protocol": "TCP", **more}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("ports: {http: {port: 80}}", {"type": "ClusterIP", "ports": [port("http", 80)]}),
        ("ports: {http: {port: '80'}}", {"type": "ClusterIP", "ports": [port("http", 80)]}),
        (
            "ports: {http: {port: 80, targetPort: web}}",
            {"type": "ClusterIP", "ports": [port("http", 80, targetPort="web")]},
        ),
        (
            "ports: {b: {port: 80, protocol: HTTP}, a: {port: 53, protocol: UDP}, c: {enabled: false, port: 1}}",
            {"type": "ClusterIP", "ports": [port("a", 53, protocol="UDP"), port("b", 80)]},
        ),
        (
            "ports: {http: {port: 80, appProtocol: kubernetes.io/ws, nodePort: 30080}}, type: NodePort",
            {"type": "NodePort", "ports": [port("http", 80, appProtocol="kubernetes.io/ws", nodePort=30080)]},
        ),
        (
            "type: LoadBalancer, externalTrafficPolicy: Local, ports: {http: {port: 80}}",
            {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "ports": [port("http", 80)]},
        ),
    ],
)
def test_a_service(item: str, expected: dict[str, object]) -> None:
    made = view(f"{CONTROLLERS}service: {{web: {{controller: main, {item}}}}}\n", "Service")
    assert made["spec"].python == {**expected, "selector": SELECTOR}


def test_a_service_finds_the_only_controller() -> None:
    made = view(f"{CONTROLLERS}service: {{web: {{ports: {{http: {{port: 80}}}}}}}}\n", "Service")
    assert made["spec"]["selector"].python == SELECTOR
    assert made["metadata"]["labels"]["app.kubernetes.io/service"].text == "demo"


def test_services_without_a_controller() -> None:
    values = f"""\
controllers:
  a: {{containers: {{app: {{{IMAGE}}}}}}}
  b: {{containers: {{app: {{{IMAGE}}}}}}}
service:
  one:
    ports: {{http: {{port: 80}}}}
  two:
    controller: c
    ports: {{http: {{port: 80}}}}
"""
    assert mistakes(values) == [(5, "the service names no controller"), (8, "there is no controller 'c'")]


PARENT = {"group": "gateway.networking.k8s.io", "kind": "Gateway"}


def backend(**more: object) -> dict[str, object]:
    """A backend of a route."""
    return {"group": "", "kind": "Service", "name": "demo", "namespace": "media", "weight": 1, **more}


def route(item: str, service: str = SERVICE) -> object:
    """Spec of the one route."""
    return view(f"{CONTROLLERS}{service}route: {{web: {{{item}}}}}\n", "HTTPRoute")["spec"].python


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("rules: [{backendRefs: [{identifier: web, port: http}]}]", [{"backendRefs": [backend(port=8080)]}]),
        ("rules: [{backendRefs: [{identifier: web, port: 9090}]}]", [{"backendRefs": [backend(port=9090)]}]),
        ("rules: [{backendRefs: [{port: metrics}]}]", [{"backendRefs": [backend(port=9090)]}]),
        ("rules: [{backendRefs: [{}]}]", [{"backendRefs": [backend(port=8080)]}]),
        ("rules: []", [{"backendRefs": [backend(port=8080)]}]),
        (
            "rules: [{backendRefs: [{name: other, namespace: there, port: 80, weight: 0}]}]",
            [{"backendRefs": [backend(name="other", namespace="there", port=80, weight=0)]}],
        ),
        (
            "rules: [{matches: [{path: {type: PathPrefix, value: /}}], timeouts: {request: 0s}, backendRefs: [{}]}]",
            [
                {
                    "backendRefs": [backend(port=8080)],
                    "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                    "timeouts": {"request": "0s"},
                }
            ],
        ),
        (
            "rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}]",
            [{"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]}],
        ),
    ],
)
def test_the_rules_of_a_route(item: str, expected: object) -> None:
    service = SERVICE.replace("port: 8080", "port: 8080, primary: true")
    assert route(f"parentRefs: [{{name: internal}}], {item}", service) == {
        "parentRefs": [{**PARENT, "name": "internal"}],
        "rules": expected,
    }


def test_a_whole_route() -> None:
    spec = route(
        "parentRefs: [{name: internal, namespace: network, sectionName: https}], "
        "hostnames: ['{{ .Release.Name }}.example.org', other.example.org]"
    )
    assert isinstance(spec, dict)
    assert spec["parentRefs"] == [
        {**PARENT, "name": "internal", "namespace": "network", "sectionName": "https"}
    ]
    assert spec["hostnames"] == ["demo.example.org", "other.example.org"]


@pytest.mark.parametrize("kind", ["GRPCRoute", "TCPRoute"])
def test_routes_of_other_kinds(kind: str) -> None:
    made = view(f"{CONTROLLERS}{SERVICE}route: {{web: {{kind: {kind}, hostnames: [a]}}}}\n", kind)
    assert made["spec"]["hostnames"].exists == (kind == "GRPCRoute")


def test_a_route_takes_its_annotations() -> None:
    item = "annotations: {external-dns.home.arpa/enabled: 'true'}, labels: {a: '{{ .Release.Name }}'}"
    made = view(f"{CONTROLLERS}{SERVICE}route: {{web: {{{item}}}}}\n", "HTTPRoute")
    assert made["metadata"]["annotations"].python == {"external-dns.home.arpa/enabled": "true"}
    assert made["metadata"]["labels"]["a"].text == "demo"


def test_references_to_services_that_lead_nowhere() -> None:
    values = f"""\
{CONTROLLERS}service:
  a: {{ports: {{http: {{port: 80}}}}}}
  b: {{ports: {{http: {{port: 81}}}}}}
route:
  web:
    rules:
      - backendRefs:
          - identifier: c
          - identifier: a
            port: https
          - port: 80
ingress:
  web:
    hosts:
      - host: example.org
        paths:
          - path: /
            service:
              identifier: d
"""
    assert sorted(mistakes(values)) == [
        (9, "there is no service 'c'"),
        (11, "the service a has no port 'https'"),
        (12, "the service is not named, and there is more than one"),
        (20, "there is no service 'd'"),
    ]


def test_an_ingress() -> None:
    item = """{className: internal, tls: [{secretName: t, hosts: [a.example.org]}], hosts: [{host: '{{ .Release.Name }}.example.org', paths: [{path: /, service: {identifier: web, port: metrics}}]}]}"""
    assert view(f"{CONTROLLERS}{SERVICE}ingress: {{web: {item}}}\n", "Ingress")["spec"].python == {
        "ingressClassName": "internal",
        "tls": [{"hosts": ["a.example.org"], "secretName": "t"}],
        "rules": [
            {
                "host": "demo.example.org",
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "pathType": "Prefix",
                            "backend": {"service": {"name": "demo", "port": {"number": 9090}}},
                        }
                    ]
                },
            }
        ],
    }


def test_a_service_monitor_selects_the_service() -> None:
    item = "{serviceMonitor: {web: {endpoints: [{port: metrics}], service: {identifier: web}}}}"
    found = views(f"{CONTROLLERS}{SERVICE}{item[1:-1]}\n")
    made = {item.kind: item for item in found}
    assert made["ServiceMonitor"]["spec"].python == {
        "namespaceSelector": {"matchNames": ["media"]},
        "selector": {
            "matchLabels": {
                "app.kubernetes.io/name": "demo",
                "app.kubernetes.io/instance": "demo",
                "app.kubernetes.io/service": "demo",
            }
        },
        "endpoints": [{"port": "metrics"}],
    }
    labels = made["Service"]["metadata"]["labels"].python
    selected = made["ServiceMonitor"]["spec"]["selector"]["matchLabels"].python
    assert isinstance(labels, dict)
    assert isinstance(selected, dict)
    assert labels.items() >= selected.items()

"""Edits of the shipped manifests that change nothing the routing rules ask for: none may speak up."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from opencode_policy.run import Run
from opencode_policy.source import Source
from tests.mutations.edits import DEPLOYMENT, FLUX, HA, LISTED, POLICY, ROUTE, RULES, SERVICE
from tests.mutations.harness import check_sources, shipped

RULE_IDS = frozenset(
    {
        "dns-annotation-missing",
        "proxy-present",
        "route-chain-broken",
        "route-gateway-unacceptable",
        "server-unexpected",
        "stream-timeout-limited",
        "traffic-policy-missing",
    }
)
REQUIREMENTS = ("FLUX-01", "FLUX-09", "HA-01", "HA-09", "OPS-03", "SCOPE-05", "SCOPE-07")


@dataclass(frozen=True, slots=True)
class Harmless:
    """An edit of one file, further ones in `more` (path, old, new), and files that are added and listed."""

    what: str
    path: str = ""
    old: str = ""
    new: str = ""
    more: tuple[tuple[str, str, str], ...] = ()
    added: str = ""
    files: dict[str, str] = field(default_factory=dict)


_TARGET = "  targetRefs:\n    - group: gateway.networking.k8s.io\n      kind: HTTPRoute\n      name: *app\n"
_ANNOTATION = 'external-dns.home.arpa/enabled: "true"'
_ARGS = '          args: [web, --hostname, 0.0.0.0, --port, "4096"]\n'
_POD = """\
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: tidy
spec:
  jobTemplate:
    spec:
      template:
        metadata: {labels: {app.kubernetes.io/name: tidy}}
        spec: {containers: [{name: tidy, image: docker.io/library/alpine:3.20.0}]}
"""

HARMLESS = [
    Harmless(
        "a Service without a name for its port",
        f"{FLUX}/{SERVICE}",
        "    - name: http\n      port",
        "    - port",
    ),
    Harmless(
        "the port's number behind the Service", f"{HA}/{SERVICE}", "targetPort: http", "targetPort: 4096"
    ),
    Harmless("no target port: it is the Service's own", f"{FLUX}/{SERVICE}", "      targetPort: http\n", ""),
    Harmless("a headless Service", f"{HA}/{SERVICE}", "spec:\n", "spec:\n  clusterIP: None\n"),
    Harmless(
        "the Service on the port of the web",
        f"{FLUX}/{SERVICE}",
        "port: 4096",
        "port: 80",
        more=((f"{FLUX}/{ROUTE}", "port: 4096", "port: 80"),),
    ),
    Harmless(
        "a WebSocket hint as other Services have it",
        f"{HA}/{SERVICE}",
        "targetPort: http",
        "targetPort: http\n      protocol: TCP\n      appProtocol: kubernetes.io/ws",
    ),
    Harmless(
        "a second port of the Service",
        f"{FLUX}/{SERVICE}",
        "      targetPort: http\n",
        "      targetPort: http\n    - name: more\n      port: 9000\n      targetPort: nowhere\n",
    ),
    Harmless(
        "another label on pod, Service and selector",
        f"{HA}/{DEPLOYMENT}",
        "      app.kubernetes.io/name: *app\n",
        "      app.kubernetes.io/name: *app\n      app.kubernetes.io/component: server\n",
        more=(
            (
                f"{HA}/{SERVICE}",
                "    app.kubernetes.io/name: *app\n",
                "    app.kubernetes.io/component: server\n    app.kubernetes.io/name: *app\n",
            ),
        ),
    ),
    Harmless(
        "the selector as an expression",
        f"{FLUX}/{DEPLOYMENT}",
        "    matchLabels: &labels\n      app.kubernetes.io/name: *app\n",
        "    matchExpressions:\n"
        "      - {key: app.kubernetes.io/name, operator: In, values: [a, opencode-flux]}\n",
        more=(
            (
                f"{FLUX}/{DEPLOYMENT}",
                "      labels: *labels\n",
                "      labels: {app.kubernetes.io/name: opencode-flux}\n",
            ),
        ),
    ),
    Harmless(
        "the port in one word", f"{HA}/{DEPLOYMENT}", _ARGS, _ARGS.replace('--port, "4096"', '"--port=4096"')
    ),
    Harmless(
        "the port from the environment",
        f"{FLUX}/{DEPLOYMENT}",
        _ARGS,
        _ARGS.replace('"4096"', "$(PORT)"),
        more=(
            (
                f"{FLUX}/{DEPLOYMENT}",
                "            - name: PATH\n",
                '            - name: PORT\n              value: "4096"\n            - name: PATH\n',
            ),
        ),
    ),
    Harmless(
        "the program written out",
        f"{HA}/{DEPLOYMENT}",
        _ARGS,
        f"          command: [opencode]\n{_ARGS}",
    ),
    Harmless(
        "the listener chosen by its port",
        f"{FLUX}/{ROUTE}",
        "      sectionName: https\n",
        "      port: 443\n      group: gateway.networking.k8s.io\n      kind: Gateway\n",
    ),
    Harmless("no section: the plain listener refuses", f"{HA}/{ROUTE}", "      sectionName: https\n", ""),
    Harmless("an older version of HTTPRoute", f"{FLUX}/{ROUTE}", "k8s.io/v1\n", "k8s.io/v1beta1\n"),
    Harmless(
        "what defaults mean, written out",
        f"{HA}/{ROUTE}",
        RULES,
        "  rules:\n    - name: all\n      matches:\n"
        "        - path: {type: PathPrefix, value: /}\n      backendRefs:\n"
        '        - {group: "", kind: Service, name: *app, namespace: opencode, port: 4096, weight: 1}\n',
    ),
    Harmless(
        "a header for the server",
        f"{FLUX}/{ROUTE}",
        "    - backendRefs:\n",
        "    - filters:\n        - type: RequestHeaderModifier\n          requestHeaderModifier:\n"
        "            set: [{name: X-Forwarded-Proto, value: https}]\n      backendRefs:\n",
    ),
    Harmless(
        "a second host beside the right one",
        f"{HA}/{ROUTE}",
        '    - "ha.',
        '    - "home.opencode.${SECRET_DOMAIN}"\n    - "ha.',
    ),
    Harmless(
        "the timeouts in other units",
        f"{FLUX}/{POLICY}",
        "requestTimeout: 0s\n      connectionIdleTimeout: 3600s",
        'requestTimeout: "0h"\n      connectionIdleTimeout: 1h0m',
    ),
    Harmless("a silent connection lives for ever", f"{HA}/{POLICY}", "Timeout: 3600s", "Timeout: 0s"),
    Harmless("the other way to merge", f"{FLUX}/{POLICY}", "StrategicMerge", "JSONMerge"),
    Harmless("no merge, everything is said", f"{HA}/{POLICY}", "  mergeType: StrategicMerge\n", ""),
    Harmless(
        "limits that are none",
        f"{FLUX}/{POLICY}",
        "      requestTimeout: 0s\n",
        "      requestTimeout: 0s\n      maxConnectionDuration: 0s\n      maxStreamDuration: 0s\n",
    ),
    Harmless(
        "the limit is lifted by the route too",
        f"{HA}/{ROUTE}",
        "          port: 4096\n",
        "          port: 4096\n      timeouts:\n        request: 0s\n        backendRequest: 0s\n",
    ),
    Harmless(
        "the old form of the target",
        f"{FLUX}/{POLICY}",
        _TARGET,
        "  targetRef:\n    group: gateway.networking.k8s.io\n    kind: HTTPRoute\n    name: *app\n",
    ),
    Harmless(
        "the target by a label that Flux adds",
        f"{HA}/{POLICY}",
        _TARGET,
        "  targetSelectors:\n    - kind: HTTPRoute\n      matchLabels:\n"
        "        app.kubernetes.io/name: *app\n",
    ),
    Harmless(
        "one policy for two rules",
        f"{FLUX}/{ROUTE}",
        "          port: 4096\n",
        "          port: 4096\n    - matches: [{path: {value: /event}}]\n"
        "      backendRefs: [{name: opencode-flux, port: 4096}]\n",
    ),
    Harmless("the annotation in single quotes", f"{HA}/{ROUTE}", _ANNOTATION, _ANNOTATION.replace('"', "'")),
    Harmless(
        "a time to live",
        f"{FLUX}/{ROUTE}",
        _ANNOTATION,
        f'{_ANNOTATION}\n    external-dns.alpha.kubernetes.io/ttl: "300"',
    ),
    Harmless(
        "a policy that demands no login",
        added="---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\n"
        "metadata:\n  name: cors\nspec:\n"
        "  targetRefs:\n    - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: opencode-flux}\n"
        "  cors: {allowMethods: [GET]}\n",
    ),
    Harmless(
        "a NetworkPolicy that lets the port in",
        added="---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n"
        "  name: web\nspec:\n  podSelector: {}\n"
        "  ingress:\n    - from: [{namespaceSelector: {}}]\n      ports: [{port: 4000, endPort: 5000}]\n",
    ),
    Harmless(
        "a NetworkPolicy about what goes out",
        added="---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n"
        "  name: out\nspec:\n  podSelector: {}\n"
        "  policyTypes: [Egress]\n",
    ),
    Harmless("a job with labels and an image of its own", added=_POD),
    Harmless(
        "one user with a name",
        f"{HA}/{DEPLOYMENT}",
        "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
        "            - name: OPENCODE_SERVER_USERNAME\n              value: me@example.org\n"
        "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
    ),
    Harmless(
        "an init container of the server's image",
        f"{FLUX}/{DEPLOYMENT}",
        "      containers:\n        - name: opencode\n",
        "        - name: check\n          image: ghcr.io/anomalyco/opencode:1.18.33\n"
        "          args: [--version]\n"
        "      containers:\n        - name: opencode\n",
    ),
    Harmless(
        "a manifest of another server that nothing applies",
        files={
            "kubernetes/templates/server.yaml": "---\napiVersion: apps/v1\nkind: Deployment\n"
            "metadata: {name: t}\nspec:\n"
            "  template: {spec: {containers: [{name: t, image: ghcr.io/anomalyco/opencode:1.18.33}]}}\n"
        },
    ),
]


def checked(change: Harmless) -> Run:
    sources = dict(shipped()[1].sources)
    edits = [*([(change.path, change.old, change.new)] if change.path else []), *change.more]
    if change.added:
        sources[f"{FLUX}/added.yaml"] = Source(f"{FLUX}/added.yaml", change.added)
        edits.append((f"{FLUX}/{LISTED}", "resources:\n", "resources:\n  - ./added.yaml\n"))
    for path, old, new in edits:
        text = sources[path].text
        assert text.count(old) == 1, f"{path} holds the text to replace {text.count(old)} times: {old!r}"
        sources[path] = Source(path, text.replace(old, new))
    sources.update({path: Source(path, text) for path, text in change.files.items()})
    return check_sources(dict(sorted(sources.items())))


@pytest.mark.parametrize("change", HARMLESS, ids=lambda item: item.what)
def test_no_routing_rule_speaks_up(change: Harmless) -> None:
    run = checked(change)
    assert run.result.failures == ()
    found = [item for item in run.result.findings if item.rule in RULE_IDS]
    assert [f"{item.location} {item.rule}: {item.message}" for item in found] == []
    gaps = [gap for gap in run.result.gaps if gap.rule in RULE_IDS]
    assert [gap.reason for gap in gaps] == []


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_the_shipped_tree_proves_each_requirement(requirement: str) -> None:
    run = check_sources(dict(shipped()[1].sources))
    verdict = next(item for item in run.result.verdicts if item.id == requirement)
    wanted = {rule for item in run.policy.requirements if item.id == requirement for rule in item.rules}
    assert {item.rule for item in verdict.evidence} >= wanted & RULE_IDS
    assert wanted & RULE_IDS

"""The routing rules on manifests in which anything may stand anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opencode_policy.engine import judge
from opencode_policy.outcome import Outcome, Problem, location_of
from opencode_policy.policy.decode import decode_value
from opencode_policy.routing.route_examples import DEPLOYMENT, POLICY, ROUTE, SERVICE, reachable
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.dns_annotation_missing import DnsAnnotationMissing
from opencode_policy.rules.proxy_present import ProxyPresent
from opencode_policy.rules.route_chain_broken import RouteChainBroken
from opencode_policy.rules.route_gateway_unacceptable import RouteGatewayUnacceptable
from opencode_policy.rules.server_unexpected import ServerUnexpected
from opencode_policy.rules.stream_timeout_limited import StreamTimeoutLimited
from opencode_policy.rules.traffic_policy_missing import TrafficPolicyMissing
from opencode_policy.testing import example_tree

RULES: tuple[type[Rule], ...] = (
    DnsAnnotationMissing,
    ProxyPresent,
    RouteChainBroken,
    RouteGatewayUnacceptable,
    ServerUnexpected,
    StreamTimeoutLimited,
    TrafficPolicyMissing,
)
MORE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: internal, namespace: network}
spec:
  listeners:
    - name: https
      port: 443
      protocol: HTTPS
      hostname: "*.example.org"
      tls: {certificateRefs: [{name: a}]}
      allowedRoutes:
        kinds: [{kind: HTTPRoute}]
        namespaces: {from: Selector, selector: {matchLabels: {a: b}}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: {name: all, namespace: network}
spec:
  targetSelectors: [{kind: Gateway, matchExpressions: [{key: a, operator: In, values: [b]}]}]
  timeout: {http: {streamIdleTimeout: 1s}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: all, namespace: demo}
spec: {targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: demo}, oidc: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: demo}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 4096, endPort: 4097}]}]}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: all, namespace: demo}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: network}]
  to: [{group: "", kind: Service}]
"""
BUSY_ROUTE = f"""\
{ROUTE}\
      matches: [{{path: {{type: PathPrefix, value: /}}, headers: [{{name: a, value: b}}]}}]
      timeouts: {{request: 0s, backendRequest: 1s}}
      retry: {{attempts: 1}}
      filters:
        - {{type: URLRewrite, urlRewrite: {{path: {{type: ReplaceFullPath, replaceFullPath: /a}}}}}}
        - {{type: RequestHeaderModifier, requestHeaderModifier: {{set: [{{name: a, value: b}}]}}}}
        - type: ExtensionRef
          extensionRef: {{group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: a}}
"""
BUSY_POLICY = f"""\
{POLICY}\
  targetSelectors: [{{kind: HTTPRoute, matchLabels: {{a: b}}}}]
  retry: {{numRetries: 1, retryOn: {{triggers: [reset]}}, perRetry: {{timeout: 1s}}}}
  httpUpgrade: [{{type: spdy}}]
  faultInjection: {{abort: {{percentage: 1}}}}
"""
TEXTS = {
    "route": BUSY_ROUTE,
    "service": SERVICE,
    "deployment": DEPLOYMENT,
    "policy": BUSY_POLICY,
    "network": MORE,
}
WEIRD: list[Any] = [None, True, 0, -1, 70000, 1.5, "", " ", "x", "${DOMAIN}", "*."]
WEIRD += [[], [None], [[]], {}, {"name": None}, {"a": {}}]


def outcomes(texts: dict[str, str]) -> list[Outcome]:
    tree = example_tree(Example("weird", reachable(**texts)))
    rules = [rule(decode_value(rule.Parameters, dict(rule.example_parameters))) for rule in RULES]
    said = judge(rules, tree)
    assert said.failures == []
    return [judgement.outcome for judgement in said.outcomes]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    first, *rest = path
    if isinstance(value, dict):
        return {k: replaced(v, tuple(rest), new) if k == first else v for k, v in value.items()}
    if isinstance(value, list):
        return [replaced(v, tuple(rest), new) if i == first else v for i, v in enumerate(value)]
    return value


@pytest.mark.parametrize("name", sorted(TEXTS))
@settings(max_examples=40)
@given(data=st.data())
def test_no_rule_fails_on_what_stands_at_the_wrong_place(name: str, data: st.DataObject) -> None:
    documents = list(yaml.safe_load_all(TEXTS[name]))
    for _ in range(data.draw(st.integers(1, 3))):
        index = data.draw(st.integers(0, len(documents) - 1))
        path = data.draw(st.sampled_from(list(places(documents[index]))))
        documents[index] = replaced(documents[index], path, data.draw(st.sampled_from(WEIRD)))
    found = outcomes({**TEXTS, name: yaml.safe_dump_all(documents)})
    assert found
    assert all(location_of(item.at).line >= 1 for item in found if isinstance(item, Problem))


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_no_rule_fails_without_a_file(name: str) -> None:
    assert outcomes({**TEXTS, name: ""})


def test_every_rule_speaks_of_an_empty_workspace() -> None:
    tree = example_tree(Example("empty", {}))
    rules = [rule(decode_value(rule.Parameters, dict(rule.example_parameters))) for rule in RULES]
    said = judge(rules, tree)
    assert said.failures == []
    assert {(item.rule, item.workspace) for item in said.outcomes} == set(said.asked)

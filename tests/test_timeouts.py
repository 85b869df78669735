"""The timeouts that take effect on a route, and where each comes from."""

from __future__ import annotations

import pytest

from opencode_policy.durations import Duration
from opencode_policy.routing.timeouts import EffectiveTimeouts, Timeout, effective_timeouts
from tests.trees import kustomization, tree_of

HOST = "a.example.org"
GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: internal, namespace: apps}
spec:
  listeners:
    - {name: https, port: 443, protocol: HTTPS}
"""
TARGET = "group: gateway.networking.k8s.io, kind: KIND, name: NAME"
UNLIMITED = Duration(0)
HOUR = Duration(3_600_000)


def route(rule: str = "{}") -> str:
    return (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a, namespace: apps}\n"
        f"spec:\n  parentRefs: [{{name: internal}}]\n  hostnames: [{HOST}]\n  rules: [{rule}]\n"
    )


def policy(name: str, target: str, kind: str = "BackendTrafficPolicy", **spec: str) -> str:
    extra = "".join(f"  {key}: {value}\n" for key, value in spec.items())
    return (
        f"apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: {kind}\n"
        f"metadata: {{name: {name}, namespace: apps}}\nspec:\n  targetRefs: [{{{target}}}]\n{extra}"
    )


def on_route(section: str = "", **spec: str) -> str:
    target = TARGET.replace("KIND", "HTTPRoute").replace("NAME", "a")
    return policy(f"own{section}", target + (f", sectionName: {section}" if section else ""), **spec)


def on_gateway(section: str = "", kind: str = "BackendTrafficPolicy", **spec: str) -> str:
    target = TARGET.replace("KIND", "Gateway").replace("NAME", "internal")
    return policy(f"all{section}", target + (f", sectionName: {section}" if section else ""), kind, **spec)


def http(**values: str) -> str:
    return f"{{http: {{{', '.join(f'{key}: {value}' for key, value in values.items())}}}}}"


def effective(*texts: str) -> EffectiveTimeouts:
    files = {f"apps/{index}.yaml": text for index, text in enumerate(texts)}
    listed = kustomization(*(path.removeprefix("apps/") for path in files))
    tree, found = tree_of({**files, "apps/kustomization.yaml": listed})
    assert found == []
    (result,) = effective_timeouts(tree, tree.of_kind("HTTPRoute")[0], HOST)
    return result


def place(timeout: Timeout) -> tuple[str, str]:
    """Name of the object that sets a timeout, and the text that it says; empty for a default."""
    return (timeout.at.resource.name, timeout.at.text) if timeout.at else ("", "")


def test_nothing_set_is_envoys_default() -> None:
    found = effective(route(), GATEWAY)
    assert found.request == Timeout("requestTimeout", Duration(15_000))
    assert found.stream_idle == Timeout("streamIdleTimeout", Duration(300_000))
    assert found.connection_idle == Timeout("connectionIdleTimeout", HOUR)
    assert found.max_connection.duration == found.max_stream.duration == UNLIMITED


def test_a_gateway_out_of_sight_leaves_it_open() -> None:
    found = effective(route())
    assert found.listener is None
    assert found.request == Timeout("requestTimeout", None)
    assert found.stream_idle.duration is None


@pytest.mark.parametrize(
    ("rule", "duration", "text"),
    [
        ("{timeouts: {request: 10s}}", Duration(10_000), "10s"),
        ("{timeouts: {request: 10s, backendRequest: 5s}}", Duration(5000), "5s"),
        ("{timeouts: {request: 0s, backendRequest: 5s}, retry: {attempts: 1}}", UNLIMITED, "0s"),
        ("{timeouts: {request: soon}}", None, "soon"),
        ("{timeouts: {request: 0}}", None, "0"),
    ],
)
def test_a_rule_beats_the_policy(rule: str, duration: Duration | None, text: str) -> None:
    found = effective(route(rule), GATEWAY, on_route(timeout=http(requestTimeout="1m")))
    assert found.request.duration == duration
    assert place(found.request) == ("a", text)
    assert found.request.is_malformed == (duration is None)


def test_a_policy_without_a_merge_type_replaces_that_of_the_gateway() -> None:
    shared = on_gateway(timeout=http(requestTimeout="0s", connectionIdleTimeout="10m"))
    found = effective(route(), GATEWAY, shared, on_route(timeout=http(maxStreamDuration="2h")))
    assert found.request == Timeout("requestTimeout", Duration(15_000))
    assert found.connection_idle == Timeout("connectionIdleTimeout", HOUR)
    assert place(found.max_stream) == ("own", "2h")


@pytest.mark.parametrize("merge", ["StrategicMerge", "JSONMerge"])
def test_a_merge_keeps_what_the_route_does_not_say(merge: str) -> None:
    shared = on_gateway(timeout=http(requestTimeout="0s", connectionIdleTimeout="10m"))
    own = on_route(mergeType=merge, timeout=http(connectionIdleTimeout="2h"))
    found = effective(route(), GATEWAY, shared, own)
    assert place(found.request) == ("all", "0s")
    assert place(found.connection_idle) == ("own", "2h")
    assert [item.name for item in found.layers.policies] == ["own", "all"]


def test_a_merge_type_that_does_not_exist_leaves_the_gateways_policy_alone() -> None:
    shared = on_gateway(timeout=http(requestTimeout="7s"))
    own = on_route(mergeType="Merge", timeout=http(requestTimeout="0s"))
    found = effective(route(), GATEWAY, shared, own)
    assert place(found.request) == ("all", "7s")
    assert found.layers.refused
    assert place(effective(route(), GATEWAY, own).request) == ("own", "0s")
    assert effective(route(), own).request == Timeout("requestTimeout", None)


def test_the_listeners_policy_goes_before_the_gateways() -> None:
    gateway, listener = (
        on_gateway(timeout=http(requestTimeout="1s")),
        on_gateway("https", timeout=http(requestTimeout="2s")),
    )
    assert place(effective(route(), GATEWAY, gateway, listener).request) == ("allhttps", "2s")
    other = on_gateway("http", timeout=http(requestTimeout="3s"))
    assert place(effective(route(), GATEWAY, gateway, other).request) == ("all", "1s")


def test_a_rules_policy_goes_before_the_routes() -> None:
    whole, part = (
        on_route(timeout=http(requestTimeout="1s")),
        on_route("chat", timeout=http(requestTimeout="2s")),
    )
    assert place(effective(route("{name: chat}"), GATEWAY, whole, part).request) == ("ownchat", "2s")
    assert place(effective(route("{name: other}"), GATEWAY, whole, part).request) == ("own", "1s")


@pytest.mark.parametrize(
    ("request_timeout", "idle"), [("0s", UNLIMITED), ("5m", HOUR), ("2h", Duration(7_200_000))]
)
def test_silence_in_a_stream_follows_from_the_requests_limit(request_timeout: str, idle: Duration) -> None:
    found = effective(route(), GATEWAY, on_route(timeout=http(requestTimeout=request_timeout)))
    assert found.stream_idle == Timeout("streamIdleTimeout", idle)


def test_the_policy_of_the_clients_decides_about_silence() -> None:
    clients = on_gateway(kind="ClientTrafficPolicy", timeout=http(streamIdleTimeout="90s"))
    found = effective(route(), GATEWAY, clients, on_route(timeout=http(requestTimeout="0s")))
    assert place(found.stream_idle) == ("all", "90s")


def test_each_rule_and_each_listener_counts() -> None:
    gateway = GATEWAY + "    - {name: plain, port: 80, protocol: HTTP}\n"
    files = {
        "apps/kustomization.yaml": kustomization("a.yaml", "b.yaml"),
        "apps/a.yaml": route("{name: x}, {name: y}"),
        "apps/b.yaml": gateway,
    }
    tree, _ = tree_of(files)
    found = effective_timeouts(tree, tree.of_kind("HTTPRoute")[0], HOST)
    seen = [(item.rule["name"].text, item.listener.name if item.listener else "") for item in found]
    assert seen == [("x", "https"), ("x", "plain"), ("y", "https"), ("y", "plain")]

"""Ways to leave a route without its traffic policy, or with timeouts that cut off a stream."""

from __future__ import annotations

from tests.mutations.edits import DRIFT, HA, LISTED, POLICY, ROUTE, added, mutation
from tests.mutations.harness import Mutation


def _traffic(
    requirement: str, what: str, old: str, new: str, line: str, message: str = "", **more: object
) -> Mutation:
    return mutation("traffic-policy-missing", requirement, what, POLICY, old, new, line, message, **more)  # type: ignore[arg-type]


_REFERENCE = "    - group: gateway.networking.k8s.io\n      kind: HTTPRoute\n      name: *app\n"
_POLICY_COPY = """\
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata:
  name: zz-copy
spec:
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: ROUTE
  timeout: {http: {requestTimeout: 0s}}
"""
_POLICIES = [
    _traffic(
        "FLUX-09",
        "a route that does not exist",
        "      name: *app\n",
        "      name: opencode-flx\n",
        "opencode-flx",
        "there is no HTTPRoute opencode/opencode-flx; did you mean 'opencode-flux'?",
    ),
    _traffic(
        "HA-09",
        "the target is copied from the other workspace",
        "      name: *app\n",
        "      name: opencode-flux\n",
        "name: &app opencode-ha",
        "no BackendTrafficPolicy targets the HTTPRoute opencode-ha",
        at=ROUTE,
    ),
    Mutation(
        "FLUX-09",
        "the other workspace's policy targets the route too",
        "traffic-policy-missing",
        f"{HA}/{POLICY}",
        "      name: *app\n",
        "      name: opencode-flux\n",
        "name: opencode-flux",
        also=(DRIFT,),
        message="the HTTPRoute opencode-flux has two policies, opencode-flux and opencode-ha, "
        "of which the older wins",
    ),
    _traffic(
        "HA-09",
        "a target without its group",
        "    - group: gateway.networking.k8s.io\n      kind",
        "    - kind",
        "kind: HTTPRoute",
        "the target has no group, it must be gateway.networking.k8s.io",
    ),
    _traffic(
        "FLUX-09",
        "the group of the policy",
        "- group: gateway.networking.k8s.io",
        "- group: gateway.envoyproxy.io",
        "group: gateway.envoyproxy.io",
        "the target is of the group 'gateway.envoyproxy.io', it must be gateway.networking.k8s.io",
    ),
    _traffic(
        "HA-09",
        "a kind in other letters",
        "kind: HTTPRoute",
        "kind: HttpRoute",
        "kind: HttpRoute",
        "the target is of the kind 'HttpRoute'; did you mean 'HTTPRoute'?",
    ),
    _traffic(
        "FLUX-09",
        "the Service in the route's place",
        "kind: HTTPRoute",
        "kind: Service",
        "kind: Service",
    ),
    _traffic(
        "HA-09",
        "the Gateway of another namespace",
        f"{_REFERENCE}",
        _REFERENCE.replace("HTTPRoute", "Gateway").replace("*app", "envoy-internal"),
        "name: envoy-internal",
        "there is no Gateway opencode/envoy-internal, only one in network, out of reach of the policy",
    ),
    _traffic(
        "FLUX-09",
        "a target with a namespace",
        "      name: *app\n",
        "      name: *app\n      namespace: opencode\n",
        "namespace: opencode",
        "a target has no namespace: a policy reaches nothing outside its own, opencode",
    ),
    _traffic(
        "HA-09",
        "a rule that does not exist",
        "      name: *app\n",
        "      name: *app\n      sectionName: https\n",
        "sectionName: https",
        "the HTTPRoute opencode-ha has no rule named 'https'",
        also=("stream-timeout-limited",),
    ),
    _traffic(
        "FLUX-09",
        "no target",
        f"  targetRefs:\n{_REFERENCE}",
        "",
        "spec:",
        "the BackendTrafficPolicy opencode-flux has no target",
    ),
    _traffic(
        "HA-09",
        "the key in the singular, the list left as it is",
        "targetRefs:",
        "targetRef:",
        "spec:",
        "the BackendTrafficPolicy opencode-ha has no target",
    ),
    _traffic(
        "FLUX-09",
        "labels that the route does not have",
        f"  targetRefs:\n{_REFERENCE}",
        "  targetSelectors:\n    - kind: HTTPRoute\n      matchLabels:\n        app: opencode-flux\n",
        "app: opencode-flux",
        "no HTTPRoute of opencode has the label app=opencode-flux",
    ),
    _traffic(
        "HA-09",
        "the policy is of another group",
        "apiVersion: gateway.envoyproxy.io/v1alpha1",
        "apiVersion: gateway.networking.k8s.io/v1alpha1",
        "apiVersion",
        "the BackendTrafficPolicy is of gateway.networking.k8s.io/v1alpha1 instead of "
        "gateway.envoyproxy.io/v1alpha1",
        also=("schema-header-missing",),
    ),
    _traffic(
        "FLUX-09",
        "the policy is of a version that does not exist",
        "gateway.envoyproxy.io/v1alpha1\n",
        "gateway.envoyproxy.io/v1\n",
        "apiVersion",
        also=("schema-header-missing",),
    ),
    mutation(
        "traffic-policy-missing",
        "HA-09",
        "the policy is not listed",
        LISTED,
        "  - ./backendtrafficpolicy.yaml\n",
        "",
        "name: &app opencode-ha",
        "no BackendTrafficPolicy targets the HTTPRoute opencode-ha",
        also=("manifest-orphaned",),
        at=ROUTE,
    ),
    mutation(
        "traffic-policy-missing",
        "FLUX-09",
        "the route is renamed",
        ROUTE,
        "name: &app opencode-flux",
        "name: opencode-flux-web",
        "name: *app",
        "there is no HTTPRoute opencode/opencode-flux; did you mean 'opencode-flux-web'?",
        at=POLICY,
        more=((ROUTE, "name: *app", "name: opencode-flux"),),
    ),
    added(
        "traffic-policy-missing",
        "HA-09",
        "a second policy",
        _POLICY_COPY.replace("ROUTE", "opencode-ha"),
        "name: opencode-ha",
        "the HTTPRoute opencode-ha has two policies, opencode-ha and zz-copy, of which the older wins",
        app=HA,
    ),
]


def _stream(
    requirement: str, what: str, old: str, new: str, line: str, message: str = "", **more: object
) -> Mutation:
    file = more.pop("file", POLICY)
    return mutation("stream-timeout-limited", requirement, what, str(file), old, new, line, message, **more)  # type: ignore[arg-type]


_ELSEWHERE = "requestTimeout is not set, and a policy outside this tree decides"
_TIMEOUTS = [
    _stream(
        "FLUX-09",
        "a limit",
        "requestTimeout: 0s",
        "requestTimeout: 300s",
        "requestTimeout: 300s",
        "a response is ended after 5m, it must be 0s: no limit",
    ),
    _stream(
        "HA-09",
        "no unit",
        "requestTimeout: 0s",
        "requestTimeout: 0",
        "requestTimeout: 0",
        "'0' is no duration such as 0s",
    ),
    _stream(
        "FLUX-09",
        "a word",
        "requestTimeout: 0s",
        "requestTimeout: infinity",
        "infinity",
        "'infinity' is no duration such as 0s",
    ),
    _stream("HA-09", "left to the Gateway", "      requestTimeout: 0s\n", "", "http:", _ELSEWHERE),
    _stream(
        "FLUX-09",
        "a typing mistake",
        "requestTimeout: 0s",
        "requesTimeout: 0s",
        "requesTimeout",
        f"{_ELSEWHERE}; nothing reads spec.timeout.http.requesTimeout",
    ),
    _stream(
        "HA-09",
        "one level too high",
        "      requestTimeout: 0s\n",
        "",
        "requestTimeout: 0s",
        f"{_ELSEWHERE}; nothing reads spec.timeout.requestTimeout",
        more=((POLICY, "  timeout:\n", "  timeout:\n    requestTimeout: 0s\n"),),
    ),
    _stream(
        "FLUX-09",
        "the key in the plural",
        "  timeout:\n",
        "  timeouts:\n",
        "timeouts:",
        f"{_ELSEWHERE}; nothing reads spec.timeouts",
    ),
    _stream(
        "HA-09",
        "neither a limit nor a merge type",
        "      requestTimeout: 0s\n",
        "",
        "http:",
        "requestTimeout is not set, and Envoy ends every response after 15s",
        more=((POLICY, "  mergeType: StrategicMerge\n", ""),),
    ),
    _stream(
        "FLUX-09",
        "a merge type in other letters",
        "StrategicMerge",
        "strategicMerge",
        "strategicMerge",
        "'strategicMerge' is no merge type, so that the policy is refused; did you mean 'StrategicMerge'?",
    ),
    _stream(
        "HA-09",
        "a merge type that does not exist",
        "mergeType: StrategicMerge",
        "mergeType: Merge",
        "mergeType: Merge",
        "'Merge' is no merge type, so that the policy is refused",
    ),
    _stream(
        "FLUX-09",
        "a minute of silence",
        "connectionIdleTimeout: 3600s",
        "connectionIdleTimeout: 60s",
        "60s",
        "a silent connection is ended after 1m, it must live at least 1h",
    ),
    _stream(
        "HA-09",
        "milliseconds",
        "connectionIdleTimeout: 3600s",
        "connectionIdleTimeout: 3600ms",
        "3600ms",
        "a silent connection is ended after 3s600ms, it must live at least 1h",
    ),
    _stream("FLUX-09", "silence is left to the Gateway", "      connectionIdleTimeout: 3600s\n", "", "http:"),
    _stream(
        "HA-09",
        "a longest connection",
        "requestTimeout: 0s",
        "requestTimeout: 0s\n      maxConnectionDuration: 1h",
        "maxConnection",
        "a connection is ended after 1h, whatever it carries",
    ),
    _stream(
        "FLUX-09",
        "a longest stream",
        "requestTimeout: 0s",
        "requestTimeout: 0s\n      maxStreamDuration: 30m",
        "maxStream",
        "a stream is ended after 30m, whatever it carries",
    ),
    _stream(
        "HA-09",
        "a field of a later release",
        "requestTimeout: 0s",
        "requestTimeout: 0s\n      streamIdleTimeout: 0s",
        "streamIdle",
        "Envoy Gateway 1.7.1 knows no streamIdleTimeout in a BackendTrafficPolicy",
    ),
    _stream(
        "FLUX-09",
        "the route has a limit of its own",
        "          port: 4096\n",
        "          port: 4096\n      timeouts:\n        request: 60s\n",
        "request: 60s",
        "a response is ended after 1m, it must be 0s: no limit",
        file=ROUTE,
    ),
    _stream(
        "HA-09",
        "the route has a limit for the backend",
        "          port: 4096\n",
        "          port: 4096\n      timeouts:\n        request: 0s\n        backendRequest: 30s\n",
        "backendRequest: 30s",
        "a response is ended after 30s, it must be 0s: no limit",
        file=ROUTE,
    ),
    _stream(
        "HA-09",
        "messages are sent twice",
        "  tcpKeepalive:\n",
        "  retry:\n    numRetries: 3\n  tcpKeepalive:\n",
        "retry:",
        "a retry sends a message to the model twice, since POST is repeated like any other request",
    ),
    _stream(
        "FLUX-09",
        "requests are buffered",
        "  tcpKeepalive:\n",
        "  requestBuffer:\n    limit: 4Mi\n  tcpKeepalive:\n",
        "requestBuffer:",
    ),
    _stream(
        "HA-09",
        "no WebSockets",
        "  tcpKeepalive:\n",
        "  httpUpgrade:\n    - type: connect-udp\n  tcpKeepalive:\n",
        "httpUpgrade:",
        "httpUpgrade lets connect-udp through and no websocket",
    ),
    _stream(
        "FLUX-09",
        "the client's protocol",
        "  tcpKeepalive:\n",
        "  useClientProtocol: true\n  tcpKeepalive:\n",
        "useClientProtocol",
    ),
    _stream(
        "HA-09",
        "faults on purpose",
        "  tcpKeepalive:\n",
        "  faultInjection:\n    delay:\n      fixedDelay: 5s\n  tcpKeepalive:\n",
        "delay:",
        "faultInjection breaks requests on purpose: delay",
    ),
]

MUTATIONS: list[Mutation] = [*_POLICIES, *_TIMEOUTS]

"""Rule stream-timeout-limited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from opencode_policy.durations import parse_duration
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Problem, Unknown
from opencode_policy.policy.constraint import Doc, Matches
from opencode_policy.policy.texts import Release
from opencode_policy.resource import Resource
from opencode_policy.routing.route_examples import POLICY, POLICY_FILE, ROUTE, ROUTE_FILE
from opencode_policy.routing.routes import serving
from opencode_policy.routing.stream_hazards import policy_hazards, rule_hazards
from opencode_policy.routing.stream_limits import cut_outcomes, each_once, idle_outcomes, request_outcomes
from opencode_policy.routing.timeouts import HTTP, EffectiveTimeouts, effective_timeouts
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_POLICY = POLICY[: POLICY.index("  mergeType")]
_STREAM_IDLE = "streamIdleTimeout"
_STREAM_IDLE_SINCE = (1, 8)
"""Release of Envoy Gateway from which a BackendTrafficPolicy has streamIdleTimeout."""
_GATEWAY = "kubernetes/apps/network/gateway.yaml"
_NOT_READ = "; nothing reads spec.timeout.requestTimeout"
_TWICE = "a retry sends a message to the model twice, since POST is repeated like any other request"
_WITH_GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: internal, namespace: network}
spec:
  listeners:
    - name: https
      port: 443
      protocol: HTTPS
      allowedRoutes: {namespaces: {from: All}}
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """How long a silent connection must live, and which Envoy Gateway reads the policies."""

    least_idle_timeout: Annotated[
        str,
        Matches(r"([0-9]{1,5}(h|m|s|ms)){1,4}", "a duration such as 1h"),
        Doc("How long a connection on which nothing is said must live at least."),
    ]
    envoy_gateway: Annotated[Release, Doc("Release of Envoy Gateway that reads the policies.")]


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2])


def _with(policy: str, route: str = ROUTE, gateway: str = "") -> dict[str, str]:
    return {ROUTE_FILE: route, POLICY_FILE: policy, **({_GATEWAY: gateway} if gateway else {})}


class StreamTimeoutLimited(Rule):
    """A timeout that takes effect on a route of a workspace cuts off answers while they stream.

    The effective timeouts are computed: a rule of the HTTPRoute beats the policy, a policy without a
    mergeType replaces that of the Gateway, and what nothing sets is Envoy's default.
    """

    requirements = ("FLUX-09", "HA-09")
    why = (
        "Envoy ends a response 15 seconds after the request unless requestTimeout says 0s. Answers stream "
        "for minutes, and the call that sends a message gets not even a header before the model is done."
    )
    fix = (
        "Set timeout.http.requestTimeout to 0s and connectionIdleTimeout to the required length in the "
        "BackendTrafficPolicy, with mergeType StrategicMerge, and nothing else that ends a connection."
    )
    Parameters = Parameters
    example_parameters = {"least_idle_timeout": "1h", "envoy_gateway": "1.7"}
    good = (
        Example("no limit on a request, an hour for a silent connection", _with(POLICY)),
        Example(
            "other spellings, and limits that are none",
            _with(f"""\
{_POLICY}\
  timeout:
    http:
      {{requestTimeout: 0h0m, connectionIdleTimeout: 60m, maxStreamDuration: 0s, maxConnectionDuration: 0ms}}
"""),
        ),
        Example(
            "the rule of the route beats the policy",
            _with(
                f"""\
{_POLICY}\
  timeout: {{http: {{requestTimeout: 30s}}}}
""",
                f"{ROUTE}      timeouts: {{request: 0s}}\n",
            ),
        ),
        Example(
            "what the policy leaves out comes from the Gateway's",
            _with(
                f"""\
{_POLICY}\
  mergeType: JSONMerge
  timeout: {{http: {{connectionIdleTimeout: 2h}}}}
""",
                gateway=f"""\
{_WITH_GATEWAY}\
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {{name: all, namespace: network}}
spec:
  targetSelectors: [{{kind: Gateway}}]
  timeout: {{http: {{requestTimeout: 0s, connectionIdleTimeout: 10s}}}}
""",
            ),
        ),
        Example(
            "retries before the request is sent, an upgrade beside the default one, faults for nobody",
            _with(f"""\
{POLICY}\
  retry: {{retryOn: {{triggers: [connect-failure]}}}}
  httpUpgrade: [{{type: spdy}}, {{type: websocket}}]
  faultInjection: {{delay: {{fixedDelay: 1s, percentage: 0}}}}
"""),
        ),
    )
    bad = (
        Example(
            "nothing says that there is no limit, and nothing is left of the Gateway's policy",
            _with(f"""\
{_POLICY}\
  timeout:
    http:  # <- requestTimeout is not set, and Envoy ends every response after 15s
      connectionIdleTimeout: 1h
"""),
        ),
        Example(
            "a policy that merges leaves it to a Gateway out of sight",
            _with(f"""\
{_POLICY}\
  mergeType: StrategicMerge
  timeout:
    requestTimeout: 0s  # <- requestTimeout is not set, and a policy outside this tree decides{_NOT_READ}
    http: {{connectionIdleTimeout: 1h}}
"""),
        ),
        Example(
            "limits on what streams",
            _with(f"""\
{_POLICY}\
  timeout:
    http:
      requestTimeout: 5m  # <- a response is ended after 5m, it must be 0s: no limit
      connectionIdleTimeout: 60s  # <- a silent connection is ended after 1m, it must live at least 1h
      maxConnectionDuration: 1h  # <- a connection is ended after 1h, whatever it carries
      maxStreamDuration: 90m  # <- a stream is ended after 1h30m, whatever it carries
      streamIdleTimeout: 0s  # <- Envoy Gateway 1.7 knows no streamIdleTimeout in a BackendTrafficPolicy
"""),
        ),
        Example(
            "the route has a limit of its own, the one for the backend goes before the other",
            _with(
                POLICY,
                f"""\
{ROUTE}\
      timeouts:
        request: 0s
        backendRequest: 30s  # <- a response is ended after 30s, it must be 0s: no limit
    - matches: [{{path: {{value: /doc}}}}]
      timeouts:
        request: 0  # <- '0' is no duration such as 0s
""",
            ),
        ),
        Example(
            "the Gateway's policy is merged in, and so is that of its clients",
            _with(
                POLICY,
                gateway=f"""\
{_WITH_GATEWAY}\
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {{name: all, namespace: network}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: internal, sectionName: https}}]
  timeout:
    http:
      requestTimeout: 10s
      maxConnectionDuration: 10m  # <- a connection is ended after 10m, whatever it carries
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: {{name: all, namespace: network}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: internal}}]
  timeout:
    http:
      streamIdleTimeout: 2m  # <- a silent stream is ended after 2m, it must live at least 1h
""",
            ),
        ),
        Example(
            "a merge type that the API server takes and Envoy Gateway does not",
            _with(f"""\
{_POLICY}\
  mergeType: strategicMerge  # <- 'strategicMerge' is no merge type, so that the policy is refused; did you \
mean 'StrategicMerge'?
  timeout: {{http: {{requestTimeout: 0s}}}}
"""),
        ),
        Example(
            "what breaks streams without being a timeout",
            _with(
                f"""\
{POLICY}\
  requestBuffer:  # <- requestBuffer waits for the end of a request, and that of a WebSocket never comes
    limit: 1Mi
  useClientProtocol: true  # <- useClientProtocol makes Envoy speak HTTP/2 to a server that cannot
  httpUpgrade:  # <- httpUpgrade lets spdy through and no websocket
    - type: spdy
  faultInjection:
    abort:  # <- faultInjection breaks requests on purpose: abort
      httpStatus: 503
  retry:  # <- {_TWICE}
    perRetry:
      timeout: 20s  # <- a try is ended after 20s, answered or not
""",
                f"{ROUTE}      retry:  # <- {_TWICE}\n        attempts: 2\n",
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        tree, host = workspace.tree, workspace.host
        routes = {id(claim.route): claim.route for claim in serving(tree, host)}
        if not routes:
            yield Unknown(f"no HTTPRoute of the tree serves {host}", workspace.anchor)
        for route in routes.values():
            found = [self._judged(item) for item in effective_timeouts(tree, route, host)]
            yield from each_once(outcome for outcomes in found for outcome in outcomes)
            if not found:
                yield Unknown(f"the HTTPRoute {route.name} has no rules", route["spec"])

    def _judged(self, item: EffectiveTimeouts) -> Iterator[Outcome]:
        own, least = item.layers.own, parse_duration(self.parameters.least_idle_timeout)
        yield from rule_hazards(item.rule)
        for policy in dict.fromkeys([*([own] if own else []), *item.layers.policies]):
            yield from policy_hazards(policy)
            yield from self._unknown_field(policy)
        if item.layers.refused:
            return
        yield from request_outcomes(item)
        yield from idle_outcomes(item, item.connection_idle, least, "connection")
        yield from idle_outcomes(item, item.stream_idle, least, "stream")
        yield from cut_outcomes(item.max_connection, "connection")
        yield from cut_outcomes(item.max_stream, "stream")

    def _unknown_field(self, policy: Resource) -> Iterator[Problem]:
        release, field = self.parameters.envoy_gateway, policy["spec"].at(*HTTP, _STREAM_IDLE)
        if field and _release(release) < _STREAM_IDLE_SINCE:
            yield Problem(f"Envoy Gateway {release} knows no {_STREAM_IDLE} in a BackendTrafficPolicy", field)

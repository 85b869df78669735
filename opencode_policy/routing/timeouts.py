"""Which timeouts take effect on a route of Envoy Gateway, and which place sets each of them.

A rule of the HTTPRoute beats the BackendTrafficPolicy; a policy of a route replaces that of its listener or
Gateway as a whole unless it has a mergeType. Source: Envoy Gateway 1.7, internal/gatewayapi/route.go and
backendtrafficpolicy.go, internal/xds/translator/route.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.durations import Duration, DurationError, parse_duration
from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.attached_policies import own_target, parent_target
from opencode_policy.routing.listeners import Listener
from opencode_policy.routing.routes import attachments_of
from opencode_policy.tree import Tree

MERGE_TYPES = ("StrategicMerge", "JSONMerge")
"""Values of mergeType; the definition has no enum, so that the API server takes any other text too."""
HTTP = ("timeout", "http")
"""Where a policy's spec keeps the timeouts of HTTP."""

NO_LIMIT = Duration(0)
ENVOY_REQUEST = Duration(15_000)
"""Envoy's timeout of a route that sets none, from the end of the request to the end of the response."""
ENVOY_STREAM_IDLE = Duration(300_000)
"""How long a stream may be idle unless something says otherwise (HttpConnectionManager)."""
ENVOY_CONNECTION_IDLE = Duration(3_600_000)
"""How long a connection to a backend may be idle unless something says otherwise (HttpProtocolOptions)."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """One timeout as it takes effect.

    `duration` is zero for no limit, None where the files do not tell it: a policy that is not in the tree
    decides, or what is written is no duration. `at` is the token that sets it, None for a default.
    """

    name: str
    duration: Duration | None
    at: Field | None = None

    @property
    def is_malformed(self) -> bool:
        """Whether something is written that is no duration."""
        return self.duration is None and self.at is not None

    @property
    def is_default(self) -> bool:
        return self.duration is not None and self.at is None

    def ends_within(self, least: Duration) -> bool:
        """Whether it is a limit, and a shorter one."""
        return bool(self.duration) and self.duration is not None and self.duration < least


@dataclass(frozen=True, slots=True)
class Layers:
    """Policies of one kind that count for a rule behind a listener, the nearest first.

    `own` is the policy of the rule or route, also where its mergeType keeps it from counting; `complete` is
    False where a Gateway outside the tree may have another policy that counts.
    """

    own: Resource | None
    policies: tuple[Resource, ...]
    complete: bool

    @property
    def refused(self) -> bool:
        """Whether a mergeType that does not exist keeps the own policy from counting."""
        merge = self.own["spec"]["mergeType"] if self.own else None
        return bool(merge) and merge is not None and merge.text not in MERGE_TYPES

    def field(self, *path: str) -> Field | None:
        """The nearest policy's field that is written."""
        found = (policy["spec"].at(*path) for policy in self.policies)
        return next((field for field in found if field), None)


@dataclass(frozen=True, slots=True)
class EffectiveTimeouts:
    """Timeouts of one rule of a route behind one listener; `listener` is None where none is known."""

    rule: Field
    listener: Listener | None
    layers: Layers
    request: Timeout
    stream_idle: Timeout
    connection_idle: Timeout
    max_connection: Timeout
    max_stream: Timeout


def effective_timeouts(tree: Tree, route: Resource, host: str) -> Iterator[EffectiveTimeouts]:
    """The timeouts of each rule of a route, for each listener that takes the route for a host."""
    attached = attachments_of(tree, route, host)
    listeners: list[Listener | None] = [listener for item in attached for listener in item.taking]
    for rule in route["spec"]["rules"]:
        for listener in listeners or [None]:
            yield _effective(tree, route, rule, listener)


def layers_of(
    tree: Tree, route: Resource, rule: Field, listener: Listener | None, kind: str = "BackendTrafficPolicy"
) -> Layers:
    """Which policies count: the rule's or route's own, and that of listener or Gateway where they merge."""
    own_found = own_target(tree, kind, route, rule)
    parent_found = parent_target(tree, kind, listener) if listener else None
    parents = (parent_found.policy,) if parent_found else ()
    seen = bool(parents) or (listener is not None and listener.written is not None)
    if own_found is None:
        return Layers(None, parents, seen)
    own = own_found.policy
    merge = own["spec"]["mergeType"]
    if not merge:
        return Layers(own, (own,), complete=True)
    if merge.text in MERGE_TYPES:
        return Layers(own, (own, *parents), seen)
    # A merge that fails leaves the parent's policy alone; without a parent nothing is merged.
    return Layers(own, parents or ((own,) if seen else ()), seen)


def _effective(tree: Tree, route: Resource, rule: Field, listener: Listener | None) -> EffectiveTimeouts:
    layers = layers_of(tree, route, rule, listener)
    request = _of_rule(rule) or _of_policy(layers, "requestTimeout", ENVOY_REQUEST)
    return EffectiveTimeouts(
        rule,
        listener,
        layers,
        request,
        _stream_idle(tree, listener, layers, request),
        _of_policy(layers, "connectionIdleTimeout", ENVOY_CONNECTION_IDLE),
        _of_policy(layers, "maxConnectionDuration", NO_LIMIT),
        _of_policy(layers, "maxStreamDuration", NO_LIMIT),
    )


def _of_rule(rule: Field) -> Timeout | None:
    """A rule's own limit; without retries the one for the backend goes before the one for the request."""
    timeouts = rule["timeouts"]
    backend = timeouts["backendRequest"] if not rule["retry"] else None
    at = backend or timeouts["request"]
    return _written("requestTimeout", at) if at else None


def _of_policy(layers: Layers, name: str, default: Duration) -> Timeout:
    at = layers.field(*HTTP, name)
    if at is not None:
        return _written(name, at)
    return Timeout(name, default if layers.complete else None)


def _stream_idle(tree: Tree, listener: Listener | None, layers: Layers, request: Timeout) -> Timeout:
    """A policy of the route or of the Gateway's clients decides, else it follows from the request's limit."""
    name = "streamIdleTimeout"
    client = parent_target(tree, "ClientTrafficPolicy", listener) if listener else None
    at = layers.field(*HTTP, name) or (client.policy["spec"].at(*HTTP, name) if client else None)
    if at:
        return _written(name, at)
    if request.duration is None or request.is_default:
        return Timeout(name, None if request.duration is None else ENVOY_STREAM_IDLE)
    return Timeout(name, max(request.duration, ENVOY_CONNECTION_IDLE) if request.duration else NO_LIMIT)


def _written(name: str, at: Field) -> Timeout:
    try:
        return Timeout(name, parse_duration(at.text) if isinstance(at.value, str) else None, at)
    except DurationError:
        return Timeout(name, None, at)

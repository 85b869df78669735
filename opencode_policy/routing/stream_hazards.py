"""Settings of a route and its traffic policies that break a stream, timeouts aside."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.durations import DurationError, parse_duration
from opencode_policy.nearest import hint
from opencode_policy.outcome import Problem
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.timeouts import MERGE_TYPES

_BEFORE_SENDING = frozenset({"connect-failure", "refused-stream", "reset-before-request"})
"""Triggers of a retry on which the server has not seen the request yet (Envoy, x-envoy-retry-on)."""


def policy_hazards(policy: Resource) -> Iterator[Problem]:
    """What in a BackendTrafficPolicy keeps streams, WebSockets or long calls from working."""
    spec = policy["spec"]
    merge = spec["mergeType"]
    if merge and merge.text not in MERGE_TYPES:
        words = f"'{merge.text}' is no merge type, so that the policy is refused"
        yield Problem(words + hint(merge.text, MERGE_TYPES), merge)
    if spec["requestBuffer"]:
        words = "requestBuffer waits for the end of a request, and that of a WebSocket never comes"
        yield Problem(words, spec["requestBuffer"])
    if spec["useClientProtocol"].value is True:
        words = "useClientProtocol makes Envoy speak HTTP/2 to a server that cannot"
        yield Problem(words, spec["useClientProtocol"])
    yield from _upgrades(spec["httpUpgrade"])
    yield from _faults(spec["faultInjection"])
    yield from _retry(spec["retry"])


def rule_hazards(rule: Field) -> Iterator[Problem]:
    """The same for a rule of an HTTPRoute: its retries."""
    retry = rule["retry"]
    if retry and retry["attempts"].value != 0:
        yield _twice(retry)


def _upgrades(upgrades: Field) -> Iterator[Problem]:
    """WebSockets are upgraded by default; a list replaces the default."""
    kinds = [item["type"].text.lower() for item in upgrades]
    if kinds and "websocket" not in kinds:
        yield Problem(f"httpUpgrade lets {', '.join(kinds)} through and no websocket", upgrades)


def _faults(faults: Field) -> Iterator[Problem]:
    for name in ("abort", "delay"):
        if faults[name] and faults[name]["percentage"].value != 0:
            yield Problem(f"faultInjection breaks requests on purpose: {name}", faults[name])


def _retry(retry: Field) -> Iterator[Problem]:
    if not retry or retry["numRetries"].value == 0:
        return
    triggers = [item.text for item in retry["retryOn"]["triggers"]]
    if not triggers or not set(triggers) <= _BEFORE_SENDING:
        yield _twice(retry)
    limit = retry["perRetry"]["timeout"]
    if limit and _is_limit(limit.text):
        yield Problem(f"a try is ended after {limit.text}, answered or not", limit)


def _twice(retry: Field) -> Problem:
    words = "a retry sends a message to the model twice, since POST is repeated like any other request"
    return Problem(words, retry, severity="warning")


def _is_limit(text: str) -> bool:
    try:
        return bool(parse_duration(text))
    except DurationError:
        return True

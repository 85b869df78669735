"""What the effective timeouts of a route mean for answers that stream for minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.durations import Duration
from opencode_policy.mislaid import mislaid
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown, location_of
from opencode_policy.resource import Field
from opencode_policy.routing.timeouts import HTTP, EffectiveTimeouts, Timeout

_KEYS = (
    "http",
    "tcp",
    "requestTimeout",
    "connectionIdleTimeout",
    "maxConnectionDuration",
    "maxStreamDuration",
)
"""Keys of a policy's `timeout` that are right as they are."""


def request_outcomes(item: EffectiveTimeouts) -> Iterator[Outcome]:
    """Whether a response may take as long as it likes."""
    limit = item.request
    if limit.duration is None or limit.at is None:
        yield from _unset(item, limit, f"Envoy ends every response after {limit.duration}")
    elif limit.duration:
        yield Problem(f"a response is ended after {limit.duration}, it must be 0s: no limit", limit.at)
    else:
        yield Proof("nothing limits how long a response takes", limit.at)


def idle_outcomes(item: EffectiveTimeouts, limit: Timeout, least: Duration, what: str) -> Iterator[Outcome]:
    """Whether a connection or stream on which nothing is said lives long enough."""
    if limit.is_malformed or (limit.duration is None and limit is item.connection_idle):
        yield from _unset(item, limit, "")
    elif limit.at is not None and limit.ends_within(least):
        words = f"a silent {what} is ended after {limit.duration}, it must live at least {least}"
        yield Problem(words, limit.at)
    elif limit.at is not None:
        lives = f"for {limit.duration}" if limit.duration else "as long as it likes"
        yield Proof(f"a silent {what} lives {lives}", limit.at)


def cut_outcomes(limit: Timeout, what: str) -> Iterator[Outcome]:
    """Whether something ends a connection or stream that is in use."""
    if limit.at is None:
        return
    if limit.is_malformed:
        yield _malformed(limit.at)
    elif limit.duration:
        yield Problem(f"a {what} is ended after {limit.duration}, whatever it carries", limit.at)


def _unset(item: EffectiveTimeouts, limit: Timeout, harm: str) -> Iterator[Outcome]:
    """A timeout that nothing sets, or nothing that is in this tree, or something that is no duration."""
    own = item.layers.own
    if limit.at is not None:
        yield _malformed(limit.at)
    elif own is None and limit.duration is None:
        words = f"the policy that decides {limit.name} is not in this tree"
        yield Unknown(words, item.rule)
    else:
        found = mislaid(own["spec"], (*HTTP, limit.name), _KEYS) if own else None
        place = found or (own["spec"].at(*HTTP, limit.name) if own else item.rule)
        harm = harm if limit.duration is not None else "a policy outside this tree decides"
        near = f"; nothing reads {found.dotted}" if found else ""
        yield Problem(f"{limit.name} is not set, and {harm}{near}", place)


def _malformed(at: Field) -> Problem:
    return Problem(f"'{at.text}' is no duration such as 0s", at)


def each_once(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Outcomes without repeats: rules and listeners share policies, and say the same of one place."""
    seen: set[tuple[object, ...]] = set()
    for outcome in outcomes:
        message = outcome.reason if isinstance(outcome, Irrelevant | Unknown) else outcome.message
        at = None if isinstance(outcome, Irrelevant) or outcome.at is None else location_of(outcome.at)
        if (message, at) not in seen:
            seen.add((message, at))
            yield outcome

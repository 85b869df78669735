"""What later boots do to a login: one made in the interface stays, a new one of the Secret replaces it."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.boot.login_seed import LoginSeed, written_at
from opencode_policy.outcome import Outcome, Place, Problem, Proof, Unknown
from opencode_policy.symbolic.boot import Boot, Ending
from opencode_policy.symbolic.events import Removed, Wrote

_MODE = 0o600
"""With these permissions OpenCode keeps the file."""


def kept(seed: LoginSeed, tag: str | None) -> Iterator[Outcome]:
    """Whether a login made in the interface survives a start, and a new one of the Secret takes its place."""
    boots = seed.boots
    if seed.login.place.volume not in boots.kept:
        yield Unknown(f"{seed.login.path} is on no volume that outlives the pod", seed.login.at, tag)
        return
    if (
        boots.second is None
        or boots.renewed is None
        or not any(seed.arrived(ending, seed.first_version) for ending in boots.first.finished)
    ):
        yield Unknown("the first start leaves no login that a later one could find", seed.login.at, tag)
        return
    problems = [*_permissions(seed, tag), *_replaced(seed, boots.second, tag)]
    if not problems:
        problems += _never_renewed(seed, boots.renewed, tag)
    yield from problems
    if not problems:
        yield Proof(f"a start leaves a login at {seed.login.path} alone", _guard(seed, boots.second), tag)


def _permissions(seed: LoginSeed, tag: str | None) -> Iterator[Problem]:
    """OpenCode keeps the file at 0600."""
    ending = next(item for item in seed.boots.first.finished if seed.arrived(item, seed.first_version))
    mode = ending.files.look(seed.login.place).mode
    at = written_at(seed, ending)
    if mode is not None and mode & 0o077:
        words = f"others can read the login: its permissions are {mode:04o} instead of {_MODE:04o}"
        yield Problem(words, at, (), tag, "warning")
    elif mode is not None and not mode & 0o200:
        words = f"OpenCode cannot write the login: its permissions are {mode:04o} instead of {_MODE:04o}"
        yield Problem(words, at, (), tag)


def _replaced(seed: LoginSeed, boot: Boot, tag: str | None) -> list[Outcome]:
    """Paths on which a start does away with a login that is newer than the Secret's.

    It may do so for what the login is (no JSON, say): then no login is lost.
    """
    kept = [ending for ending in boot.finished if seed.own in seed.sources(ending, seed.login.place)]
    lost = [ending for ending in boot.finished if ending not in kept]
    for ending in lost:
        others = [other for other in kept if not _contradict(seed, ending, other, own=False)]
        if not others:
            words = (
                "every start replaces the login by the Secret's: one that was made in the interface is lost"
            )
            return [Problem(words, _lost_at(seed, ending), (), tag)]
        if any(not _contradict(seed, ending, other, own=True) for other in others):
            words = "whether a start replaces a newer login cannot be decided"
            return [Unknown(words, seed.login.at, tag)]
    return []


def _contradict(seed: LoginSeed, one: Ending, other: Ending, *, own: bool) -> bool:
    """Whether two paths differ in what they take one of the logins for: somebody's own, or the Secret's."""
    secret = seed.first_version | seed.second_version
    mine = [
        item
        for item in one.state.topics
        if (seed.own in item.topic) == own and bool(item.topic & secret) != own
    ]
    return any(item.contradicts(theirs) for item in mine for theirs in other.state.topics)


def _lost_at(seed: LoginSeed, ending: Ending) -> Place:
    places = [
        event.where.location
        for event in ending.events
        if isinstance(event, Wrote | Removed) and event.place == seed.login.place
    ]
    return places[-1] if places else seed.login.at


def _never_renewed(seed: LoginSeed, boot: Boot, tag: str | None) -> list[Outcome]:
    """Paths on which the old login stays, although nothing is wrong with the Secret's new one."""
    fresh = [ending for ending in boot.finished if seed.arrived(ending, seed.second_version)]
    stale = [ending for ending in boot.finished if ending not in fresh]
    for ending in stale:
        others = [other for other in fresh if not _contradict(seed, ending, other, own=False)]
        if others and any(not _contradict(seed, ending, other, own=True) for other in others):
            words = "whether a new login of the Secret is put in place cannot be decided"
            return [Unknown(words, seed.login.at, tag)]
        if others or not fresh:
            words = "a new login in the Secret is never put in place while there is an old one"
            return [Problem(words, _guard(seed, boot), (), tag, "warning")]
    return []


def _guard(seed: LoginSeed, boot: Boot) -> Place:
    """The test that looks for a login before one is put in place."""
    folder = seed.login.place.parent
    for ending in boot.finished:
        for event in ending.probes:
            if event.place.below(folder) and event.place.path.startswith(seed.login.place.path):
                return event.where.location
    ending = next(item for item in seed.boots.first.finished if seed.arrived(item, seed.first_version))
    return written_at(seed, ending)

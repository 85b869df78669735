"""What the later boots of a pod do to the clone that an earlier one made: nothing, if all is well."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.boot.boots import NETWORK_PROGRAMS, Boots
from opencode_policy.boot.clones import Finding, difference, probes_of, stopping
from opencode_policy.boot.pulls import switched, updates
from opencode_policy.location import Location, Related
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.symbolic.boot import Boot, Ending
from opencode_policy.symbolic.events import Event, GitRun, Ran, Removed
from opencode_policy.symbolic.places import Place as FilePlace

_DISCARDING: dict[str, set[str]] = {
    "reset": {"--hard", "--merge"},
    "clean": set(),
    "checkout": {"-f", "--force", "."},
    "stash": set(),
}
"""Calls that throw changes of a work tree away, with the options that make them do so."""


def later_boots(boots: Boots, tag: str | None) -> Iterator[Outcome]:
    """Whether a boot that finds a clone leaves it as it is."""
    boot, place = boots.second, boots.clone
    if boot is None or place is None:
        yield Unknown("the first start leaves no clone that a later one could find", None, tag)
        return
    if boot.overflow:
        yield Unknown("the scripts have more paths than can be followed", boots.pod.spec, tag)
        return
    if not boot.finished:
        refused = list(_refused(boot, place))
        for finding in refused:
            yield Problem(finding.message, finding.at, finding.related, tag)
        if not refused:
            yield stopping(boots, boot, "on a volume that has the clone {} stops", tag)
        return
    problems = list(_meddling(boots, boot, place, tag))
    yield from problems
    if all(isinstance(item, Problem) and item.severity == "info" for item in problems):
        yield from _left_alone(boots, boot, place, tag)


def _left_alone(boots: Boots, boot: Boot, place: FilePlace, tag: str | None) -> Iterator[Outcome]:
    probes = probes_of(boot.finished[0], place)
    if not probes:
        probes = [event for event in boot.finished[0].probes if event.place.volume in boots.kept]
    if probes:
        path = boot.path_of(probes[0].where, place)
        yield Proof(f"a start that finds {path} leaves it as it is", probes[0].where.location, tag)
    else:
        yield Unknown("no test of the clone was found that would keep a later start from it", None, tag)


def _refused(boot: Boot, place: FilePlace) -> Iterator[Finding]:
    """Clones that every later start tries and git refuses."""
    for event in boot.failed[-1].events:
        if isinstance(event, GitRun) and event.subcommand == "clone" and not event.done:
            message = f"every later start stops here: {event.path} is there already, and git refuses it"
            yield Finding(message, event.where.location, _wrong_tests(boot.failed[-1], place))
            return


def _wrong_tests(ending: Ending, place: FilePlace) -> tuple[Related, ...]:
    """Tests before a clone that look somewhere else."""
    other = [event for event in ending.probes if not event.place.below(place) and not event.holds]
    return tuple(Related(f"this looks at {event.path}", event.where.location) for event in other[:1])


def _meddling(boots: Boots, boot: Boot, place: FilePlace, tag: str | None) -> Iterator[Outcome]:
    """What later starts do that they should not, each once, and Unknown where it cannot be decided."""
    seen: set[Location] = set()
    for ending in boot.finished:
        for event in ending.events:
            finding = _meddles(boots, boot, event, place)
            if finding is None or event.where.location in seen or _for_update(boots, event):
                continue
            seen.add(event.where.location)
            having = [
                one
                for one in boot.finished
                if any(same.where.location == event.where.location for same in one.events)
            ]
            if len(having) == len(boot.finished):
                yield Problem(finding.message, finding.at, finding.related, tag)
            else:
                words = (
                    f"whether a later start leaves the clone as it is depends on {difference(boot, having)}"
                )
                yield Unknown(words, event.where.location, tag)
    yield from _damaged(boots, place, tag, seen)


def _for_update(boots: Boots, event: Event) -> bool:
    """Whether this belongs to an update that is switched on, of which another rule speaks."""
    return any(update.on for update in updates(boots)) and event.where.key in switched(boots)


def _meddles(boots: Boots, boot: Boot, event: Event, place: FilePlace) -> Finding | None:
    if isinstance(event, Removed) and (place.below(event.place) or event.place == place / ".git"):
        path = boot.path_of(event.where, event.place)
        return Finding(f"every start removes {path}, and all work in it", event.where.location)
    if isinstance(event, GitRun):
        return _git_meddles(boots, boot, event, place)
    if isinstance(event, Ran):
        return _slow(event)
    return None


def _git_meddles(boots: Boots, boot: Boot, event: GitRun, place: FilePlace) -> Finding | None:
    call = f"git {event.subcommand}"
    if event.subcommand == "clone":
        path = boots.simulation.symbols.words(event.path)
        message = f"every start clones again to {path}: nothing keeps it from that"
        related = _wrong_tests(boot.finished[0], place)
        return Finding(message, event.where.location, related)
    if event.network:
        return Finding(f"every start goes to the network: {call}", event.where.location)
    if event.directory is not None and event.directory.below(place) and _discards(event):
        return Finding(f"every start throws uncommitted work away: {call}", event.where.location)
    return None


def _discards(event: GitRun) -> bool:
    flags = _DISCARDING.get(event.subcommand)
    return flags is not None and (not flags or bool(flags & set(event.arguments)))


def _slow(event: Ran) -> Finding | None:
    name = event.argv[0].rpartition("/")[2]
    if name in NETWORK_PROGRAMS:
        return Finding(f"every start goes to the network: {name}", event.where.location)
    if name == "sleep":
        return Finding(f"every start waits for {event.argv[1].rstrip('s')} seconds", event.where.location)
    return None


def _damaged(boots: Boots, place: FilePlace, tag: str | None, seen: set[Location]) -> Iterator[Outcome]:
    """Removal of a clone in which git does not work: it may have been needed to mend one that broke off."""
    boot = boots.damaged
    removals = {
        event.where.location: event
        for ending in (boot.endings if boot else [])
        for event in ending.events
        if isinstance(event, Removed) and (place.below(event.place) or event.place == place / ".git")
    }
    direct = any(event.target == place for event, _ in boots.interrupted)
    for location, event in removals.items():
        if location in seen:
            continue
        path = boot.path_of(event.where, event.place) if boot else ""
        message = f"removes {path} when git does not work there, and with it whatever work is in it"
        yield Problem(message, location, (), tag, "info" if direct else "warning")

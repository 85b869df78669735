"""What the boots of a pod do about the clone of its repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from opencode_policy.boots import NETWORK_PROGRAMS, Boots
from opencode_policy.location import Location, Related
from opencode_policy.outcome import Outcome, Place, Problem, Proof, Unknown
from opencode_policy.pulls import scripts_of_pod, switched, updates
from opencode_policy.resource import Field
from opencode_policy.symbolic.boot import Boot, Ending
from opencode_policy.symbolic.events import Event, GitRun, Probed, Ran, Removed
from opencode_policy.symbolic.files import REPOSITORY
from opencode_policy.symbolic.places import Place as FilePlace
from opencode_policy.workload import Container

_DISCARDING = {
    "reset": {"--hard", "--merge"},
    "clean": set(),
    "checkout": {"-f", "--force", "."},
    "stash": set(),
}
"""Calls that throw changes of a work tree away, with the options that make them do so."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong about a boot: a message and its place."""

    message: str
    at: Place
    related: tuple[Related, ...] = ()
    severity: str | None = None


def first_boot(boots: Boots, tag: str | None) -> Iterator[Outcome]:
    """Whether empty volumes get a clone."""
    boot = boots.first
    cloned = [ending for ending in boot.finished if boots.clone_in(ending.files) is not None]
    if boot.overflow:
        yield Unknown("the scripts have more paths than can be followed", boots.pod.spec, tag)
    elif cloned and len(cloned) == len(boot.finished):
        yield from _proved(boots, cloned[0], tag)
    elif cloned:
        yield Unknown(
            f"whether an empty volume gets a clone depends on {_difference(boot, cloned)}", None, tag
        )
    elif not boot.finished:
        yield _stops(boots, boot, "on an empty volume {} stops before it clones", tag)
    else:
        yield from _nothing_cloned(boots, tag)


def _proved(boots: Boots, ending: Ending, tag: str | None) -> Iterator[Outcome]:
    place = boots.clone_in(ending.files)
    events = [event for event in ending.events if isinstance(event, GitRun) and event.target and event.done]
    if place is None or not events:
        return
    event = next((item for item in events if item.target == place), events[-1])
    path, url = boots.first.path_of(event.where, place), ending.files.look(place).origin
    if event.target is not None and event.target.path == "/":
        message = "a new volume may hold lost+found, and git refuses a folder that is not empty"
        yield Problem(
            f"the clone goes to the root of a volume: {message}", event.where.location, (), tag, "warning"
        )
        return
    again = boots.second is not None and not boots.second.finished
    interrupted = [] if again else boots.interrupted
    problems = [problem for event, after in interrupted for problem in _half(boots, event, after, place)]
    for problem in problems:
        yield Problem(problem.message, problem.at, problem.related, tag, problem.severity)
    if not problems:
        shown = boots.simulation.symbols.words(url)
        yield Proof(f"an empty volume gets a clone of {shown} in {path}", event.where.location, tag)


def _half(boots: Boots, event: GitRun, after: Boot, place: FilePlace) -> Iterator[Finding]:
    """What becomes of a clone that broke off: it must not pass for a whole one, nor stop every start."""
    if after.overflow:
        return
    taken = [
        ending
        for ending in after.finished
        if not ending.files.look(place).complete or not _is_clone(ending, place)
    ]
    if not after.finished:
        path = after.path_of(event.where, event.target) if event.target else ""
        words = f"after a clone that broke off every start stops, because {path} is there already"
        yield Finding(words, event.where.location, (), "warning")
    elif taken and len(taken) == len(after.finished):
        probes = _probes(taken[0], event.target or place)
        if probes:
            words = f"a clone that broke off passes for a whole one: `{probes[0].where.text}` does not tell them apart"
            yield Finding(words, probes[0].where.location, (), "warning")
        else:
            yield Finding("a clone that broke off is not made whole", event.where.location, (), "warning")


def _is_clone(ending: Ending, place: FilePlace) -> bool:
    return ending.files.look(place).kind == REPOSITORY


def _probes(ending: Ending, place: FilePlace) -> list[Probed]:
    """Tests of a place or of what is in it, those that git itself answers first."""
    found = [event for event in ending.probes if event.place.below(place)]
    return sorted(found, key=lambda event: not event.query)


def _difference(boot: Boot, some: list[Ending]) -> str:
    """The condition that decides on which of two kinds of paths a boot goes."""
    others = [ending for ending in boot.finished if ending not in some]
    held = {
        (item.where, item.holds) for ending in others for item in ending.state.assumed if not item.expected
    }
    for item in some[0].state.assumed:
        if not item.expected and (item.where, not item.holds) in held:
            return f"`{item.where.text}`"
    return "a condition that cannot be decided"


def _stops(boots: Boots, boot: Boot, words: str, tag: str | None) -> Problem:
    """A boot on which an init container fails on every path."""
    ending = boot.failed[-1]
    container = ending.failed
    said = boots.simulation.symbols.words(ending.state.said)
    message = words.format(container.name if container else "the pod") + (f": {said}" if said else "")
    return Problem(message, _stopped_at(container, said, ending), (), tag)


def _stopped_at(container: Container | None, said: str, ending: Ending) -> Place:
    """The environment, where the message names a variable that is not in it; else where the script ends."""
    if container is not None:
        names = {entry["name"].text for entry in container.field["env"]}
        missing = [name for name in re.findall(r"\b[A-Z][A-Z0-9_]{2,}\b", said) if name not in names]
        empty = [name for name in re.findall(r"\b[A-Z][A-Z0-9_]{2,}\b", said) if name in names]
        if missing:
            return container.field["env"]
        if empty:
            return container.env(empty[0])["value"]
    if ending.state.stopped is not None:
        return ending.state.stopped.location
    return container.field["command"] if container else Location("", 1, 1, 1, 1)


def _nothing_cloned(boots: Boots, tag: str | None) -> Iterator[Outcome]:
    boot = boots.first
    elsewhere = [
        event
        for ending in boot.finished
        for event in ending.events
        if isinstance(event, GitRun) and event.subcommand == "clone"
    ]
    if elsewhere:
        yield _lost(boots, elsewhere[-1], boot.finished[0])
        return
    calls = [
        (script, call)
        for script in scripts_of_pod(boots)
        for call in script.git_calls()
        if call.line.subcommand == "clone"
    ]
    for script, call in calls[:1]:
        conditions = [script.text[span.start : span.end] for span in call.command.conditions]
        condition = f": it depends on `{' '.join(conditions[-1].split())}`" if conditions else ""
        message = f"on an empty volume this clone is never reached{condition}"
        yield Problem(message, script.location(call.span), (), tag)
    if not calls:
        lists = (boots.pod.spec["initContainers"], boots.pod.spec["containers"])
        message = (
            f"no container of {boots.pod.workload.name} clones a repository: an empty volume stays empty"
        )
        yield Problem(message, next((field for field in lists if field), boots.pod.spec), (), tag)


def _lost(boots: Boots, event: GitRun, ending: Ending) -> Problem:
    """A clone that fails, or goes where nothing is kept."""
    container = boots.first.container_of(event.where)
    if not event.done:
        message = f"git cannot clone to {event.path}, which is there already or cannot be written to"
        return Problem(message, given_by(container, event.path) or event.where.location)
    places = [place for place, entry in ending.files.repositories() if entry.complete]
    path = boots.first.path_of(event.where, places[0]) if places else event.path
    path = boots.simulation.symbols.words(path)
    message = f"the clone goes to {path}, which is on no volume that outlives the pod"
    return Problem(message, given_by(container, path) or event.where.location)


def given_by(container: Container | None, text: str) -> Field | None:
    """The entry of a container's environment that holds a text, or else the beginning of it, a path."""
    if container is None or not text:
        return None
    entries = [entry["value"] for entry in container.field["env"] if entry["value"].text]
    exact = [value for value in entries if value.text == text]
    above = [value for value in entries if text.startswith(value.text.rstrip("/") + "/")]
    found = exact or sorted(above, key=lambda value: -len(value.text))
    return found[0] if found else None


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
        refused = list(_refused(boots, boot, place))
        for finding in refused:
            yield Problem(finding.message, finding.at, finding.related, tag)
        if not refused:
            yield _stops(boots, boot, "on a volume that has the clone {} stops", tag)
        return
    problems = list(_meddling(boots, boot, place, tag))
    yield from problems
    if all(isinstance(item, Problem) and item.severity == "info" for item in problems):
        yield from _left_alone(boots, boot, place, tag)


def _left_alone(boots: Boots, boot: Boot, place: FilePlace, tag: str | None) -> Iterator[Outcome]:
    probes = _probes(boot.finished[0], place)
    if not probes:
        probes = [event for event in boot.finished[0].probes if event.place.volume in boots.kept]
    if probes:
        path = boot.path_of(probes[0].where, place)
        yield Proof(f"a start that finds {path} leaves it as it is", probes[0].where.location, tag)
    else:
        yield Unknown("no test of the clone was found that would keep a later start from it", None, tag)


def _refused(boots: Boots, boot: Boot, place: FilePlace) -> Iterator[Finding]:
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
                    f"whether a later start leaves the clone as it is depends on {_difference(boot, having)}"
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
    flags = _DISCARDING.get(event.subcommand)
    if flags is not None and event.directory is not None and event.directory.below(place):
        if not flags or flags & set(event.arguments):
            return Finding(f"every start throws uncommitted work away: {call}", event.where.location)
    return None


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


@dataclass(frozen=True, slots=True)
class Cloned:
    """A clone that the first boot leaves: its address, its path, and the call that gave it the address.

    `at_work` tells that the server works in it.
    """

    event: GitRun
    url: str
    path: str
    at_work: bool

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def cloned(boots: Boots) -> list[Cloned]:
    """Every clone that the first boot leaves, on whatever volume, on any of its paths."""
    server = boots.workspace.server
    work = server.field["workingDir"].text if server is not None else ""
    layout = boots.simulation.layouts.get(server.name) if server is not None else None
    home = layout.place(work) if layout is not None and work else None
    found: dict[tuple[FilePlace, str], Cloned] = {}
    for ending in boots.first.finished:
        for place, entry in ending.files.repositories():
            events = [
                item for item in ending.events if isinstance(item, GitRun) and item.remote == entry.origin
            ]
            if entry.complete and events and (place, entry.origin) not in found:
                path = boots.first.path_of(events[-1].where, place)
                found[place, entry.origin] = Cloned(events[-1], entry.origin, path, place == home)
    return list(found.values())

"""What the boots of a pod do about the clone of its repository."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.boot.boots import Boots
from opencode_policy.boot.pulls import scripts_of_pod
from opencode_policy.boot.unread_processes import unread_processes
from opencode_policy.lean import dataclass
from opencode_policy.location import Location, Related
from opencode_policy.outcome import Outcome, Place, Problem, Proof, Unknown
from opencode_policy.resource import Field
from opencode_policy.symbolic.boot import Boot, Ending
from opencode_policy.symbolic.events import GitRun, Probed
from opencode_policy.symbolic.files import REPOSITORY
from opencode_policy.symbolic.places import Place as FilePlace
from opencode_policy.workload import Container


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
            f"whether an empty volume gets a clone depends on {difference(boot, cloned)}", None, tag
        )
    elif not boot.finished:
        late = any(boots.clone_in(ending.files) is not None for ending in boot.failed)
        when = "after it has cloned" if late else "before it clones"
        yield stopping(boots, boot, f"on an empty volume {{}} stops {when}", tag)
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
    problems = [problem for event, after in interrupted for problem in _half(event, after, place)]
    for problem in problems:
        yield Problem(problem.message, problem.at, problem.related, tag, problem.severity)
    if not problems:
        shown = boots.simulation.symbols.words(url)
        yield Proof(f"an empty volume gets a clone of {shown} in {path}", event.where.location, tag)


def _half(event: GitRun, after: Boot, place: FilePlace) -> Iterator[Finding]:
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
        probes = probes_of(taken[0], event.target or place)
        if probes:
            test = probes[0].where
            words = f"a clone that broke off passes for a whole one: `{test.text}` does not tell them apart"
            yield Finding(words, test.location, (), "warning")
        else:
            yield Finding("a clone that broke off is not made whole", event.where.location, (), "warning")


def _is_clone(ending: Ending, place: FilePlace) -> bool:
    return ending.files.look(place).kind == REPOSITORY


def probes_of(ending: Ending, place: FilePlace) -> list[Probed]:
    """Tests of a place or of what is in it, those that git itself answers first."""
    found = [event for event in ending.probes if event.place.below(place)]
    return sorted(found, key=lambda event: not event.query)


def difference(boot: Boot, some: list[Ending]) -> str:
    """The condition that decides on which of two kinds of paths a boot goes."""
    others = [ending for ending in boot.finished if ending not in some]
    held = {
        (item.where, item.holds) for ending in others for item in ending.state.assumed if not item.expected
    }
    for item in some[0].state.assumed:
        if not item.expected and (item.where, not item.holds) in held:
            return f"`{item.where.text}`"
    return "a condition that cannot be decided"


def stopping(boots: Boots, boot: Boot, words: str, tag: str | None) -> Problem:
    """A boot on which an init container fails on every path."""
    ending = boot.failed[-1]
    container = ending.failed
    said = boots.simulation.symbols.words(ending.state.said)
    where = ending.state.stopped
    failing = where is not None and not where.text.startswith(("exit", "$"))
    reason = f"`{where.text}` fails" if where is not None and failing else said
    message = words.format(container.name if container else "the pod") + (f": {reason}" if reason else "")
    said = "" if failing else said
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
    bare = [event for event in elsewhere if event.done and event.target and event.target.volume in boots.kept]
    if bare:
        words = (
            f"what is cloned to {bare[0].path} has no working tree, and what is made of it is not followed"
        )
        yield Unknown(words, bare[0].where.location, tag)
        return
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
        yield _no_clone(boots, tag)


def _no_clone(boots: Boots, tag: str | None) -> Outcome:
    """Nothing that can be read clones."""
    unread = list(unread_processes(boots.workspace.tree, boots.pod))
    missing = [process for process in unread if process.missing]
    if missing:
        return Problem(missing[0].words, missing[0].at, (), tag)
    if unread:
        return Unknown(unread[0].words, unread[0].at, tag)
    lists = (boots.pod.spec["initContainers"], boots.pod.spec["containers"])
    message = f"no container of {boots.pod.workload.name} clones a repository: an empty volume stays empty"
    return Problem(message, next((field for field in lists if field), boots.pod.spec), (), tag)


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

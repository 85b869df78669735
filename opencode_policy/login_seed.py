"""What the boots of a pod do about the Copilot login: whether it arrives, and whether a newer one stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from opencode_policy.boots import Boots
from opencode_policy.clones import given_by
from opencode_policy.login_file import LoginFile, Seed
from opencode_policy.outcome import Outcome, Place, Problem, Proof, Unknown
from opencode_policy.pod_scripts import pod_scripts
from opencode_policy.resource import Field
from opencode_policy.shell.variables import variables_read
from opencode_policy.symbolic.boot import Boot, Ending
from opencode_policy.symbolic.events import Removed, Wrote
from opencode_policy.symbolic.files import FILE
from opencode_policy.symbolic.places import Place as FilePlace
from opencode_policy.workload import Container

_MODE = 0o600


@dataclass(frozen=True)
class LoginSeed:
    """The login of a workspace: where the server reads it, where the Secret's arrives, the pod's boots."""

    boots: Boots
    login: LoginFile
    seeds: tuple[Seed, ...]

    @cached_property
    def first_version(self) -> frozenset[str]:
        """Symbols for the Secret's login as it is at first."""
        return self._version(1)

    @cached_property
    def second_version(self) -> frozenset[str]:
        """Symbols for the Secret's login after it was renewed."""
        return self._version(2)

    @cached_property
    def own(self) -> str:
        """The symbol for a login made in the interface."""
        return self.seeds[0].other(self.boots.simulation.symbols)

    def _version(self, number: int) -> frozenset[str]:
        symbols = self.boots.simulation.symbols
        return frozenset(seed.content(symbols, number) for seed in self.seeds)

    def arrived(self, ending: Ending, version: frozenset[str]) -> bool:
        """Whether the server finds a version of the Secret's login."""
        return bool(self.sources(ending, self.login.place) & version)

    def sources(self, ending: Ending, place: FilePlace) -> frozenset[str]:
        entry = ending.files.look(place)
        content = entry.content if entry.kind == FILE else None
        return self.boots.simulation.symbols.sources(ending.state.resolve(content or ""))

    def writes(self, ending: Ending, version: frozenset[str]) -> list[Wrote]:
        """What was written with a version of the Secret's login in it."""
        symbols = self.boots.simulation.symbols
        return [
            event
            for event in ending.events
            if isinstance(event, Wrote) and symbols.sources(event.content or "") & version
        ]


def delivered(seed: LoginSeed, tag: str | None) -> Iterator[Outcome]:
    """Whether the first boot puts the Secret's login where the server looks for it."""
    boot = seed.boots.first
    placed = [ending for ending in boot.finished if seed.arrived(ending, seed.first_version)]
    if boot.overflow:
        yield Unknown("the scripts have more paths than can be followed", seed.boots.pod.spec, tag)
    elif not boot.finished:
        yield Unknown("the first start does not come to its end", seed.boots.pod.spec, tag)
    elif not placed:
        yield _astray(seed, boot, tag)
    else:
        other = [ending for ending in boot.finished if ending not in placed]
        open_ones = [ending for ending in other if not _about(ending, seed.first_version)]
        if open_ones:
            yield Unknown("whether the login is put in place cannot be decided", seed.login.at, tag)
        else:
            yield Proof(f"the Secret's login arrives at {seed.login.path}", _written_at(seed, placed[0]), tag)


def _about(ending: Ending, symbols: Iterable[str]) -> bool:
    """Whether a path was taken because of what some texts are."""
    wanted = frozenset(symbols)
    return any(opinion.topic & wanted for opinion in ending.state.topics)


def _written_at(seed: LoginSeed, ending: Ending) -> Place:
    events = [event for event in seed.writes(ending, seed.first_version) if event.place == seed.login.place]
    return events[-1].where.location if events else seed.seeds[0].use.at


def _astray(seed: LoginSeed, boot: Boot, tag: str | None) -> Problem:
    """The login goes to another place, or nowhere."""
    events = [event for ending in boot.finished for event in seed.writes(ending, seed.first_version)]
    if not events:
        return _unread(seed, tag)
    whole = [event for event in events if event.content in seed.first_version]
    event = (whole or events)[-1]
    container = boot.container_of(event.where)
    server = seed.boots.workspace.server
    path = seed.boots.simulation.symbols.words(event.path)
    words = f"the login goes to {path}, but the server reads {seed.login.path}"
    if path == seed.login.path:
        name = server.name if server else "the server"
        words = f"the login goes to {path} on another volume than {name} has there"
    return Problem(words, _deciding(seed, container, event), (), tag)


def _deciding(seed: LoginSeed, container: Container | None, event: Wrote) -> Place:
    """The variable that makes the two paths differ: of the script's container, else of the server's."""
    server = seed.boots.workspace.server
    given = given_by(container, event.path)
    if given is not None and container is not None and server is not None:
        name = _name_of(given)
        theirs = server.env(name)["value"]
        if theirs.text != given.text:
            return given
        if _name_of(seed.login.at) != name:
            return seed.login.at
    return event.where.location


def _name_of(value: Field) -> str:
    return value.parent["name"].text if value.parent is not None else ""


def _unread(seed: LoginSeed, tag: str | None) -> Problem:
    """No script takes the login: it looks for another file, or for none."""
    found = seed.seeds[0]
    container = found.use.container
    for entry in container.field["env"]:
        value = entry["value"]
        if value.text != found.path and _beside(container, value.text, found.path):
            words = f"{entry['name'].text} names {value.text}, but the login is mounted at {found.path}"
            return Problem(words, value, (), tag)
    words = f"nothing puts the login of {found.path} at {seed.login.path}"
    return Problem(words, _empty(seed, container) or container.field["env"], (), tag)


def _beside(container: Container, path: str, mounted: str) -> bool:
    """Whether a path lies on the mount of the login, or close to where that is."""
    mount = container.mount_of(mounted)
    if mount is None or not path.startswith("/"):
        return False
    same = path.rpartition("/")[2] == mounted.rpartition("/")[2]
    return same or path == mount.path or path.startswith(mount.path.rstrip("/") + "/")


def _empty(seed: LoginSeed, container: Container) -> Field | None:
    """A variable that a script of the container asks for, and the manifest leaves empty."""
    scripts = pod_scripts(seed.boots.workspace.tree, seed.boots.pod)
    read = {
        name
        for item in scripts
        if item.container.name == container.name
        for name in variables_read(item.text)
    }
    empty = [
        entry for entry in container.field["env"] if entry["name"].text in read and not entry["valueFrom"]
    ]
    return next((entry["value"] for entry in empty if not entry["value"].text), None)


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
    at = _written_at(seed, ending)
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
    return _written_at(seed, ending)

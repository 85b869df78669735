"""What the boots of a pod do about the Copilot login: whether it arrives, and whether a newer one stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from opencode_policy.boot.boots import Boots
from opencode_policy.boot.clones import given_by
from opencode_policy.boot.login_file import LoginFile, Seed
from opencode_policy.boot.pod_scripts import pod_scripts
from opencode_policy.boot.unread_processes import unread_processes
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Place, Problem, Proof, Unknown
from opencode_policy.resource import Field
from opencode_policy.shell.variables import variables_read
from opencode_policy.symbolic.boot import Boot, Ending
from opencode_policy.symbolic.events import Wrote
from opencode_policy.symbolic.files import FILE
from opencode_policy.symbolic.places import Place as FilePlace
from opencode_policy.workload import Container


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
        open_ones = [ending for ending in other if not about(ending, seed.first_version)]
        if open_ones:
            yield Unknown("whether the login is put in place cannot be decided", seed.login.at, tag)
        else:
            yield Proof(f"the Secret's login arrives at {seed.login.path}", written_at(seed, placed[0]), tag)


def about(ending: Ending, symbols: Iterable[str]) -> bool:
    """Whether a path was taken because of what some texts are."""
    wanted = frozenset(symbols)
    return any(opinion.topic & wanted for opinion in ending.state.topics)


def written_at(seed: LoginSeed, ending: Ending) -> Place:
    """Where the login was put in place."""
    events = [event for event in seed.writes(ending, seed.first_version) if event.place == seed.login.place]
    return events[-1].where.location if events else seed.seeds[0].use.at


def _astray(seed: LoginSeed, boot: Boot, tag: str | None) -> Outcome:
    """The login goes to another place, or nowhere."""
    events = [event for ending in boot.finished for event in seed.writes(ending, seed.first_version)]
    unread = next(unread_processes(seed.boots.workspace.tree, seed.boots.pod), None)
    if not events and unread is not None:
        return Unknown(unread.words, unread.at, tag)
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

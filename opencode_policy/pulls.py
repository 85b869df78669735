"""What brings a clone up to date when a pod starts, and the environment variable that switches it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from opencode_policy.boots import Boots
from opencode_policy.location import Location
from opencode_policy.pod_scripts import PodScript, pod_scripts
from opencode_policy.resource import Field
from opencode_policy.shell.commands_run import variables_read
from opencode_policy.shell.git_line import GitLine
from opencode_policy.symbolic.boot import Boot, Simulation
from opencode_policy.symbolic.environment import Start
from opencode_policy.symbolic.events import Event, GitRun
from opencode_policy.symbolic.expansion import AMBIENT

TAKING_IN = frozenset({"pull", "merge", "rebase", "reset", "checkout", "switch", "cherry-pick"})
"""Subcommands that can put other commits into a work tree."""

_SENDING_FOR = frozenset({"pull", "fetch", "remote", "submodule"})
_TRUE = frozenset({"true", "yes", "on", "1", "only"})


@dataclass(frozen=True, slots=True)
class Update:
    """A call that takes new commits into the clone.

    `switch` is the variable that it depends on whether this happens (None: nothing decides it), `on` whether it
    happens as the manifest has it, `container` the name of the container.
    """

    event: GitRun
    container: str
    switch: str | None
    on: bool

    @property
    def where(self) -> Location:
        return self.event.where.location


@lru_cache(maxsize=16)
def scripts_of_pod(boots: Boots) -> tuple[PodScript, ...]:
    """What the containers of the boots' pod run."""
    return tuple(pod_scripts(boots.workspace.tree, boots.pod))


@lru_cache(maxsize=16)
def updates(boots: Boots) -> tuple[Update, ...]:
    """Everything that a later start may do to bring the clone up to date."""
    happening = {key for ending in _endings(boots.second) for key in map(_key, _taken_in(ending))}
    found: dict[Location, Update] = {}
    for boot, switches in _searched(boots):
        for ending in _endings(boot):
            for event in _taken_in(ending):
                container = boot.container_of(event.where)
                switch = _switch(event, switches)
                name = container.name if container else ""
                found.setdefault(_key(event), Update(event, name, switch, _key(event) in happening))
    return tuple(found.values())


@lru_cache(maxsize=16)
def switched(boots: Boots) -> frozenset[Location]:
    """Where something is done only if a switch is on."""
    found = set()
    for boot, switches in _searched(boots):
        for ending in _endings(boot):
            found |= {event.where.location for event in ending if _switch(event, switches) is not None}
    return frozenset(found)


@lru_cache(maxsize=16)
def _searched(boots: Boots) -> tuple[tuple[Boot, dict[str, str]], ...]:
    """The later boot once more, with every variable left open that may be a switch."""
    scripts = scripts_of_pod(boots)
    if boots.left is None or not any(_may_update(call.line) for item in scripts for call in item.git_calls()):
        return ()
    symbols = boots.simulation.symbols
    names = sorted({name for item in scripts for name in variables_read(item.text)})
    switches = {symbols.fresh(f"the value of {name}"): name for name in names if _may_switch(boots, name)}
    changed = {name: symbol for symbol, name in switches.items()}
    simulation = Simulation(boots.workspace.tree, boots.pod, symbols, changed, boots.simulation.watched)
    return ((simulation.start(Start(2), boots.left), switches),)


def _may_update(line: GitLine) -> bool:
    return line.subcommand in TAKING_IN or line.subcommand in _SENDING_FOR


def _may_switch(boots: Boots, name: str) -> bool:
    """A variable that is not of the shell, and names neither a path nor an address nor a secret."""
    if name in AMBIENT or not name[:1].isalpha():
        return False
    values = [item[name] for item in boots.simulation.environments.values() if name in item]
    return all(value.isascii() and "/" not in value for value in values)


def _endings(boot: Boot | None) -> list[tuple[Event, ...]]:
    return [ending.events for ending in boot.finished] if boot else []


def _key(event: GitRun) -> Location:
    return event.where.location


def _taken_in(events: tuple[Event, ...]) -> Iterator[GitRun]:
    """Calls that take in commits which the same start has sent for."""
    sent = False
    for event in events:
        if not isinstance(event, GitRun) or not event.done:
            continue
        sent = sent or event.subcommand in ("fetch", "pull", "remote")
        cloned = event.subcommand in ("clone", "init")
        sent = sent and not cloned
        if event.subcommand == "pull" or (sent and event.subcommand in TAKING_IN):
            yield event
        elif event.subcommand == "submodule" and "--remote" in event.arguments:
            yield event


def _switch(event: Event, switches: dict[str, str]) -> str | None:
    """The variable that the event depends on; of several the one that was asked first."""
    for assumption in event.doubts:
        for symbol in sorted(assumption.about & switches.keys()):
            return switches[symbol]
    return None


def forwards_only(event: GitRun) -> bool:
    """Whether a call refuses to do more than to move a branch forward."""
    settings = dict(text.partition("=")[::2] for text in event.settings)
    options = [word for word in event.arguments if word.startswith("-")]
    if event.subcommand == "pull":
        if "--ff-only" in options:
            return True
        return settings.get("pull.ff") == "only" and not {"--rebase", "-r", "--no-ff"} & set(options)
    if event.subcommand == "merge":
        return "--ff-only" in options or settings.get("merge.ff") == "only"
    return False


def entry_of(boots: Boots, update: Update) -> Field | None:
    """The entry of the manifest that sets an update's switch."""
    if update.switch is None:
        return None
    for container in boots.pod.all_containers:
        entry = container.env(update.switch)
        if container.name == update.container and entry.exists:
            return entry["value"]
    return None

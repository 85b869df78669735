"""What brings a clone up to date when a pod starts, and the environment variable that switches it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from opencode_policy.boot.boots import Boots
from opencode_policy.boot.pod_scripts import PodScript, pod_scripts
from opencode_policy.lean import dataclass
from opencode_policy.resource import Field
from opencode_policy.shell.git_commands import GitCall
from opencode_policy.shell.variables import variables_read
from opencode_policy.symbolic.boot import Boot, Ending, Simulation
from opencode_policy.symbolic.environment import Start
from opencode_policy.symbolic.events import Assumption, Event, GitRun, doubtful
from opencode_policy.symbolic.expansion import AMBIENT
from opencode_policy.symbolic.files import Files
from opencode_policy.symbolic.symbols import rivals

_TAKING_IN = frozenset({"pull", "merge", "rebase", "reset", "checkout", "switch", "cherry-pick"})
"""Subcommands that can put other commits into a work tree."""

Key = tuple[int, int, int]
"""What a construct of a script is known by."""

_MOVING_ONLY = frozenset({"reset", "checkout", "switch"})
"""Those of them that do so only if they name commits of another repository."""

_SENDING_FOR = frozenset({"pull", "fetch", "remote", "submodule"})


@dataclass(frozen=True, slots=True)
class Update:
    """A call that takes new commits into the clone.

    `asked` is the condition on a variable, the `switch`, which decides whether this happens; None where
    nothing does. `on` tells whether it happens as the manifest has it, `container` is the name of the
    container.
    """

    event: GitRun
    container: str
    switch: str
    asked: Assumption | None
    on: bool


@lru_cache(maxsize=16)
def scripts_of_pod(boots: Boots) -> tuple[PodScript, ...]:
    """What the containers of the boots' pod run."""
    return tuple(pod_scripts(boots.workspace.tree, boots.pod))


def updating_calls(scripts: Sequence[PodScript]) -> list[tuple[PodScript, GitCall]]:
    """Calls that pull, or take in what another call of the same script sends for; reached or not."""
    found = []
    for script in scripts:
        calls = list(script.git_calls())
        sent = any(call.line.subcommand in _SENDING_FOR for call in calls)
        found += [
            (script, call)
            for call in calls
            if _takes_in(call.line.subcommand, call.line.arguments, sent=sent)
        ]
    return found


@lru_cache(maxsize=16)
def updates(boots: Boots) -> tuple[Update, ...]:
    """Everything that a later start may do to bring the clone up to date."""
    endings = boots.second.finished if boots.second else []
    happening = {_key(event) for ending in endings for event in _taken_in(ending.events)}
    boot, switches = searched(boots)
    if boot is None:
        return ()
    found = {_key(event): event for ending in boot.finished for event in _taken_in(ending.events)}
    return tuple(_update(boot, event, switches, on=key in happening) for key, event in found.items())


def _update(boot: Boot, event: GitRun, switches: dict[str, str], *, on: bool) -> Update:
    container = boot.container_of(event.where)
    asked = _asked(boot, event, switches)
    name = next((switches[symbol] for symbol in sorted(asked.about & switches.keys())), "") if asked else ""
    return Update(event, container.name if container else "", name, asked, on)


@lru_cache(maxsize=16)
def switched(boots: Boots) -> frozenset[Key]:
    """Where something is done only if a switch is on."""
    boot, switches = searched(boots)
    if boot is None:
        return frozenset()
    found = {_key(event): event for ending in boot.finished for event in ending.events}
    return frozenset(key for key, event in found.items() if _asked(boot, event, switches) is not None)


@lru_cache(maxsize=16)
def searched(boots: Boots) -> tuple[Boot | None, dict[str, str]]:
    """The later boot with a variable left open that switches an update; the variable by its symbol.

    If no variable alone does, all are left open at once.
    """
    calls = [call for script in scripts_of_pod(boots) for call in script.git_calls()]
    if boots.left is None or not any(call.line.subcommand in _SENDING_FOR for call in calls):
        return None, {}
    names = _candidates(boots)
    for name in names:
        boot, switches = _opened(boots, [name])
        found = [event for ending in boot.finished for event in _taken_in(ending.events)]
        if any(_asked(boot, event, switches) is not None for event in found):
            return boot, switches
    return _opened(boots, names) if names else (boots.second, {})


def _opened(boots: Boots, names: list[str]) -> tuple[Boot, dict[str, str]]:
    symbols = boots.simulation.symbols
    changed = {name: symbols.rival(f"any value of {name}", name, filled=False) for name in names}
    simulation = Simulation(boots.workspace.tree, boots.pod, symbols, changed, boots.simulation.watched)
    return simulation.start(Start(2, 0), _without_contents(boots)), {
        symbol: name for name, symbol in changed.items()
    }


def _without_contents(boots: Boots) -> Files:
    """What the first boot left, but for what is in the files: it only tells paths apart."""
    symbols = boots.simulation.symbols
    entries = dict(boots.left or Files())
    for place, entry in entries.items():
        if entry.content and rivals(symbols.sources(entry.content)):
            content = symbols.derived(f"the contents of {place.path}", filled=True)
            entries[place] = entry._replace(content=content)
    return Files(entries)


def _candidates(boots: Boots) -> list[str]:
    """Variables that may be switches: what scripts read and do not set; first what the manifest sets."""
    names = {name for script in scripts_of_pod(boots) for name in variables_read(script.text)}
    written = {name for variables in boots.simulation.environments.values() for name in variables}
    return sorted(
        (name for name in names if _may_switch(boots, name)), key=lambda name: (name not in written, name)
    )


def _may_switch(boots: Boots, name: str) -> bool:
    """A variable that is not of the shell, and names neither a path nor an address nor a secret."""
    if name in AMBIENT or name.startswith("XDG_") or not name[:1].isalpha():
        return False
    values = [item[name] for item in boots.simulation.environments.values() if name in item]
    return all(value.isascii() and "/" not in value for value in values)


def _key(event: Event) -> Key:
    return event.where.key


def _taken_in(events: tuple[Event, ...]) -> Iterator[GitRun]:
    """Calls that take in commits which the same start has sent for."""
    sent = False
    for event in events:
        if not isinstance(event, GitRun) or not event.done:
            continue
        if _takes_in(event.subcommand, event.arguments, sent=sent):
            yield event
        sent = (sent or event.subcommand in ("fetch", "remote")) and event.subcommand not in ("clone", "init")


def _takes_in(subcommand: str, arguments: tuple[str, ...], *, sent: bool) -> bool:
    """Whether a call takes in commits, given that others were sent for before."""
    if subcommand in ("pull", "submodule"):
        return subcommand == "pull" or "--remote" in arguments
    if not sent or subcommand not in _TAKING_IN:
        return False
    foreign = any("/" in word or "@{" in word or "FETCH_HEAD" in word for word in arguments)
    return foreign or subcommand not in _MOVING_ONLY


def _asked(boot: Boot, event: Event, switches: dict[str, str]) -> Assumption | None:
    """The first condition on a switch that decides whether this happens, None where nothing does."""
    occurrences: list[Event] = []
    spared: list[Ending] = []
    for ending in boot.finished:
        same = [item for item in ending.events if _key(item) == _key(event)]
        occurrences += same
        spared += [] if same else [ending]
    answers = [{_answer(item) for item in one.assumed} for one in occurrences]
    common = set.intersection(*answers)
    needed = (item for item in event.doubts if item.about & switches.keys() and _answer(item) in common)
    return next(needed, None) or _preventing(spared, set.union(*answers), switches)


def _preventing(
    endings: list[Ending], answers: set[tuple[Key, bool]], switches: dict[str, str]
) -> Assumption | None:
    """The first answer about a switch that is given on these paths and on no other."""
    found = [
        (at, item)
        for ending in endings
        for at, item in enumerate(doubtful(ending.state.assumed))
        if item.about & switches.keys() and _answer(item) not in answers
    ]
    return min(found, key=lambda pair: (pair[0], pair[1].where.key[1]), default=(0, None))[1]


def _answer(assumption: Assumption) -> tuple[Key, bool]:
    return assumption.where.key, assumption.holds


def forwards_only(event: GitRun) -> bool:
    """Whether a call refuses to do more than to move a branch forward."""
    settings = dict(text.partition("=")[::2] for text in event.settings)
    options = {word for word in event.arguments if word.startswith("-")}
    if event.subcommand == "pull":
        return "--ff-only" in options or (
            settings.get("pull.ff") == "only" and not {"--rebase", "-r", "--no-ff"} & options
        )
    return event.subcommand == "merge" and ("--ff-only" in options or settings.get("merge.ff") == "only")


def entry_of(boots: Boots, update: Update) -> Field | None:
    """The entry of the manifest that sets an update's switch."""
    for container in boots.simulation.containers:
        entry = container.env(update.switch)
        if container.name == update.container and entry.exists:
            return entry["value"]
    return None

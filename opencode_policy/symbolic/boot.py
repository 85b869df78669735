"""One start of a pod: what the scripts of its containers do to its volumes, on every path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property

from opencode_policy.lean import dataclass, replace
from opencode_policy.nodes import ScalarNode
from opencode_policy.resource import Field
from opencode_policy.scripts import file_in_container
from opencode_policy.shell.calls import Call, run
from opencode_policy.shell.interpreter import interpreter
from opencode_policy.source import Source
from opencode_policy.symbolic.environment import (
    Start,
    entrypoint,
    expanded,
    fresh_files,
    open_environment,
    persistent,
    variables_of,
)
from opencode_policy.symbolic.events import Code, Event, Probed, Where
from opencode_policy.symbolic.execution import caller_of
from opencode_policy.symbolic.files import Files
from opencode_policy.symbolic.machine import Machine
from opencode_policy.symbolic.places import Layout, Place
from opencode_policy.symbolic.state import NEXT, State, merged
from opencode_policy.symbolic.symbols import Symbols, cleaned
from opencode_policy.tree import Tree
from opencode_policy.workload import Container, Pod

_HOOKS = ("postStart",)
_NO_CODE = Code("", Source("", ""))


@dataclass(frozen=True)
class Simulation:
    """Starts of one pod.

    `changed` are environment variables that differ from the manifest's; calls of the `watched` programs are
    events.
    """

    tree: Tree
    pod: Pod
    symbols: Symbols = field(default_factory=Symbols)
    changed: Mapping[str, str] = field(default_factory=dict)
    watched: frozenset[str] = frozenset()

    @cached_property
    def containers(self) -> list[Container]:
        """The containers in the order in which they start."""
        return self.pod.all_containers

    @cached_property
    def layouts(self) -> dict[str, Layout]:
        """How each container sees the volumes, by its name."""
        return {container.name: Layout(container) for container in self.containers}

    @cached_property
    def environments(self) -> dict[str, dict[str, str]]:
        """Environment variables of each container, by its name."""
        return {
            container.name: {**variables_of(self.tree, container, self.symbols), **self.changed}
            for container in self.containers
        }

    def start(self, start: Start, files: Files | None = None) -> Boot:
        """Start the pod; `files` are those of its persistent volumes (at the first boot there are none)."""
        found = fresh_files(self.tree, self.pod, self.symbols, start)
        if files is not None:
            found = files.only(persistent(self.pod)).over(found)
        boot = Boot(self, start)
        boot.follow(found)
        return boot


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of one path: the files then, what happened before, the container that failed, if one did."""

    state: State
    failed: Container | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        return self.state.events

    @property
    def probes(self) -> list[Probed]:
        """Tests of files whose result was certain."""
        return [event for event in self.state.probes if isinstance(event, Probed)]

    @property
    def files(self) -> Files:
        return self.state.files


@dataclass
class Boot:
    """All paths of one start; `overflow` tells that there were more than could be followed."""

    simulation: Simulation
    number: Start
    endings: list[Ending] = field(default_factory=list)
    overflow: bool = False
    _containers: dict[Code, Container] = field(default_factory=dict)

    def container_of(self, where: Where) -> Container | None:
        """The container that ran a construct."""
        code = where.code
        while isinstance(code.written, Where) and code not in self._containers:
            code = code.written.code
        return self._containers.get(code)

    def path_of(self, where: Where, place: Place) -> str:
        """The path by which the container that ran a construct knows a place."""
        container = self.container_of(where)
        layout = self.simulation.layouts.get(container.name) if container else None
        return layout.path_of(place) if layout else place.path

    @property
    def finished(self) -> list[Ending]:
        """Paths on which every init container succeeded."""
        return [ending for ending in self.endings if ending.failed is None]

    @property
    def failed(self) -> list[Ending]:
        return [ending for ending in self.endings if ending.failed is not None]

    def follow(self, files: Files) -> None:
        """Run the containers one after the other."""
        states = [_first(files, self.number)]
        for container in self.simulation.containers:
            states = merged(state for before in states for state in self._container(container, before))
        self.endings += [Ending(state) for state in states]

    def _container(self, container: Container, before: State) -> Iterable[State]:
        done = self._process(container, container.argv, before, main=True)
        for name in _HOOKS:
            argv = list(container.field["lifecycle"][name]["exec"]["command"])
            if argv:
                done = [
                    after for state in done for after in self._process(container, argv, state, main=False)
                ]
        for state in done:
            if container.role == "init" and state.status not in (0, None):
                self.endings.append(Ending(state, container))
            else:
                yield state

    def _process(self, container: Container, argv: list[Field], before: State, *, main: bool) -> list[State]:
        process = Process(self.simulation, container, argv, main)
        done = process.run(before)
        self.overflow = self.overflow or process.machine.overflow
        self._containers.update(dict.fromkeys(process.codes, container))
        return done


def _first(files: Files, start: Start) -> State:
    return State(_NO_CODE, "", files=files, boot=start.boot)


@dataclass
class Process:
    """A process of a container: its main one, or that of a hook."""

    simulation: Simulation
    container: Container
    argv: list[Field]
    main: bool

    def __post_init__(self) -> None:
        """Find out what the process sees."""
        simulation = self.simulation
        self.variables = simulation.environments[self.container.name]
        self.scripts: dict[str, Code | None] = {}
        self.codes: list[Code] = []
        self.machine = Machine(
            simulation.layouts[self.container.name],
            simulation.symbols,
            load=self._load,
            inline=self._inline(),
            watched=simulation.watched,
            open_environment=open_environment(simulation.tree, self.container),
        )

    def run(self, before: State) -> list[State]:
        """Run it from the state that the container before it left; its own shell starts anew."""
        words = [expanded(cleaned(item.text), self.variables) for item in self.argv]
        words = [*(entrypoint(self.container) if self.main else []), *words]
        node = self.argv[0].node if self.argv else None
        if not words or not isinstance(node, ScalarNode):
            return [before]
        code = Code(" ".join(words), node)
        self.codes.append(code)
        state = replace(
            before.fork(),
            code=code,
            name=words[0],
            variables=dict(self.variables),
            exported=frozenset(self.variables),
            functions={},
            arguments=(),
            directory=cleaned(self.container.field["workingDir"].text) or "/",
            umask=0o022,
            options=frozenset(),
            flow=NEXT,
        )
        state.end()
        ended = run(self._fields(state, words, Where(code)))
        return merged(map(_at_rest, ended))

    def _fields(self, state: State, words: list[str], where: Where) -> Call[list[State]]:
        ended: list[State] = yield caller_of(self.machine).fields(state, words, where)
        return ended

    def _load(self, path: str) -> Code | None:
        """A script of a ConfigMap by its path in the container."""
        if not path.startswith("/"):
            return None
        if path not in self.scripts:
            node = file_in_container(self.simulation.tree, self.container, path)
            self.scripts[path] = self._code(node) if node else None
        return self.scripts[path]

    def _inline(self) -> dict[str, Code]:
        """The script of `sh -c`, as it is written in the manifest."""
        shell = interpreter([item.text for item in self.argv])
        at = shell.inline_at if shell else None
        node = self.argv[at].node if at is not None and at < len(self.argv) else None
        if not isinstance(node, ScalarNode):
            return {}
        code = self._code(node, self.variables)
        return {expanded(code.text, self.variables): code}

    def _code(self, node: ScalarNode, given: Mapping[str, str] | None = None) -> Code:
        code = Code(cleaned(node.value), node, given or {})
        self.codes.append(code)
        return code


def _at_rest(state: State) -> State:
    """The state without what belongs to the process alone."""
    ended = replace(
        state, variables={}, exported=frozenset(), functions={}, scopes=(), arguments=(), runs=frozenset()
    )
    ended.flow = NEXT
    ended.directory, ended.stdin, ended.options, ended.umask = "/", None, frozenset(), 0o022
    return ended

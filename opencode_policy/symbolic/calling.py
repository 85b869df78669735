"""Simple commands: assignments, functions, wrappers, other shells, programs."""

from __future__ import annotations

from collections.abc import Callable

from opencode_policy.lean import dataclass
from opencode_policy.shell.calls import Call
from opencode_policy.shell.commands_run import statements_of
from opencode_policy.shell.holes import UNKNOWN
from opencode_policy.shell.interpreter import SHELLS, interpreter
from opencode_policy.shell.syntax import Assignment, Command, Statement, Substitution
from opencode_policy.shell.wrappers import base_name, unwrap
from opencode_policy.symbolic.events import Code, Ran, Where
from opencode_policy.symbolic.expansion import Executor, Expander
from opencode_policy.symbolic.machine import Invocation, Machine, note
from opencode_policy.symbolic.programs import PROGRAMS, run_unknown
from opencode_policy.symbolic.redirection import redirected
from opencode_policy.symbolic.replay import course, started
from opencode_policy.symbolic.state import EXIT, LOG, NEXT, RETURN, State, merged
from opencode_policy.symbolic.symbols import is_known, symbols_in

_DEPTH = 40
ExecuteOne = Callable[[Machine, Statement, State], Call[list[State]]]


@dataclass
class Caller:
    """Runs simple commands; `execute` and `execute_all` run the statements of functions and scripts."""

    machine: Machine
    expander: Expander
    execute: ExecuteOne
    execute_all: Executor

    def command(self, state: State, command: Command) -> Call[list[State]]:
        """Run a simple command on every path that its expansions open."""
        where = Where(state.code, command.span)
        if not command.words:
            assigned: list[State] = yield self._assign(state, command.assignments)
            for after in () if _substitutes(command.assignments) else assigned:
                after.end(after.status if after.flow != NEXT else 0)
            result: list[State] = yield self._each(assigned, command, _nothing)
            return result
        expanded: list[tuple[State, list[str]]] = yield self.expander.fields(state, command.words)
        done: list[State] = []
        for current, fields in self._alike(expanded):
            if current.flow != NEXT:
                done.append(current)
            elif command.assignments or command.redirects:
                done += yield self._prepared(current, command, fields, where)
            else:
                current.end()
                done += yield self.fields(current, fields, where)
        return done

    def _alike(self, expanded: list[tuple[State, list[str]]]) -> list[tuple[State, list[str]]]:
        """Paths that go on alike, as one: of `"$shell" "$0"` it does not matter which shell it is."""
        if len(expanded) < 2:
            return expanded
        groups: dict[tuple[str, ...], list[State]] = {}
        for state, words in expanded:
            fields = words
            texts = [UNKNOWN if not is_known(field) else field for field in fields[:3]]
            at = 1 if texts and texts[0] in ("exec", "command") else 0
            runs = len(fields) > at + 1 and self.machine.load(fields[at + 1]) is not None
            if runs and (texts[at] == UNKNOWN or base_name(texts[at]) in SHELLS):
                fields = [*fields[:at], "sh", *fields[at + 1 :]]
                if texts[0] == "exec":  # the new process knows only what is exported
                    state.variables = {
                        name: text for name, text in state.variables.items() if name in state.exported
                    }
            groups.setdefault(tuple(fields), []).append(state)
        return [(state, list(fields)) for fields, states in groups.items() for state in merged(states)]

    def _each(
        self, states: list[State], command: Command, body: Callable[[State], Call[list[State]]]
    ) -> Call[list[State]]:
        done: list[State] = []
        for state in states:
            if state.flow != NEXT or not command.redirects:
                done.append(state)
            else:
                done += yield redirected(self.expander, state, command.redirects, body)
        return done

    def _assign(self, state: State, assignments: tuple[Assignment, ...]) -> Call[list[State]]:
        states = [state]
        for assignment in assignments:
            longer: list[State] = []
            for current in states:
                expanded: list[tuple[State, str]] = yield self.expander.text(current, assignment.value)
                for after, text in expanded:
                    after.variables[assignment.name] = self._value(after, assignment, text)
                    longer.append(after)
            states = longer
        return states

    def _value(self, state: State, assignment: Assignment, text: str) -> str:
        if assignment.elements is not None or assignment.indexed:
            return self.machine.symbols.fresh(f"the array {assignment.name}")
        return state.variables.get(assignment.name, "") + text if assignment.append else text

    def _prepared(self, state: State, command: Command, fields: list[str], where: Where) -> Call[list[State]]:
        """Run fields under the command's own assignments and redirections."""
        saved = {item.name: state.variables.get(item.name) for item in command.assignments}
        assigned: list[State] = yield self._assign(state, command.assignments)
        state.end()

        def body(inside: State) -> Call[list[State]]:
            return self.fields(inside, fields, where)

        done: list[State] = []
        for current in assigned:
            current.exported |= set(saved)
            if command.redirects:
                done += yield redirected(self.expander, current, command.redirects, body)
            else:
                done += yield body(current)
        for after in done:
            if fields and fields[0] not in ("export", "readonly", "local", ":"):
                _restore(after, saved)
        return done

    def fields(self, state: State, fields: list[str], where: Where) -> Call[list[State]]:
        """Run a command given as its words."""
        if not fields:
            return [state]
        if fields[0] in state.functions and state.depth < _DEPTH:
            result: list[State] = yield self._function(state, fields, where)
            return result
        texts = [field if field.isascii() else UNKNOWN.join(_known_parts(field)) for field in fields]
        unwrapped = unwrap(texts)
        wrappers = unwrapped.wrappers
        for text, index in unwrapped.assignments:
            name = text.partition("=")[0]
            state.variables[name] = fields[index].partition("=")[2]
            state.exported |= {name}
        words = [fields[index] for _, index in unwrapped.items]
        if not words:
            return self._asked(state, fields, where, wrappers)
        if "xargs" in wrappers:
            words.append(self.machine.symbols.fresh("arguments from standard input", state.stdin or ""))
        done: list[State] = yield self._run(state, words, where)
        for after in done if "exec" in wrappers else ():
            after.flow = EXIT if after.flow == NEXT else after.flow
        return done

    def _asked(self, state: State, fields: list[str], where: Where, wrappers: tuple[str, ...]) -> list[State]:
        """`command -v git` looks for a program and runs none."""
        invocation = Invocation(self.machine, state, where, fields)
        if set(wrappers) & {"command", "sudo"} and len(fields) > 1:
            invocation.write(self.machine.symbols.fresh(f"the path of {fields[-1]}", filled=True) + "\n")
            invocation.end(None)
        else:
            invocation.end(0)
        return [state]

    def _run(self, state: State, words: list[str], where: Where) -> Call[list[State]]:
        name = base_name(words[0])
        if name == "eval":
            call = self._text(state, " ".join(words[1:]), where)
        elif name in (".", "source"):
            call = self._sourced(state, words, where)
        else:
            script = self._script(state, words, where)
            if script is None:
                self._program(Invocation(self.machine, state, where, words), name)
                return [state]
            call = self._subscript(state, *script)
        result: list[State] = yield call
        return result

    def _program(self, invocation: Invocation, name: str) -> None:
        machine, state = self.machine, invocation.state
        program = machine.programs.get(name) or PROGRAMS.get(name)
        secret = bool(machine.secrets) and machine.symbols.sources(*invocation.words) & machine.secrets
        if name in machine.watched or secret:
            reads = [self._read(state, word) for word in invocation.arguments]
            reads = [text for text in reads if text]
            given = tuple((key, text) for key, text in state.variables.items() if key in state.exported)
            words, shown = tuple(invocation.words), state.sink == LOG
            note(state, Ran(invocation.where, state.assumed, words, state.stdin, tuple(reads), given, shown))
        (program or run_unknown)(invocation)

    def _read(self, state: State, word: str) -> str:
        """Content of a file argument, where it is known to be one."""
        entry = state.files.look(self.machine.layout.place(word, state.directory))
        return (entry.content or "") if entry.is_file else ""

    def _function(self, state: State, fields: list[str], where: Where) -> Call[list[State]]:
        function, code = state.functions[fields[0]]
        outer, arguments, calls = state.code, state.arguments, state.calls
        state.calls = (*calls, where)
        state.code, state.arguments, state.depth = code, tuple(fields[1:]), state.depth + 1
        state.scopes = (*state.scopes, {})
        state.end()
        done: list[State] = yield self.execute(self.machine, function.body, state)
        for after in done:
            _restore(after, after.scopes[-1])
            after.scopes = after.scopes[:-1]
            after.code, after.arguments, after.depth = outer, arguments, after.depth - 1
            after.flow, after.calls = (NEXT if after.flow == RETURN else after.flow), calls
        return done

    def _text(self, state: State, text: str, where: Where) -> Call[list[State]]:
        """Run a text in this shell."""
        if not is_known(text):
            return [_unknown(self.machine, state, text, where)]
        code = state.code
        state.code = Code(text, where)
        done: list[State] = yield self.execute_all(self.machine, statements_of(text), [state])
        for after in done:
            after.code = code
        return done

    def _sourced(self, state: State, words: list[str], where: Where) -> Call[list[State]]:
        found = self.machine.load(words[1]) if len(words) > 1 else None
        if found is None or state.depth >= _DEPTH:
            return [_unknown(self.machine, state, " ".join(words), where)]
        code = state.code
        state.code, state.depth = found, state.depth + 1
        done: list[State] = yield self.execute_all(self.machine, statements_of(found.text), [state])
        for after in done:
            after.code, after.depth = code, after.depth - 1
            after.flow = NEXT if after.flow == RETURN else after.flow
        return done

    def _script(
        self, state: State, words: list[str], where: Where
    ) -> tuple[Code, str, tuple[str, ...], frozenset[str]] | None:
        """The script that a command starts: of `sh -c`, of `sh FILE`, of FILE itself, or on its input."""
        if state.depth >= _DEPTH:
            return None
        shell = None
        if base_name(words[0]) in SHELLS:
            shell = interpreter([word if is_known(word) else None for word in words])
        if shell is None:
            if not is_known(words[0]) and len(words) > 1:  # "$shell" "$0"
                found = self.machine.load(words[1])
                return (found, words[1], tuple(words[2:]), frozenset()) if found else None
            found = self.machine.load(words[0])
            return (found, words[0], tuple(words[1:]), frozenset()) if found else None
        rest = tuple(words[shell.arguments_at :])
        if shell.inline_at is not None:
            text = words[shell.inline_at]
            if not is_known(text):
                return None
            code = self.machine.inline.get(text) or Code(text, where)
            return code, (rest[0] if rest else shell.shell), rest[1:], shell.options
        if shell.path_at is not None:
            found = self.machine.load(words[shell.path_at])
            return (found, words[shell.path_at], rest, shell.options) if found else None
        if state.stdin is not None and is_known(state.stdin):
            return Code(state.stdin, where), shell.shell, rest, shell.options
        return None

    def _subscript(
        self, state: State, code: Code, name: str, arguments: tuple[str, ...], options: frozenset[str]
    ) -> Call[list[State]]:
        """Run a script in a process of its own, which sees only what is exported."""
        inner = state.fork()
        inner.variables = {key: text for key, text in state.variables.items() if key in state.exported}
        inner.functions, inner.scopes, inner.traps = {}, (), ()
        inner.code, inner.name, inner.arguments, inner.options = code, name, arguments, options
        inner.depth, inner.checked, inner.loops = state.depth + 1, 0, 0
        found = []
        for one in (yield self._process(inner)):
            after = state.took_in(one)
            after.buffer = one.buffer
            found.append(after)
        return found

    def _process(self, state: State) -> Call[list[State]]:
        """Run the code of a new process, once for all paths that start it alike."""
        known = self.machine.runs.setdefault(course(state), [])
        for earlier in known:
            if earlier.fits(state):
                return earlier.on(state)
        run = started(state)
        ended: list[State] = yield self.execute_all(self.machine, statements_of(state.code.text), [state])
        known.append(run)
        return run.finish(ended)


def _substitutes(assignments: tuple[Assignment, ...]) -> bool:
    """Whether a command runs in the value of an assignment: its status is then that of the assignment."""
    words = [item.value for item in assignments if item.value is not None]
    return any(isinstance(part, Substitution) for word in words for part in word.parts)


def _nothing(state: State) -> Call[list[State]]:
    yield from ()
    return [state]


def _known_parts(field: str) -> list[str]:
    """The texts between the symbols of a field."""
    for symbol in symbols_in(field):
        field = field.replace(symbol, UNKNOWN)
    return field.split(UNKNOWN)


def _restore(state: State, saved: dict[str, str | None]) -> None:
    for name, value in saved.items():
        if value is None:
            state.variables.pop(name, None)
        else:
            state.variables[name] = value


def _unknown(machine: Machine, state: State, text: str, where: Where) -> State:
    Invocation(machine, state, where, [text]).doubt(text)
    return state

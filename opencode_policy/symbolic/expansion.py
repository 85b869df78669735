"""Words to texts: parameters, command substitutions, arithmetic, field splitting."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from opencode_policy.shell.calls import Call
from opencode_policy.shell.syntax import (
    Arithmetic,
    Command,
    Literal,
    Parameter,
    Part,
    Sequence,
    Substitution,
    Word,
)
from opencode_policy.symbolic.arithmetic import evaluate
from opencode_policy.symbolic.events import Where
from opencode_policy.symbolic.fields import fields_of, joined
from opencode_policy.symbolic.machine import Machine
from opencode_policy.symbolic.parameters import DEFAULTS, cased, replaced, sliced, trimmed
from opencode_policy.symbolic.patterns import Piece
from opencode_policy.symbolic.state import BUFFER, EXIT, NEXT, State, merged
from opencode_policy.symbolic.symbols import is_known, symbols_in

Executor = Callable[[Machine, Sequence, list[State]], Call[list[State]]]
Expanded = list[tuple[State, list[Piece]]]
_END = Piece(None)

AMBIENT = frozenset(
    {"HOME", "HOSTNAME", "IFS", "LANG", "LOGNAME", "OLDPWD", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "USER"}
)
"""Variables that a container may have without its manifest saying so."""


class Expander:
    """Expands words on the paths of a machine; `execute` runs the commands of substitutions."""

    def __init__(self, machine: Machine, execute: Executor) -> None:
        self.machine = machine
        self._execute = execute

    def fields(self, state: State, words: Iterable[Word]) -> Call[list[tuple[State, list[str]]]]:
        """Expand words to the fields of a command."""
        found: list[tuple[State, list[str]]] = [(state, [])]
        for word in words:
            longer: list[tuple[State, list[str]]] = []
            for current, fields in found:
                plain = self.plain(current, word)
                expanded: Expanded = [(current, plain)] if plain else (yield self.pieces(current, word))
                longer += [(after, fields + fields_of(after, pieces)) for after, pieces in expanded]
            found = longer
        return found

    def plain(self, state: State, word: Word) -> list[Piece] | None:
        """The pieces of a word that runs no command and sets nothing, the quick way; else None."""
        found: list[Piece] = []
        for part in word.parts:
            if isinstance(part, Literal):
                text = part.text if part.quoted or found else _tilde(state, part)
                found.append(Piece(text, part.quoted))
            elif isinstance(part, Parameter) and not part.operator and not part.prefix and part.index is None:
                value = None if part.name in ("@", "*") else self.value(state, part.name)
                if value is None:
                    return None
                found.append(_piece(part, value))
            else:
                return None
        return found

    def text(self, state: State, word: Word | None) -> Call[list[tuple[State, str]]]:
        """Expand a word to one text, as in an assignment."""
        if word is None:
            return [(state, "")]
        plain = self.plain(state, word)
        expanded: Expanded = [(state, plain)] if plain else (yield self.pieces(state, word))
        return [(after, joined(pieces)) for after, pieces in expanded]

    def pieces(self, state: State, word: Word) -> Call[Expanded]:
        """Expand a word to its pieces, once for every way in which its substitutions can end."""
        found: Expanded = [(state, [])]
        for index, part in enumerate(word.parts):
            longer: Expanded = []
            for current, pieces in found:
                if current.flow != NEXT:
                    longer.append((current, pieces))
                    continue
                expanded: Expanded = yield self._part(current, part, first=index == 0)
                longer += [(after, pieces + more) for after, more in expanded]
            found = longer
        return found

    def _part(self, state: State, part: Part, *, first: bool) -> Call[Expanded]:
        if isinstance(part, Literal):
            return [(state, [Piece(_tilde(state, part) if first else part.text, part.quoted)])]
        if isinstance(part, Arithmetic):
            return [(state, [Piece(self._arithmetic(state, part), part.quoted)])]
        if isinstance(part, Parameter):
            inner = self._parameter(state, part)
        else:
            inner = self._substitution(state, part)
        result: Expanded = yield inner
        return result

    def _arithmetic(self, state: State, part: Arithmetic) -> str:
        text = state.code.text[part.span.start : part.span.end]
        value = evaluate(text.removeprefix("$((").removesuffix("))"), state)
        if value is not None:
            return str(value)
        names = [state.variables.get(inner.name, "") for inner in part.parts if isinstance(inner, Parameter)]
        return self.machine.symbols.derived(f"(({text}", *names, filled=True)

    def _substitution(self, state: State, part: Substitution) -> Call[Expanded]:
        given = _given(state, part)
        if given is not None:
            return [(state, [Piece(given, part.quoted, not part.quoted)])]
        inner = state.fork()
        inner.sink, inner.buffer = BUFFER, ""
        results: list[State] = yield self._execute(self.machine, part.body, [inner])
        found: Expanded = []
        for result in merged(results):
            output = result.buffer.rstrip("\n") if part.form in ("$(", "`") else ""
            found.append((state.took_in(result), [Piece(output, part.quoted, not part.quoted)]))
        return found

    def _parameter(self, state: State, part: Parameter) -> Call[Expanded]:
        if part.name in ("@", "*") and not part.operator and not part.prefix:
            return [(state, _all_arguments(state, part))]
        value = self.value(state, part.name)
        if part.operator in DEFAULTS:
            result: Expanded = yield self._default(state, part, value)
            return result
        if value is None:
            value = self._unset(state, part)
        if part.prefix == "#":
            value = str(len(value)) if is_known(value) else self.machine.symbols.derived("${#}", value)
        elif part.prefix or part.index is not None:
            value = self.machine.symbols.derived(f"${{{part.prefix}{part.index}}}", value)
        elif part.operator:
            operated: Expanded = yield self._operated(state, part, value)
            return operated
        return [(state, [_piece(part, value)])]

    def value(self, state: State, name: str) -> str | None:
        """Value of a variable or parameter; None where it is not set."""
        if name.isdigit() and name != "0":
            at = int(name) - 1
            return state.resolve(state.arguments[at]) if at < len(state.arguments) else None
        special = _special(self.machine, state, name)
        if special is not None:
            return special
        if name in state.variables:
            return state.resolve(state.variables[name])
        if name in AMBIENT or self.machine.open_environment:
            return state.resolve(self.machine.symbols.derived(f"the value of {name}"))
        return None

    def _unset(self, state: State, part: Parameter) -> str:
        if "u" in state.options and part.name not in ("@", "*"):
            state.said, state.flow = f"{part.name}: parameter not set", EXIT
            state.stopped = Where(state.code, part.span)
            state.end(2)
        return ""

    def _default(self, state: State, part: Parameter, value: str | None) -> Call[Expanded]:
        """`${name:-word}` and its kin, on both ways where it is not known whether the value is empty."""
        found: Expanded = []
        for current, present in self._presence(state, part, value):
            found += yield self._chosen(current, part, value or "", present=present)
        return found

    def _presence(self, state: State, part: Parameter, value: str | None) -> list[tuple[State, bool]]:
        if value is None:
            return [(state, False)]
        if not part.operator.startswith(":"):
            return [(state, True)]
        if is_known(value) or self.machine.symbols.filled(value):
            return [(state, bool(value))]
        if part.operator == ":?":
            return [(state, True)]
        where = Where(state.code, part.span)
        empty = state.fork()
        about = self.machine.symbols.sources(value)
        state.assume(where, holds=True, about=about)
        empty.assume(where, holds=False, about=about)
        for symbol in symbols_in(value):
            empty.bound[symbol] = ""
        return [(state, True), (empty, False)]

    def _chosen(self, state: State, part: Parameter, value: str, *, present: bool) -> Call[Expanded]:
        kind = part.operator[-1]
        if kind == "+":
            if not present:
                return [(state, [_piece(part, "")])]
            chosen: Expanded = yield self._operand(state, part)
            return chosen
        if present:
            return [(state, [_piece(part, value)])]
        expanded: Expanded = yield self._operand(state, part)
        for after, pieces in expanded:
            if kind == "=":
                after.variables[part.name] = joined(pieces)
            elif kind == "?":
                after.said = f"{part.name}: {joined(pieces) or 'parameter not set'}"
                after.flow, after.stopped = EXIT, Where(after.code, part.span)
                after.end(2)
        return expanded

    def _operand(self, state: State, part: Parameter) -> Call[Expanded]:
        """The word of a default; its unquoted literals are split where the parameter itself would be."""
        found: Expanded = [(state, [Piece("")] if part.quoted else [])]
        for word in part.operands:
            longer: Expanded = []
            for current, pieces in found:
                expanded: Expanded = yield self.pieces(current, word)
                longer += [
                    (after, pieces + [_inner(part, piece) for piece in more]) for after, more in expanded
                ]
            found = longer
        return found

    def _operated(self, state: State, part: Parameter, value: str) -> Call[Expanded]:
        plain = _plain_pattern(state, part)
        if plain is not None:
            return [(state, [_piece(part, self._operation(part.operator, value, [[Piece(plain, False)]]))])]
        found: list[tuple[State, list[list[Piece]]]] = [(state, [])]
        for word in part.operands:
            longer: list[tuple[State, list[list[Piece]]]] = []
            for current, operands in found:
                expanded: Expanded = yield self.pieces(current, word)
                longer += [(after, [*operands, pieces]) for after, pieces in expanded]
            found = longer
        return [
            (after, [_piece(part, self._operation(part.operator, value, operands))])
            for after, operands in found
        ]

    def _operation(self, operator: str, value: str, operands: list[list[Piece]]) -> str:
        symbols = self.machine.symbols
        if operator[0] in "#%":
            return trimmed(symbols, value, operator, operands[0] if operands else [])
        if operator[0] == "/":
            return replaced(symbols, value, operator.removesuffix("/") or "/", operands)
        if operator[0] == ":":
            return sliced(symbols, value, operands)
        if operator[0] in "^,":
            return cased(symbols, value, operator)
        return symbols.derived(f"${{{operator}}}", value)


def _given(state: State, part: Substitution) -> str | None:
    """`$(NAME)` in the arguments of a container is replaced before the shell sees it."""
    command = part.body[0] if len(part.body) == 1 else None
    if part.form != "$(" or not isinstance(command, Command) or len(command.words) != 1:
        return None
    return state.code.given.get(command.words[0].value or "")


def _piece(part: Parameter, value: str) -> Piece:
    return Piece(value, part.quoted, not part.quoted)


def _plain_pattern(state: State, part: Parameter) -> str | None:
    """The pattern of `${name#pattern}` where nothing in it is quoted: blanks around it belong to it."""
    text = state.code.text[part.span.start : part.span.end]
    head = "${" + part.name + part.operator
    if part.operator[0] not in "#%" or not text.startswith(head) or not text.endswith("}"):
        return None
    pattern = text[len(head) : -1]
    return None if set(pattern) & set("'\"\\$`") else pattern


def _inner(part: Parameter, piece: Piece) -> Piece:
    return piece if part.quoted or piece.quoted else piece._replace(splits=True)


def _all_arguments(state: State, part: Parameter) -> list[Piece]:
    arguments = [state.resolve(item) for item in state.arguments]
    if part.name == "*" and part.quoted:
        return [Piece(" ".join(arguments))]
    found: list[Piece] = []
    for index, argument in enumerate(arguments):
        if index:
            found.append(_END)
        found.append(Piece(argument, part.quoted, not part.quoted))
    return found


def _special(machine: Machine, state: State, name: str) -> str | None:
    if name == "0":
        return state.name
    if name == "#":
        return str(len(state.arguments))
    if name == "?":
        status = state.status
        return str(status) if status is not None else machine.symbols.fresh("an exit status", filled=True)
    if name in ("$", "!", "PPID", "RANDOM", "SECONDS"):
        return machine.symbols.derived(f"${name}", filled=True)
    return state.directory if name == "PWD" else None


def _tilde(state: State, part: Literal) -> str:
    if part.quoted or not part.text.startswith("~") or part.text[1:2] not in ("", "/"):
        return part.text
    home = state.variables.get("HOME")
    if home is None:
        return part.text
    return state.resolve(home) + part.text[1:]

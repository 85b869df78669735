"""Every command that a script holds, with the words it may be run with: whether it is ever reached or not.

Values of variables come from all assignments of the script, in no order. A function is read once for itself
and once for every call of it, with the call's arguments. Texts that a shell runs as well, of `sh -c`, `eval`,
`trap` and here-documents, are read like the script.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from itertools import islice, product

from opencode_policy.lean import dataclass, replace
from opencode_policy.shell.holes import UNKNOWN
from opencode_policy.shell.interpreter import interpreter
from opencode_policy.shell.nested import Context, walk
from opencode_policy.shell.script import parse_script
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import (
    Assignment,
    Command,
    For,
    Function,
    Literal,
    Parameter,
    Part,
    Sequence,
    Statement,
    Substitution,
    Word,
)
from opencode_policy.shell.wrappers import base_name, unwrap

_VALUES = 16
_COMMANDS = 20_000
_DEPTH = 6
_QUIET = frozenset(
    {
        ":", "[", "[[", "break", "continue", "echo", "exit", "export", "false", "local", "printf", "return",
        "set", "shift", "test", "true", "unset",
    }
)  # fmt: skip
"""Builtins that run nothing: a function of these only need not be read for every call of it."""
DECLARATIONS = frozenset({"export", "local", "readonly", "declare", "typeset"})
"""Builtins whose arguments assign."""


@dataclass(frozen=True, slots=True, eq=False)
class CommandRun:
    """One command: its possible argument lists (what is not known is `UNKNOWN`) and where it stands.

    `calls` are the calls of the functions that it stands in, and `conditions` the constructs that decide
    whether it runs, both outermost first. `stdin` is the text of a here-document, where it has one;
    `outputs` are the files that its output goes to.
    """

    span: Span
    calls: tuple[Span, ...]
    argvs: tuple[tuple[str, ...], ...]
    conditions: tuple[Span, ...]
    stdin: str | None = None
    outputs: tuple[str, ...] = ()


@lru_cache(maxsize=128)
def statements_of(text: str) -> Sequence:
    """Statements of a script's text."""
    return parse_script(text).statements


def commands_run(text: str, environment: Mapping[str, str | None] | None = None) -> Iterator[CommandRun]:
    """Every command of a script; `environment` holds the values that a container gives it."""
    return _Walk(_written(text), environment or {}).commands()


@dataclass(frozen=True, slots=True, eq=False)
class _Written:
    """What a script's text says by itself: `quiet` functions start nothing that matters."""

    script: Sequence
    statements: tuple[Statement, ...]
    functions: Mapping[str, list[Function]]
    quiet: frozenset[str]


@lru_cache(maxsize=128)
def _written(text: str) -> _Written:
    script = statements_of(text)
    statements = tuple(statement for statement, _ in walk(script, Context()))
    functions: dict[str, list[Function]] = {}
    for statement in statements:
        if isinstance(statement, Function):
            functions.setdefault(statement.name, []).append(statement)
    quiet: set[str] = set()
    for name, bodies in functions.items():
        if all(_is_quiet(function, quiet) for function in bodies):
            quiet.add(name)
    return _Written(script, statements, functions, frozenset(quiet))


def _is_quiet(function: Function, quiet: set[str]) -> bool:
    names = [
        statement.name
        for statement, _ in walk((function.body,), Context())
        if isinstance(statement, Command) and statement.words
    ]
    return all(name in _QUIET or name in quiet for name in names)


@dataclass
class _Walk:
    written: _Written
    environment: Mapping[str, str | None]
    values: dict[str, list[str]] = field(default_factory=dict)
    _called: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Collect the values of variables: twice, for values made of other values."""
        for name, value in self.environment.items():
            self.values[name] = [UNKNOWN if value is None else value]
        for statement in (*self.written.statements, *self.written.statements):
            self._learn(statement)

    def commands(self) -> Iterator[CommandRun]:
        """Every command, in no particular order between functions."""
        pending = [(self.written.script, Context())]
        count = 0
        while pending and count < _COMMANDS:
            statements, context = pending.pop()
            for statement, inner in walk(statements, context):
                if isinstance(statement, Command) and statement.words:
                    count += 1
                    found = self._command(statement, inner)
                    yield found
                    pending += self._started(found, inner)

    def _started(self, found: CommandRun, context: Context) -> Iterator[tuple[Sequence, Context]]:
        """Functions that a command calls, and texts that it has a shell run."""
        if context.depth >= _DEPTH:
            return
        functions, quiet = self.written.functions, self.written.quiet
        inner = replace(context, depth=context.depth + 1, conditions=found.conditions)
        for argv in found.argvs:
            for function in functions.get(argv[0], ()) if argv and argv[0] not in quiet else ():
                if (argv[0], argv[1:]) not in self._called and len(self._called) < _COMMANDS:
                    self._called.add((argv[0], argv[1:]))
                    yield (
                        (function.body,),
                        replace(inner, arguments=argv[1:], calls=(*context.calls, found.span)),
                    )
        for text in dict.fromkeys(text for argv in found.argvs for text in _texts(argv, found.stdin)):
            yield statements_of(text), replace(inner, span=found.span, arguments=None)

    def _command(self, command: Command, context: Context) -> CommandRun:
        chosen = [self._possible(word, context) for word in command.words]
        argvs = {tuple(argv) for argv in islice(product(*chosen), _VALUES)}
        spread = {tuple(self._spread(argv, command, context)) for argv in argvs}
        bodies = [redirect.body for redirect in command.redirects if redirect.body is not None]
        stdin = self._possible(bodies[-1], context)[0] if bodies else None
        outputs = tuple(
            text
            for redirect in command.redirects
            if redirect.target is not None and ">" in redirect.operator
            for text in self._possible(redirect.target, context)
        )
        return CommandRun(
            context.span or command.span,
            context.calls,
            tuple(sorted(spread)),
            context.conditions,
            stdin,
            outputs,
        )

    def _spread(self, argv: tuple[str, ...], command: Command, context: Context) -> Iterator[str]:
        """`"$@"` stands for all arguments; an unquoted variable for several words."""
        for word, text in zip(command.words, argv, strict=True):
            lone = word.parts[0] if len(word.parts) == 1 else None
            if isinstance(lone, Parameter) and lone.name in ("@", "*"):
                yield from context.arguments if context.arguments is not None else (UNKNOWN,)
            elif isinstance(lone, Parameter | Substitution) and not lone.quoted:
                yield from text.split() or ([] if isinstance(lone, Parameter) else [UNKNOWN])
            else:
                yield text

    def _possible(self, word: Word, context: Context) -> list[str]:
        """Texts that a word may stand for, at least one."""
        chosen = [self._part(part, context) for part in word.parts]
        return list(dict.fromkeys("".join(texts) for texts in islice(product(*chosen), _VALUES))) or [""]

    def _part(self, part: Part, context: Context) -> list[str]:
        if isinstance(part, Literal):
            return [part.text]
        if not isinstance(part, Parameter) or part.prefix or part.index is not None:
            return [UNKNOWN]
        known = self._values_of(part.name, context)
        if part.operator in ("-", ":-", "=", ":="):
            defaults = [text for word in part.operands for text in self._possible(word, context)]
            return [*(known or []), *defaults][:_VALUES] or [UNKNOWN]
        if part.operator in ("+", ":+"):
            return ["", *(text for word in part.operands for text in self._possible(word, context))][:_VALUES]
        return (known or [UNKNOWN]) if not part.operator or part.operator in ("?", ":?") else [UNKNOWN]

    def _values_of(self, name: str, context: Context) -> list[str] | None:
        if name.isdigit() and context.arguments is not None:
            at = int(name) - 1
            return [context.arguments[at]] if 0 <= at < len(context.arguments) else [""]
        return self.values.get(name)

    def _learn(self, statement: Statement) -> None:
        """Take down what a statement assigns."""
        context = Context()
        if isinstance(statement, For):
            texts = [text for word in statement.words or () for text in self._possible(word, context)]
            self._assign(statement.variable, [piece for text in texts for piece in text.split()])
        elif isinstance(statement, Command):
            for assignment in statement.assignments:
                self._assign(assignment.name, self._assigned(assignment, context))
            if statement.name in DECLARATIONS:
                for word in statement.words[1:]:
                    for text in self._possible(word, context):
                        name, equals, value = text.partition("=")
                        self._assign(name, [value] if equals else [])

    def _assigned(self, assignment: Assignment, context: Context) -> list[str]:
        if assignment.value is None or assignment.append or assignment.indexed:
            return [UNKNOWN if assignment.elements or assignment.append or assignment.indexed else ""]
        return self._possible(assignment.value, context)

    def _assign(self, name: str, texts: Iterable[str]) -> None:
        known = self.values.setdefault(name, [])
        for text in texts:
            if text not in known and len(known) < _VALUES:
                known.append(text)


def _texts(argv: tuple[str, ...], stdin: str | None) -> Iterator[str]:
    """Texts that an argument list has a shell run."""
    items = unwrap(argv).items
    words = [text for text, _ in items]
    if not words:
        return
    name = base_name(words[0])
    if name == "eval":
        yield " ".join(words[1:])
    elif name == "trap" and len(words) > 2:
        yield words[1]
    elif name in ("su", "ssh", "watch", "script"):
        yield from (word for word in words[1:] if " " in word)
    shell = interpreter(words)
    if shell is not None and shell.inline_at is not None:
        yield words[shell.inline_at]
    elif shell is not None and shell.path_at is None and stdin is not None:
        yield stdin

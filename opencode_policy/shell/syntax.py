"""The abstract syntax of a script: words, commands and the statements that hold them.

Every span is in the coordinates of the whole script, also for what came out of an `eval` or `sh -c` string.
Instances compare by identity: two commands with the same text are two commands. They are not changed once
a script has been read; they are not frozen because that would double the time it takes to make them.
"""

from __future__ import annotations

from opencode_policy.lean import dataclass
from opencode_policy.shell.spans import Span


@dataclass(slots=True, eq=False)
class Literal:
    """Text that stands for itself, after quote removal; `quoted` text is neither split nor a pattern."""

    text: str
    span: Span
    quoted: bool


@dataclass(slots=True, eq=False)
class Parameter:
    """`$name` or `${name...}`: `prefix` is `#` (length) or `!` (indirect), `index` an array subscript."""

    name: str
    span: Span
    quoted: bool
    operator: str = ""
    operands: tuple[Word, ...] = ()
    prefix: str = ""
    index: str | None = None


@dataclass(slots=True, eq=False)
class Substitution:
    """A command whose output or file stands here: `form` is `$(`, backquote, `<(` or `>(`."""

    body: Sequence
    span: Span
    quoted: bool
    form: str


@dataclass(slots=True, eq=False)
class Arithmetic:
    """`$((...))`, with the expansions in it; its value is a number."""

    parts: tuple[Part, ...]
    span: Span
    quoted: bool


Part = Literal | Parameter | Substitution | Arithmetic


@dataclass(slots=True, eq=False)
class Word:
    """One word as written; `assignment` marks an argument such as `A=$b` of `export`, which is not split."""

    parts: tuple[Part, ...]
    span: Span
    assignment: bool = False

    @property
    def value(self) -> str | None:
        """The word's text after quote removal, or None if anything in it is expanded."""
        texts = [part.text for part in self.parts if isinstance(part, Literal)]
        return "".join(texts) if len(texts) == len(self.parts) else None


@dataclass(slots=True, eq=False)
class Assignment:
    """`name=value`; `elements` holds the words of `name=(...)`, and `indexed` marks `name[i]=value`."""

    name: str
    span: Span
    value: Word | None = None
    append: bool = False
    indexed: bool = False
    elements: tuple[Word, ...] | None = None


@dataclass(slots=True, eq=False)
class Redirect:
    """One redirection; a here-document or here-string has its text in `body`."""

    operator: str
    span: Span
    descriptor: int | None = None
    target: Word | None = None
    body: Word | None = None


@dataclass(slots=True, eq=False)
class Command:
    """A simple command: name and arguments in `words`; `[`, `[[` and `((` are commands like any other."""

    words: tuple[Word, ...]
    span: Span
    assignments: tuple[Assignment, ...] = ()
    redirects: tuple[Redirect, ...] = ()

    @property
    def name(self) -> str | None:
        """The command's name where it is written out, else None."""
        return self.words[0].value if self.words else None


@dataclass(slots=True, eq=False)
class Redirected:
    """A compound command with redirections behind it."""

    body: Statement
    redirects: tuple[Redirect, ...]


@dataclass(slots=True, eq=False)
class Background:
    """A statement ended by `&`."""

    body: Statement


@dataclass(slots=True, eq=False)
class Pipeline:
    """Stages joined by `|`, or one statement behind `!`."""

    stages: tuple[Statement, ...]
    negated: bool = False


@dataclass(slots=True, eq=False)
class AndOr:
    """`first && a || b`: `rest` pairs each operator with its right operand, evaluated from the left."""

    first: Statement
    rest: tuple[tuple[str, Statement], ...]


@dataclass(slots=True, eq=False)
class Group:
    """`{ ...; }`, or a subshell `( ... )`."""

    body: Sequence
    subshell: bool = False


@dataclass(slots=True, eq=False)
class If:
    """Conditions with their bodies, in order, and what runs when none holds."""

    arms: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence


@dataclass(slots=True, eq=False)
class Loop:
    """`while` and `until`; a C-style `for` is a loop with an arithmetic command as its condition."""

    condition: Sequence
    body: Sequence
    until: bool


@dataclass(slots=True, eq=False)
class For:
    """`for variable in words`; without `in` the words are None: the positional parameters.

    `menu` marks a `select`, which shows its words.
    """

    variable: str
    words: tuple[Word, ...] | None
    body: Sequence
    span: Span
    menu: bool = False


@dataclass(slots=True, eq=False)
class CaseItem:
    """One branch of a `case`, with the token that ends it."""

    patterns: tuple[Word, ...]
    body: Sequence
    end: str
    span: Span


@dataclass(slots=True, eq=False)
class Case:
    """`case word in ... esac`."""

    word: Word
    items: tuple[CaseItem, ...]


@dataclass(slots=True, eq=False)
class Function:
    """A function definition."""

    name: str
    body: Statement
    span: Span


Statement = Command | Redirected | Background | Pipeline | AndOr | Group | If | Loop | For | Case | Function
Sequence = tuple[Statement, ...]

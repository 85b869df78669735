"""`case`: which of its branches can be taken."""

from __future__ import annotations

from opencode_policy.shell.calls import Call
from opencode_policy.shell.spans import Span
from opencode_policy.shell.syntax import Case, CaseItem, Word
from opencode_policy.symbolic.deciding import Decided
from opencode_policy.symbolic.events import Where
from opencode_policy.symbolic.expansion import Executor, Expander
from opencode_policy.symbolic.fields import joined
from opencode_policy.symbolic.machine import Machine
from opencode_policy.symbolic.patterns import Pattern, literal_of, matches, pattern_of
from opencode_policy.symbolic.state import State, merged
from opencode_policy.symbolic.symbols import is_symbol, symbols_in


def case(machine: Machine, statement: Case, state: State, run: Executor) -> Call[list[State]]:
    """Run a `case`."""
    expander = Expander(machine, run)
    done: list[State] = []
    subjects: list[tuple[State, str]] = yield expander.text(state, statement.word)
    for current, text in subjects:
        done += yield _choose(machine, expander, statement, current, text, run)
    return merged(done)


def _choose(
    machine: Machine, expander: Expander, statement: Case, state: State, text: str, run: Executor
) -> Call[list[State]]:
    done: list[State] = []
    waiting = [state]
    for index, item in enumerate(statement.items):
        refused: list[State] = []
        for current in waiting:
            taken, left = yield _matched(machine, expander, item, current, text)
            refused += left
            for path in taken:
                path.end()
                done += yield _bodies(machine, statement.items[index:], path, run)
        waiting = refused
    for current in waiting:
        current.end()
    return done + waiting


def _bodies(machine: Machine, items: tuple[CaseItem, ...], state: State, run: Executor) -> Call[list[State]]:
    """The body of the first item, and with `;&` those of the next ones."""
    states = [state]
    for item in items:
        states = yield run(machine, item.body, states)
        if item.end != ";&":
            break
    return states


def _matched(
    machine: Machine, expander: Expander, item: CaseItem, state: State, text: str
) -> Call[tuple[list[State], list[State]]]:
    """The paths on which one of the patterns matches, and those on which none does."""
    taken: list[State] = []
    waiting = [state]
    for word in _whole(item.patterns):
        left: list[State] = []
        for current in waiting:
            for holds, path in (yield _match(machine, expander, word, current, text)):
                (taken if holds else left).append(path)
        waiting = left
    return taken, waiting


def _whole(patterns: tuple[Word, ...]) -> list[Word]:
    """The patterns of a branch; the grammar takes each quotation of `*"a"*` for a pattern of its own."""
    found: list[Word] = []
    for word in patterns:
        if found and found[-1].span.end == word.span.start:
            found[-1] = Word(found[-1].parts + word.parts, Span(found[-1].span.start, word.span.end))
        else:
            found.append(word)
    return found


def _match(machine: Machine, expander: Expander, word: Word, state: State, text: str) -> Call[Decided]:
    found: Decided = []
    for current, pieces in (yield expander.pieces(state, word)):
        pattern, subject = pattern_of(pieces), current.resolve(text)
        holds = matches(machine.symbols, pattern, subject)
        if (subject, joined(pieces)) in current.excluded:
            holds = False
        if holds is not None:
            found.append((holds, current))
            continue
        other = current.fork()
        where = Where(current.code, word.span)
        about = machine.symbols.sources(subject)
        current.assume(where, holds=True, about=about)
        other.assume(where, holds=False, about=about)
        _bind(current, subject, pattern)
        other.excluded |= {(subject, joined(pieces))}
        found += [(True, current), (False, other)]
    return found


def _bind(state: State, subject: str, pattern: Pattern) -> None:
    """Remember what a symbol was assumed to be."""
    literal = literal_of(pattern)
    if literal is not None and is_symbol(subject) and subject not in symbols_in(literal):
        state.bound[subject] = literal

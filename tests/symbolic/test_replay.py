"""A script that is started on several paths ends on each of them as if it had been run there."""

from __future__ import annotations

from collections import Counter

import pytest

from opencode_policy.symbolic.machine import Machine
from opencode_policy.symbolic.places import Layout
from opencode_policy.symbolic.replay import Rerun
from opencode_policy.symbolic.state import State
from opencode_policy.symbolic.symbols import symbols_in
from tests.symbolic.running import endings

INNER = {
    "asks nothing": "echo done",
    "asks about the variable": '[ "$MODE" = on ] && echo on || echo off',
    "asks about another": '[ -e /data/x ] && rm -r /data/x; echo "$HOME"',
    "asks whether it is empty": '[ -n "$MODE" ] || exit 3; echo given',
    "asks by a pattern": "case $MODE in on) touch /data/on ;; off) exit 1 ;; *) exit 2 ;; esac",
    "passes it on": "exec sh -c '[ \"$MODE\" = off ] && echo off'",
    "asks about its argument": '[ "$1" = x ] || touch /data/y; exit 4',
    "writes it": 'printf %s "$MODE" >/data/mode; cat /data/mode',
    "tells paths apart by a file": "[ -e /data/a ] || exit 5; git -C /data status",
}
OUTER = {
    "after a comparison": '[ "$MODE" = on ] && a=1; sh -c \'{}\' x "$b"; echo $?',
    "after two comparisons": '[ "$MODE" = on ] || [ "$MODE" = off ] || echo odd; sh -c \'{}\' x; exit $?',
    "after a case": "case $MODE in on) echo 1 ;; off) echo 2 ;; *) b=x ;; esac; sh -c '{}' x $b",
    "in a loop": "for i in 1 2; do [ -n \"$MODE\" ] && sh -c '{}' x; done",
    "after a test of a file": "[ -e /data/a ] && echo there; sh -c '{}' x; sh -c '{}' x",
}


def seen(state: State) -> tuple[object, ...]:
    """What a rule can see of a path, but for which symbols stand for what."""
    events = tuple((type(event).__name__, event.where.span, len(event.assumed)) for event in state.events)
    probes = tuple((type(event).__name__, event.where.span) for event in state.probes)
    opinions = frozenset((item.asked[1:], item.holds) for item in state.topics)
    texts = (state.buffer, *state.bound.values(), *(text for pair in state.excluded for text in pair))
    return (
        state.status, state.flow, events, probes, opinions, len(state.assumed),
        tuple(sorted(anonymous(text) for text in texts)), anonymous(state.said),
    )  # fmt: skip


def anonymous(text: str) -> str:
    """A text with every symbol as a question mark."""
    for symbol in symbols_in(text):
        text = text.replace(symbol, "?")
    return text


def paths(script: str) -> Counter[tuple[object, ...]]:
    """The paths of a script whose MODE is open."""
    machine = Machine(Layout())
    mode = machine.symbols.rival("any value of MODE", "MODE", filled=False)
    return Counter(map(seen, endings(script, {"MODE": mode}, machine)[1]))


@pytest.mark.parametrize("outer", OUTER)
@pytest.mark.parametrize("inner", INNER)
def test_a_replay_is_as_good_as_a_run(inner: str, outer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    script = OUTER[outer].replace("{}", INNER[inner].replace("'", "'\\''"))
    replayed = paths(script)
    monkeypatch.setattr(Rerun, "fits", lambda _self, _start: False)
    assert replayed == paths(script)


def test_a_script_that_asks_nothing_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[bool] = []
    fits = Rerun.fits

    def noted(self: Rerun, start: State) -> bool:
        found.append(fits(self, start))
        return found[-1]

    monkeypatch.setattr(Rerun, "fits", noted)
    paths("[ \"$MODE\" = on ] && x=1 || x=2; sh -c 'echo done'")
    assert found == [True]
    found.clear()
    paths('[ "$MODE" = on ] && x=1 || x=2; sh -c \'[ "$MODE" = on ]\'')
    assert found == [False]

"""Nothing that is called a script brings following down or keeps it busy for long."""

from __future__ import annotations

import random
import time

import pytest

from opencode_policy.taint.analysis import follow
from opencode_policy.taint.values import Flow, Secret, secret
from opencode_policy.taint.world import World
from tests.shell.test_bad_input import HOSTILE
from tests.shell.test_spans import PIECES

SECONDS = 60
"""Far more than any of these takes on a machine with nothing else to do."""

WORLD = World(variables={"TOKEN": secret((Flow(Secret("TOKEN")),))}, secret_paths={"/s/t": Secret("/s/t")})


def _doubling(count: int) -> str:
    functions = [f"f{i}() {{ f{i + 1}; f{i + 1}; }}" for i in range(count)]
    return "\n".join([*functions, f"f{count}() {{ echo $TOKEN; }}", "f0"])


MANY_WAYS = {
    "functions that call one another twice": _doubling(40),
    "a function that calls itself": "f() { f; f; }\nf\n",
    "functions that call each other": 'f() { g "$@" x; }\ng() { f "$@" y; }\nf "$TOKEN"\n',
    "loops in loops": "for a in 1 2 3 4 5 6; do " * 12 + "x=$x$TOKEN; " + "done; " * 12,
    "unknown loops in loops": "while $c; do " * 12 + "x=$x$TOKEN; " + "done; " * 12,
    "a text that doubles": "x=$TOKEN\n" + "x=$x$x\n" * 5000,
    "a chain of assignments": "a0=$TOKEN\n" + "".join(f"a{i + 1}=$a{i}\n" for i in range(20_000)),
    "many branches": "if $c; then x=a; else x=b; fi\n" * 5000 + "echo $x\n",
    "many ways of one word": "".join(f"[ $c ] && x{i}=a || x{i}=b\n" for i in range(3000))
    + "echo $x1$x2$x3\n",
    "many exits with a trap": "trap 'echo $TOKEN' EXIT\n" + "$c && exit\n" * 2000,
    "many traps": "trap 'exit 1' INT TERM\n" * 2000,
    "many files": "".join(f"echo $TOKEN >/tmp/{i}\n" for i in range(5000)),
    "many programs": "export TOKEN\n" + "prog a b c\n" * 20_000,
    "many substitutions": "x=$(echo $(echo $(echo $TOKEN)))\n" * 3000,
    "eval of eval": "x='echo $TOKEN'\n" + "x=\"eval '$x'\"\n" * 30 + 'eval "$x"\n',
    "a script that reads itself in": ". /s/t\n" * 2000,
    "a shell in a shell": "sh -c '" * 1 + 'sh -c "sh -c :"\'\n' * 1,
    "many elements": "a=(" + "$TOKEN " * 20_000 + ")\necho ${a[1]}\n",
    "many arguments": "set -- " + "x " * 50_000 + "\nshift\necho $1\n",
    "a long case": "case $c in\n" + "".join(f"{i}) x={i} ;;\n" for i in range(3000)) + "esac\n",
    "patterns on a long text": "x="
    + "ab" * 4000
    + "\n"
    + "y=${x##*a}; y=${x%%b*}; y=${x#*b}; y=${x%a*}\n" * 50,
}


@pytest.mark.parametrize("name", [*HOSTILE, *MANY_WAYS])
def test_hostile_scripts_are_followed_in_bounded_time(name: str) -> None:
    started = time.process_time()
    follow((HOSTILE | MANY_WAYS)[name], WORLD)
    assert time.process_time() - started < SECONDS


def test_giving_up_is_told() -> None:
    followed = follow(MANY_WAYS["functions that call one another twice"], WORLD)
    assert followed.given_up == "there are more ways through the script than can be followed"


def test_a_leak_behind_a_mistake_is_found() -> None:
    followed = follow('fi\nif true; then\necho "$TOKEN"\n', WORLD)
    assert len(followed.errors) == 2
    assert [leak.kind for leak in followed.report.leaks.values()] == ["output"]


@pytest.mark.parametrize("seed", range(40))
def test_pieces_of_scripts_in_any_order(seed: int) -> None:
    chance = random.Random(seed)
    more = [
        "$TOKEN",
        "cat /s/t",
        "set -x",
        "eval ",
        "env",
        "| read x",
        "echo $x",
        "exit",
        "return",
        "trap '",
        "shift",
    ]
    for _ in range(40):
        script = "".join(chance.choice(PIECES + more) for _ in range(chance.randint(1, 40)))
        report = follow(script, WORLD, "script").report
        for leak in report.leaks.values():
            assert 0 <= leak.place.span.start <= leak.place.span.end <= len(script)
            assert leak.flows

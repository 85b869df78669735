"""copilot-login.awk against Python's own JSON parser, over well-formed, broken and mutated input."""

from __future__ import annotations

import json
import random
import shutil
import subprocess

import pytest

from .places import COPILOT_LOGIN
from .secrets_for_tests import login_text, make_login

USABLE = login_text()
SEEDS = [
    USABLE,
    json.dumps({"openai": {"type": "api", "key": "x"}, **make_login(access='q"u\\o\u20acte')}, indent=2),
    json.dumps(make_login(access="\u20ac/\U0001f600"), ensure_ascii=False),
    '{"github-copilot":{"type":"oauth","refresh":"a","access":"b","expires":-1.5e+3},"a":[[{}],null,true]}',
    '{"github-copilot":[{"type":"oauth","refresh":"a","access":"b","expires":1}]}',
    '{"a":{"github-copilot":{"type":"oauth","refresh":"a","access":"b","expires":1}}}',
    '{"github-copilot":{"x":{"type":"oauth","refresh":"a","access":"b","expires":1}}}',
    '{"github-copilot":{"type":"oauth","refresh":"a","access":"b","expires":1},"github-copilot":{}}',
    '{"github-copilot":{},"github-copilot":{"type":"oauth","refresh":"a","access":"b","expires":1}}',
    '{"github-copilot":{"type":"oauth","refresh":"a","access":"b","expires":1,"expires":null}}',
    '{" github-copilot":{"type":"oauth","refresh":"a","access":"b","expires":1}}',
    *["", " \n", "{}", "[]", '"x"', "null", "0", "-0.0e-0", "[1,[2,{}],[]]", '{"a":{"b":{"c":{}}}}'],
    *["NaN", "01", "-", "1.", ".5", "1e", "+1", "tru", "nulll", "'a'", '"', '"\\x"', '"\\u12g4"', '"a\tb"'],
    *['"\\x"0', "[1 2]", "[]]", "[,]", "[1,]", '{"a"}', '{"a":}', '{"a":1,}', "{1:2}", "{}{}", "?"],
]
CHARACTERS = '{}[],:"\\ 0-1eE.+untfl\n\t\x01\x7f'


def verdict(text: str) -> int:
    """What the script should answer, by Python's parser made as strict as RFC 8259."""
    try:
        data = json.loads(text, parse_constant=reject)
    except ValueError:
        return 1
    entry = data.get("github-copilot") if isinstance(data, dict) else None
    if not isinstance(entry, dict) or entry.get("type") != "oauth":
        return 2
    filled = all(isinstance(entry.get(key), str) and entry[key] for key in ("refresh", "access"))
    return 0 if filled and type(entry.get("expires")) in (int, float) else 2


def reject(constant: str) -> float:
    raise ValueError(constant)


def mutants(count: int) -> list[str]:
    """The seeds with one to three characters removed, added or replaced."""
    chance = random.Random(20)
    texts = []
    for _ in range(count):
        text = chance.choice(SEEDS)
        for _ in range(chance.randint(1, 3)):
            at = chance.randint(0, len(text))
            tail = text[at + chance.randint(0, 2) :]
            text = text[:at] + chance.choice([*CHARACTERS, ""]) + tail
        texts.append(text)
    return texts


@pytest.fixture(params=["mawk", "busybox awk", "gawk --posix"])
def awk(request: pytest.FixtureRequest) -> list[str]:
    program, *options = str(request.param).split()
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return [found, *options]


def answer(awk: list[str], text: str) -> int:
    command = [*awk, "-f", str(COPILOT_LOGIN)]
    result = subprocess.run(
        command, input=text.encode(), env={"LC_ALL": "C"}, capture_output=True, check=False, timeout=20
    )
    assert (result.stdout, result.stderr) == (b"", b"")
    return result.returncode


def test_every_verdict_occurs() -> None:
    assert {verdict(text) for text in SEEDS} == {0, 1, 2}


def test_answer_is_that_of_a_json_parser(awk: list[str]) -> None:
    for text in [*SEEDS, *mutants(400)]:
        if "\x7f" not in text:  # allowed in JSON, refused here: no token has it
            assert answer(awk, text) == verdict(text), repr(text)


def test_deep_and_large_input_is_answered(awk: list[str]) -> None:
    assert answer(awk, "[" * 100_000) == 1
    large = make_login() | {"other": ["x" * 60_000] * 5}
    assert answer(awk, json.dumps(large)) == 0

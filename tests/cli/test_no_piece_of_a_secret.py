"""A law: of a random secret of any kind at any place, six characters in a row stand in no report.

Nor in what the command says on standard error, in an error of the tool, or in a file it leaves behind.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opencode_policy.detect.concealed import Concealed
from opencode_policy.engine import judge
from opencode_policy.report.registry import CHECK_FORMATS, TRACE_FORMATS
from opencode_policy.rules.base import Example, Rule
from opencode_policy.testing import APP, SCAFFOLD, example_tree
from tests.cli.conftest import Command
from tests.cli.repository import write_repository
from tests.detect.made import (
    age_key,
    characters,
    encode,
    fine_grained_token,
    github_token,
    password,
    private_key,
    web_token,
)

TELLING = 6

Made = tuple[str, tuple[str, ...]]
"""A secret, and the parts of it that nobody can know."""


def _whole(text: str, known: str = "") -> Made:
    return text, (text.removeprefix(known),)


def _key(seed: int) -> Made:
    key = private_key(seed=seed)
    return key, tuple(key.splitlines()[1:-1])


def _token_of_web(seed: int) -> Made:
    token = web_token(seed, secret_claim=characters(20, seed + 5))
    return token, tuple(part[20:] for part in token.split(".")[1:])


def _login(seed: int) -> Made:
    refresh = "gho" + "_" + characters(36, seed)
    text = json.dumps({"github-copilot": {"type": "oauth", "refresh": refresh, "access": "", "expires": 0}})
    return text, (refresh[4:],)


def _docker(seed: int) -> Made:
    secret = password(seed)
    text = json.dumps({"auths": {"ghcr.io": {"auth": encode(f"demo:{secret}")}}})
    return text, (secret, encode(f"demo:{secret}"))


KINDS: dict[str, Callable[[int], Made]] = {
    "a GitHub token": lambda seed: _whole(github_token(seed=seed), "ghp_"),
    "a fine-grained token": lambda seed: _whole(fine_grained_token(seed), "github_pat_"),
    "a Doppler token": lambda seed: _whole(f"dp.st.prd.{characters(43, seed)}", "dp.st.prd."),
    "an age key": lambda seed: _whole(age_key(seed), "AGE-SECRET-KEY-1"),
    "a JSON Web Token": _token_of_web,
    "a private key": _key,
    "a password": lambda seed: _whole(f"PASSWORD={password(seed)}", "PASSWORD="),
    "a password in an address": lambda seed: (f"https://demo:{password(seed)}@x.org", (password(seed),)),
    "an OAuth login": _login,
    "a login of a registry": _docker,
}


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def _flat(text: str) -> str:
    return text.replace("\n", "\\n")


FILES = f"{APP}/here"
PLACES: dict[str, Callable[[str], dict[str, str]]] = {
    "a value": lambda s: {f"{FILES}.yaml": f"kind: ConfigMap\ndata:\n  a: {json.dumps(s)}\n"},
    "a block scalar": lambda s: {f"{FILES}.yaml": f"kind: ConfigMap\ndata:\n  a: |\n{_indented(s, 4)}"},
    "a folded scalar": lambda s: {f"{FILES}.yaml": f"kind: ConfigMap\ndata:\n  a: >-\n{_indented(s, 4)}"},
    "a single-quoted scalar": lambda s: {f"{FILES}.yaml": f"a: '{_flat(s)}'\n"},
    "a comment": lambda s: {f"{FILES}.yaml": "a: 1\n" + "".join(f"# {x}\n" for x in s.splitlines())},
    "a key": lambda s: {f"{FILES}.yaml": f"a:\n  ? {json.dumps(s)}\n  : 1\n"},
    "a key that stands twice": lambda s: {f"{FILES}.yaml": f"{json.dumps(s)}: 1\n{json.dumps(s)}: 2\n"},
    "the name of an object": lambda s: {
        f"{FILES}.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {json.dumps(s)}}}\n"
    },
    "base64": lambda s: {f"{FILES}.yaml": f"kind: ConfigMap\ndata: {{a: {encode(s)}}}\n"},
    "base64 twice": lambda s: {f"{FILES}.yaml": f"kind: ConfigMap\ndata: {{a: {encode(encode(s))}}}\n"},
    "url-safe base64": lambda s: {
        f"{FILES}.yaml": f"a: {base64.urlsafe_b64encode(s.encode()).decode().rstrip('=')}\n"
    },
    "a Secret": lambda s: {f"{FILES}.yaml": f"kind: Secret\ndata: {{entry: {encode(s)}}}\n"},
    "JSON in a string": lambda s: {f"{FILES}.yaml": f"a: {json.dumps(json.dumps({'token': s}))}\n"},
    "a file that is broken": lambda s: {f"{FILES}.yaml": f"a: [\n  b: {{\n{_indented(s, 2)}"},
    "a JSON file": lambda s: {f"{FILES}.json": json.dumps({"a": s})},
    "a script": lambda s: {f"{FILES}.sh": f"#!/bin/sh\nset -x\n: '{s}'\n"},
    "a page": lambda s: {f"{APP}/README.md": f"# How\n\n```\n{s}\n```\n"},
    "a reference": lambda s: {
        f"{APP}/kustomization.yaml": f"kind: Kustomization\nresources:\n  - {json.dumps(s)}\n"
    },
}


def pieces(parts: tuple[str, ...]) -> Iterator[str]:
    """Every stretch of the secret parts that would give them away, plain and in base64."""
    for part in parts:
        forms = [part] + [encode("x" * shift + part)[4:-4] for shift in range(3)]
        for text in forms:
            yield from (text[at : at + TELLING] for at in range(len(text) - TELLING + 1))


def told(parts: tuple[str, ...], *texts: str) -> list[str]:
    """Pieces of the secret that stand in a text, also where it was broken into lines or coloured."""
    shown: set[str] = set()
    for text in texts:
        bare = re.sub("\x1b\\[[0-9;]*m", "", text)
        shown |= {text, bare, re.sub(r"\s+", "", bare)}
    return sorted({piece for piece in pieces(parts) for text in shown if piece in text})


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with the rule on secrets and everything else that reports on files."""
    write_repository(tmp_path)
    settings_file = tmp_path / "policies/opencode.yaml"
    text = settings_file.read_text().replace("  secret-in-file: {enabled: false}\n", "")
    settings_file.write_text(text)
    requirements = tmp_path / "policies/requirements.yaml"
    extra = requirements.read_text().replace("SEC-04", "SEC-01").replace("claim-mismatch", "secret-in-file")
    requirements.write_text(requirements.read_text() + extra.partition("requirements:\n")[2])
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(1, 10**9),
    kind=st.sampled_from(sorted(KINDS)),
    place=st.sampled_from(sorted(PLACES)),
    output=st.sampled_from(sorted(CHECK_FORMATS)),
    colour=st.sampled_from(["always", "never"]),
)
def test_no_piece_of_it_is_told(
    here: Path, command: Command, seed: int, kind: str, place: str, output: str, colour: str
) -> None:
    secret, parts = KINDS[kind](seed)
    files = {**SCAFFOLD, **PLACES[place](secret)}
    for path, text in files.items():
        (here / path).parent.mkdir(parents=True, exist_ok=True)
        (here / path).write_text(text, encoding="utf-8")
    before = {path for path in here.rglob("*") if path.is_file()}
    try:
        done = command(
            "check", "--output-format", output, "--color", colour, "--traceback", "--show", "satisfied"
        )
        assert done.code in (0, 1)
        assert told(parts, done.out, done.err) == []
        left = {path for path in here.rglob("*") if path.is_file()} - before
        assert told(parts, *(path.read_text(errors="replace") for path in left)) == []
    finally:
        for path in PLACES[place](secret):
            (here / path).unlink()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("output", TRACE_FORMATS)
def test_nor_in_a_trace(here: Path, command: Command, kind: str, output: str) -> None:
    secret, parts = KINDS[kind](5)
    (here / FILES).parent.mkdir(parents=True, exist_ok=True)
    (here / f"{FILES}.yaml").write_text(f"kind: ConfigMap\ndata:\n  a: |\n{_indented(secret, 4)}")
    done = command("trace", "--output-format", output)
    assert told(parts, done.out, done.err) == []


def test_the_law_can_fail() -> None:
    secret, parts = KINDS["a password"](1)
    assert told(parts, "nothing") == []
    assert told(parts, f"\x1b[1m{secret[:12]}\x1b[0m\n{secret[12:]}") != []
    assert told(parts, encode(secret)) != []


class Careless(Rule):
    """A rule that puts what it found into its message."""

    requirements = ("SEC-01",)
    why = fix = "none"
    good = bad = ()

    def check_tree(self, tree: object) -> Iterator[object]:  # type: ignore[override]
        del tree
        yield f"found {Concealed('not to be seen by anybody')}"


def test_a_careless_rule_fails_and_tells_nothing() -> None:
    said = judge([Careless(None)], example_tree(Example("here", {})))
    (failure,) = said.failures
    assert failure.error.startswith("TypeError at concealed.py:")
    assert said.outcomes == []

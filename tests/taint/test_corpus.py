"""The corpus: its labels are what really happens, and following a script finds exactly that."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from opencode_policy.shell.interpreter import interpreter
from opencode_policy.taint.analysis import follow
from opencode_policy.taint.report import Report
from opencode_policy.taint.values import Flow, Secret, constant, secret
from opencode_policy.taint.world import World
from tests.taint.corpus import CASES, HARMLESS, Case
from tests.taint.experiment import Laboratory, observe
from tests.taint.lines import BASH, DASH

LEAKS = [case for case in CASES if case.kind]
IDS = {id(case): f"{case.kind or 'harmless'}: {case.name}" for case in CASES}


def followed(case: Case, laboratory: Laboratory) -> Report:
    """What following a script of the corpus finds."""
    values = {name: constant(text) for name, text in (laboratory.environment("") | case.env).items()}
    values["TOKEN"] = secret((Flow(Secret("TOKEN")),))
    path = str(laboratory.secrets / "token")
    world = World(variables=values, secret_paths={path: Secret(path)}, name="sh")
    shell = interpreter([case.runs_in, *case.options, "-c", case.script])
    return follow(case.script, world, "script", shell).report


@pytest.mark.parametrize("case", CASES, ids=lambda case: IDS[id(case)])
def test_the_label_is_what_happens(case: Case, tmp_path: Path) -> None:
    if shutil.which(case.runs_in) is None:
        pytest.skip(f"{case.runs_in} is not installed")
    observed = observe(case, tmp_path)
    assert observed.printed is (case.kind in ("trace", "output"))
    assert observed.argument is (case.kind in ("url", "argument"))
    assert observed.url is (case.kind == "url")


@pytest.mark.parametrize("case", LEAKS, ids=lambda case: IDS[id(case)])
def test_a_leak_is_found(case: Case, tmp_path: Path) -> None:
    report = followed(case, Laboratory(tmp_path))
    kinds = {leak.kind for leak in report.leaks.values()}
    assert case.kind in kinds
    assert kinds <= {case.kind} | ({"argument"} if case.kind == "url" else set())
    assert all(leak.certain for leak in report.leaks.values())


@pytest.mark.parametrize("case", HARMLESS, ids=lambda case: IDS[id(case)])
def test_what_is_harmless_is_silent(case: Case, tmp_path: Path) -> None:
    report = followed(case, Laboratory(tmp_path))
    assert [leak.words for leak in report.leaks.values()] == []
    assert not report.tracing
    assert not report.literal_urls


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(LEAKS) >= 60
    assert len(HARMLESS) >= 60
    assert len({(case.kind, case.name) for case in CASES}) == len(CASES)


LINES = [
    pytest.param(label, shell, line, id=f"{shell}: {line}")
    for shell, groups in (("dash", DASH), ("bash", BASH))
    for label, text in groups.items()
    for line in text.strip().split("\n")
]


@pytest.mark.parametrize(("label", "shell", "line"), LINES)
def test_a_line_does_what_following_it_says(label: str, shell: str, line: str, tmp_path: Path) -> None:
    case = Case(label, line, line.replace("{N}", "\n") + "\n", shell)
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    observed = observe(case, tmp_path)
    assert observed.printed is (label in ("printed", "both"))
    assert observed.argument is (label in ("argument", "both"))
    kinds = {leak.kind for leak in followed(case, Laboratory(tmp_path)).leaks.values()}
    assert bool(kinds & {"trace", "output"}) is observed.printed
    assert bool(kinds & {"argument", "url"}) is observed.argument

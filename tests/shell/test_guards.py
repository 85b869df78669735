"""Guards of a clone: what the simulation says of a script is what happens when it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from opencode_policy.boot.clone_left_alone import later_boots
from opencode_policy.boot.clones import first_boot
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from tests.shell.guard_scripts import OPEN, SOUND, UNSOUND, Script
from tests.shell.volume import Volume, boots_with

NETWORK = ("clone", "fetch", "pull", "ls-remote")
EVERY = (*SOUND, *UNSOUND)


def _named(scripts: Iterable[Script]) -> list[ParameterSet]:
    return [pytest.param(script, id=script.name) for script in scripts]


JUDGED = _named(EVERY)


@pytest.fixture
def volume(tmp_path: Path) -> Volume:
    return Volume(tmp_path)


@pytest.mark.parametrize("script", JUDGED)
def test_the_labels_are_true(script: Script, volume: Volume) -> None:
    status = volume.boot(script.text)
    assert (status == 0 and volume.whole) == script.first
    target = _target(volume)
    if not script.first:
        return
    (volume.clone / "README.md").write_text("changed by hand\n")
    (volume.clone / "new").write_text("not committed\n")
    status = volume.boot(script.text)
    alone = (volume.clone / "README.md").read_text() == "changed by hand\n" and (
        volume.clone / "new"
    ).exists()
    assert (status == 0 and alone and not volume.calls(*NETWORK)) == script.later
    if script.repaired is not None:
        _snapshot(volume, script, target)
        status = volume.boot(script.text)
        assert (status == 0 and volume.whole) == script.repaired


def _target(volume: Volume) -> Path | None:
    """Where the clone went at first."""
    for line in volume.calls("clone", "init"):
        words = line.split()
        return (volume.clone.parent / words[-1]).resolve()
    return None


def _snapshot(volume: Volume, script: Script, target: Path | None) -> None:
    """The volume as a kill of the first boot leaves it: what was done before the clone, and half of that."""
    volume.empty()
    before = script.text.replace("git clone", "exit 0; git clone").replace("git init", "exit 0; git init")
    volume.boot(before if "exec git" not in script.text else "exit 0")
    assert target is not None
    volume.break_off(target)


@pytest.mark.parametrize("script", JUDGED)
def test_the_first_boot(script: Script) -> None:
    found = list(first_boot(boots_with(script.text), None))
    whole = script.first and (script.repaired is not False or script.refused)
    assert [type(item) for item in found] == [Proof if whole else Problem], _words(found)
    if script.first and not whole:
        assert isinstance(found[0], Problem)
        assert "broke off" in found[0].message


@pytest.mark.parametrize("script", _named(item for item in EVERY if item.first))
def test_later_boots(script: Script) -> None:
    found = list(later_boots(boots_with(script.text), None))
    kinds = {type(item) for item in found if not (isinstance(item, Problem) and item.severity == "info")}
    assert kinds == ({Proof} if script.later else {Problem}), _words(found)


@pytest.mark.parametrize("script", _named(item for item in EVERY if not item.first))
def test_a_later_boot_without_a_clone_proves_nothing(script: Script) -> None:
    found = list(later_boots(boots_with(script.text), None))
    assert not any(isinstance(item, Proof) for item in found)


@pytest.mark.parametrize("script", _named(OPEN))
def test_what_cannot_be_decided_is_said_so(script: Script) -> None:
    boots = boots_with(script.text)
    found = [*first_boot(boots, None), *later_boots(boots, None)]
    assert any(isinstance(item, Unknown) for item in found), _words(found)
    assert not any(isinstance(item, Problem) for item in found), _words(found)


def _words(found: list[Outcome]) -> list[str]:
    return [f"{type(item).__name__}: {text}" for item in found for text in _texts(item)]


def _texts(outcome: Outcome) -> Iterator[str]:
    yield getattr(outcome, "message", "") or getattr(outcome, "reason", "")

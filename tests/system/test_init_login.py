"""init-workspace.sh: the Copilot login, from the Secret to the place where OpenCode reads it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from .githost import GitHost
from .repository import git
from .secrets_for_tests import login_text, make_login
from .volume import Volume

UNUSABLE = {
    "empty": "",
    "blank": "\n \n",
    "cut off": login_text()[:-5],
    "not JSON": "gho_token\n",
    "two documents": login_text() + login_text(),
    "a NUL behind it": login_text() + "\0garbage",
    "not an object": "[]",
    "null": "null",
    "other provider": json.dumps({"openai": {"type": "api", "key": "k"}}),
    "no access": login_text(access=None),
    "no refresh": login_text(refresh=None),
    "no expires": login_text(expires=None),
    "empty access": login_text(access=""),
    "expires is a string": login_text(expires="0"),
    "type is not oauth": login_text(type="api"),
}


@pytest.fixture
def ready(volume: Volume) -> Volume:
    """A volume with a clone, so that a boot is about the login alone."""
    git(volume.clone.parent, "clone", "-q", str(Path(volume.root).parent / "upstream" / "k8s-cluster.git"))
    return volume


def boot(volume: Volume) -> subprocess.CompletedProcess[str]:
    result = volume.boot()
    assert result.returncode == 0, result.stderr
    return result


def strays(volume: Volume) -> list[str]:
    return [path.name for path in volume.login.parent.iterdir() if path.name.endswith(".new")]


def test_first_boot_puts_the_login_in_place(ready: Volume) -> None:
    text = login_text()
    ready.seed(text)
    result = boot(ready)
    assert ready.login.read_text() == text
    assert ready.login.stat().st_mode & 0o777 == 0o600
    assert ready.login.parent.stat().st_mode & 0o777 == 0o700
    assert "is in place" in result.stdout
    assert strays(ready) == []


def test_login_may_hold_other_providers_and_any_layout(ready: Volume) -> None:
    text = json.dumps({"openai": {"type": "api", "key": "k"}, **make_login()}, indent=2)
    ready.seed(text)
    boot(ready)
    assert ready.login.read_text() == text


def test_data_directory_follows_xdg_data_home(ready: Volume) -> None:
    ready.seed(text := login_text())
    result = ready.boot(XDG_DATA_HOME=str(ready.root / "data"))
    assert result.returncode == 0
    assert (ready.root / "data" / "opencode" / "auth.json").read_text() == text
    assert not ready.login.exists()


def test_unchanged_secret_leaves_a_login_of_the_ui_alone(ready: Volume) -> None:
    ready.seed(login_text())
    boot(ready)
    ready.login.write_text(newer := login_text())
    before = ready.files()
    result = boot(ready)
    assert ready.login.read_text() == newer
    assert ready.files() == before
    assert result.stderr == ""


def test_unchanged_secret_leaves_a_logout_alone(ready: Volume) -> None:
    ready.seed(login_text())
    boot(ready)
    ready.login.write_text("{}")
    boot(ready)
    assert ready.login.read_text() == "{}"


def test_changed_secret_replaces_the_login_and_keeps_the_old_one(ready: Volume) -> None:
    ready.seed(login_text())
    boot(ready)
    ready.login.write_text(of_the_ui := login_text())
    ready.seed(new := login_text())
    boot(ready)
    assert ready.login.read_text() == new
    previous = ready.login.with_name("auth.json.previous")
    assert previous.read_text() == of_the_ui
    assert previous.stat().st_mode & 0o777 == 0o600
    ready.login.write_text(of_the_ui)
    boot(ready)
    assert ready.login.read_text() == of_the_ui, "the change counts once"


def test_open_file_mode_is_not_taken_over(ready: Volume) -> None:
    ready.seed(login_text())
    boot(ready)
    ready.login.chmod(0o644)
    ready.seed(login_text())
    boot(ready)
    for path in ready.login.parent.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path


@pytest.mark.parametrize("left", ["", "{", "\0" * 100])
def test_login_that_a_crash_has_spoiled_is_replaced(ready: Volume, left: str) -> None:
    ready.seed(text := login_text())
    boot(ready)
    ready.login.write_text(left)
    boot(ready)
    assert ready.login.read_text() == text


@pytest.mark.parametrize("text", UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_secret_leaves_the_login_alone(ready: Volume, text: str) -> None:
    ready.seed(login_text())
    boot(ready)
    ready.login.write_text(login_text())
    before = ready.files()
    ready.seed(text)
    result = boot(ready)
    assert ready.files() == before
    assert result.stderr.startswith("init-workspace: the Copilot login in the Secret is ")
    assert result.stderr.count("\n") == 1
    assert "gho_" not in result.stderr + result.stdout


@pytest.mark.parametrize("text", UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_secret_on_an_empty_volume_costs_the_login_and_not_the_boot(
    ready: Volume, text: str
) -> None:
    ready.seed(text)
    result = boot(ready)
    assert not ready.login.exists()
    assert "log in through the UI" in result.stderr


def test_unusable_secret_does_not_count_as_seeded(ready: Volume) -> None:
    ready.seed("{")
    boot(ready)
    ready.login.parent.mkdir(parents=True)
    ready.login.write_text(login_text())
    ready.seed(text := login_text())
    boot(ready)
    assert ready.login.read_text() == text


def test_missing_file_is_reported(ready: Volume) -> None:
    ready.variables["COPILOT_SEED"] = str(ready.root / "absent")
    assert "is missing or empty: not used" in boot(ready).stderr


def test_no_seed_is_no_complaint(ready: Volume) -> None:
    assert boot(ready).stderr == ""
    assert not ready.login.exists()


def test_boot_that_died_between_login_and_mark_is_completed(ready: Volume) -> None:
    ready.seed(text := login_text())
    boot(ready)
    mark = ready.login.with_name("auth.json.seed-sha256")
    before = mark.read_text()
    mark.unlink()
    (ready.login.with_name("auth.json.new")).write_text("{")
    boot(ready)
    assert ready.login.read_text() == text
    assert mark.read_text() == before
    assert strays(ready) == []


def test_link_in_the_place_of_the_login_is_replaced_and_not_followed(ready: Volume) -> None:
    ready.seed(login_text())
    ready.login.parent.mkdir(parents=True)
    target = ready.root / "target"
    target.write_text("{}")
    ready.login.symlink_to(target)
    boot(ready)
    assert not ready.login.is_symlink()
    assert target.read_text() == "{}"


def test_directory_in_the_place_of_the_login_stops_the_boot(ready: Volume) -> None:
    ready.seed(login_text())
    ready.login.mkdir(parents=True)
    result = ready.boot()
    assert result.returncode == 1
    assert "is a directory" in result.stderr


def test_failed_clone_comes_before_the_login(volume: Volume, host: GitHost) -> None:
    host.refuse = 503
    volume.seed(login_text())
    assert volume.boot().returncode == 1
    assert not volume.login.exists()

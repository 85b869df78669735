"""scripts/seed-copilot-auth.sh (SECR-04) against a stand-in for doppler."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .doppler import Doppler, make_doppler
from .places import SEED_SCRIPT
from .secrets_for_tests import login_text, make_login, make_token
from .shells import Shell, make_shell
from .watcher import watching_arguments

FLUX = "OPENCODE_FLUX_COPILOT_AUTH_JSON"
HA = "OPENCODE_HA_COPILOT_AUTH_JSON"
SCOPE = "k3s-cluster/prd"


@dataclass(slots=True)
class Desk:
    """The machine that somebody logged in on: a home directory and the commands that are installed."""

    shell: Shell
    home: Path
    doppler: Doppler
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def login(self) -> Path:
        return self.home / ".local" / "share" / "opencode" / "auth.json"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.doppler.folder}:{self.shell.path}", "HOME": str(self.home)}
        command = [self.shell.program, str(SEED_SCRIPT), *arguments]
        return subprocess.run(
            command, env=environment | self.variables, capture_output=True, text=True, check=False, timeout=60
        )


@pytest.fixture
def desk(shell: Shell, tmp_path: Path) -> Desk:
    add_parser(shell, "python3")
    return make_desk(shell, tmp_path)


@pytest.fixture
def bare_desk(tmp_path: Path) -> Desk:
    """A desk without any JSON parser: busybox is all there is."""
    return make_desk(make_shell("busybox", tmp_path / "bin"), tmp_path)


def make_desk(shell: Shell, folder: Path) -> Desk:
    made = Desk(shell, folder / "home", make_doppler(folder / "doppler"))
    made.login.parent.mkdir(parents=True)
    made.login.write_text(login_text())
    return made


def add_parser(shell: Shell, name: str) -> None:
    real = sys.executable if name == "python3" else shutil.which(name)
    if real is None:
        pytest.skip(f"{name} is not installed")
    command = Path(shell.program).parent / name
    command.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    command.chmod(0o755)


def stored(desk: Desk, name: str) -> object:
    return json.loads(desk.doppler.secrets[f"{SCOPE}/{name}"] or "null")


def assert_silent_about(result: subprocess.CompletedProcess[str], desk: Desk) -> None:
    entry = json.loads(desk.login.read_text())["github-copilot"]
    for secret in (entry["refresh"], entry["access"]):
        assert secret not in result.stdout + result.stderr
        assert secret not in json.dumps(desk.doppler.calls)


def test_all_writes_both_variables(desk: Desk) -> None:
    result = desk.run("--all")
    assert (result.returncode, result.stderr) == (0, "")
    login = json.loads(desk.login.read_text())
    assert stored(desk, FLUX) == stored(desk, HA) == login
    assert_silent_about(result, desk)


@pytest.mark.parametrize(("workspace", "name"), [("flux", FLUX), ("ha", HA)])
def test_one_workspace_is_written_alone(desk: Desk, workspace: str, name: str) -> None:
    assert desk.run(workspace).returncode == 0
    assert list(desk.doppler.secrets) == [f"{SCOPE}/{name}"]


def test_second_run_writes_nothing(desk: Desk) -> None:
    assert desk.run("--all").returncode == 0
    writes = desk.doppler.writes
    result = desk.run("--all")
    assert result.returncode == 0
    assert desk.doppler.writes == writes == [FLUX, HA]
    assert result.stdout.count("has this login already") == 2


def test_only_what_differs_is_written(desk: Desk) -> None:
    assert desk.run("flux").returncode == 0
    assert desk.run("flux", "ha").returncode == 0
    assert desk.doppler.writes == [FLUX, HA]


def test_new_login_replaces_the_old_one(desk: Desk) -> None:
    assert desk.run("flux").returncode == 0
    desk.login.write_text(login_text())
    assert desk.run("flux").returncode == 0
    assert stored(desk, FLUX) == json.loads(desk.login.read_text())


def test_other_providers_stay_here(desk: Desk) -> None:
    secret = make_token("sk")
    login = make_login()
    desk.login.write_text(json.dumps({"openai": {"type": "api", "key": secret}, **login}))
    assert desk.run("flux").returncode == 0
    assert stored(desk, FLUX) == login


def test_fields_that_a_newer_opencode_adds_are_kept(desk: Desk) -> None:
    login = make_login(enterpriseUrl="https://example.org")
    desk.login.write_text(json.dumps(login, indent=2))
    assert desk.run("flux").returncode == 0
    assert stored(desk, FLUX) == login


def test_call_keeps_the_value_out_of_arguments_and_output(desk: Desk) -> None:
    with watching_arguments() as watcher:
        result = desk.run("flux")
    entry = json.loads(desk.login.read_text())["github-copilot"]
    assert not watcher.holds([entry["refresh"].encode(), entry["access"].encode()])
    assert_silent_about(result, desk)
    call = next(call for call in desk.doppler.calls if call[1] == "set")
    scope = ["--project", "k3s-cluster", "--config", "prd"]
    assert call == ["secrets", "set", FLUX, *scope, "--no-interactive", "--silent"]


def test_dry_run_writes_nothing(desk: Desk) -> None:
    result = desk.run("--dry-run", "--all")
    assert result.returncode == 0
    assert result.stdout.count("would be written") == 2
    assert desk.doppler.secrets == {}
    assert desk.doppler.writes == []
    assert_silent_about(result, desk)


def test_project_and_config_by_option(desk: Desk) -> None:
    desk.variables = {"DOPPLER_PROJECT": "unused", "DOPPLER_CONFIG": "unused"}
    assert desk.run("--project", "p", "--config", "c", "flux").returncode == 0
    assert list(desk.doppler.secrets) == [f"p/c/{FLUX}"]


def test_project_and_config_by_environment(desk: Desk) -> None:
    desk.variables = {"DOPPLER_PROJECT": "p", "DOPPLER_CONFIG": "c"}
    assert desk.run("flux").returncode == 0
    assert list(desk.doppler.secrets) == [f"p/c/{FLUX}"]


def test_file_by_option_and_by_xdg_data_home(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "data" / "opencode" / "auth.json"
    other.parent.mkdir(parents=True)
    other.write_text(login_text())
    assert desk.run("--file", str(other), "flux").returncode == 0
    desk.variables = {"XDG_DATA_HOME": str(tmp_path / "data")}
    assert desk.run("ha").returncode == 0
    assert stored(desk, FLUX) == stored(desk, HA) == json.loads(other.read_text())


def test_restricted_variable_is_written_and_reported(desk: Desk) -> None:
    desk.doppler.put(FLUX, None)
    result = desk.run("flux")
    assert result.returncode == 0
    assert "restricted" in result.stdout
    written = (desk.doppler.folder / "restricted-value").read_text()
    assert json.loads(written) == json.loads(desk.login.read_text())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "is empty"),
        ("{", "is not JSON"),
        ("{} {}", "is not JSON"),
        ("\n", "is not JSON"),
        ("{}", "no complete github-copilot login"),
        ("[]", "no complete github-copilot login"),
        ("null", "no complete github-copilot login"),
        (login_text(type="api"), "no complete github-copilot login"),
        (login_text(access=None), "no complete github-copilot login"),
        (login_text(refresh=""), "no complete github-copilot login"),
        (login_text(expires=None), "no complete github-copilot login"),
        (login_text(expires="0"), "no complete github-copilot login"),
        (login_text(expires=True), "no complete github-copilot login"),
        (login_text(access="x" * 65536), "too long for doppler"),
        (login_text(access="a${HOME}"), "would take for a reference"),
    ],
    ids=lambda value: None if len(str(value)) > 40 else value or "empty",
)
@pytest.mark.parametrize("parser", ["python3", "jq", "node"])
def test_unusable_login_is_refused_by_every_parser(
    bare_desk: Desk, parser: str, content: str, complaint: str
) -> None:
    add_parser(bare_desk.shell, parser)
    bare_desk.login.write_text(content)
    result = bare_desk.run("--all")
    assert result.returncode == 1
    assert complaint in result.stderr
    assert result.stderr.count("\n") == 1
    assert "gho_" not in result.stderr
    assert bare_desk.doppler.writes == []


@pytest.mark.parametrize("parser", ["python3", "jq", "node"])
def test_every_parser_writes_the_same(bare_desk: Desk, parser: str) -> None:
    login = make_login(expires=1_790_000_000_000)
    others = {"other": {"type": "api", "key": "k"}}
    bare_desk.login.write_text(json.dumps({**login, **others}, indent=4) + "\n\n")
    add_parser(bare_desk.shell, parser)
    assert bare_desk.run("flux").returncode == 0
    assert bare_desk.doppler.secrets[f"{SCOPE}/{FLUX}"] == json.dumps(login, separators=(",", ":"))


def test_missing_parser_is_named(bare_desk: Desk) -> None:
    result = bare_desk.run("flux")
    assert result.returncode == 1
    assert "python3, jq or node is needed" in result.stderr


def test_missing_login_is_named(desk: Desk) -> None:
    desk.login.unlink()
    result = desk.run("flux")
    assert result.returncode == 1
    assert "opencode auth login" in result.stderr


def test_missing_doppler_is_named(desk: Desk) -> None:
    (desk.doppler.folder / "doppler").unlink()
    result = desk.run("flux")
    assert result.returncode == 1
    assert "doppler command is missing" in result.stderr


@pytest.mark.parametrize("verb", ["get", "set"])
def test_doppler_that_refuses_is_reported(desk: Desk, verb: str) -> None:
    desk.doppler.break_down(verb)
    result = desk.run("--all")
    assert result.returncode == 1
    assert "Doppler Error" in result.stderr
    assert FLUX in result.stderr.splitlines()[-1]
    assert_silent_about(result, desk)


def test_value_that_doppler_spoils_is_noticed(desk: Desk) -> None:
    desk.doppler.spoil_writes()
    result = desk.run("flux")
    assert result.returncode == 1
    assert "holds something else" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--dry-run"], ["both"], ["--project"], ["--nonsense", "flux"]])
def test_wrong_usage_is_status_2_and_touches_nothing(desk: Desk, arguments: list[str]) -> None:
    result = desk.run(*arguments)
    assert result.returncode == 2
    assert "--help" in result.stderr
    assert desk.doppler.calls == []


def test_help_names_the_options(desk: Desk) -> None:
    result = desk.run("--help")
    assert result.returncode == 0
    for word in ("--all", "--dry-run", "--file", "--project", "--config", FLUX, HA):
        assert word in result.stdout


def test_script_is_executable() -> None:
    assert os.access(SEED_SCRIPT, os.X_OK)


def test_standin_prints_the_value_without_silent(desk: Desk) -> None:
    """The trap that the script has to avoid is in the stand-in."""
    command = [str(desk.doppler.folder / "doppler"), "secrets", "set", "X", "--project", "p", "--config", "c"]
    result = subprocess.run(command, input="value\n", capture_output=True, text=True, check=True)
    assert "value" in result.stdout

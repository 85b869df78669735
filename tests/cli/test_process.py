"""What only a process of its own shows: imports, closed pipes, encodings, signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from opencode_policy import __version__

ALWAYS_DEAR = (
    "asyncio",
    "email",
    "http",
    "importlib.metadata",
    "jsonschema",
    "logging",
    "pydantic",
    "pydantic_core",
    "urllib.request",
)
COMMAND = (sys.executable, "-m", "opencode_policy")
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FORCE", "NO_"))}
PROJECT = Path(__file__).resolve().parents[2]


def run(*argv: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """A run of the command with the variables of this process, without those that change Python."""
    environment = {**PLAIN, "PYTHONPATH": str(PROJECT), **(env or {})}
    return subprocess.run(
        [*COMMAND, *argv], capture_output=True, encoding="utf-8", env=environment, check=False
    )


def imported(*argv: str) -> set[str]:
    """Modules that the command imports: sys.modules at its end, as importtime misses import_module."""
    code = (
        "import sys\n"
        "from opencode_policy.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        "sys.stderr.write('\\n'.join(('', *sys.modules)))\n"
        "sys.exit(code)\n"
    )
    environment = {**PLAIN, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *argv],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return set(done.stderr.split())


def dear(modules: set[str]) -> list[str]:
    """Modules that a command must not pay for, with everything below them."""
    return sorted(name for name in modules if any(f"{name}.".startswith(f"{item}.") for item in ALWAYS_DEAR))


@pytest.mark.parametrize("name", ["text", "json", "sarif"])
def test_a_check_imports_nothing_dear(repository: Path, name: str) -> None:
    modules = imported("check", "kubernetes", "--output-format", name)
    assert "opencode_policy.run" in modules
    assert dear(modules) == []


@pytest.mark.parametrize("argv", [["trace", "kubernetes"], ["rules"], ["explain", "claim-mismatch"]])
def test_the_other_commands_neither(repository: Path, argv: list[str]) -> None:
    assert dear(imported(*argv)) == []


def test_the_guard_can_fail() -> None:
    assert dear({"pydantic.main", "email", "emails", "opencode_policy.report"}) == ["email", "pydantic.main"]
    assert dear(imported("schema", "policy"))


def test_a_report_is_imported_only_when_it_is_asked_for(repository: Path) -> None:
    modules = imported("check", "kubernetes")
    assert "opencode_policy.report.text" in modules
    assert not modules & {"opencode_policy.report.sarif", "opencode_policy.report.json_v1"}


def test_version_imports_next_to_nothing() -> None:
    modules = imported("--version")
    ours = {name for name in modules if name.startswith("opencode_policy")}
    assert ours == {"opencode_policy", "opencode_policy.__main__"}
    assert not modules & {"yaml", "argparse", "dataclasses", "json", "re", *ALWAYS_DEAR}


def test_help_does_not_read_yaml() -> None:
    assert "yaml" not in imported("check", "--help")


def test_the_exit_code_is_that_of_the_process(repository: Path) -> None:
    assert run("check", "kubernetes").returncode == 1
    assert run("check", "kubernetes", "--exit-zero").returncode == 0
    assert run("check", "nowhere").returncode == 2


def test_a_closed_pipe_is_no_error(repository: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "check", "kubernetes"],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**PLAIN, "PYTHONPATH": str(PROJECT)},
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    "argv", [["check", "kubernetes"], ["trace"], ["rules"], ["explain", "claim-mismatch"], ["schema", "json"]]
)
def test_a_closed_standard_output_is_refused(repository: Path, argv: list[str]) -> None:
    done = shell('exec "$@" >&-', *argv)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "opencode-policy: cannot write to standard output: it is closed\n"


@pytest.mark.parametrize("argv", [["check", "kubernetes"], ["--version"], ["--help"], ["rules"]])
def test_a_full_disk_behind_standard_output_is_refused(repository: Path, argv: list[str]) -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("only Linux has /dev/full")
    done = shell('exec "$@" >/dev/full', *argv)
    assert done.returncode == 2
    assert done.stderr == "opencode-policy: cannot write to standard output: No space left on device\n"


def test_a_closed_error_output_changes_nothing(repository: Path) -> None:
    done = shell('exec "$@" 2>&-', "check", "kubernetes")
    assert (done.returncode, done.stdout[:5]) == (1, "error")
    assert shell('exec "$@" 2>&-', "check", "nowhere").returncode == 2


def shell(script: str, *argv: str) -> subprocess.CompletedProcess[str]:
    """The command started by a line of shell, which has it as "$@"."""
    return subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *argv],
        capture_output=True,
        encoding="utf-8",
        env={**PLAIN, "PYTHONPATH": str(PROJECT)},
        check=False,
    )


def test_the_end_is_short_but_nothing_is_lost(tmp_path: Path) -> None:
    code = (
        "import atexit, gc, sys\n"
        "from opencode_policy.__main__ import process\n"
        "atexit.register(lambda: print('collector on:', gc.isenabled()))\n"
        "sys.argv[1:] = ['--version']\n"
        "process()\n"
        "print('not reached')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        env={**PLAIN, "PYTHONPATH": str(PROJECT)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"opencode-policy {__version__}\ncollector on: False\n"


def test_an_interrupt_ends_quietly_with_130(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from opencode_policy import run\n"
        "from opencode_policy.__main__ import main\n"
        # a shell's job in the background is born deaf to it
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"run.check = lambda *a, **k: os.kill(os.getpid(), {int(signal.SIGINT)})\n"
        "sys.exit(main(['check']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        cwd=tmp_path,
        env={**PLAIN, "PYTHONPATH": str(PROJECT)},
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_people_get_the_encoding_of_their_terminal_and_machines_utf8(repository: Path) -> None:
    odd = repository / "kubernetes/apps/demo/demo/app/claim.yaml"
    odd.write_text(odd.read_text().replace("10Gi", "10Gi # 日本"), encoding="utf-8")
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    assert "storage: 10Gi # \\u65e5\\u672c\n" in run("check", "kubernetes", env=ascii_only).stdout
    odd.rename(odd.with_name("日本.yaml"))
    (odd.parent / "kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [日本.yaml]\n",
        encoding="utf-8",
    )
    found = run("check", "kubernetes", "--output-format", "json", env=ascii_only).stdout
    assert "app/日本.yaml" in found


def test_colour_needs_a_terminal(repository: Path) -> None:
    assert "\x1b" not in run("check", "kubernetes").stdout
    assert "\x1b" in run("check", "kubernetes", env={"FORCE_COLOR": "1"}).stdout


def test_a_terminal_gets_colour(repository: Path) -> None:
    pty = pytest.importorskip("pty", reason="pseudo-terminals exist on POSIX only")
    leader, follower = pty.openpty()
    environment = {**PLAIN, "PYTHONPATH": str(PROJECT), "TERM": "xterm"}
    subprocess.run([*COMMAND, "check", "kubernetes"], stdout=follower, env=environment, check=False)
    os.close(follower)
    shown = os.read(leader, 65536)
    os.close(leader)
    assert shown.startswith(b"\x1b[1;31merror\x1b[0m[")


def test_a_check_of_the_shipped_manifests_imports_nothing_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    modules = imported("check", "kubernetes/")
    assert "opencode_policy.rules.claim_mismatch" in modules
    by_the_validator = {"email"}  # of schemas, which is compiled code and takes it along
    assert {name.partition(".")[0] for name in dear(modules)} <= by_the_validator
    assert not modules & {"difflib", "kubernetes_validate", "shutil"}

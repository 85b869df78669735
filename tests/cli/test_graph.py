"""opencode-policy graph."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.imports import ROOT

APP = "kubernetes/apps/opencode/opencode-ha/app"


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped manifests and policy, as the working directory."""
    (tmp_path / ".git").mkdir()
    for name in ("kubernetes", "policies"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that occurs in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_workspace(command: Command, shipped: Path) -> None:
    done = command("graph", "--workspace", "opencode-ha")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert "    -> sends to Service opencode/opencode-ha (4096)" in lines
    assert "    -> selects the pods of Deployment opencode/opencode-ha" in lines
    assert "    -> makes Secret opencode/opencode-ha-secret" in lines
    assert "    -> fetches OPENCODE_HA_PASSWORD as server-password" in lines
    assert "    -> waits for Kustomization flux-system/volsync (inventory)" in lines
    assert lines[-1].endswith("0 lead nowhere, 0 cannot be told")
    assert "opencode-flux" not in done.out


def test_the_timeouts_that_take_effect(command: Command, shipped: Path) -> None:
    out = command("graph", "--workspace", "opencode-ha").out
    line = next(line for line in out.splitlines() if "timeouts of" in line)
    assert line.startswith(
        "    timeouts of ha.opencode.angryninja.cloud behind https: requestTimeout none (back"
    )
    assert "streamIdleTimeout none (follows from requestTimeout), connectionIdleTimeout 1h (back" in line
    assert line.endswith("maxConnectionDuration not known, maxStreamDuration not known")


def test_what_is_wrong_is_marked(command: Command, shipped: Path) -> None:
    edit(shipped / APP / "httproute.yaml", "port: 4096", "port: 4095")
    edit(shipped / "kubernetes/apps/opencode/opencode-ha/ks.yaml", "- name: volsync", "- name: volsyn")
    done = command("graph", "--workspace", "opencode-ha")
    assert done.code == 0
    assert (
        "    !  sends to Service opencode/opencode-ha (4095)\n"
        "       the Service opencode-ha has no port 4095, it has 4096\n"
    ) in done.out
    assert (
        "    !  waits for Kustomization flux-system/volsyn\n"
        "       there is no Kustomization flux-system/volsyn; did you mean 'volsync'?\n"
    ) in done.out
    assert "2 lead nowhere" in done.out


def test_a_namespace_and_the_whole_tree(command: Command, shipped: Path) -> None:
    one = command("graph", "--namespace", "opencode").out
    assert "Kustomization flux-system/opencode-flux applies" in one
    assert "Certificate network/" not in one
    assert "Certificate network/" in command("graph", "kubernetes").out


def test_colour_when_asked_for(command: Command, shipped: Path) -> None:
    out = command("graph", "--workspace", "opencode-ha", "--color", "always").out
    assert "\x1b[1mKustomization flux-system/opencode-ha\x1b[0m applies" in out


def test_mermaid(command: Command, shipped: Path) -> None:
    edit(shipped / APP / "httproute.yaml", "port: 4096", "port: 4095")
    lines = command("graph", "--workspace", "opencode-ha", "--format", "mermaid").out.splitlines()
    assert lines[0] == "flowchart LR"
    assert '  subgraph g1["Kustomization flux-system/opencode-ha"]' in lines
    (wrong,) = [line for line in lines if "==>" in line]
    assert "sends to 4095<br/>! the Service opencode-ha has no port 4095, it has 4096" in wrong


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_takes_it(command: Command, shipped: Path) -> None:
    edit(shipped / APP / "httproute.yaml", "sectionName: https", 'sectionName: "a\\\\b<>|"')
    text = command("graph", "--format", "dot").out
    done = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "attaches to" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--workspace", "opencode-h"), "no Flux Kustomization 'opencode-h'; did you mean 'opencode-ha'?"),
        (("--namespace", "opencod"), "the tree has no namespace 'opencod'; did you mean 'opencode'?"),
        (("nowhere",), "there is no file or folder 'nowhere'"),
        (("--format", "svg"), "svg"),
        (("--workspace", "a", "--namespace", "b"), "not allowed with"),
    ],
)
def test_what_it_refuses(command: Command, shipped: Path, arguments: tuple[str, ...], words: str) -> None:
    done = command("graph", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_no_secret_is_drawn(command: Command, shipped: Path) -> None:
    token = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    edit(shipped / APP / "service.yaml", "targetPort: http", f"targetPort: {token}")
    for form in ("text", "dot", "mermaid"):
        out = command("graph", "--workspace", "opencode-ha", "--format", form).out
        assert token not in out
        assert "***" in out

"""The backend for podman and docker: its command lines, and a real Pod where an engine and an image are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from opencode_policy.drill.container_engine import ENGINES, ContainerEngine, EnginePod, engine_refused
from opencode_policy.drill.sandbox import Bind, ContainerSpec, PodSpec

SPEC = ContainerSpec(
    name="server",
    image="image:1",
    argv=["run", "--fast"],
    environment={"SECRET": "not in the command line"},
    working_directory="/work",
    binds=[Bind(Path("/source"), "/data", read_only=False), Bind(Path("/config"), "/etc/x", read_only=True)],
    uid=1000,
    gid=1000,
    read_only_root=True,
    own_processes=True,
    memory=1024,
    cpu=0.5,
)


def engine_pod(tmp_path: Path) -> EnginePod:
    """A Pod whose network was not made."""
    backend = ContainerEngine("docker", tmp_path, tmp_path / "git", Path("/ca.pem"), "holder")
    pod = object.__new__(EnginePod)
    pod._backend, pod._folder, pod._holder, pod._containers = backend, tmp_path, "drill-1", []
    return pod


def test_the_command_line_says_what_the_plan_says(tmp_path: Path) -> None:
    line = engine_pod(tmp_path).arguments(SPEC, "drill-1-0")
    assert line == [
        *("run", "--name", "drill-1-0", "--network", "container:drill-1", "--pull", "never"),
        *("--user", "1000:1000", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--workdir", "/work", "--read-only", "--memory", "1024", "--cpus", "0.5", "--env", "SECRET"),
        *("--volume", f"{tmp_path}/hosts:/etc/hosts:ro"),
        *("--volume", "/ca.pem:/etc/ssl/certs/ca-certificates.crt:ro"),
        *("--volume", "/source:/data", "--volume", "/config:/etc/x:ro"),
        *("--entrypoint", "run", "image:1", "--fast"),
    ]


def test_an_engine_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert engine_refused("podman") == "podman is not installed"


@pytest.mark.drill
@pytest.mark.parametrize("engine", ENGINES)
def test_a_real_pod(engine: str, tmp_path: Path) -> None:
    refused = engine_refused(engine)
    if refused:
        pytest.skip(refused)
    image = "docker.io/library/busybox:latest"
    if subprocess.run([engine, "image", "inspect", image], capture_output=True, check=False).returncode:
        pytest.skip(f"{engine} has no image {image}")
    backend = ContainerEngine(engine, tmp_path, tmp_path / "git", Path("/etc/hostname"), image)
    pod = backend.open(PodSpec("demo", [], []))
    try:
        spec = ContainerSpec("a", image, ["id", "-u"], {}, "/", [], 1000, 1000, True, True)
        running = pod.start(spec)
        assert (running.wait(60), running.output()) == (0, "1000\n")
    finally:
        pod.close()

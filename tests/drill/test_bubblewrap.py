"""The sandbox itself: what a container sees, what it may do, and how it ends."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opencode_policy.drill.bubblewrap import Bubblewrap
from opencode_policy.drill.bubblewrap_container import BubblewrapContainer
from opencode_policy.drill.images import Images
from opencode_policy.drill.machine import look_around
from opencode_policy.drill.sandbox import Bind, ContainerSpec, PodSpec, Sandbox
from opencode_policy.policy.drill import Drill, DrillImage

from .harness import require

pytestmark = pytest.mark.drill

SPEC = ContainerSpec(
    name="one",
    image="busybox",
    argv=["sh", "-c", "true"],
    environment={},
    working_directory="",
    binds=[],
    uid=1000,
    gid=1000,
    read_only_root=True,
    own_processes=True,
)


@pytest.fixture
def pod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    require("first-boot")
    folder = tmp_path_factory.mktemp("p")
    drill = Drill(images=(DrillImage(image="busybox"), DrillImage(image="git", programs=("git",))))
    machine = look_around(drill, {})
    (folder / "ca.pem").write_text("")
    images = Images(drill, machine, folder / "images", folder / "ca.pem")
    sandbox = Bubblewrap(machine, images, folder / "pods", folder / "git").open(
        PodSpec("pod", ["git.example.org"], [])
    )
    yield sandbox
    sandbox.close()


def says(pod: Sandbox, script: str, **changes: object) -> tuple[int | None, str]:
    """Exit code and output of a script."""
    running = pod.start(replace(SPEC, argv=["sh", "-c", script], **changes))  # type: ignore[arg-type]
    return running.wait(20), running.output()


def test_user_host_and_network(pod: Sandbox) -> None:
    script = (
        "id -u; hostname >/dev/null; grep -c : /proc/net/dev; grep git.example.org /etc/hosts; echo $HOME"
    )
    assert says(pod, script) == (0, "1000\n1\n127.0.0.3 git.example.org\n/\n")


def test_it_is_the_first_process_unless_processes_are_shared(pod: Sandbox) -> None:
    assert says(pod, "echo $$") == (0, "1\n")
    code, text = says(pod, "echo $$; tr '\\0' ' ' </proc/1/cmdline | cut -d ' ' -f 2", own_processes=False)
    assert (code, text.splitlines()[0] != "1", text.splitlines()[1]) == (0, True, "-I")


def test_the_image_has_what_the_policy_says(pod: Sandbox) -> None:
    look = "for name in bash git python3 curl; do command -v $name; done; ls /usr/lib/git-core | wc -l"
    assert says(pod, look) == (0, "0\n")
    assert says(pod, "git --version", image="git")[0] == 0


def test_what_is_read_only_is_so(pod: Sandbox, tmp_path: Path) -> None:
    for name in ("open", "closed"):
        (tmp_path / name).mkdir(mode=0o777)
    binds = [
        Bind(tmp_path / "open", "/open", read_only=False),
        Bind(tmp_path / "closed", "/closed", read_only=True),
    ]
    script = "touch /open/a; touch /closed/a; touch /a; touch /srv/a"
    code, text = says(pod, script, binds=binds)
    assert (code, [line.partition(": ")[2] for line in text.splitlines()]) == (
        1,
        [
            "/closed/a: Read-only file system",
            "/a: Read-only file system",
            "/srv/a: No such file or directory",
        ],
    )
    assert (tmp_path / "open" / "a").exists()
    assert says(pod, "touch /tmp/a", read_only_root=False) == (0, "")


def test_a_full_disk(pod: Sandbox, tmp_path: Path) -> None:
    binds = [Bind(tmp_path, "/data", read_only=False)]
    fill = "dd if=/dev/zero of=/data/a bs=4096 count=9 2>&1 | grep -c 'No space left on device'"
    assert says(pod, fill, binds=binds, small_volumes={"/data": 8192}) == (0, "1\n")


def test_rights_of_the_mode_bits_hold(pod: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "secret").chmod(0o040)
    code, text = says(pod, "cat /data/secret", binds=[Bind(tmp_path, "/data", read_only=True)])
    assert (code, "Permission denied" in text) == (1, True)


def test_sigterm_and_pid_1(pod: Sandbox) -> None:
    alone = pod.start(replace(SPEC, argv=["sleep", "60"]))
    shared = pod.start(replace(SPEC, argv=["sleep", "60"], own_processes=False))
    for running in (alone, shared):
        running.signal(signal.SIGTERM)
    assert (shared.wait(5), alone.wait(0.5)) == (143, None)
    alone.kill()
    assert alone.poll() == 137


def test_a_container_that_has_ended_has_no_processes(pod: Sandbox) -> None:
    ended = pod.start(replace(SPEC, argv=["sleep", "0.2"]))
    assert isinstance(ended, BubblewrapContainer)
    assert ended.main is not None
    ended.wait(5)
    other = pod.start(replace(SPEC, argv=["sleep", "60"]))
    assert isinstance(other, BubblewrapContainer)
    assert other.processes() == [other.main]
    ended.kill()  # its namespace's number may be the other one's by now
    assert (ended.processes(), other.poll()) == ([], None)


def test_closing_ends_everything(pod: Sandbox) -> None:
    running = pod.start(replace(SPEC, argv=["sh", "-c", "sleep 60 & sleep 60"]))
    time.sleep(0.3)
    pids = running.processes()
    assert len(pids) >= 2
    pod.close()
    assert running.poll() == 137
    assert not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/exe").readlink().name == "busybox"
    except OSError:
        return False

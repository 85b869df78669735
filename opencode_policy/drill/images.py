"""Userlands: what each image of the policy has, made of this machine's own programs.

A directory per image with busybox, its applets as links and the programs that the policy lists; libraries are
the machine's. So a script that needs bash, or a server that needs git, fails here as in the image.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from opencode_policy.drill.machine import Machine
from opencode_policy.policy.drill import Drill, DrillImage

_LDD = """\
#!/bin/sh
# What glibc's own ldd does in the end; that one is written for bash.
LD_TRACE_LOADED_OBJECTS=1 exec /lib64/ld-linux-x86-64.so.2 "$1"
"""
_USERS = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"
_GIT_FILES = ("/usr/lib/git-core", "/usr/share/git-core")


@dataclass(frozen=True, slots=True)
class Image:
    """A userland: `folder` holds `bin` and `etc`, `binds` are further files of the machine by their path."""

    folder: Path
    binds: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...]


def repository_of(reference: str) -> str:
    """An image's name without tag and digest, with its registry."""
    name = re.sub(r"@sha256:[0-9a-f]+$", "", reference)
    name = re.sub(r":[\w][\w.-]*$", "", name)
    first = name.partition("/")[0]
    if "/" not in name:
        return f"docker.io/library/{name}"
    return name if "." in first or ":" in first or first == "localhost" else f"docker.io/{name}"


class Images:
    """The userlands of a run, each made when it is first asked for."""

    def __init__(self, drill: Drill, machine: Machine, folder: Path, authority: Path) -> None:
        self._specs = {repository_of(item.image): item for item in drill.images}
        self._machine = machine
        self._folder = folder
        self._authority = authority
        self._made: dict[str, Image] = {}

    def lacks(self, reference: str) -> str:
        """Why an image cannot be made, empty if it can."""
        spec = self._specs.get(repository_of(reference))
        if spec is None:
            return f"the policy does not say what the image {repository_of(reference)} holds"
        return self._machine.lacks(spec.programs)

    def entrypoint(self, reference: str) -> tuple[str, ...]:
        """What a container without a `command` runs."""
        spec = self._specs.get(repository_of(reference))
        return spec.entrypoint if spec else ()

    def get(self, reference: str) -> Image:
        """The userland of an image; only for one that lacks nothing."""
        name = repository_of(reference)
        if name not in self._made:
            self._made[name] = self._make(self._specs[name], self._folder / re.sub(r"\W", "-", name))
        return self._made[name]

    def _make(self, spec: DrillImage, folder: Path) -> Image:
        _busybox(self._machine.path("busybox"), folder / "bin")
        ldd = folder / "bin" / "ldd"
        ldd.write_text(_LDD)
        ldd.chmod(0o755)
        (folder / "etc").mkdir()
        (folder / "etc" / "passwd").write_text(_USERS)
        (folder / "etc" / "group").write_text("root:x:0:\nnobody:x:65534:\n")
        (folder / "etc" / "nsswitch.conf").write_text("hosts: files\n")
        binds = [(self._machine.path(name), f"/usr/bin/{name}") for name in spec.programs]
        has_git = "git" in spec.programs
        if has_git:
            binds += [(path, path) for path in _GIT_FILES if Path(path).exists()]
            binds.append((str(self._authority), "/etc/ssl/certs/ca-certificates.crt"))
        return Image(folder, tuple(binds), () if has_git else ("/usr/lib/git-core",))


def _busybox(program: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    shutil.copy2(program, folder / "busybox")
    listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)  # noqa: S603
    for applet in listed.stdout.split():
        link = folder / applet
        if applet != "busybox" and not link.exists():
            link.symlink_to("busybox")

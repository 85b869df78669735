"""A certificate authority for one run, and certificates from it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, both PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates for as long as the run lasts; `certificate` is what clients must trust."""

    openssl: str
    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.pem"

    @classmethod
    def make(cls, openssl: str, folder: Path) -> Authority:
        """A new authority in an empty folder."""
        folder.mkdir(parents=True)
        made = cls(openssl, folder)
        extensions = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign"]
        made._run(
            "req", "-x509", *_CURVE, "-subj", "/CN=drill", *extensions, "-keyout", "ca.key", "-out", "ca.pem"
        )
        return made

    def issue(self, name: str, hosts: Sequence[str]) -> Certificate:
        """A certificate for some hosts, under a file name."""
        names = ",".join(f"DNS:{host}" for host in hosts)
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        request = [
            "req",
            *_CURVE[:-2],
            "-subj",
            f"/CN={name}",
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.csr",
        ]
        self._run(*request)
        signed = [
            "x509",
            "-req",
            "-in",
            f"{name}.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
        ]
        self._run(*signed, "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        return Certificate(self.folder / f"{name}.pem", self.folder / f"{name}.key")

    def _run(self, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - openssl
            [self.openssl, *arguments], cwd=self.folder, check=True, capture_output=True, timeout=60
        )

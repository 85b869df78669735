"""Addresses of git repositories, compared as a server would."""

from __future__ import annotations

import re

from opencode_policy.lean import dataclass

_SCP = re.compile(r"(?:(?P<user>[^@/\s]+)@)?(?P<host>[\w.-]+):(?!/)(?P<path>.+)")
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z+]*)://(?:(?P<user>[^@/]*)@)?(?P<host>[^/:]*)(?::(?P<port>\d+))?/(?P<path>.*)"
)
_DEFAULT_PORTS = {"https": "443", "http": "80", "ssh": "22"}


@dataclass(frozen=True, slots=True)
class RepositoryUrl:
    """An address; `host` holds a port that is not the scheme's own, `path` ends without slash and `.git`."""

    scheme: str
    host: str
    path: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def shown(self) -> str:
        """The address without credentials."""
        return f"{self.scheme}://{self.host}/{self.path}"

    def same_repository(self, other: RepositoryUrl) -> bool:
        """Whether both name one repository, by whatever protocol; GitHub's paths know no case."""
        mine, theirs = (item.host.rpartition("@")[2].lower() for item in (self, other))
        return mine == theirs and self.path.lower() == other.path.lower()


def parse_repository_url(text: str) -> RepositoryUrl | None:
    """Read an address; None for a path of this machine or what is no address."""
    text = text.strip()
    match = _URL.fullmatch(text)
    if match:
        scheme = match["scheme"].removeprefix("git+")
        port = match["port"]
        own = port is None or port == _DEFAULT_PORTS.get(scheme)
        host = match["host"] if own else f"{match['host']}:{port}"
        return RepositoryUrl(scheme, host, _path(match["path"]))
    match = _SCP.fullmatch(text)
    return RepositoryUrl("ssh", match["host"], _path(match["path"])) if match else None


def _path(text: str) -> str:
    return text.strip("/").removesuffix(".git").strip("/")

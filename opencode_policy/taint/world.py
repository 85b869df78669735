"""What surrounds a script: its environment, the secrets in it, and the files it can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from opencode_policy.lean import dataclass
from opencode_policy.taint.patterns import may_match
from opencode_policy.taint.values import Flow, Flows, Secret, Value, merged

ENVIRON = ("/proc/self/environ", "/proc/1/environ")
"""Files that hold the environment of the process (proc(5))."""

_ORDINARY = frozenset(
    {
        "HOME", "PATH", "PWD", "OLDPWD", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LC_ALL", "TZ", "TMPDIR",
        "HOSTNAME", "IFS", "OPTIND", "OPTARG", "PPID", "PS1", "PS2", "PS4", "LINENO", "RANDOM", "SECONDS",
        "UID", "EUID", "BASH", "BASH_VERSION", "BASH_SOURCE", "FUNCNAME", "BASH_COMMAND",
    }
)  # fmt: skip
"""Variables that the system sets and nobody keeps a secret in."""


@dataclass(frozen=True, slots=True)
class File:
    """A file whose text is known; `document` is what its places are told with."""

    text: str
    document: object


@dataclass(frozen=True, slots=True)
class World:
    """`variables` is the environment; `secret_paths` are files and folders that hold secrets.

    `anywhere` are secrets in variables whose names are not known. `read` gives the text of a file that the
    tree holds.
    """

    variables: Mapping[str, Value] = field(default_factory=dict)
    secret_paths: Mapping[str, Secret] = field(default_factory=dict)
    anywhere: Flows = ()
    read: Callable[[str], File | None] = lambda _: None
    shell: str = "sh"
    name: str = "sh"
    arguments: Sequence[Value] = ()

    @property
    def holds_secret(self) -> bool:
        """Whether there is anything to leak."""
        return bool(self.secret_paths or self.anywhere) or any(v.flows for v in self.variables.values())

    def secrets_at(self, path: str) -> Flows:
        """Secrets that a path, perhaps with holes, may lead to, itself or below it."""
        found = []
        for secret_path, secret in self.secret_paths.items():
            below = path.startswith(secret_path.rstrip("/") + "/")
            if below or may_match(path, secret_path) or _inside(path, secret_path):
                found.append((Flow(secret),))
        return merged(*found)


def is_ordinary(name: str) -> bool:
    """Whether a variable that the script does not set is one that the system sets."""
    return name in _ORDINARY or not name.isidentifier()


def _inside(path: str, folder: str) -> bool:
    """Whether a pattern names something in a folder: `/secrets/*` in `/secrets`."""
    parent = path.rpartition("/")[0]
    return bool(parent) and may_match(parent, folder)

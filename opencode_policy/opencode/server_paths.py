"""The directories of an OpenCode server, worked out from its environment.

As packages/core/src/global.ts and xdg-basedir have it: `$XDG_DATA_HOME/opencode`, or
`$HOME/.local/share/opencode` where that is unset or empty, and so on; temporary files go to $TMPDIR.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from opencode_policy.lean import dataclass
from opencode_policy.pods.container_filesystem import Filesystem, Place, User, normal, user_of
from opencode_policy.pods.kubelet_environment import Environment, environment_of
from opencode_policy.resource import Field
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

TEMPORARY = "temporary"
"""Name of the directory for temporary files."""

_APP = "opencode"
_XDG: Mapping[str, tuple[str, str]] = {
    "data": ("XDG_DATA_HOME", ".local/share"),
    "config": ("XDG_CONFIG_HOME", ".config"),
    "state": ("XDG_STATE_HOME", ".local/state"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
}
_TEMPORARY_VARIABLES = ("TMPDIR", "TMP", "TEMP")
"""The variables that Node's os.tmpdir() looks at, in order."""


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory of the server: `path` is None where `doubt` says why it is not known.

    `variable` decides it and stands at `at`; an unset variable has the container's `env` there.
    """

    name: str
    path: str | None
    variable: str
    at: Field
    doubt: str = ""

    @property
    def is_set(self) -> bool:
        """Whether the manifest gives it, rather than the image or the runtime."""
        return self.at.path[-1:] != ("env",)

    def below(self, *names: str) -> str:
        """A path in the directory; only for one that is known."""
        return posixpath.join(self.path or "/", *names)


@dataclass(frozen=True, slots=True)
class ServerPaths:
    """All of them, with the environment and the file system they were worked out from."""

    environment: Environment
    filesystem: Filesystem
    home: Directory
    data: Directory
    config: Directory
    state: Directory
    cache: Directory
    temporary: Directory

    def place(self, directory: Directory, *names: str) -> Place | None:
        """Where a directory, or a path in it, lies; None where it is not known."""
        if directory.path is None:
            return None
        return self.filesystem.place(directory.below(*names))


def server_paths(tree: Tree, container: Container) -> ServerPaths:
    """The directories of an OpenCode that this container starts."""
    environment = environment_of(tree, container)
    home = _home(environment, user_of(container))
    xdg = {name: _xdg(environment, home, name) for name in _XDG}
    return ServerPaths(
        environment, Filesystem(container, environment), home, **xdg, temporary=_temporary(environment)
    )


def _home(environment: Environment, user: User) -> Directory:
    """Without HOME the runtime looks the user up in the image; one that is not there gets `/`."""
    variable = environment.get("HOME")
    if variable is None and environment.closed:
        return Directory("home", "/root" if user.is_root else "/", "HOME", environment.place("HOME"))
    return _given(environment, "home", "HOME", "")


def _xdg(environment: Environment, home: Directory, name: str) -> Directory:
    variable, default = _XDG[name]
    known = environment.get(variable)
    if (known is None and environment.closed) or (known is not None and known.value == ""):
        path = None if home.path is None else posixpath.join(home.path, default, _APP)
        return Directory(name, path, home.variable, home.at, home.doubt)
    return _given(environment, name, variable, _APP)


def _temporary(environment: Environment) -> Directory:
    for variable in _TEMPORARY_VARIABLES:
        if environment.get(variable) is not None and environment.value(variable) != "":
            return _given(environment, TEMPORARY, variable, "")
    mounts = environment.container.field["volumeMounts"]
    return Directory(TEMPORARY, "/tmp", _TEMPORARY_VARIABLES[0], mounts)  # noqa: S108


def _given(environment: Environment, name: str, variable: str, below: str) -> Directory:
    value, at = environment.value(variable), environment.place(variable)
    if value is None:
        return Directory(name, None, variable, at, f"the value of {variable} is not in the files")
    if not value.startswith("/"):
        return Directory(name, None, variable, at, f"{variable} is no absolute path")
    return Directory(name, normal(posixpath.join(value, below)), variable, at)

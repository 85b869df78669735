"""Where OpenCode keeps its logins, and where the Secret's login arrives."""

from __future__ import annotations

import posixpath

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field
from opencode_policy.secrets.flow import uses_of_role
from opencode_policy.secrets.use import SecretUse
from opencode_policy.symbolic.environment import secret_content, variables_of
from opencode_policy.symbolic.places import Layout, Place
from opencode_policy.symbolic.symbols import Symbols, is_known
from opencode_policy.tree import WorkspaceTree

ROLE = "auth"
_NAME = "opencode/auth.json"
"""Below the data directory (packages/opencode/src/global/index.ts and auth/index.ts)."""


@dataclass(frozen=True, slots=True)
class LoginFile:
    """The file that the server reads: its path in the server's container, its place, and what decides it."""

    path: str
    place: Place
    at: Field


@dataclass(frozen=True, slots=True)
class Seed:
    """The Secret's login as a file of a container."""

    use: SecretUse
    path: str
    key: str

    def content(self, symbols: Symbols, version: int) -> str:
        """The symbol for its contents in a version of the Secret."""
        return secret_content(symbols, self.use.secret, self.key, version)

    def other(self, symbols: Symbols) -> str:
        """The symbol for a login that somebody made in the interface: like no version of the Secret."""
        rivalry = f"the key {self.key} of the Secret {self.use.secret}"
        return symbols.rival("the login made in the interface", rivalry)


def login_file(workspace: WorkspaceTree, symbols: Symbols) -> LoginFile | None:
    """The file in which the server looks for logins; None where its environment does not say."""
    server = workspace.server
    if server is None:
        return None
    variables = variables_of(workspace.tree, server, symbols)
    name = "XDG_DATA_HOME" if variables.get("XDG_DATA_HOME") else "HOME"
    base = variables.get(name, "")
    if not base or not is_known(base):
        return None
    folder = base if name == "XDG_DATA_HOME" else posixpath.join(base, ".local/share")
    path = posixpath.join(folder, _NAME)
    return LoginFile(path, Layout(server).place(path), server.env(name)["value"])


def seeds(workspace: WorkspaceTree) -> list[Seed]:
    """The files in which containers of the workspace find the Secret's login."""
    found = []
    for key, use in uses_of_role(workspace, ROLE):
        path = use.arrives_at(key.name) if use.path else ""
        if path:
            found.append(Seed(use, path, key.name))
    return found

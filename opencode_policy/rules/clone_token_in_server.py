"""Rule clone-token-in-server."""

from __future__ import annotations

from collections.abc import Iterator, Set

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown, location_of
from opencode_policy.pods.environment import variables
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.examples import EXTERNAL, changed, with_secrets
from opencode_policy.secrets.external_secret import SecretKey
from opencode_policy.secrets.flow import flow_of, uses_of_name
from opencode_policy.secrets.use import SecretUse, uses_of
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Container, same_container

_POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  template:
    spec:
      initContainers:
        - name: prepare
          env:
            - {name: GITHUB_TOKEN, valueFrom: {secretKeyRef: {name: demo-keys, key: github}}}
      containers:
        - name: server
"""


def _server(lines: str, external: str = EXTERNAL) -> dict[str, str]:
    """A pod whose init container has the token and whose server has these fields."""
    return with_secrets(deployment=_POD + lines, external=external)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Variables by which OpenCode connects to GitHub on its own."""

    variables: tuple[str, ...] = ("GITHUB_TOKEN",)


class CloneTokenInServer(Rule):
    """The server of a workspace can read the token that is for cloning.

    It belongs into the init container alone: not into the server's environment, not into a file mounted
    there, and not into a container that runs beside it where the pod shares its processes.
    """

    requirements = ("SECR-01",)
    why = (
        "The agent's shell prints every variable and reads every file that the server has. A GITHUB_TOKEN in "
        "its environment alone also connects the provider github-copilot with that token (measured with "
        "OpenCode 1.18.33), and with shareProcessNamespace it reads /proc of its neighbours."
    )
    fix = "Give the token to the init container that clones; mount and name single keys in the server."
    Parameters = Parameters
    security_severity = 6.5
    good = (
        Example("the init container alone has it", with_secrets()),
        Example(
            "the server mounts other keys of the same Secret",
            _server("""\
          volumeMounts:
            - {name: login, mountPath: /secrets}
            - {name: keys, mountPath: /entry, subPath: entry}
      volumes:
        - {name: login, secret: {secretName: demo-keys, items: [{key: login, path: login}]}}
        - {name: keys, secret: {secretName: demo-keys}}
"""),
        ),
        Example(
            "the server has all keys of a Secret without it",
            _server(
                "          envFrom: [{secretRef: {name: more}}]\n",
                EXTERNAL
                + """\
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: more}
spec:
  data: [{secretKey: MORE, remoteRef: {key: MORE}}]
""",
            ),
        ),
        Example(
            "a neighbour has it, with processes of its own",
            _server("""\
        - name: neighbour
          env:
            - {name: T, valueFrom: {secretKeyRef: {name: demo-keys, key: github}}}
"""),
        ),
    )
    bad = (
        Example(
            "as a variable",
            _server("""\
          env:
            - name: CLONE_TOKEN
              valueFrom:
                secretKeyRef:
                  name: demo-keys
                  key: github  # <- server gets the clone token as CLONE_TOKEN
"""),
        ),
        Example(
            "all keys of its Secret",
            _server("""\
          envFrom:
            - secretRef:
                name: demo-keys  # <- server gets the clone token as github
"""),
        ),
        Example(
            "all keys of its Secret as files",
            _server("""\
          volumeMounts:
            - {name: keys, mountPath: /secrets}
      volumes:
        - name: keys
          secret:
            secretName: demo-keys  # <- server gets the clone token as /secrets/github
"""),
        ),
        Example(
            "a file that is made of it",
            _server(
                """\
          volumeMounts:
            - {name: keys, mountPath: /home/demo}
      volumes:
        - name: keys
          projected:
            sources:
              - secret:
                  name: demo-keys
                  items:
                    - key: netrc  # <- server gets the clone token as /home/demo/.netrc
                      path: .netrc
""",
                changed(
                    EXTERNAL,
                    (
                        "name: demo-keys\n",
                        """\
name: demo-keys
    template:
      mergePolicy: Merge
      data: {netrc: "machine github.com password {{ .github }}"}
""",
                    ),
                ),
            ),
        ),
        Example(
            "the token of another workspace",
            _server(
                """\
          env:
            - name: OTHER
              valueFrom:
                secretKeyRef:
                  name: demo-keys
                  key: other  # <- server gets the clone token as OTHER
""",
                f"{EXTERNAL}    - secretKey: other\n      remoteRef: {{key: NOTES_TOKEN}}\n",
            ),
            workspaces=("demo", "notes"),
        ),
        Example(
            "a variable that OpenCode takes for its own",
            _server("""\
          env:
            - name: GITHUB_TOKEN  # <- GITHUB_TOKEN connects OpenCode to GitHub, past its login
              valueFrom:
                secretKeyRef: {name: demo-keys, key: entry}
"""),
        ),
        Example(
            "a neighbour has it, and the pod shares its processes",
            with_secrets(
                deployment=changed(_POD, ("    spec:\n", "    spec:\n      shareProcessNamespace: true\n"))
                + """\
        - name: neighbour
          env:
            - name: T
              valueFrom:
                secretKeyRef:
                  name: demo-keys
                  key: github  # <- neighbour gets the clone token, and its processes can be read by server
"""
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server = workspace.server
        if server is None:
            yield Unknown(f"{workspace.name} has no container that could be the server", workspace.anchor)
            return
        taken = list(_token_uses(workspace))
        problems = [problem for key, use in taken for problem in _exposed(server, key, use)]
        reported = {location_of(problem.at) for problem in problems}
        problems += self._switches(workspace, server, reported)
        unread = list(_unread(workspace, server))
        yield from problems
        yield from unread
        if problems or unread:
            return
        if taken:
            use = taken[0][1]
            yield Proof(f"{use.container.name} gets the clone token, and {server.name} does not", use.at)
        else:
            yield Unknown(f"no container of {workspace.name} gets its token", workspace.anchor)

    def _switches(
        self, workspace: WorkspaceTree, server: Container, reported: Set[Location]
    ) -> Iterator[Problem]:
        """Variables that switch on a provider, wherever their value comes from."""
        known = variables(workspace.tree, server)
        for name in self.parameters.variables:
            if name in known and location_of(known[name].at) not in reported:
                written = server.env(name)["name"]
                words = f"{name} connects OpenCode to GitHub, past its login"
                yield Problem(words, written if written else known[name].at)


def _token_uses(workspace: WorkspaceTree) -> Iterator[tuple[SecretKey, SecretUse]]:
    """Uses of a clone token by the workspace, be it another workspace's."""
    specs = workspace.policy.settings.workspaces
    for name in dict.fromkeys(filter(None, (spec.secrets.get("token") for spec in specs))):
        yield from uses_of_name(workspace, name)


def _exposed(server: Container, key: SecretKey, use: SecretUse) -> Iterator[Problem]:
    """A use by which the server, or a neighbour whose processes it sees, has the token."""
    if same_container(use.container, server):
        words = f"{server.name} gets the clone token as {use.arrives_at(key.name)}"
        yield Problem(words, use.at)
    elif _shares_processes(server, use.container):
        words = f"{use.container.name} gets the clone token, and its processes can be read by {server.name}"
        yield Problem(words, use.at)


def _shares_processes(server: Container, other: Container) -> bool:
    shared = server.pod.spec["shareProcessNamespace"].value is True
    return shared and other.role != "init" and other.pod.workload is server.pod.workload


def _unread(workspace: WorkspaceTree, server: Container) -> Iterator[Unknown]:
    """Secrets that the server takes and of whose keys no file tells what they are made of."""
    flow, namespace = flow_of(workspace.tree), server.pod.workload.namespace
    for use in uses_of(server):
        makers = flow.makers(namespace, use.secret)
        known = use.key and any(use.key in maker.keys for maker in makers)
        if not known and any(maker.opaque for maker in makers):
            yield Unknown(f"whether the Secret {use.secret} holds the token cannot be read here", use.at)

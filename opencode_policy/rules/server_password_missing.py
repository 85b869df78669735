"""Rule server-password-missing."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.opencode.server_password import absent, faults, overridden
from opencode_policy.outcome import Outcome, Proof, Unknown
from opencode_policy.pods.environment import resolved, variables
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.examples import DEPLOYMENT, EXTERNAL, changed, with_secrets
from opencode_policy.tree import WorkspaceTree

_SERVER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  template:
    spec:
      containers:
        - name: server
"""
_FROM_KEY = """\
              valueFrom:
                secretKeyRef:
                  name: demo-keys
                  key: entry
"""


def _server(lines: str, external: str = EXTERNAL) -> dict[str, str]:
    """The example with a server that has these fields."""
    return with_secrets(deployment=_SERVER + lines, external=external)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The variable that the server reads its password from."""

    variable: str = "OPENCODE_SERVER_PASSWORD"


class ServerPasswordMissing(Rule):
    """The server of a workspace can start without its password.

    OpenCode reads OPENCODE_SERVER_PASSWORD and no other variable; unset or empty, it serves everything to
    everybody and only warns on standard error (measured on 1.3.2 and 1.18.33).
    """

    requirements = ("FLUX-02", "HA-02")
    why = (
        "Whoever reaches an OpenCode server without a password has a shell in the cluster, and with it the "
        "clone and the Copilot login. A variable with a slightly different name, an empty value or an "
        "optional reference leaves it open in silence."
    )
    fix = "Set the variable from the Secret key that is made of the workspace's own password, not optional."
    Parameters = Parameters
    security_severity = 9.8
    good = (
        Example("from the key that is made of the password", with_secrets()),
        Example(
            "all keys of a Secret that has the variable's name as a key",
            _server(
                "          envFrom: [{prefix: OPENCODE_, secretRef: {name: demo-keys}}]\n",
                changed(EXTERNAL, ("secretKey: entry", "secretKey: SERVER_PASSWORD")),
            ),
        ),
        Example(
            "a later entry wins",
            _server(f"""\
          env:
            - name: OPENCODE_SERVER_PASSWORD
              value: none
            - name: OPENCODE_SERVER_PASSWORD
{_FROM_KEY}"""),
        ),
        Example(
            "env wins over envFrom; other variables do not matter",
            _server(f"""\
          envFrom: [{{configMapRef: {{name: settings}}}}]
          env:
            - {{name: OPENCODE_SERVER_USERNAME, value: demo}}
            - name: OPENCODE_SERVER_PASSWORD
{_FROM_KEY}\
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings}}
data: {{OPENCODE_SERVER_PASSWORD: none}}
"""),
        ),
    )
    bad = (
        Example(
            "no such variable",
            _server("""\
          env:  # <- the server has no OPENCODE_SERVER_PASSWORD and is open to everybody
            - {name: HOME, value: /home/demo}
"""),
        ),
        Example(
            "no environment at all",
            {
                "kubernetes/apps/demo/demo/app/deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  template:
    spec:
      containers:
        - name: server  # <- the server has no OPENCODE_SERVER_PASSWORD and is open to everybody
"""
            },
        ),
        Example(
            "a variable that OpenCode does not read",
            _server(f"""\
          env:
            - name: OPENCODE_PASSWORD  # <- the server reads OPENCODE_SERVER_PASSWORD, not OPENCODE_PASSWORD
{_FROM_KEY}"""),
        ),
        Example(
            "an empty value",
            _server("""\
          env:
            - name: OPENCODE_SERVER_PASSWORD
              value: ""  # <- OPENCODE_SERVER_PASSWORD is empty: the server is open
"""),
        ),
        Example(
            "a later entry wins, even one without a value",
            _server(f"""\
          env:
            - name: OPENCODE_SERVER_PASSWORD
{_FROM_KEY}\
            - name: OPENCODE_SERVER_PASSWORD  # <- OPENCODE_SERVER_PASSWORD is empty: the server is open
"""),
        ),
        Example(
            "a literal",
            _server("""\
          env:
            - name: OPENCODE_SERVER_PASSWORD
              value: none  # <- OPENCODE_SERVER_PASSWORD stands in the manifest instead of a Secret
"""),
        ),
        Example(
            "from a ConfigMap, by name and with all its keys",
            _server("""\
          env:
            - name: OPENCODE_SERVER_PASSWORD
              valueFrom:
                configMapKeyRef:
                  name: settings
                  key: entry  # <- OPENCODE_SERVER_PASSWORD comes from the ConfigMap settings
"""),
        ),
        Example(
            "from all keys of a ConfigMap",
            _server("""\
          envFrom:
            - prefix: OPENCODE_SERVER_
              configMapRef:
                name: settings  # <- OPENCODE_SERVER_PASSWORD comes from the ConfigMap settings
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {PASSWORD: none}
"""),
        ),
        Example(
            "from a field of the pod",
            _server("""\
          env:
            - name: OPENCODE_SERVER_PASSWORD
              valueFrom:  # <- OPENCODE_SERVER_PASSWORD comes from a field of the pod
                fieldRef: {fieldPath: metadata.name}
"""),
        ),
        Example(
            "the reference is optional",
            _server(f"""\
          env:
            - name: OPENCODE_SERVER_PASSWORD
{_FROM_KEY}\
                  optional: true  # <- without the Secret demo-keys the server starts open to everybody
"""),
        ),
        Example(
            "the token for a password",
            _server("""\
          env:
            - name: OPENCODE_SERVER_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: demo-keys
                  key: github  # <- the password is DEMO_TOKEN, the token of demo, instead of DEMO_PASSWORD
"""),
        ),
        Example(
            "the other workspace's password",
            with_secrets(
                external=changed(EXTERNAL, ("DEMO_PASSWORD", "NOTES_PASSWORD")),
                deployment=changed(
                    DEPLOYMENT,
                    says={
                        "key: entry": "the password is NOTES_PASSWORD, the password of notes, "
                        "instead of DEMO_PASSWORD"
                    },
                ),
            ),
            workspaces=("demo", "notes"),
        ),
        Example(
            "a Secret that the store has no part in",
            _server("""\
          env:
            - name: OPENCODE_SERVER_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: plain
                  key: entry  # <- 'entry' of the Secret plain is not made of DEMO_PASSWORD
---
apiVersion: v1
kind: Secret
metadata: {name: plain}
stringData: {entry: "${ENTRY}"}
"""),
        ),
        Example(
            "the command takes it away again",
            _server(f"""\
          command:
            - env
            - --unset=OPENCODE_SERVER_PASSWORD  # <- the command removes OPENCODE_SERVER_PASSWORD
            - opencode
          env:
            - name: OPENCODE_SERVER_PASSWORD
{_FROM_KEY}"""),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server, name = workspace.server, self.parameters.variable
        if server is None:
            yield Unknown(f"{workspace.name} has no container that could be the server", workspace.anchor)
            return
        own = workspace.spec.secrets.get("password")
        if not own:
            yield Unknown(f"the policy names no password of {workspace.name}", workspace.anchor)
            return
        known = variables(workspace.tree, server)
        variable = resolved(known, name)
        if variable is None:
            yield absent(workspace, server, known, name)
            return
        found = [*overridden(server, name), *faults(workspace, variable, name)]
        yield from found
        if not found:
            yield Proof(f"{server.name} starts with {own} as its {name}, or not at all", variable.at)

"""Rule secret-literal-environment."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.environment import variables
from opencode_policy.pods.literal_secrets import (
    Roles,
    in_arguments,
    in_environment,
    in_generators,
    in_secret_manifests,
)
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.examples import DEPLOYMENT, changed, with_secrets
from opencode_policy.secrets.flow import REQUIREMENTS
from opencode_policy.tree import WorkspaceTree

_APP = "kubernetes/apps/demo/demo/app"
_SERVER = "        - name: server\n"
_POD = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo}}
spec:
  template:
    spec:
      containers:
{_SERVER}"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Variables that hold the token and the password, whatever their value looks like."""

    token: tuple[str, ...] = ("GITHUB_TOKEN", "GH_TOKEN")
    password: tuple[str, ...] = ("OPENCODE_SERVER_PASSWORD",)


class SecretLiteralEnvironment(Rule):
    """A container of a workspace gets its token or password from the manifest itself.

    That is: a literal value, a ConfigMap, an argument, a Secret manifest or a literal of a secretGenerator.
    Variables are known by the rule's parameters; others by names that promise a token or a password.
    """

    requirements = ("SECR-01", "SECR-02")
    why = (
        "What stands in a manifest is in git for good, can be read by whoever reads the repository or the "
        "Deployment, and is changed by a commit instead of in the store."
    )
    fix = (
        "Take the value from the Secret that the ExternalSecret makes, and revoke the one that was committed."
    )
    Parameters = Parameters
    security_severity = 7.5
    suppressible = False
    good = (
        Example("from the Secret of an ExternalSecret", with_secrets()),
        Example(
            "names that only sound like it, and values that are none",
            with_secrets(
                deployment=changed(
                    DEPLOYMENT,
                    (
                        _SERVER,
                        f"""\
{_SERVER}\
          args: [web, --password-file, /run/password, --token=$(CLONE_TOKEN), --max-token, "4096"]
          envFrom: [{{configMapRef: {{name: settings}}}}]
""",
                    ),
                    (
                        "            - name: OPENCODE_SERVER_PASSWORD\n",
                        """\
            - {name: PASSWORD_FILE, value: /run/password}
            - {name: MAX_TOKEN, value: "4096"}
            - {name: USE_TOKEN, value: "true"}
            - {name: CLONE_TOKEN, value: $(GITHUB_TOKEN)}
            - name: OPENCODE_SERVER_PASSWORD
""",
                    ),
                ),
                settings="""\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {TOKEN_URL: "https://example.org/token", PASSWORD: ""}
""",
            ),
        ),
        Example(
            "encrypted with SOPS",
            with_secrets(
                sops="""\
apiVersion: v1
kind: Secret
metadata: {name: more}
data: {password: "ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]"}
sops: {mac: "ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]"}
"""
            ),
        ),
    )
    bad = (
        Example(
            "a literal",
            f"""\
{_POD}\
          env:
            - name: GITHUB_TOKEN
              value: changeme  # <- the value of GITHUB_TOKEN stands in the manifest
            - name: ADMIN_PASSWORD
              value: correct-horse  # <- the value of ADMIN_PASSWORD stands in the manifest
""",
        ),
        Example(
            "from a ConfigMap",
            f"""\
{_POD}\
          envFrom:
            - prefix: OPENCODE_
              configMapRef:
                name: settings  # <- OPENCODE_SERVER_PASSWORD comes from the ConfigMap settings
          env:
            - name: GITHUB_TOKEN
              valueFrom:
                configMapKeyRef:
                  name: none
                  key: token  # <- GITHUB_TOKEN comes from the ConfigMap none
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings}}
data: {{SERVER_PASSWORD: correct-horse}}
""",
        ),
        Example(
            "as an argument",
            f"""\
{_POD}\
          command: [opencode, web]
          args:
            - --password=correct-horse  # <- the value of --password is an argument of server
            - --github-token
            - correct-horse  # <- the value of --github-token is an argument of server
""",
        ),
        Example(
            "in a Secret manifest",
            f"""\
{_POD}\
          env:
            - name: OPENCODE_SERVER_PASSWORD
              valueFrom: {{secretKeyRef: {{name: plain, key: entry}}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: plain}}
stringData:
  entry: correct-horse  # <- the Secret plain has its key 'entry' in git
data:
  github-token: Y29ycmVjdC1ob3JzZQ==  # <- the Secret plain has its key 'github-token' in git
""",
        ),
        Example(
            "in a secretGenerator",
            {
                f"{_APP}/deployment.yaml": _POD,
                f"{_APP}/kustomization.yaml": """\
resources: [./deployment.yaml]
secretGenerator:
  - name: plain
    literals:
      - password=correct-horse  # <- the value of password stands in the kustomization
""",
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        if not workspace.pods:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
            return
        roles = Roles({"token": self.parameters.token, "password": self.parameters.password})
        searches = (in_environment, in_arguments, in_secret_manifests, in_generators)
        found = [literal for search in searches for literal in search(workspace, roles)]
        for literal in found:
            requirement = REQUIREMENTS[literal.role]
            yield Problem(literal.words, literal.at, requirement=requirement, secret=literal.shown)
        for role in roles.variables:
            if all(literal.role != role for literal in found):
                yield _proof(workspace, roles, role)


def _proof(workspace: WorkspaceTree, roles: Roles, role: str) -> Proof:
    """The variable that gets the secret of a role from a Secret, else the pod that gets it nowhere."""
    for container in (each for pod in workspace.pods for each in pod.all_containers):
        for variable in variables(workspace.tree, container).values():
            if roles.named(variable.name) == role and variable.origin == "Secret":
                words = f"{container.name} takes {variable.name} from the Secret {variable.holder}"
                return Proof(words, variable.at, REQUIREMENTS[role])
    words = f"no container of {workspace.name} is given a {role} in clear"
    return Proof(words, workspace.pods[0].spec["containers"], REQUIREMENTS[role])

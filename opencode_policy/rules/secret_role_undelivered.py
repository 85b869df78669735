"""Rule secret-role-undelivered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.delivery import faults, loss
from opencode_policy.secrets.examples import DEPLOYMENT, EXTERNAL, changed, with_secrets
from opencode_policy.secrets.flow import REQUIREMENTS, uses_of_role
from opencode_policy.secrets.roles import RoleProblem, problems
from opencode_policy.tree import WorkspaceTree

_VARIABLE = """\
            - name: OPENCODE_SERVER_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: demo-keys
                  key: entry
"""
_MOUNT = """\
          volumeMounts:
            - name: login
              mountPath: /secrets
"""


def _target(lines: str, says: Mapping[str, str] | None = None) -> dict[str, str]:
    """The example with further lines in the target of its ExternalSecret."""
    edit = ("name: demo-keys\n", f"name: demo-keys\n{lines}")
    return with_secrets(external=changed(EXTERNAL, edit, says=says))


@dataclass(frozen=True, slots=True)
class Parameters:
    """The version of the ExternalSecret API that the cluster serves."""

    api_version: str = "external-secrets.io/v1"


class SecretRoleUndelivered(Rule):
    """A secret of a workspace does not get from the store into a container, whole and unchanged.

    The way is followed from the agreed name over the key of a Secret, through the template if there is one,
    to the variable or file of a container.
    """

    requirements = ("SECR-01", "SECR-02", "SECR-03")
    why = (
        "Each link of this chain names the next one by a text, and nothing checks them together: a key that "
        "no container takes, a template that forgets one, a Secret in another namespace. The pod then starts "
        "without its token, password or login, or does not start at all."
    )
    fix = "Give each of the three a key of the Secret, and that key to a container."
    Parameters = Parameters
    good = (
        Example("as a variable and as a file", with_secrets()),
        Example(
            "the whole Secret as variables, with a prefix",
            with_secrets(
                deployment="""\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  template:
    spec:
      containers:
        - name: server
          envFrom: [{prefix: MY_, secretRef: {name: demo-keys}}]
"""
            ),
        ),
        Example(
            "a template that passes each value on",
            _target("""\
    template:
      data:
        github: "{{ .github }}"
        entry: "{{- .entry -}}"
        login: '{{ index . "login" | trim }}'
"""),
        ),
        Example(
            "one key is the token, another is made of it",
            _target("""\
    template:
      mergePolicy: Merge
      data:
        netrc: "machine github.com password {{ .github }}"
"""),
        ),
        Example(
            "it adds to a Secret that another one makes",
            {
                **_target("    creationPolicy: Merge\n"),
                "kubernetes/apps/demo/demo/app/base.yaml": """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo-keys}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  data: [{secretKey: more, remoteRef: {key: MORE}}]
""",
            },
        ),
        Example(
            "projected together with others",
            with_secrets(
                deployment=DEPLOYMENT.partition("          secret:\n")[0]
                + """\
          projected:
            sources:
              - secret:
                  name: demo-keys
                  items: [{key: login, path: deep/login.json}]
              - configMap: {name: more}
"""
            ),
        ),
    )
    bad = (
        Example(
            "no container takes the key",
            with_secrets(
                external=changed(
                    EXTERNAL,
                    says={
                        ": entry": "no container of demo takes 'entry' of the Secret demo-keys, its password"
                    },
                ),
                deployment=changed(DEPLOYMENT, (_VARIABLE, "")),
            ),
        ),
        Example(
            "no container mounts the volume",
            with_secrets(
                external=changed(
                    EXTERNAL,
                    says={": login": "no container of demo takes 'login' of the Secret demo-keys, its auth"},
                ),
                deployment=changed(DEPLOYMENT, (_MOUNT, "")),
            ),
        ),
        Example(
            "the name is not fetched",
            with_secrets(
                external=changed(
                    EXTERNAL,
                    ("DEMO_PASSWORD", "DEMO_PASS"),
                    says={"  data:": "no ExternalSecret of demo fetches its password, DEMO_PASSWORD"},
                )
            ),
        ),
        Example(
            "the template forgets a key",
            _target(
                """\
    template:
      data:
        github: "{{ .github }}"
        entry: "{{ .entry }}"
""",
                {"      data:": "the template leaves 'login' out, and only its own keys land in the Secret"},
            ),
        ),
        Example(
            "the template changes a value",
            _target("""\
    template:
      data:
        github: "{{ .github | b64enc }}"  # <- the template does not pass on the value of DEMO_TOKEN
        entry: "demo-{{ .entry }}"  # <- the template puts text around the value of DEMO_PASSWORD
        login: "{{ .login }}"
"""),
        ),
        Example(
            "the value is decoded on the way",
            with_secrets(
                external=f"""\
{EXTERNAL}\
        decodingStrategy: Base64  # <- decodingStrategy Base64 changes the value of DEMO_AUTH
"""
            ),
        ),
        Example(
            "a version that is no longer served",
            with_secrets(
                external=changed(
                    EXTERNAL,
                    ("secrets.io/v1", "secrets.io/v1beta1"),
                    says={
                        "beta": "external-secrets.io/v1beta1 is not served, it must be external-secrets.io/v1"
                    },
                )
            ),
        ),
        Example(
            "no Secret is made",
            _target("    creationPolicy: None  # <- ExternalSecret demo/demo makes no Secret\n"),
        ),
        Example(
            "a ConfigMap is made instead",
            _target("""\
    manifest:  # <- ExternalSecret demo/demo makes no Secret
      apiVersion: v1
      kind: ConfigMap
"""),
        ),
        Example(
            "nothing makes the Secret that it adds to, and it could not change",
            _target("""\
    creationPolicy: Merge  # <- creationPolicy Merge adds to the Secret demo-keys, which nothing makes
    immutable: true  # <- the Secret demo-keys is immutable, so that no new value ever arrives
"""),
        ),
        Example(
            "two entries with one key",
            with_secrets(
                external=f"""\
{changed(EXTERNAL, says={": login": "another entry gives 'login' a second value"})}\
    - secretKey: login
      remoteRef:
        key: MORE
"""
            ),
        ),
        Example(
            "the Secret is made in another namespace",
            {
                **with_secrets(
                    external=changed(
                        EXTERNAL,
                        ("  name: demo\n", "  name: demo\n  namespace: keys\n"),
                        says={"namespace": "the Secret is made in keys, the pod runs in demo"},
                    ),
                    deployment=changed(DEPLOYMENT, ("  name: demo\n", "  name: demo\n  namespace: demo\n")),
                ),
                "kubernetes/apps/demo/demo/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        found: list[RoleProblem] = []
        for role, requirement in REQUIREMENTS.items():
            for outcome in self._judged(workspace, role, requirement):
                if isinstance(outcome, Problem):
                    found.append(RoleProblem(role, outcome.message, outcome.at))
                else:
                    yield outcome
        yield from problems(found)

    def _judged(self, workspace: WorkspaceTree, role: str, requirement: str) -> Iterator[Outcome]:
        name = workspace.spec.secrets.get(role, "")
        uses = uses_of_role(workspace, role)
        if not name:
            yield Unknown(f"the policy names no {role} of {workspace.name}", workspace.anchor, requirement)
        elif not uses:
            lost = loss(workspace, role, name)
            yield lost if isinstance(lost, Problem) else Unknown(lost.reason, lost.at, requirement)
        else:
            wrong = list(faults(workspace, name, [key for key, _ in uses], self.parameters.api_version))
            yield from (Problem(words, at) for words, at in wrong)
            if not wrong:
                key, use = uses[0]
                words = f"{name} reaches {use.container.name} as {use.arrives_at(key.name)}"
                yield Proof(words, use.at, requirement)

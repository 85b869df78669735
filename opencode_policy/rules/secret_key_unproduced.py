"""Rule secret-key-unproduced."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.examples import DEPLOYMENT, EXTERNAL, changed, with_secrets
from opencode_policy.secrets.flow import (
    REQUIREMENTS,
    Dangling,
    dangling,
    role_of,
    uses_of_role,
)
from opencode_policy.secrets.production import failing, made_twice, makers_taken
from opencode_policy.secrets.roles import RoleProblem, problems
from opencode_policy.tree import WorkspaceTree

_LOGIN = "            secretName: demo-keys\n"


class SecretKeyUnproduced(Rule):
    """A pod of a workspace takes a Secret, or a key of one, that nothing makes.

    Secrets are made by ExternalSecrets, SealedSecrets, Certificates, kustomize generators and manifests of
    their own; the inventory lists those that are made elsewhere.
    """

    requirements = ("SECR-01", "SECR-02", "SECR-03")
    why = (
        "The kubelet does not start a container whose Secret or key is missing (CreateContainerConfigError); "
        "where the reference is optional it starts it without the secret, and nothing says so. A template "
        "that takes a variable which nothing fetches fails the whole Secret (missingkey=error)."
    )
    fix = "Write name and key as the ExternalSecret makes them, and leave `optional` out."
    good = (
        Example("every key is made by the ExternalSecret", with_secrets()),
        Example(
            "keys of a template",
            with_secrets(
                external=changed(
                    EXTERNAL,
                    (
                        "name: demo-keys\n",
                        """\
name: demo-keys
    template:
      data:
        github: "{{ .github }}"
        entry: '{{ index . "entry" }}'
        login: "{{ .login }}"
        basic: "{{ printf `x:%s` .github | b64enc }}"
""",
                    ),
                )
            ),
        ),
        Example(
            "whole Secrets, and an image pull secret that is no concern here",
            with_secrets(
                deployment="""\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  template:
    spec:
      imagePullSecrets: [{name: pull}]
      containers:
        - name: server
          envFrom: [{secretRef: {name: demo-keys}}]
          volumeMounts: [{name: keys, mountPath: /keys}]
      volumes: [{name: keys, secret: {secretName: demo-keys}}]
"""
            ),
        ),
        Example(
            "an optional Secret that carries none of the three",
            with_secrets(
                deployment=f"{DEPLOYMENT}"
                """\
        - name: more
          secret: {secretName: more, optional: true}
""",
                more="""\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: more}
spec:
  data: [{secretKey: a, remoteRef: {key: A}}]
""",
            ),
        ),
        Example(
            "made by what keeps secrets out of git in other ways",
            with_secrets(
                deployment=f"{DEPLOYMENT}"
                """\
        - name: more
          projected:
            sources:
              - secret: {name: sealed, items: [{key: a, path: a}]}
              - secret: {name: demo-tls, items: [{key: tls.crt, path: tls.crt}]}
""",
                more="""\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: sealed}
spec: {encryptedData: {a: x}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: demo}
spec: {secretName: demo-tls}
""",
            ),
        ),
    )
    bad = (
        Example(
            "a misspelt key",
            with_secrets(
                deployment=changed(
                    DEPLOYMENT,
                    ("key: entry", "key: enter"),
                    says={"enter": "the Secret demo-keys has no key 'enter'; did you mean 'entry'?"},
                )
            ),
        ),
        Example(
            "a misspelt Secret",
            with_secrets(
                deployment=changed(
                    DEPLOYMENT,
                    ("secretName: demo-keys", "secretName: demo-key"),
                    says={
                        "key: login": "nothing makes the Secret demo-key in demo; did you mean 'demo-keys'?"
                    },
                )
            ),
        ),
        Example(
            "no ExternalSecret",
            with_secrets(
                external="",
                deployment="""\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  template:
    spec:
      containers:
        - name: server
          envFrom:
            - secretRef:
                name: demo-keys  # <- nothing makes the Secret demo-keys in demo
""",
            ),
        ),
        Example(
            "the template takes what is not fetched",
            with_secrets(
                external=changed(
                    EXTERNAL,
                    (
                        "name: demo-keys\n",
                        """\
name: demo-keys
    template:
      data:
        github: "{{ .github }}"
        entry: "{{ .DEMO_PASSWORD }}"
        login: "{{ .login }}"
""",
                    ),
                    says={
                        ".DEMO_PASSWORD": "the template takes 'DEMO_PASSWORD', "
                        "which no entry fetches under this name: the Secret demo-keys fails"
                    },
                )
            ),
        ),
        Example(
            "the pod starts without its password",
            with_secrets(
                deployment=changed(
                    DEPLOYMENT,
                    ("key: entry\n", "key: entry\n                  optional: true\n"),
                    says={
                        "optional": "the reference is optional: the pod starts without its password as well"
                    },
                )
            ),
        ),
        Example(
            "the pod starts without its login",
            with_secrets(
                deployment=changed(
                    DEPLOYMENT,
                    (_LOGIN, f"{_LOGIN}            optional: true\n"),
                    says={"optional": "the reference is optional: the pod starts without its auth as well"},
                )
            ),
        ),
        Example(
            "two make the same Secret",
            with_secrets(
                other="""\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: other}
spec:
  target:
    name: demo-keys  # <- ExternalSecret demo/demo makes the Secret demo-keys already
  data: [{secretKey: a, remoteRef: {key: A}}]
""",
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        found = [_missing(workspace, item) for item in dangling(workspace)]
        for makers in makers_taken(workspace):
            found += failing(workspace, makers)
            found += made_twice(workspace, makers)
        found += problems(_optional(workspace))
        yield from found
        broken = {item.requirement for item in found}
        for role, requirement in REQUIREMENTS.items() if None not in broken else ():
            if requirement not in broken:
                yield _shown(workspace, role, requirement)


def _missing(workspace: WorkspaceTree, item: Dangling) -> Problem:
    """A reference to nothing; it speaks of one role where the name that was meant tells which."""
    role = role_of(workspace, item.key.made_of) if item.key else None
    reference = item.reference
    if item.secret_exists:
        words = f"the Secret {reference.secret} has no key '{reference.key}'"
        close = item.key.name if item.key else ""
    else:
        words = f"nothing makes the Secret {reference.secret} in {item.pod.workload.namespace}"
        close = item.secret or ""
    hint = f"; did you mean '{close}'?" if close else ""
    return Problem(words + hint, reference.at, requirement=REQUIREMENTS.get(role or ""))


def _optional(workspace: WorkspaceTree) -> Iterator[RoleProblem]:
    for role in REQUIREMENTS:
        for _, use in uses_of_role(workspace, role):
            if use.optional:
                words = f"the reference is optional: the pod starts without its {role} as well"
                yield RoleProblem(role, words, use.optional_at)


def _shown(workspace: WorkspaceTree, role: str, requirement: str) -> Outcome:
    """The use of a key of this role, all of which are made."""
    for key, use in uses_of_role(workspace, role):
        words = f"the Secret {use.secret} has the key '{key.name}', which {use.container.name} takes"
        return Proof(words, use.at, requirement)
    return Unknown(f"no container of {workspace.name} takes its {role}", workspace.anchor, requirement)

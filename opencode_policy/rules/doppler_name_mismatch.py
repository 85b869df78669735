"""Rule doppler-name-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown, location_of
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.examples import EXTERNAL, changed, with_secrets
from opencode_policy.secrets.flow import fetched
from opencode_policy.secrets.store_names import (
    absent,
    fetches_of,
    foreign,
    misspelt,
    misused,
    patterns,
    repeated,
)
from opencode_policy.tree import WorkspaceTree

_LOGIN_ENTRY = "    - secretKey: login\n      remoteRef:\n        key: DEMO_AUTH\n"
_TWO = ("demo", "notes")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The store that has the agreed names."""

    store: str
    store_kind: str = "ClusterSecretStore"


class DopplerNameMismatch(Rule):
    """A workspace does not fetch each agreed name of the secret store exactly once.

    The agreed names are those that the policy gives the workspace. Each must stand in a `remoteRef.key`,
    letter by letter, in one ExternalSecret that the workspace's own Kustomization applies.
    """

    requirements = ("INFRA-04",)
    why = (
        "A name that the store does not have keeps the ExternalSecret from becoming ready, and with it the "
        "pod. A name found by a pattern is worse: where nothing matches, External Secrets says SecretSynced "
        "and makes no Secret (external-secrets v1.2, externalsecret_controller.go)."
    )
    fix = "Name the agreed variable in the remoteRef.key of one entry of spec.data, and in no other."
    Parameters = Parameters
    example_parameters = {"store": "vault"}
    good = (
        Example("each name once", EXTERNAL),
        Example("each workspace its own", EXTERNAL, workspaces=_TWO),
        Example(
            "spread over two ExternalSecrets, the store named by the entry",
            with_secrets(
                deployment="",
                external=EXTERNAL.partition("    - secretKey: entry\n")[0],
                second="""\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: second}
spec:
  data:
    - secretKey: entry
      remoteRef: {key: DEMO_PASSWORD}
      sourceRef: &vault {storeRef: {kind: ClusterSecretStore, name: vault}}
    - secretKey: login
      remoteRef: {key: DEMO_AUTH, property: null}
      sourceRef: *vault
""",
            ),
        ),
        Example(
            "names that are not agreed, even by a pattern, and from another store",
            EXTERNAL
            + """\
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: backup}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: other}
  data: [{secretKey: a, remoteRef: {key: RESTIC_PASSWORD, property: a}}]
  dataFrom:
    - find: {path: MINIO_}
    - find: {name: {regexp: "^RESTIC_.*$"}}
    - extract: {key: MINIO_USERS}
""",
        ),
    )
    bad = (
        Example(
            "a letter is missing",
            changed(
                EXTERNAL,
                ("DEMO_PASSWORD", "DEMO_PASWORD"),
                says={"PASWORD": "'DEMO_PASWORD' is not the agreed name; did you mean 'DEMO_PASSWORD'?"},
            ),
        ),
        Example(
            "names are case-sensitive",
            changed(
                EXTERNAL,
                ("DEMO_AUTH", "demo_auth"),
                says={"demo_auth": "'demo_auth' is not the agreed name; did you mean 'DEMO_AUTH'?"},
            ),
        ),
        Example(
            "the other workspace's name",
            changed(
                EXTERNAL,
                ("DEMO_PASSWORD", "NOTES_PASSWORD"),
                says={"NOTES": "NOTES_PASSWORD is the password of notes; demo has DEMO_PASSWORD"},
            ),
            workspaces=_TWO,
        ),
        Example(
            "the other workspace's name beside the own ones",
            EXTERNAL
            + """\
    - secretKey: more
      remoteRef:
        key: NOTES_TOKEN  # <- NOTES_TOKEN is the token of notes; demo has DEMO_TOKEN
""",
            workspaces=_TWO,
        ),
        Example(
            "a name is left out",
            changed(EXTERNAL, (_LOGIN_ENTRY, ""), says={"  data:": "nothing fetches DEMO_AUTH"}),
        ),
        Example(
            "a name is asked for twice",
            EXTERNAL
            + """\
    - secretKey: copy
      remoteRef:
        key: DEMO_TOKEN  # <- DEMO_TOKEN is fetched twice
""",
        ),
        Example(
            "a name is asked for outside the workspace",
            {
                **with_secrets(deployment=""),
                "kubernetes/apps/other/other.yaml": """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: other, namespace: other}
spec:
  data:
    - secretKey: token
      remoteRef:
        key: DEMO_TOKEN  # <- ExternalSecret other/other, which is not of demo, fetches DEMO_TOKEN as well
""",
            },
        ),
        Example(
            "the name stands in secretKey",
            changed(
                EXTERNAL,
                ("key: DEMO_PASSWORD", "key: key-of-it"),
                ("secretKey: entry", "secretKey: DEMO_PASSWORD"),
                says={"key-of-it": "the key is 'key-of-it', and DEMO_PASSWORD stands in secretKey"},
            ),
        ),
        Example(
            "by a pattern",
            """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  dataFrom:
    - find:  # <- find goes by a pattern: nothing fails when DEMO_TOKEN, DEMO_PASSWORD, DEMO_AUTH are missing
        path: DEMO_
""",
        ),
        Example(
            "taken apart as JSON",
            changed(EXTERNAL, (_LOGIN_ENTRY, ""))
            + """\
  dataFrom:
    - extract:
        key: DEMO_AUTH  # <- extract takes DEMO_AUTH apart as JSON instead of fetching it as it is
""",
        ),
        Example(
            "a part of the value",
            f"{EXTERNAL}        property: copilot  # <- property asks for a part of DEMO_AUTH\n",
        ),
        Example(
            "another store",
            changed(
                EXTERNAL,
                ("name: vault", "name: safe"),
                says={"safe": "ClusterSecretStore vault has the agreed names, not ClusterSecretStore safe"},
            ),
        ),
        Example(
            "no kind means SecretStore",
            changed(
                EXTERNAL,
                ("    kind: ClusterSecretStore\n", ""),
                says={"StoreRef": "ClusterSecretStore vault has the agreed names, not SecretStore vault"},
            ),
        ),
        Example(
            "no ExternalSecret at all",
            {
                "kubernetes/apps/demo/demo/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: demo  # <- nothing fetches DEMO_TOKEN, DEMO_PASSWORD, DEMO_AUTH
  namespace: flux-system
spec: {path: ./kubernetes/apps/demo/demo/app}
"""
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        if not workspace.spec.secrets:
            yield Unknown(f"the policy agrees on no secret of {workspace.name}", workspace.anchor)
        by_pattern = list(patterns(workspace))
        other_roles = dict(foreign(workspace))
        yield from self._stores(workspace)
        yield from (_by_pattern(find, names) for find, names in by_pattern)
        yield from other_roles.values()
        said = {name for _, names in by_pattern for name in names}
        said |= {name for role, name in workspace.spec.secrets.items() if role in other_roles}
        gone = []
        for name in workspace.spec.secrets.values():
            found = list(_judged(workspace, name))
            yield from found
            if not found and name not in said:
                gone.append(name)
        if gone:
            yield absent(workspace, gone)

    def _stores(self, workspace: WorkspaceTree) -> Iterator[Problem]:
        """References to another store than the one that has the names, each once."""
        kind, name = self.parameters.store_kind, self.parameters.store
        seen = set()
        for fetch in fetched(workspace):
            at = fetch.store.differs_at(kind, name)
            if fetch.name not in workspace.spec.secrets.values() or at is None or location_of(at) in seen:
                continue
            seen.add(location_of(at))
            yield Problem(f"{kind} {name} has the agreed names, not {fetch.store}", at)


def _judged(workspace: WorkspaceTree, name: str) -> Iterator[Outcome]:
    """What is to be said of one name; nothing where no trace of it is found."""
    problems = [*misused(workspace, name), *repeated(workspace, name)]
    found = fetches_of(workspace, name)
    if not found and not problems:
        problems = list(filter(None, [misspelt(workspace, name)]))
    yield from problems
    if found and not problems:
        yield Proof(f"{name} is fetched by its exact name from {found[0].store}", found[0].remote["key"])


def _by_pattern(find: Field, names: list[str]) -> Problem:
    verb = "is" if len(names) == 1 else "are"
    return Problem(f"find goes by a pattern: nothing fails when {', '.join(names)} {verb} missing", find)

"""Rule secret-wrong-store."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.examples import EXTERNAL, changed, with_secrets
from opencode_policy.secrets.external_secret import Fetch
from opencode_policy.secrets.flow import REQUIREMENTS
from opencode_policy.secrets.roles import RoleProblem, problems
from opencode_policy.secrets.store_names import fetches_of
from opencode_policy.secrets.stores import unknown_store
from opencode_policy.tree import WorkspaceTree

_TREE_STORE = """\
apiVersion: external-secrets.io/v1
kind: {kind}
metadata: {{name: own, namespace: {namespace}}}
spec: {{provider: {{}}}}
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The store that every secret of a workspace must come from."""

    store: str
    store_kind: str = "ClusterSecretStore"


class SecretWrongStore(Rule):
    """A secret of a workspace is fetched from a store that does not exist, or from another than required."""

    requirements = ("SECR-01", "SECR-02", "SECR-03")
    why = (
        "A store that does not exist keeps the ExternalSecret from ever becoming ready. Another store may "
        "have a variable of the same name with another value, and nothing would say so."
    )
    fix = (
        "Write kind and name of the required store; without a kind External Secrets looks for a SecretStore."
    )
    Parameters = Parameters
    example_parameters = {"store": "vault"}
    good = (
        Example("the store of the inventory", EXTERNAL),
        Example(
            "the store is in the tree",
            {
                **with_secrets(deployment="", external=changed(EXTERNAL, ("name: vault", "name: own"))),
                "kubernetes/apps/store.yaml": _TREE_STORE.format(
                    kind="ClusterSecretStore", namespace="network"
                ),
            },
            parameters={"store": "own"},
        ),
        Example(
            "a store of the workspace's own namespace, by default",
            with_secrets(
                deployment="",
                external=changed(
                    EXTERNAL, ("    kind: ClusterSecretStore\n", ""), ("name: vault", "name: own")
                ),
                store=_TREE_STORE.format(kind="SecretStore", namespace="demo"),
            ),
            parameters={"store": "own", "store_kind": "SecretStore"},
        ),
        Example(
            "the entries name it, and their word counts",
            changed(
                EXTERNAL.replace(
                    "      remoteRef:",
                    "      sourceRef: {storeRef: {kind: ClusterSecretStore, name: vault}}\n      remoteRef:",
                ),
                ("    name: vault\n", "    name: other\n"),
            ),
        ),
        Example(
            "what is no secret of the workspace may come from anywhere",
            f"{EXTERNAL}    - secretKey: more\n      remoteRef: {{key: MORE}}\n"
            "      sourceRef: {storeRef: {name: nowhere}}\n",
        ),
    )
    bad = (
        Example(
            "a misspelt store",
            changed(
                EXTERNAL,
                ("name: vault", "name: vaults"),
                says={"vaults": "there is no ClusterSecretStore vaults; did you mean 'vault'?"},
            ),
        ),
        Example(
            "no kind means SecretStore",
            changed(
                EXTERNAL,
                ("    kind: ClusterSecretStore\n", ""),
                says={"StoreRef": "there is no SecretStore vault in demo; vault is a ClusterSecretStore"},
            ),
        ),
        Example(
            "no store at all",
            changed(
                EXTERNAL,
                ("  secretStoreRef:\n    kind: ClusterSecretStore\n    name: vault\n", ""),
                says={"spec:": "the ExternalSecret names no store"},
            ),
        ),
        Example(
            "a store that exists and is not the one",
            {
                **with_secrets(
                    deployment="",
                    external=changed(
                        EXTERNAL,
                        ("name: vault", "name: own"),
                        says={
                            "own": "the value comes from ClusterSecretStore own instead of "
                            "ClusterSecretStore vault"
                        },
                    ),
                ),
                "kubernetes/apps/store.yaml": _TREE_STORE.format(
                    kind="ClusterSecretStore", namespace="network"
                ),
            },
        ),
        Example(
            "one entry goes elsewhere",
            f"{EXTERNAL}"
            """\
      sourceRef:
        storeRef:
          kind: ClusterSecretStore
          name: val  # <- there is no ClusterSecretStore val; did you mean 'vault'?
""",
        ),
        Example(
            "a SecretStore of another namespace",
            {
                **with_secrets(
                    deployment="",
                    external=changed(
                        EXTERNAL,
                        ("kind: ClusterSecretStore", "kind: SecretStore"),
                        ("name: vault", "name: own"),
                        says={"name: own": "there is no SecretStore own in demo"},
                    ),
                ),
                "kubernetes/apps/store.yaml": _TREE_STORE.format(kind="SecretStore", namespace="network"),
            },
            parameters={"store": "own", "store_kind": "SecretStore"},
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        found: list[RoleProblem] = []
        for role, requirement in REQUIREMENTS.items():
            name = workspace.spec.secrets.get(role, "")
            fetches = fetches_of(workspace, name) if name else []
            wrong = [item for fetch in fetches for item in self._problems(workspace, role, fetch)]
            found += wrong
            if not fetches:
                words = f"{workspace.name} fetches no {role} by name"
                yield Unknown(words, workspace.anchor, requirement)
            elif not wrong:
                store = fetches[0].store
                yield Proof(f"{name} comes from {store}", store.at["name"], requirement)
        yield from problems(found)

    def _problems(self, workspace: WorkspaceTree, role: str, fetch: Fetch) -> Iterator[RoleProblem]:
        store, wanted = fetch.store, self.parameters
        unknown = unknown_store(workspace.tree, store, fetch.entry.resource.namespace)
        at = store.differs_at(wanted.store_kind, wanted.store)
        if unknown:
            yield RoleProblem(role, unknown, store.at["name"] if at is None else at)
        elif at is not None:
            words = f"the value comes from {store} instead of {wanted.store_kind} {wanted.store}"
            yield RoleProblem(role, words, at)

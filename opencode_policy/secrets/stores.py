"""The External Secrets stores that exist: those of the tree and those of the inventory."""

from __future__ import annotations

from opencode_policy.nearest import hint
from opencode_policy.secrets.external_secret import StoreReference
from opencode_policy.tree import Tree

KINDS = ("ClusterSecretStore", "SecretStore")


def store_names(tree: Tree, kind: str, namespace: str) -> list[str]:
    """Names of the stores of a kind that an ExternalSecret of a namespace can refer to."""
    listed = [store.name for store in tree.cluster.secret_stores if store.kind == kind]
    place = namespace if kind == "SecretStore" else None
    return [*listed, *(resource.name for resource in tree.of_kind(kind, place))]


def unknown_store(tree: Tree, store: StoreReference, namespace: str) -> str:
    """Why a reference leads to no store, in words; empty where there is one."""
    known = store_names(tree, store.kind, namespace)
    if store.name in known:
        return ""
    if not store.name:
        return "the ExternalSecret names no store"
    other = next((kind for kind in KINDS if store.name in store_names(tree, kind, namespace)), "")
    where = f" in {namespace}" if store.kind == "SecretStore" else ""
    close = f"; {store.name} is a {other}" if other else hint(store.name, known)
    return f"there is no {store.kind} {store.name}{where}{close}"

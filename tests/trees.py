"""Small trees for tests: texts by path, through the real stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opencode_policy.location import Diagnostic
from opencode_policy.pipeline import build_tree
from opencode_policy.policy.model import ClusterFile, FluxObject, Policy, PolicyFile, Scope
from opencode_policy.source import Source
from opencode_policy.tree import Tree

ENTRY = FluxObject(name="apps", path="./apps", source="home", substitute_from_variables=True)


def cluster(**values: object) -> ClusterFile:
    """An inventory with one entry Kustomization at ./apps and the variable DOMAIN."""
    given: dict[str, object] = {
        "version": 1,
        "flux_version": "2.7.5",
        "variables": {"DOMAIN": "example.org"},
        "kustomizations": (ENTRY,),
        **values,
    }
    return ClusterFile(**given)  # type: ignore[arg-type]


def tree_of(
    files: Mapping[str, str], inventory: ClusterFile | None = None, folders: Sequence[str] = (".",)
) -> tuple[Tree, list[Diagnostic]]:
    """The expanded tree of these files, and the diagnostics of its making."""
    settings = PolicyFile(version=1, scope=Scope(manifests="apps"), workspaces=())
    policy = Policy(requirements=(), settings=settings, cluster=inventory or cluster())
    sources = {path: Source(path, text) for path, text in sorted(files.items())}
    return build_tree(sources, policy, folders=folders)


def kustomization(*resources: str, **more: str) -> str:
    """Text of a kustomization file."""
    extra = "".join(f"{key}: {value}\n" for key, value in more.items())
    listed = "".join(f"  - {path}\n" for path in resources)
    return f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n{extra}" + (
        f"resources:\n{listed}" if listed else ""
    )


def flux(name: str, path: str, **spec: str) -> str:
    """Text of a Flux Kustomization."""
    extra = "".join(f"  {key}: {value}\n" for key, value in spec.items())
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata:\n  name: {name}\n  namespace: flux-system\n"
        f"spec:\n  path: {path}\n  sourceRef:\n    kind: GitRepository\n    name: home\n{extra}"
    )


def config_map(name: str, **data: str) -> str:
    """Text of a ConfigMap."""
    lines = "".join(f"  {key}: {value}\n" for key, value in data.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n{lines or '  {}'}"

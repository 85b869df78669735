"""Rule kustomization-path-missing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.flux.sources import is_own
from opencode_policy.flux.trees import flux_kustomizations
from opencode_policy.nearest import hint
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree

_KS = "kubernetes/apps/demo/demo/ks.yaml"
_OTHER = "kubernetes/apps/other.yaml"
_MANIFEST = """\
apiVersion: v1
kind: Service
metadata: {name: demo}
"""


class KustomizationPathMissing(Rule):
    """A Flux Kustomization builds a folder that does not exist, or one that is not for manifests."""

    requirements = ("SEC-02",)
    why = (
        "Flux reports `kustomization path not found` and keeps what it applied last, so the cluster looks "
        "healthy while no change arrives any more. Without spec.path Flux builds the whole repository."
    )
    fix = "Let spec.path name an existing folder of manifests, relative to the root of the repository."
    good = (
        Example("the path of the scaffold", _MANIFEST),
        Example(
            "without the leading dot",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec: {path: kubernetes/apps/demo/demo/app, sourceRef: {kind: GitRepository, name: home}}
""",
            },
        ),
        Example(
            "a folder of another repository cannot be looked at",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                _OTHER: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: other, namespace: flux-system}
spec: {path: ./deploy, sourceRef: {kind: GitRepository, name: elsewhere}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: packed, namespace: flux-system}
spec: {path: ./, sourceRef: {kind: OCIRepository, name: home}}
""",
            },
        ),
    )
    bad = (
        Example(
            "a letter is missing",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/ap  # <- spec.path leads to no folder; did you mean 'app'?
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
        Example(
            "the path is a file",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/namespace.yaml  # <- spec.path leads to a file instead of a folder
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
        Example(
            "no path builds everything",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:  # <- the Flux Kustomization has no spec.path and builds the whole repository
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
        Example(
            "a path that begins at the file instead of the repository",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  sourceRef: {kind: GitRepository, name: home}
  path: ./app  # <- spec.path begins at the repository; did you mean './kubernetes/apps/demo/demo/app'?
""",
            },
        ),
        Example(
            "a folder outside the manifests",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                "scripts/run.sh": "true\n",
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./scripts  # <- spec.path leads out of kubernetes, where the manifests are
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        own = [item for item in flux_kustomizations(tree) if is_own(tree, item)]
        if not own:
            yield Irrelevant("no Flux Kustomization of the tree builds a folder of this repository")
            return
        folders = _folders(tree)
        yield from (_judged(tree, item, folders) for item in own)


def _judged(tree: Tree, resource: Resource, folders: set[str]) -> Outcome:
    path, root = resource["spec"]["path"], tree.policy.settings.scope.manifests
    if not path.text:
        message = "the Flux Kustomization has no spec.path and builds the whole repository"
        return Problem(message, path)
    if "${" in path.text:
        return Unknown(f"spec.path of {resource.name} holds a variable of unknown value", path)
    folder = posixpath.normpath(path.text.lstrip("/") or ".")
    if folder in tree.sources:
        return Problem("spec.path leads to a file instead of a folder", path)
    if not f"{folder}/".startswith(f"{root}/"):
        beside = posixpath.join(posixpath.dirname(resource.path), folder)
        if folder != "." and beside in folders:
            return Problem(f"spec.path begins at the repository; did you mean './{beside}'?", path)
        return Problem(f"spec.path leads out of {root}, where the manifests are", path)
    if folder not in folders:
        parent, name = posixpath.split(folder)
        siblings = [posixpath.basename(item) for item in folders if posixpath.dirname(item) == parent]
        return Problem(f"spec.path leads to no folder{hint(name, siblings, cutoff=0.6)}", path)
    return Proof(f"{resource.name} builds {folder}", path)


def _folders(tree: Tree) -> set[str]:
    """Every folder that holds a file, at whatever depth."""
    found: set[str] = set()
    for path in tree.sources:
        folder = posixpath.dirname(path)
        while folder and folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return found

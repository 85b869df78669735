"""Rule manifest-orphaned."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator

from opencode_policy.flux.kustomize_files import (
    is_kustomization_file,
    kustomization_of,
    label,
    mentioned,
    root_of,
)
from opencode_policy.flux.trees import areas, flux_kustomizations, is_below, read_files
from opencode_policy.nodes import ScalarNode
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.scalars import resolve, to_python
from opencode_policy.tree import Tree
from opencode_policy.workspaces.standing import absent_folders

_APP = "kubernetes/apps/demo/demo/app"
_SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: demo}
"""


class ManifestOrphaned(Rule):
    """A YAML file of the workspaces, or of any app folder, that no build reads."""

    needs_objects = False
    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "The file looks like part of the deployment and is none: whoever edits it waits for a change that "
        "never comes. Often it is the one line that was forgotten in `resources`."
    )
    fix = "List the file in the kustomization.yaml of its folder, or remove it."
    good = (
        Example("every manifest is listed", _SERVICE),
        Example(
            "files that a kustomization names elsewhere than under resources",
            {
                f"{_APP}/kustomization.yaml": """\
resources: [service.yaml]
patches: [{path: patch.yaml}]
configMapGenerator:
  - name: settings
    files: [settings.yaml=config/settings.yaml]
    envs: [config/env.yaml]
components: [../../parts/common]
""",
                f"{_APP}/service.yaml": _SERVICE,
                f"{_APP}/patch.yaml": _SERVICE,
                f"{_APP}/config/settings.yaml": "a: 1\n",
                f"{_APP}/config/env.yaml": "a: 1\n",
                "kubernetes/apps/demo/parts/common/kustomization.yaml": "kind: Component\n",
            },
        ),
        Example(
            "without a kustomization file Flux takes every manifest",
            {
                f"{_APP}/kustomization.yaml": "",
                f"{_APP}/service.yaml": _SERVICE,
                f"{_APP}/more/deep.yml": _SERVICE,
            },
        ),
        Example(
            "settings of tools, and what lies outside the folders of this rule",
            {
                f"{_APP}/service.yaml": _SERVICE,
                f"{_APP}/.yamllint.yaml": "rules: {}\n",
                "kubernetes/bootstrap/values.yaml": "a: 1\n",
            },
        ),
    )
    bad = (
        Example(
            "forgotten in the list",
            {
                f"{_APP}/kustomization.yaml": "resources: [service.yaml]\n",
                f"{_APP}/service.yaml": _SERVICE,
                f"{_APP}/route.yaml": """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute  # <- no kustomization lists this file, so Flux never applies it
metadata: {name: demo}
""",
            },
        ),
        Example(
            "a component that nobody uses; what it lists is not reported on top",
            {
                f"{_APP}/service.yaml": _SERVICE,
                "kubernetes/apps/demo/parts/common/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component  # <- no kustomization uses this component
resources: [service.yaml]
""",
                "kubernetes/apps/demo/parts/common/service.yaml": _SERVICE,
            },
        ),
        Example(
            "a folder with a kustomization that nothing builds",
            {
                f"{_APP}/service.yaml": _SERVICE,
                "kubernetes/apps/demo/old/kustomization.yaml": """\
resources:  # <- nothing builds the kustomization of this folder
  - service.yaml
""",
                "kubernetes/apps/demo/old/service.yaml": _SERVICE,
            },
        ),
        Example(
            "a Flux Kustomization that nothing applies; its folder is not reported on top",
            {
                f"{_APP}/service.yaml": _SERVICE,
                "kubernetes/apps/demo/late/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization  # <- no kustomization lists this file, so Flux never applies it
metadata: {name: late, namespace: flux-system}
spec: {path: ./kubernetes/apps/demo/late/app, sourceRef: {kind: GitRepository, name: home}}
""",
                "kubernetes/apps/demo/late/app/kustomization.yaml": "resources: [service.yaml]\n",
                "kubernetes/apps/demo/late/app/service.yaml": _SERVICE,
            },
        ),
        Example(
            "values that nothing takes",
            {
                f"{_APP}/service.yaml": _SERVICE,
                f"{_APP}/kustomization.yaml": "resources: [service.yaml]\n",
                f"{_APP}/values.yaml": """\
replicas: 1  # <- no kustomization lists this file, so Flux never applies it
""",
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        """Of a workspace that builds no folder the manifests are not listed on top: they are as they should be."""
        used = read_files(tree) | mentioned(tree) | _uppermost(tree)
        folders = {*areas(tree), *(build.folder for build in tree.builds if build.resource and build.folder)}
        absent = absent_folders(tree)
        orphans = [path for path in _candidates(tree, folders) if path not in used]
        for path in orphans:
            if posixpath.dirname(path) in absent or not is_below(path, absent):
                yield Problem(_words(tree, path), label(tree, path))
        for area in areas(tree):
            count = sum(1 for _ in _candidates(tree, (area,)))
            if not count:
                yield Unknown(f"there are no manifests below {area}")
            elif not any(is_below(path, (area,)) for path in orphans):
                at = kustomization_of(tree, area) or next(_candidates(tree, (area,)))
                yield Proof(f"each of the {count} manifests below {area} is read", label(tree, at))


def _candidates(tree: Tree, folders: Collection[str]) -> Iterator[str]:
    """YAML files with something in them; a leading dot marks the settings of a tool."""
    for path in tree.manifests:
        name = posixpath.basename(path)
        is_yaml = name.endswith((".yaml", ".yml")) or is_kustomization_file(path)
        if is_yaml and not name.startswith(".") and is_below(path, folders) and _has_content(tree, path):
            yield path


def _has_content(tree: Tree, path: str) -> bool:
    roots = tree.document_roots(path)
    return any(not isinstance(root, ScalarNode) or resolve(root) is not None for root in roots)


def _uppermost(tree: Tree) -> set[str]:
    """Where the inventory does not say what Flux begins with, somebody applies these by hand.

    A Kustomization below a folder that another one builds is none of them: that folder was to bring it.
    """
    if any(build.resource is None for build in tree.builds):
        return set()
    built = {build.folder for build in tree.builds if build.resource and build.folder}
    by_hand = {item.path for item in flux_kustomizations(tree) if not is_below(item.path, built)}
    return by_hand | {path for path in tree.manifests if is_kustomization_file(path)}


def _words(tree: Tree, path: str) -> str:
    if not is_kustomization_file(path):
        return "no kustomization lists this file, so Flux never applies it"
    root = root_of(tree, path)
    kind = to_python(root.get("kind")) if root else None
    if kind == "Component":
        return "no kustomization uses this component"
    return "nothing builds the kustomization of this folder"

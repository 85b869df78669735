"""Rule workspace-layout-mismatch."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.flux.kustomize_files import kustomization_of, label
from opencode_policy.flux.trees import flux_kustomizations
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_KS = "kubernetes/apps/demo/demo/ks.yaml"
_MANIFEST = """\
apiVersion: v1
kind: Service
metadata: {name: demo}
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Names inside the folder of a workspace."""

    kustomization_file: str = "ks.yaml"
    app_folder: str = "app"


class WorkspaceLayoutMismatch(Rule):
    """The folder of a workspace is not laid out as ks.yaml and app/."""

    requirements = ("SEC-02",)
    why = (
        "Whoever knows one folder of the repository knows all of them: ks.yaml says how, app/ says what. A "
        "Kustomization of another name or in another place is found by nobody who looks for the workspace, "
        "and `dependsOn` of others does not find it either."
    )
    fix = (
        "Put the Flux Kustomization, named like the workspace, into <workspace>/ks.yaml, let its spec.path "
        "lead to <workspace>/app, and list the manifests in app/kustomization.yaml."
    )
    Parameters = Parameters
    good = (
        Example("the layout of the scaffold", _MANIFEST),
        Example(
            "the path in another spelling, the kustomization file with the short ending",
            {
                _KS: """\
kind: Kustomization
apiVersion: kustomize.toolkit.fluxcd.io/v1
metadata: {namespace: flux-system, name: demo}
spec: {path: kubernetes/apps/demo/demo/app/, sourceRef: {kind: GitRepository, name: home}}
""",
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                "kubernetes/apps/demo/demo/app/kustomization.yml": "resources: [service.yaml]\n",
                "kubernetes/apps/demo/demo/app/kustomization.yaml": "",
            },
        ),
        Example(
            "a second Kustomization in the same file",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                "kubernetes/apps/demo/demo/extra/service.yaml": _MANIFEST,
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo-extra, namespace: flux-system}
spec: {path: ./kubernetes/apps/demo/demo/extra, sourceRef: {kind: GitRepository, name: home}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec: {path: ./kubernetes/apps/demo/demo/app, sourceRef: {kind: GitRepository, name: home}}
""",
            },
        ),
    )
    bad = (
        Example(
            "another name",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: demo-server  # <- the Flux Kustomization is called demo-server, its workspace demo
  namespace: flux-system
spec: {path: ./kubernetes/apps/demo/demo/app, sourceRef: {kind: GitRepository, name: home}}
"""
            },
        ),
        Example(
            "the path leads to the folder above",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo  # <- spec.path is not ./kubernetes/apps/demo/demo/app
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
        Example(
            "app/ has no kustomization file",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": _MANIFEST,
                "kubernetes/apps/demo/demo/app/kustomization.yaml": "",
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app  # <- kubernetes/apps/demo/demo/app has no kustomization.yaml
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
        Example(
            "it stands in another file",
            {
                _KS: "",
                "kubernetes/apps/demo/all.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: demo  # <- the Flux Kustomization demo does not stand in kubernetes/apps/demo/demo/ks.yaml
  namespace: flux-system
spec: {path: ./kubernetes/apps/demo/demo/app, sourceRef: {kind: GitRepository, name: home}}
""",
                "kubernetes/apps/demo/kustomization.yaml": "resources: [./namespace.yaml, ./all.yaml]\n",
            },
        ),
        Example(
            "manifests without a Flux Kustomization",
            {
                _KS: "",
                "kubernetes/apps/demo/demo/app/service.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: demo}
""",
                "kubernetes/apps/demo/demo/app/kustomization.yaml": """\
kind: Kustomization  # <- no ks.yaml applies kubernetes/apps/demo/demo
resources: [service.yaml]
""",
            },
        ),
        Example(
            "it lands in another namespace than the Kustomization that applies it",
            {
                _KS: """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: demo
  namespace: demo  # <- the Flux Kustomization lands in demo, and its like in flux-system
spec: {path: ./kubernetes/apps/demo/demo/app, sourceRef: {kind: GitRepository, name: home}}
"""
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        build = workspace.build
        if build is None or build.resource is None:
            yield self._absent(workspace)
            return
        resource = build.resource
        problems = [
            *self._place(workspace, resource),
            *_namespace(workspace, resource, build.parent),
            *self._app(workspace, resource),
        ]
        yield from problems
        app = f"{workspace.spec.path}/{self.parameters.app_folder}"
        if not problems and not workspace.tree.files_below(app):
            yield Unknown(f"{app} is not in the tree", resource["spec"]["path"])
        elif not problems:
            yield Proof(f"{resource.path} applies {app}", resource["spec"]["path"])

    def _absent(self, workspace: WorkspaceTree) -> Outcome:
        """No Kustomization of the workspace's name: of another name, or none at all."""
        tree, folder = workspace.tree, workspace.spec.path
        for other in flux_kustomizations(tree):
            if posixpath.dirname(other.path) == folder:
                name = other["metadata"]["name"]
                return Problem(
                    f"the Flux Kustomization is called {name.text}, its workspace {workspace.name}", name
                )
        for path in sorted(tree.manifests):
            if path.startswith(f"{folder}/"):
                at = label(tree, kustomization_of(tree, posixpath.dirname(path)) or path)
                return Problem(f"no {self.parameters.kustomization_file} applies {folder}", at)
        return Unknown(f"{workspace.name} is not in the tree")

    def _place(self, workspace: WorkspaceTree, resource: Resource) -> Iterator[Problem]:
        wanted = f"{workspace.spec.path}/{self.parameters.kustomization_file}"
        name = resource["metadata"]["name"]
        if resource.path != wanted:
            yield Problem(f"the Flux Kustomization {name.text} does not stand in {wanted}", name)

    def _app(self, workspace: WorkspaceTree, resource: Resource) -> Iterator[Problem]:
        app = f"{workspace.spec.path}/{self.parameters.app_folder}"
        path = resource["spec"]["path"]
        if posixpath.normpath(path.text.lstrip("/") or ".") != app:
            yield Problem(f"spec.path is not ./{app}", path)
        elif workspace.tree.files_below(app) and kustomization_of(workspace.tree, app) is None:
            yield Problem(f"{app} has no kustomization.yaml", path)


def _namespace(workspace: WorkspaceTree, resource: Resource, parent: str | None) -> Iterator[Problem]:
    """Flux Kustomizations stand together: `dependsOn` without a namespace looks for them there."""
    above = workspace.tree.build_of(parent) if parent else None
    field = resource["metadata"]["namespace"]
    if above is not None and field.text != above.namespace:
        where = f"lands in {field.text}" if field.text else "has no namespace"
        yield Problem(f"the Flux Kustomization {where}, and its like in {above.namespace}", field)

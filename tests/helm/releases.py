"""Small releases for tests: values by themselves, through the real stages."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent, indent

from opencode_policy.location import Diagnostic
from opencode_policy.resource import Resource
from opencode_policy.tree import Tree
from tests.trees import flux, kustomization, tree_of

RELEASE = "apps/demo/release.yaml"
"""Where the release stands; its values begin on line 9."""
FIRST_LINE = 9

_HEAD = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: demo
spec:
  chartRef:
    {kind: OCIRepository, name: template}
  values:
"""

_SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: template}
spec: {url: "oci://ghcr.io/bjw-s-labs/helm/app-template", ref: {tag: "%s"}}
"""


def release(values: str) -> str:
    """Text of a HelmRelease of these values."""
    return _HEAD + indent(dedent(values), "    ")


def release_tree(
    values: str, tag: str = "4.4.0", files: Mapping[str, str] | None = None, text: str = ""
) -> tuple[Tree, list[Diagnostic]]:
    """A tree in which a Kustomization of the namespace `media` applies one release and its source."""
    more = {f"apps/demo/{name}": content for name, content in (files or {}).items()}
    return tree_of(
        {
            "apps/kustomization.yaml": kustomization("ks.yaml"),
            "apps/ks.yaml": flux("demo", "./apps/demo", targetNamespace="media"),
            "apps/demo/kustomization.yaml": kustomization("release.yaml", "source.yaml", *(files or {})),
            "apps/demo/source.yaml": _SOURCE % tag,
            RELEASE: text or release(values),
            **more,
        }
    )


def views(values: str, tag: str = "4.4.0", files: Mapping[str, str] | None = None) -> list[Resource]:
    """What the release makes."""
    tree, _ = release_tree(values, tag, files)
    return [item for item in tree.resources if item.release is not None]


def view(values: str, kind: str, tag: str = "4.4.0", files: Mapping[str, str] | None = None) -> Resource:
    """The one object of a kind that the release makes."""
    found = [item for item in views(values, tag, files) if item.kind == kind]
    assert len(found) == 1, [str(item.id) for item in found]
    return found[0]


def names(values: str, kind: str, tag: str = "4.4.0") -> list[str]:
    """Names of all objects of a kind."""
    return [item.name for item in views(values, tag) if item.kind == kind]


def pod(values: str, kind: str = "Deployment", tag: str = "4.4.0") -> Mapping[str, object]:
    """Spec of the pods of the one workload of a kind, as plain values."""
    spec = view(values, kind, tag)["spec"]["template"]["spec"].python
    assert isinstance(spec, dict)
    return spec


def gaps(tree: Tree) -> list[tuple[str, str]]:
    """What the tree could not tell, with path and line."""
    return [(item.message, f"{item.location.path}:{item.location.line}") for item in tree.unseen]


def mistakes(values: str, tag: str = "4.4.0") -> list[tuple[int, str]]:
    """Line, counted within the values, and message of each mistake in them."""
    _, diagnostics = release_tree(values, tag)
    found = [item for item in diagnostics if item.code == "chart-values-mistaken"]
    assert all(item.location.path == RELEASE for item in found)
    return [(item.location.line - FIRST_LINE + 1, item.message) for item in found]

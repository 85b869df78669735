"""The expanded manifests as multi-document YAML, and the life of one value in them.

Secrets are masked: whatever stands in the data of a Secret, and every secret that the run knows of, wherever
it occurs.
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.expand.flux import FluxBuild
from opencode_policy.expand.provenance import origin_of
from opencode_policy.nodes import MappingNode, Node, ScalarNode, walk
from opencode_policy.redact import MASK, Redactor
from opencode_policy.report.yaml_text import document
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree

_SECRET_FIELDS = ("data", "stringData")


def rendered(tree: Tree, redactor: Redactor, *, annotate: bool) -> str:
    """Every object that is applied, in the order in which Flux comes to its Kustomization."""
    parts = []
    for resource in _applied(tree):
        origin = "".join(f"# {line}\n" for line in _origin(tree, resource)) if annotate else ""
        parts.append(f"---\n{origin}{document(resource.root, _Shown(redactor, resource).text)}")
    return "".join(parts)


def _applied(tree: Tree) -> list[Resource]:
    """What Flux applies; what a HelmRelease installs is Helm's to apply, and only a view here."""
    return [item for item in tree.resources if item.release is None and tree.applies(item)]


def _origin(tree: Tree, resource: Resource) -> Iterator[str]:
    """Where an object was written, and the Kustomizations by which it is applied, from the outermost on."""
    location = resource.root.location
    yield f"from {location.path}:{location.line}"
    chain = [_named(build) for build in above(tree, resource)]
    if chain:
        yield f"via {' > '.join(chain)}"


def above(tree: Tree, resource: Resource) -> list[FluxBuild]:
    """The Kustomizations by which an object is applied, from the outermost on."""
    found: list[FluxBuild] = []
    name = resource.applied_by
    while name is not None:
        build = tree.build_of(name)
        if build is None or build in found:
            break
        found.append(build)
        name = build.parent
    return found[::-1]


def _named(build: FluxBuild) -> str:
    return f"{build.name} ({_place(build)})"


def _place(build: FluxBuild) -> str:
    if build.resource is None:
        return "inventory"
    location = build.resource["metadata"]["name"].location
    return f"{location.path}:{location.line}"


def explained(tree: Tree, redactor: Redactor, field: Field) -> str:
    """The life of one value: what it is, where it was written, each step, and who applies it."""
    resource, node = field.resource, field.node
    origin = origin_of(resource.root, field.path)
    lines = [f"{_identity(resource)}:{field.pointer}", ""]
    if node is not None:
        value = document(node, _Shown(redactor, resource).text).rstrip("\n").split("\n")
        lines += ["value", *(f"  {line}" for line in value)]
    else:
        lines += ["value", f"  none: the path ends at /{'/'.join(map(str, origin.reached))}"]
    lines += ["written", f"  {origin.written}"]
    if origin.changes:
        lines.append("changed")
        width = max(len(change.kind) for change in origin.changes)
        for change in origin.changes:
            lines.append(f"  {change.kind:{width}}  {redactor.text(change.message)}  {change.location}")
            if change.replaced is not None:
                lines.append(f"  {'':{width}}  in the place of what stands at {change.replaced}")
    chain = above(tree, resource)
    if chain:
        lines.append("applied by")
        width = max(len(build.name) for build in chain)
        lines += [f"  {build.name:{width}}  {_place(build)}" for build in chain]
    return "\n".join(lines) + "\n"


def _identity(resource: Resource) -> str:
    parts = (resource.id.api_version, resource.kind, resource.namespace, resource.name)
    return "/".join(part for part in parts if part)


class _Shown:
    """Gives the text of the scalars of one object as it may be shown."""

    def __init__(self, redactor: Redactor, resource: Resource) -> None:
        self._redactor = redactor
        self._secret = {id(node) for node in _secret_values(resource)}

    def text(self, node: ScalarNode) -> str:
        if id(node) in self._secret or self._redactor.hides(node.location):
            return MASK
        if any(change.kind == "secret" for change in node.history):
            return MASK
        return self._redactor.text(node.value)


def _secret_values(resource: Resource) -> Iterator[ScalarNode]:
    if resource.kind == "Secret":
        for name in _SECRET_FIELDS:
            pairs: Node | None = resource.root.get(name)
            for _, value in pairs.entries.values() if isinstance(pairs, MappingNode) else ():
                yield from walk(value)

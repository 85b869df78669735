"""What Flux applies: every Kustomization of tree and inventory, evaluated from the cluster's entry on."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import field

from opencode_policy.expand import overrides, transform
from opencode_policy.expand.build import Build, Builder, is_kustomization
from opencode_policy.expand.files import Files, Outside
from opencode_policy.expand.object import Object, looks_like_an_object, objects_of, text_of
from opencode_policy.expand.substitute import Substitution
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Related
from opencode_policy.nodes import MappingNode, Node, ScalarNode
from opencode_policy.policy.model import ClusterFile, FluxObject
from opencode_policy.resource import Resource

FLUX_GROUP = "kustomize.toolkit.fluxcd.io"
_STRICT_SINCE = (2, 9)
"""Flux release from which an undefined variable fails the Kustomization (kustomize-controller 1.9)."""


@dataclass(eq=False, slots=True)
class FluxBuild:
    """One Flux Kustomization and what it applies.

    `resource` is its object, None when only the inventory knows it; `folder` is its path relative to the
    repository, None when that path is not in the tree; `files` are all files its build read.
    """

    name: str
    namespace: str
    resource: Resource | None
    folder: str | None
    parent: str | None = None
    resources: list[Resource] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Expansion:
    """Everything the tree becomes. `loose` are files with objects that no Kustomization applies."""

    builds: list[FluxBuild] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)


def expand(files: Files, cluster: ClusterFile) -> Expansion:
    """Evaluate the tree from the inventory's Kustomizations down, then whatever they do not reach."""
    run = _Run(files, cluster)
    for entry in cluster.kustomizations:
        if entry.path is not None:
            run.root(entry)
    run.unreached()
    run.loose()
    unique = dict.fromkeys(run.result.diagnostics)
    run.result.diagnostics = list(unique)
    return run.result


class _Run:
    def __init__(self, files: Files, cluster: ClusterFile) -> None:
        self.files = files
        self.cluster = cluster
        self.builder = Builder(files)
        self.result = Expansion()
        self.seen: set[tuple[str, str]] = set()
        self.entry: FluxObject | None = None

    def root(self, entry: FluxObject) -> None:
        """Evaluate a Kustomization that stands in the inventory."""
        folder = posixpath.normpath(entry.path or ".")
        if not self.files.is_folder(folder):
            return
        self.entry = entry
        self.seen.add((entry.namespace, entry.name))
        flux = FluxBuild(entry.name, entry.namespace, None, folder)
        self.run(flux, None)
        self.entry = None

    def run(self, flux: FluxBuild, spec: MappingNode | None) -> None:
        self.result.builds.append(flux)
        if flux.folder is None:
            return
        build = self.builder.build(flux.folder)
        flux.files = build.files
        self.result.diagnostics += _unsupported(spec)
        objects = self.transformed(build, spec)
        substitution = self.substitution(flux, spec)
        applied = [substitution.apply(item) for item in objects]
        self.result.diagnostics += [*build.diagnostics, *substitution.diagnostics]
        flux.resources = [Resource(item.id, item.root, item.path, flux.name) for item in applied]
        self.result.resources += flux.resources
        for resource in flux.resources:
            if is_flux_kustomization(resource):
                self.child(resource, flux)

    def transformed(self, build: Build, spec: MappingNode | None) -> list[Object]:
        """What the controller adds to the build: target namespace, common metadata, images."""
        objects = build.objects
        if spec is None:
            return objects
        namespace = spec.get("targetNamespace")
        if isinstance(namespace, ScalarNode) and namespace.value:
            objects = transform.in_namespace(objects, namespace)
        common = spec.get("commonMetadata")
        for kind in ("labels", "annotations"):
            pairs = common.get(kind) if isinstance(common, MappingNode) else None
            if isinstance(pairs, MappingNode):
                objects = transform.labelled(objects, kind, pairs)
        return overrides.with_images(objects, spec.get("images"))

    def substitution(self, flux: FluxBuild, spec: MappingNode | None) -> Substitution:
        """Variables of a Kustomization: its own inline ones beat those that the cluster injects."""
        values: dict[str, str] = {}
        opaque: frozenset[str] = frozenset()
        if self.entry and self.entry.substitute_from_variables:
            values.update(self.cluster.variables)
            opaque = frozenset(self.cluster.unknown_variables)
        elif not self.cluster.kustomizations:  # nobody says who gives its children which variables
            opaque = frozenset(self.cluster.unknown_variables)
        post_build = spec.get("postBuild") if spec else None
        inline = post_build.get("substitute") if isinstance(post_build, MappingNode) else None
        if isinstance(inline, MappingNode):
            values.update({name: text_of(value) for name, (_, value) in inline.entries.items()})
        via = None
        if flux.resource is not None:
            message = f"applied by the Flux Kustomization '{flux.name}'"
            via = Related(message, flux.resource["metadata"]["name"].location)
        return Substitution(values, opaque - values.keys(), self.strict, via)

    @property
    def strict(self) -> bool:
        parts = self.cluster.flux_version.lstrip("v").split(".")
        numbers = tuple(int(part) for part in parts[:2] if part.isdigit())
        return numbers >= _STRICT_SINCE

    def child(self, resource: Resource, parent: FluxBuild | None) -> None:
        """Evaluate a Kustomization object that was applied (or that nothing applies)."""
        identity = (resource.namespace, resource.name)
        if identity in self.seen:
            return
        self.seen.add(identity)
        folder = self.folder_of(resource)
        flux = FluxBuild(resource.name, resource.namespace, resource, folder, parent.name if parent else None)
        spec = resource.root.get("spec")
        self.run(flux, spec if isinstance(spec, MappingNode) else None)

    def folder_of(self, resource: Resource) -> str | None:
        """Folder of a Kustomization, None where it is not in the tree or reads another repository."""
        path = resource["spec"]["path"]
        try:
            folder = self.files.resolve(".", path.text.lstrip("/") or ".")
        except Outside:
            message = f"'{path.text}' leads out of the repository"
            self.result.diagnostics.append(Diagnostic("path-outside-tree", message, path.location))
            return None
        return folder if self.files.is_folder(folder) and self.is_own_source(resource) else None

    def is_own_source(self, resource: Resource) -> bool:
        """Whether the Kustomization reads the repository that is checked.

        The inventory's entry Kustomizations say which source that is; without them any is taken.
        """
        own = {entry.source for entry in self.cluster.kustomizations if entry.path and entry.source}
        name = resource["spec"]["sourceRef"]["name"].text
        return not own or name in own

    def unreached(self) -> None:
        """Kustomizations that nothing applies are evaluated all the same, as if they were listed.

        So a forgotten entry is one finding, and not one more for every variable that is then unknown.
        """
        read = self.read_files()
        for path in self.manifests():
            if path in read or posixpath.basename(path).startswith("kustomization."):
                continue
            self.entry = self.entry_above(path)
            for resource in self.raw(path, report=False):
                if is_flux_kustomization(resource):
                    self.child(resource, None)
        self.entry = None

    def entry_above(self, path: str) -> FluxObject | None:
        """The inventory's Kustomization whose folder holds a file, the innermost of them."""
        folders = {
            posixpath.normpath(entry.path): entry for entry in self.cluster.kustomizations if entry.path
        }
        above = [folder for folder in folders if folder == "." or path.startswith(f"{folder}/")]
        return folders[max(above, key=len)] if above else None

    def loose(self) -> None:
        """Objects that no Flux Kustomization applies: folders with a kustomization file, then files."""
        read = self.read_files()
        for folder in sorted(self.files.folders):
            path = self.files.kustomization(folder)
            if path is None or path in read or path not in self.files.parsed:
                continue
            if self.is_component(path):
                continue
            build = self.builder.build(folder)
            self.result.diagnostics += build.diagnostics
            self.result.resources += [Resource(item.id, item.root, item.path) for item in build.objects]
            read |= build.files
        for path in self.manifests():
            if path not in read:
                self.result.loose.append(path)
                self.result.resources += self.raw(path, report=True)

    def is_component(self, path: str) -> bool:
        return any(text_of(root.get("kind")) == "Component" for root in self.roots(path))

    def roots(self, path: str) -> Iterator[MappingNode]:
        for document in self.files.parsed[path].documents:
            if isinstance(document.root, MappingNode):
                yield document.root

    def raw(self, path: str, *, report: bool) -> Iterator[Resource]:
        """Objects of a file as it is written."""
        for document in self.files.parsed[path].documents:
            root: Node | None = document.root
            if is_kustomization(root) or (path.endswith(".json") and not looks_like_an_object(root)):
                continue
            objects, diagnostics = objects_of(document, path)
            if report:
                self.result.diagnostics += diagnostics
            yield from (Resource(item.id, item.root, path) for item in objects)

    def manifests(self) -> Iterator[str]:
        return iter(self.files.parsed)

    def read_files(self) -> set[str]:
        return set().union(*(build.files for build in self.result.builds))


_UNSUPPORTED = ("components", "namePrefix", "nameSuffix", "patches")
"""Fields of a Flux Kustomization that change what it builds and are not evaluated."""


def _unsupported(spec: MappingNode | None) -> Iterator[Diagnostic]:
    for name in _UNSUPPORTED:
        if spec is not None and name in spec.entries:
            message = f"'{name}' of a Flux Kustomization is not evaluated"
            yield Diagnostic("kustomize-unsupported", message, spec.entries[name][0].location)


def is_flux_kustomization(resource: Resource) -> bool:
    """Whether an object is a Flux Kustomization (not a kustomize file of the same kind)."""
    return resource.kind == "Kustomization" and resource.id.group == FLUX_GROUP

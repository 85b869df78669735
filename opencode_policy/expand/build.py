"""One kustomization to objects: resources, generators, components, then the transformers."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import field

from opencode_policy.expand import order, transform
from opencode_policy.expand.annotations import finish, is_local
from opencode_policy.expand.files import KUSTOMIZATION_NAMES, Files
from opencode_policy.expand.folder import Folder, is_empty
from opencode_policy.expand.identities import check_unique, clash
from opencode_policy.expand.kustomization_fields import check
from opencode_policy.expand.object import Identity, Object, objects_of, text_of
from opencode_policy.expand.refusal import Refused
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location
from opencode_policy.nearest import hint
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve

MAX_FOLDERS = 1_000
"""Kustomizations that one build may take in: a few files that name each other twice make billions."""

MAX_OBJECTS = 20_000
"""Objects that one build may take in, each as often as it is named."""


@dataclass(slots=True)
class Build:
    """What a kustomization builds, what went wrong, and every file it read. `folders` and `size`
    count what was taken in.
    """

    objects: list[Object] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    folders: int = 0
    size: int = 0

    def failed(self, message: str, node: Node) -> None:
        self.diagnostics.append(Diagnostic("kustomize-build-failed", message, node.location))


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds folders of one tree."""

    files: Files

    def build(self, folder: str) -> Build:
        """Objects of the kustomization in a folder, or of Flux's own one where there is none."""
        build = Build()
        path = self.files.kustomization(folder)
        if path is None:
            self._generate(build, folder)
            return self._finished(build, None, folder)
        root = self._read(build, folder, path)
        if root is None:
            return build
        build.objects = self._accumulate(build, root, folder, [], ())
        return self._finished(build, root, folder)

    def build_node(self, root: MappingNode, folder: str) -> Build:
        """Objects of a kustomization that stands in no file of its own, as if it stood in a folder."""
        build = Build()
        build.objects = self._accumulate(build, root, folder, [], ())
        return self._finished(build, root, folder)

    def _finished(self, build: Build, root: MappingNode | None, folder: str) -> Build:
        """What is done once, when everything is taken in: hashes, references, order, annotations."""
        place = Folder(self.files, folder, build.files, build.diagnostics)
        _rename(build.objects, place)
        build.objects = [item for item in build.objects if not is_local(item)]
        try:
            check_unique(build.objects)
            build.objects = order.ordered(root, build.objects)
        except Refused as refusal:
            place.note(refusal)
        if root is not None and "buildMetadata" in root.entries:
            from opencode_policy.expand import build_metadata

            build_metadata.apply(root, build.objects, place)
        for item in build.objects:
            finish(item)
            if not (item.name and item.kind) and not item.kind.endswith("List"):
                build.failed("the build leaves an object without a kind or a name", item.root)
        return build

    def _generate(self, build: Build, folder: str) -> None:
        """What kustomize-controller does without a kustomization file: every manifest below the folder.

        A folder with a kustomization file becomes one resource and is not descended into
        (fluxcd/pkg kustomize/kustomize_generator.go, scanManifests).
        """
        for path in self.files.folders.get(folder, []):
            if path.endswith((".yaml", ".yml")) and posixpath.basename(path) not in KUSTOMIZATION_NAMES:
                build.objects += self._file(build, path)
        for below in sorted(self.files.subfolders.get(folder, [])):
            if self.files.kustomization(below):
                build.objects += self._folder(build, below, [], ())
            else:
                self._generate(build, below)

    def _folder(
        self, build: Build, folder: str, objects: list[Object], chain: tuple[str, ...]
    ) -> list[Object]:
        """Add what the kustomization file of a folder brings to `objects`."""
        path = self.files.kustomization(folder) or ""
        root = self._read(build, folder, path)
        return objects if root is None else self._accumulate(build, root, folder, objects, chain)

    def _read(self, build: Build, folder: str, path: str) -> MappingNode | None:
        build.files.add(path)
        documents = self.files.documents(path).documents
        root = documents[0].root if documents else None
        if not isinstance(root, MappingNode):
            message = "the kustomization is empty" if is_empty(root) else "the kustomization is no mapping"
            place = root.location if root else Location(path, 1, 1, 1, 1)
            build.diagnostics.append(Diagnostic("kustomize-build-failed", message, place))
            return None
        others = [other for other in self.files.kustomizations(folder) if other != path]
        if others:
            other = posixpath.basename(others[0])
            build.failed(f"the folder has another kustomization file, '{other}'", root)
        return root

    def _accumulate(
        self, build: Build, root: MappingNode, folder: str, objects: list[Object], chain: tuple[str, ...]
    ) -> list[Object]:
        """Add what a kustomization or component brings to `objects`, then transform all of them."""
        place = Folder(self.files, folder, build.files, build.diagnostics)
        build.diagnostics += check(root)
        chain = (*chain, folder)
        objects = self._resources(build, place, root, objects, chain)
        if not root.entries.keys().isdisjoint(("configMapGenerator", "secretGenerator")):
            from opencode_policy.expand import generators

            objects = generators.generate(root, objects, place)
        for node, target in self._references(build, place, root, "components"):
            if self._enter(build, node, target, chain) and self._is_kind(build, node, target, "Component"):
                objects = self._folder(build, target, objects, chain)
        return transform.apply(root, objects, place)

    def _resources(
        self, build: Build, place: Folder, root: MappingNode, objects: list[Object], chain: tuple[str, ...]
    ) -> list[Object]:
        known: dict[Identity, Object] = {item.identity: item for item in objects}
        objects = list(objects)
        for key in ("resources", "bases"):
            for node, target in self._references(build, place, root, key):
                for item in self._brought(build, node, target, chain):
                    build.size += 1
                    first = known.setdefault(item.identity, item)
                    if build.size > MAX_OBJECTS:
                        build.failed(f"the build takes in more than {MAX_OBJECTS} objects", node)
                        return objects
                    objects.append(item)
                    if first is not item:
                        build.diagnostics.append(clash(first, item).diagnostic)
        return objects

    def _brought(
        self, build: Build, node: ScalarNode, target: str, chain: tuple[str, ...]
    ) -> Iterator[Object] | list[Object]:
        """Objects of a file or folder among the resources."""
        if target in self.files.sources:
            return self._file(build, target)
        if not self._enter(build, node, target, chain):
            return []
        if not self._is_kind(build, node, target, "Kustomization"):
            return []
        return self._folder(build, target, [], chain)

    def _references(
        self, build: Build, place: Folder, root: MappingNode, key: str
    ) -> Iterator[tuple[ScalarNode, str]]:
        """Entries of a list of paths, resolved; what leads elsewhere becomes a diagnostic."""
        for node in _paths(build, root, key):
            try:
                yield node, place.resolve(node)
            except Refused as refusal:
                place.note(refusal)

    def _enter(self, build: Build, node: ScalarNode, folder: str, chain: tuple[str, ...]) -> bool:
        """Whether a referenced folder can be built; why not becomes a diagnostic."""
        build.folders += 1
        if any(folder in (".", above) or above.startswith(f"{folder}/") for above in chain):
            message = f"'{node.value}' leads back to a kustomization that is being built"
        elif not self.files.is_folder(folder):
            message = f"there is no file or folder '{node.value}'" + self._nearest(folder)
        elif not self.files.kustomization(folder):
            message = f"the folder '{node.value}' has no kustomization.yaml"
        elif build.folders > MAX_FOLDERS:
            message = f"the build takes in more than {MAX_FOLDERS} kustomizations"
        else:
            return True
        build.failed(message, node)
        return False

    def _is_kind(self, build: Build, node: ScalarNode, folder: str, wanted: str) -> bool:
        """Whether a folder holds a component where one is wanted, and none elsewhere."""
        documents = self.files.documents(self.files.kustomization(folder) or "").documents
        root = documents[0].root if documents else None
        kind = text_of(root.get("kind")) if isinstance(root, MappingNode) else ""
        if (kind == "Component") == (wanted == "Component"):
            return True
        what = "is no Component" if wanted == "Component" else "is a Component: list it under 'components'"
        build.failed(f"'{node.value}' {what}", node)
        return False

    def _nearest(self, path: str) -> str:
        folder = posixpath.dirname(path) or "."
        siblings = [*self.files.folders.get(folder, []), *self.files.subfolders.get(folder, [])]
        names = [posixpath.basename(sibling) for sibling in siblings]
        return hint(posixpath.basename(path), names)

    def _file(self, build: Build, path: str) -> Iterator[Object]:
        build.files.add(path)
        late = path not in self.files.parsed
        parsed = self.files.documents(path)
        if late:
            build.diagnostics += parsed.diagnostics
        for document in parsed.documents:
            objects, diagnostics = objects_of(document, path)
            build.diagnostics += diagnostics
            yield from objects


def _rename(objects: list[Object], place: Folder) -> None:
    """Add hashes to the names of generated objects, and let references follow every name that changed."""
    if any(item.hashed for item in objects):
        from opencode_policy.expand import hashes

        hashes.add_hashes(objects)
    if any(item.past for item in objects):
        from opencode_policy.expand import references

        references.follow(objects, place)


def _paths(build: Build, root: MappingNode, key: str) -> Iterator[ScalarNode]:
    """Entries of a list of paths; what is no list, or no path, becomes a diagnostic."""
    listed = root.get(key)
    if isinstance(listed, SequenceNode):
        for node in listed.items:
            if isinstance(node, ScalarNode):
                yield node
            else:
                build.failed(f"an entry of '{key}' is no path", node)
    elif listed is not None and not (isinstance(listed, ScalarNode) and resolve(listed) is None):
        build.failed(f"'{key}' is no list", root.entries[key][0])


def is_kustomization(root: Node | None) -> bool:
    """Whether a document is a kustomization or component file rather than an object."""
    if not isinstance(root, MappingNode):
        return False
    version = root.get("apiVersion")
    return isinstance(version, ScalarNode) and version.value.startswith("kustomize.config.k8s.io/")

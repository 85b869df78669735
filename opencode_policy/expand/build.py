"""One kustomization to objects: resources, components, generators, then the transformers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import field

from opencode_policy.expand import generators, transform
from opencode_policy.expand.files import KUSTOMIZATION_NAMES, Files, Outside
from opencode_policy.expand.object import Object, objects_of
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.nearest import hint
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.scalars import resolve

_REMOTE = re.compile(r"[a-z+]+://|git@|github\.com[/:]|.*[?&]ref=", re.IGNORECASE)
_EVALUATED = frozenset(
    {
        "apiVersion",
        "kind",
        "metadata",
        "resources",
        "bases",
        "components",
        "namespace",
        "namePrefix",
        "nameSuffix",
        "labels",
        "commonLabels",
        "commonAnnotations",
        "configMapGenerator",
        "generatorOptions",
        "images",
        "replicas",
    }
)


_KNOWN = _EVALUATED | {
    "buildMetadata",
    "configurations",
    "crds",
    "generators",
    "helmCharts",
    "helmChartInflationGenerator",
    "helmGlobals",
    "imageTags",
    "inventory",
    "openapi",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "secretGenerator",
    "sortOptions",
    "transformers",
    "validators",
    "vars",
}
"""Fields of a kustomization; kustomize refuses a file with any other (api/types/kustomization.go)."""


@dataclass(slots=True)
class Build:
    """What a kustomization builds, what went wrong, and every file it read."""

    objects: list[Object] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds folders of one tree."""

    files: Files

    def build(self, folder: str) -> Build:
        """Objects of the kustomization in a folder, or of Flux's own one where there is none."""
        build = Build()
        if self.files.kustomization(folder):
            build.objects = self._accumulate(build, folder, [], ())
        else:
            self._generate(build, folder)
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
                build.objects += self._accumulate(build, below, [], ())
            else:
                self._generate(build, below)

    def _accumulate(
        self, build: Build, folder: str, objects: list[Object], chain: tuple[str, ...]
    ) -> list[Object]:
        """Add what a kustomization or component brings to `objects`, then transform all of them."""
        path = self.files.kustomization(folder) or ""
        build.files.add(path)
        root = self._kustomization(path)
        if root is None:
            return objects
        objects = [*objects, *self._resources(build, folder, root, (*chain, folder))]
        for node, target in self._references(build, folder, root, "components"):
            if self._enter(build, node, target, (*chain, folder)):
                objects = self._accumulate(build, target, objects, (*chain, folder))
        generated, used, diagnostics = generators.config_maps(self.files, folder, root)
        build.files.update(used)
        build.diagnostics += diagnostics
        build.diagnostics += self._unsupported(root)
        return transform.apply(root, [*objects, *generated])

    def _kustomization(self, path: str) -> MappingNode | None:
        parsed = self.files.parsed.get(path)
        roots = [document.root for document in parsed.documents] if parsed else []
        return roots[0] if roots and isinstance(roots[0], MappingNode) else None

    def _resources(
        self, build: Build, folder: str, root: MappingNode, chain: tuple[str, ...]
    ) -> Iterator[Object]:
        for key in ("resources", "bases"):
            for node, target in self._references(build, folder, root, key):
                if target in self.files.sources:
                    yield from self._file(build, target)
                elif self._enter(build, node, target, chain):
                    yield from self._accumulate(build, target, [], chain)

    def _references(
        self, build: Build, folder: str, root: MappingNode, key: str
    ) -> Iterator[tuple[ScalarNode, str]]:
        """Entries of a list of paths, resolved; what leads elsewhere becomes a diagnostic."""
        for node in _paths(build, root, key):
            if _REMOTE.match(node.value):
                message = f"'{_without_credentials(node.value)}' is remote and is not fetched"
                build.diagnostics.append(Diagnostic("kustomize-unsupported", message, node.location))
                continue
            try:
                yield node, self.files.resolve(folder, node.value)
            except Outside:
                message = f"'{node.value}' leads out of the repository"
                build.diagnostics.append(Diagnostic("path-outside-tree", message, node.location))

    def _enter(self, build: Build, node: ScalarNode, folder: str, chain: tuple[str, ...]) -> bool:
        """Whether a referenced folder can be built; why not becomes a diagnostic."""
        if folder in chain:
            message = f"'{node.value}' leads back to a kustomization that is being built"
        elif not self.files.is_folder(folder):
            message = f"there is no file or folder '{node.value}'" + self._nearest(folder)
        elif not self.files.kustomization(folder):
            message = f"the folder '{node.value}' has no kustomization.yaml"
        else:
            return True
        build.diagnostics.append(Diagnostic("kustomize-build-failed", message, node.location))
        return False

    def _nearest(self, path: str) -> str:
        folder = posixpath.dirname(path) or "."
        siblings = [*self.files.folders.get(folder, []), *self.files.subfolders.get(folder, [])]
        names = [posixpath.basename(sibling) for sibling in siblings]
        return hint(posixpath.basename(path), names)

    def _file(self, build: Build, path: str) -> Iterator[Object]:
        build.files.add(path)
        parsed = self.files.parsed.get(path)
        for document in parsed.documents if parsed else ():
            objects, diagnostics = objects_of(document, path)
            build.diagnostics += diagnostics
            yield from objects

    def _unsupported(self, root: MappingNode) -> Iterator[Diagnostic]:
        for name, (key, _) in root.entries.items():
            if name not in _KNOWN:
                message = f"kustomize knows no field '{name}'{hint(name, _KNOWN)}"
                yield Diagnostic("kustomize-build-failed", message, key.location)
            elif name not in _EVALUATED:
                message = f"'{name}' is not evaluated"
                yield Diagnostic("kustomize-unsupported", message, key.location)


def _paths(build: Build, root: MappingNode, key: str) -> Iterator[ScalarNode]:
    """Entries of a list of paths; what is no list, or no path, becomes a diagnostic."""
    listed = root.get(key)
    if isinstance(listed, SequenceNode):
        for node in listed.items:
            if isinstance(node, ScalarNode):
                yield node
            else:
                message = f"an entry of '{key}' is no path"
                build.diagnostics.append(Diagnostic("kustomize-build-failed", message, node.location))
    elif listed is not None and not (isinstance(listed, ScalarNode) and resolve(listed) is None):
        message = f"'{key}' is no list"
        place = root.entries[key][0].location
        build.diagnostics.append(Diagnostic("kustomize-build-failed", message, place))


def _without_credentials(url: str) -> str:
    """A remote address as it may be shown: whatever stands before an @ is not."""
    return re.sub(r"//[^/@]*@", "//…@", url)


def is_kustomization(root: Node | None) -> bool:
    """Whether a document is a kustomization or component file rather than an object."""
    if not isinstance(root, MappingNode):
        return False
    version = root.get("apiVersion")
    return isinstance(version, ScalarNode) and version.value.startswith("kustomize.config.k8s.io/")

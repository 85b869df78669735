"""What Flux applies: every Kustomization of tree and inventory, evaluated from the cluster's entry on."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Protocol

from opencode_policy.expand import common_metadata, overlay
from opencode_policy.expand.build import Build, Builder, is_kustomization
from opencode_policy.expand.encrypted import decrypted
from opencode_policy.expand.files import Files, Outside
from opencode_policy.expand.object import looks_like_an_object, objects_of, text_of
from opencode_policy.expand.substitute import Budget, Substitution
from opencode_policy.expand.variable_sources import KINDS, VariableSources, inventory_data
from opencode_policy.expand.variables import Reader, Variable, Variables, inventory_variables
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location, Related
from opencode_policy.nodes import MappingNode, Node
from opencode_policy.policy.model import ClusterFile, FluxObject
from opencode_policy.resource import Resource

FLUX_GROUP = "kustomize.toolkit.fluxcd.io"
_STRICT_SINCE = (2, 9)
"""Flux release from which an undefined variable fails the Kustomization (kustomize-controller 1.9)."""

_PASSES = 3
"""Times that a tree is evaluated at most, until no ConfigMap changes that variables were read from."""

Key = tuple[str, str]
"""Namespace and name of a Flux Kustomization."""


@dataclass(eq=False, slots=True)
class FluxBuild:
    """One Flux Kustomization and what it applies.

    `resource` is its object, None when only the inventory knows it; `folder` is its path relative to the
    repository, None when that path is not in the tree; `files` are all files its build read; `variables`
    are those that it substitutes.
    """

    name: str
    namespace: str
    resource: Resource | None
    folder: str | None
    parent: str | None = None
    resources: list[Resource] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    variables: Variables = field(default_factory=Variables)

    @property
    def key(self) -> Key:
        return self.namespace, self.name

    @property
    def spec(self) -> MappingNode | None:
        """Its spec as it is applied."""
        spec = self.resource.root.get("spec") if self.resource else None
        return spec if isinstance(spec, MappingNode) else None


@dataclass(slots=True)
class Expansion:
    """Everything the tree becomes.

    `loose` are files with objects that no Kustomization applies; `unseen` says, each with its place, what
    is not in the tree and so not checked: other repositories, values that only the cluster knows.
    """

    builds: list[FluxBuild] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    unseen: list[Related] = field(default_factory=list)


class KustomizationBuilder(Protocol):
    """What builds kustomizations: our own, or one that asks an installed program."""

    def build(self, folder: str) -> Build:
        """Objects of the kustomization of a folder."""

    def build_node(self, root: MappingNode, folder: str) -> Build:
        """Objects of a kustomization that is given as a node, as if it were the file of the folder."""


MakeBuilder = Callable[[Files], KustomizationBuilder]


def expand(files: Files, cluster: ClusterFile, builder: MakeBuilder = Builder) -> Expansion:
    """Evaluate the tree from the inventory's Kustomizations down, then whatever they do not reach.

    A ConfigMap that variables are read from may be applied by a Kustomization that comes later: then the
    tree is evaluated once more, with what the pass before found.
    """
    applied: list[Resource] = []
    for _ in range(_PASSES):
        run = _Run(files, cluster, builder(files), applied)
        run.all()
        applied = run.holders()
        if run.settled(applied):
            break
    run.result.diagnostics = list(dict.fromkeys(run.result.diagnostics))
    return run.result


@dataclass(slots=True)
class _Waiting:
    """A Kustomization that is still to be evaluated, and what its surroundings give it."""

    flux: FluxBuild
    entry: FluxObject | None


class _Run:
    def __init__(
        self, files: Files, cluster: ClusterFile, builder: KustomizationBuilder, applied: list[Resource]
    ) -> None:
        self.files = files
        self.cluster = cluster
        self.builder = builder
        self.result = Expansion()
        self.parents: dict[Key, FluxBuild | None] = {}
        self.waiting: list[_Waiting] = []
        self.sources = VariableSources(cluster, self.written())
        self.sources.add(applied)
        self.budget = Budget()
        self.unknown: dict[str, Location] = {}
        self.dependent: Counter[str] = Counter()

    def all(self) -> None:
        """Everything, in the order in which it is reached."""
        for entry in self.cluster.kustomizations:
            if entry.path is not None:
                self.root(entry)
        self.unreached()
        self.loose()
        for name, place in self.unknown.items():
            count = self.dependent[name]
            words = f"{count} values depend" if count > 1 else "a value depends"
            message = f"{words} on ${{{name}}}, which only the cluster knows"
            self.result.unseen.append(Related(message, place))

    def holders(self) -> list[Resource]:
        """Applied objects that hold variables."""
        return [item for item in self.result.resources if item.applied_by is not None and item.kind in KINDS]

    def settled(self, applied: list[Resource]) -> bool:
        """Whether variables would be read as they were, now that all objects are known."""
        if not self.sources.read:
            return True
        now = VariableSources(self.cluster, self.written(), dict(self.sources.read))
        now.add(applied)
        return now.settled()

    def root(self, entry: FluxObject) -> None:
        """Evaluate a Kustomization that stands in the inventory."""
        folder = posixpath.normpath(entry.path or ".")
        if not self.files.is_folder(folder):
            return
        flux = FluxBuild(entry.name, entry.namespace, None, folder)
        self.parents[flux.key] = None
        self.waiting.append(_Waiting(flux, entry))
        self.work()

    def work(self) -> None:
        """Evaluate what waits, and what that applies; children come right behind their parent."""
        while self.waiting:
            next_ = self.waiting.pop()
            self.run(next_.flux, next_.entry)
            at = len(self.waiting)
            for resource in next_.flux.resources:
                if is_flux_kustomization(resource):
                    self.child(resource, next_.flux, next_.entry)
            self.waiting[at:] = reversed(self.waiting[at:])

    def run(self, flux: FluxBuild, entry: FluxObject | None) -> None:
        """Build, substitute, add the common metadata: in this order (kustomize-controller)."""
        self.result.builds.append(flux)
        if flux.folder is None:
            return
        build = self.built(flux, flux.folder)
        substitution = self.substitution(flux, entry)
        applied = [substitution.apply(decrypted(item)) for item in build.objects]
        applied = common_metadata.added(applied, flux.spec)
        self.result.diagnostics += [*build.diagnostics, *substitution.diagnostics]
        self.note_unknown(substitution)
        flux.resources = [Resource(item.id, item.root, item.path, flux.name) for item in applied]
        self.result.resources += flux.resources

    def built(self, flux: FluxBuild, folder: str) -> Build:
        """Objects of the kustomization of its path, with what its spec adds to that."""
        path, root = self.files.kustomization(folder), overlay.kustomization_root(self.files, folder)
        if flux.spec is not None:
            self.result.diagnostics += overlay.misfits(flux.spec)
        if root is None:
            build = self.builder.build(folder)
        else:
            full = overlay.overlaid(root, flux.spec, self.files, folder)
            build = self.builder.build_node(full, folder)
        flux.files = build.files | ({path} if path else set())
        return build

    def substitution(self, flux: FluxBuild, entry: FluxObject | None) -> Substitution:
        """Variables of a Kustomization: its own inline ones beat those that the cluster injects."""
        inherited = Variables()
        if entry and entry.substitute_from_variables:
            inherited = inventory_variables(inventory_data(self.cluster))
        post_build = flux.spec.get("postBuild") if flux.spec else None
        reader = Reader(self.sources, flux.namespace)
        variables = reader.read(post_build if isinstance(post_build, MappingNode) else None, inherited)
        if entry and flux.resource is not None:
            setter = f"the Kustomization '{entry.name}' of the inventory"
            variables.known |= {name: Variable(value, setter) for name, value in entry.substitute.items()}
        flux.variables = variables
        self.result.diagnostics += reader.diagnostics
        return Substitution(variables, self.strict, via(flux), self.budget)

    def note_unknown(self, substitution: Substitution) -> None:
        for name, places in substitution.unknown.items():
            self.unknown.setdefault(name, places[0])
            self.dependent[name] += len(places)

    @property
    def strict(self) -> bool:
        parts = self.cluster.flux_version.lstrip("v").split(".")
        numbers = tuple(int(part) for part in parts[:2] if part.isdigit())
        return numbers >= _STRICT_SINCE

    def child(self, resource: Resource, parent: FluxBuild | None, entry: FluxObject | None) -> None:
        """Take note of a Kustomization object that was applied (or that nothing applies)."""
        key = resource.namespace, resource.name
        if key in self.parents:
            self.refuse_circle(resource, parent)
            return
        self.parents[key] = parent
        folder = self.folder_of(resource)
        flux = FluxBuild(resource.name, resource.namespace, resource, folder, parent.name if parent else None)
        self.waiting.append(_Waiting(flux, entry))

    def refuse_circle(self, resource: Resource, parent: FluxBuild | None) -> None:
        """Report a Kustomization that one applies which it applies; one that applies itself is usual."""
        key, above = (resource.namespace, resource.name), parent
        seen: set[Key] = set()
        while above is not None and above.key != key and above.key not in seen:
            seen.add(above.key)
            above = self.parents.get(above.key)
        if parent is None or above is None or above is parent or above.key != key:
            return
        message = (
            f"the Kustomization '{resource.name}' is applied by '{parent.name}', which it applies itself"
        )
        related = tuple(item for item in (via(parent),) if item)
        place = resource["metadata"]["name"].location
        self.result.diagnostics.append(Diagnostic("kustomization-circle", message, place, related))

    def folder_of(self, resource: Resource) -> str | None:
        """Folder of a Kustomization, None where it is not in the tree or reads another repository."""
        path = resource["spec"]["path"]
        if not self.is_own_source(resource):
            name = resource["spec"]["sourceRef"]["name"]
            message = f"'{resource.name}' reads the source '{name.text}', which is not in this tree"
            self.result.unseen.append(Related(message, name.location))
            return None
        try:
            folder = self.files.resolve(".", path.text.lstrip("/") or ".")
        except Outside:
            message = f"'{path.text}' leads out of the repository"
            self.result.diagnostics.append(Diagnostic("path-outside-tree", message, path.location))
            return None
        return folder if self.files.is_folder(folder) else None

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
            for resource in self.raw(path, report=False):
                if is_flux_kustomization(resource):
                    self.child(resource, None, self.entry_above(path))
                    self.work()

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

    def written(self) -> Iterator[Resource]:
        """Objects that may hold variables, as the files say; read only when one is asked for."""
        for path, parsed in self.files.parsed.items():
            for document in parsed.documents:
                if isinstance(document.root, MappingNode) and text_of(document.root.get("kind")) in KINDS:
                    objects, _ = objects_of(document, path)
                    yield from (Resource(item.id, item.root, path) for item in objects)

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


def via(flux: FluxBuild) -> Related | None:
    """Where the Kustomization stands that applies something, None for one of the inventory."""
    if flux.resource is None:
        return None
    message = f"applied by the Flux Kustomization '{flux.name}'"
    return Related(message, flux.resource["metadata"]["name"].location)


def is_flux_kustomization(resource: Resource) -> bool:
    """Whether an object is a Flux Kustomization (not a kustomize file of the same kind)."""
    return resource.kind == "Kustomization" and resource.id.group == FLUX_GROUP

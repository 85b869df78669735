"""Flux Kustomizations evaluated one after the other: built, substituted, their own children next."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol

from opencode_policy.expand import common_metadata, overlay
from opencode_policy.expand.build import Build
from opencode_policy.expand.encrypted import decrypted
from opencode_policy.expand.files import Files, Outside
from opencode_policy.expand.flux_build import Expansion, FluxBuild, Key, is_flux_kustomization, via
from opencode_policy.expand.own_sources import own_sources
from opencode_policy.expand.raw_objects import flux_kustomizations, holders
from opencode_policy.expand.substitute import Budget, Substitution
from opencode_policy.expand.variable_sources import VariableSources, inventory_data
from opencode_policy.expand.variables import Reader, Variable, Variables, inventory_variables
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location, Related
from opencode_policy.nodes import MappingNode
from opencode_policy.policy.model import ClusterFile, FluxObject
from opencode_policy.resource import Resource

_STRICT_SINCE = (2, 9)
"""Flux release from which an undefined variable fails the Kustomization (kustomize-controller 1.9)."""


class KustomizationBuilder(Protocol):
    """What builds kustomizations: our own, or one that asks an installed program."""

    def build(self, folder: str) -> Build:
        """Objects of the kustomization of a folder."""

    def build_node(self, root: MappingNode, folder: str) -> Build:
        """Objects of a kustomization that is given as a node, as if it were the file of the folder."""


MakeBuilder = Callable[[Files], KustomizationBuilder]


@dataclass(slots=True)
class _Waiting:
    """A Kustomization that is still to be evaluated, and the inventory's one above it."""

    flux: FluxBuild
    entry: FluxObject | None


class Evaluation:
    """One evaluation of the tree. `applied` are objects with variables that another one found."""

    def __init__(
        self, files: Files, cluster: ClusterFile, builder: KustomizationBuilder, applied: Iterable[Resource]
    ) -> None:
        self.files = files
        self.cluster = cluster
        self.builder = builder
        self.result = Expansion()
        self.sources = VariableSources(cluster, holders(files))
        self.sources.add(applied)
        self._parents: dict[Key, FluxBuild | None] = {}
        self._waiting: list[_Waiting] = []
        self._own: frozenset[str] | None = None
        self._budget = Budget()
        self._unknown: dict[str, Location] = {}
        self._dependent: Counter[str] = Counter()

    def listed(self, entry: FluxObject) -> None:
        """Evaluate a Kustomization that stands in the inventory, and all below it."""
        folder = posixpath.normpath(entry.path or ".")
        if not self.files.is_folder(folder):
            return
        flux = FluxBuild(entry.name, entry.namespace, None, folder)
        self._parents[flux.key] = None
        self._waiting.append(_Waiting(flux, entry))
        self._work()

    def unapplied(self, resource: Resource, entry: FluxObject | None) -> None:
        """Evaluate a Kustomization that nothing applies, and all below it."""
        self._child(resource, None, entry)
        self._work()

    def finish(self) -> None:
        """Say which values only the cluster knows, and which files it may not see."""
        for path, source in self.files.sources.items():
            if posixpath.basename(path) == ".sourceignore":
                message = "what .sourceignore leaves out is not known: such files are taken all the same"
                self.result.unseen.append(Related(message, source.location(0, 0)))
        for name, place in self._unknown.items():
            count = self._dependent[name]
            words = f"{count} values depend" if count > 1 else "a value depends"
            message = f"{words} on ${{{name}}}, which only the cluster knows"
            self.result.unseen.append(Related(message, place))

    def _work(self) -> None:
        """Evaluate what waits, and what that applies; children come right behind their parent."""
        while self._waiting:
            next_ = self._waiting.pop()
            self._run(next_.flux, next_.entry)
            at = len(self._waiting)
            for resource in next_.flux.resources:
                if is_flux_kustomization(resource):
                    self._child(resource, next_.flux, next_.entry)
            self._waiting[at:] = reversed(self._waiting[at:])

    def _run(self, flux: FluxBuild, entry: FluxObject | None) -> None:
        """Build, substitute, add the common metadata: in this order (kustomize-controller)."""
        self.result.builds.append(flux)
        if flux.folder is None:
            return
        build = self._built(flux, flux.folder)
        substitution = self._substitution(flux, entry)
        applied = [substitution.apply(decrypted(item)) for item in build.objects]
        applied = common_metadata.added(applied, flux.spec)
        self.result.diagnostics += [*build.diagnostics, *substitution.diagnostics]
        self._note_unknown(substitution)
        flux.resources = [Resource(item.id, item.root, item.path, flux.name) for item in applied]
        self.result.resources += flux.resources
        self.sources.add(flux.resources)  # whoever comes later reads them; another pass is seldom needed

    def _built(self, flux: FluxBuild, folder: str) -> Build:
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

    def _substitution(self, flux: FluxBuild, entry: FluxObject | None) -> Substitution:
        """Variables of a Kustomization: its own inline ones beat those that the cluster injects."""
        inherited = Variables()
        if (entry and entry.substitute_from_variables) or self._may_be_patched(flux):
            inherited = inventory_variables(inventory_data(self.cluster))
        post_build = flux.spec.get("postBuild") if flux.spec else None
        reader = Reader(self.sources, flux.namespace)
        variables = reader.read(post_build if isinstance(post_build, MappingNode) else None, inherited)
        if entry and flux.resource is not None:
            setter = f"the Kustomization '{entry.name}' of the inventory"
            variables.known |= {name: Variable(value, setter) for name, value in entry.substitute.items()}
        flux.variables = variables
        self.result.diagnostics += reader.diagnostics
        return Substitution(variables, _is_strict(self.cluster), via(flux), self._budget)

    def _may_be_patched(self, flux: FluxBuild) -> bool:
        """Whether somebody unknown may give it variables: what applies it is neither here nor listed."""
        return flux.parent is None and not self.cluster.kustomizations

    def _note_unknown(self, substitution: Substitution) -> None:
        for name, places in substitution.unknown.items():
            self._unknown.setdefault(name, places[0])
            self._dependent[name] += len(places)

    def _child(self, resource: Resource, parent: FluxBuild | None, entry: FluxObject | None) -> None:
        """Take note of a Kustomization object that was applied (or that nothing applies)."""
        key = resource.namespace, resource.name
        if key in self._parents:
            self._refuse_circle(resource, parent)
            return
        self._parents[key] = parent
        above = parent.name if parent else None
        flux = FluxBuild(resource.name, resource.namespace, resource, None, above)
        own = self._is_own_source(resource)
        flux.foreign = not own and bool(resource["spec"]["sourceRef"]["name"].text)
        flux.folder = self._folder_of(resource) if own else None
        self._waiting.append(_Waiting(flux, entry))

    def _refuse_circle(self, resource: Resource, parent: FluxBuild | None) -> None:
        """Report a Kustomization that one applies which it applies; one that applies itself is usual."""
        key, above = (resource.namespace, resource.name), parent
        seen: set[Key] = set()
        while above is not None and above.key != key and above.key not in seen:
            seen.add(above.key)
            above = self._parents.get(above.key)
        if parent is None or above is None or above is parent or above.key != key:
            return
        message = (
            f"the Kustomization '{resource.name}' is applied by '{parent.name}', which it applies itself"
        )
        related = tuple(item for item in (via(parent),) if item)
        place = resource["metadata"]["name"].location
        self.result.diagnostics.append(Diagnostic("kustomization-circle", message, place, related))

    def _folder_of(self, resource: Resource) -> str | None:
        """Folder of a Kustomization, None where it is not in the tree."""
        path = resource["spec"]["path"]
        try:
            folder = self.files.resolve(".", path.text.lstrip("/") or ".")
        except Outside:
            message = f"'{path.text}' leads out of the repository"
            self.result.diagnostics.append(Diagnostic("path-outside-tree", message, path.location))
            return None
        return folder if self.files.is_folder(folder) else None

    def _is_own_source(self, resource: Resource) -> bool:
        """Whether the Kustomization reads the repository that is checked; a note where it does not."""
        if self._own is None:
            written = flux_kustomizations(self.files)
            self._own = own_sources(self.cluster, written, self.files.is_folder)
        name = resource["spec"]["sourceRef"]["name"]
        if not self._own or name.text in self._own:
            return True
        if name.text:
            message = f"'{resource.name}' reads the source '{name.text}', which is not in this tree"
            self.result.unseen.append(Related(message, name.location))
        return False


def _is_strict(cluster: ClusterFile) -> bool:
    """Whether an undefined variable fails the whole Kustomization in this release of Flux."""
    parts = cluster.flux_version.lstrip("v").split(".")
    return tuple(int(part) for part in parts[:2] if part.isdigit()) >= _STRICT_SINCE

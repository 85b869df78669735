"""Why something that no file makes may exist all the same.

A false alarm costs more than a finding that is missed: what a chart, an operator or a copying controller is
likely to make, and what people make by hand, is no finding. Names decide: charts and operators call what they
make after the release or the object that asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from functools import cached_property

from opencode_policy.graph.index import Index
from opencode_policy.graph.kinds import CLUSTER_SCOPED, FLUX_HELM, SELDOM_BY_HAND, WRITTEN_IN_GIT
from opencode_policy.graph.model import Reference
from opencode_policy.lean import dataclass
from opencode_policy.nearest import nearest
from opencode_policy.nodes import walk
from opencode_policy.resource import Resource
from opencode_policy.workload import POD_SPEC_PATHS

_COPIED = frozenset({"ConfigMap", "Secret"})
_COPIERS = ("reflector", "replicator", "kubed", "clustersecret", "emberstack")
"""Words in annotations by which controllers copy a Secret or ConfigMap into other namespaces."""
_PASSIVE = frozenset(
    {
        "AlertmanagerConfig",
        "DNSEndpoint",
        "GrafanaDashboard",
        "PodMonitor",
        "Probe",
        "PrometheusRule",
        "ScrapeConfig",
        "ServiceMonitor",
    }
)
"""Custom kinds that others read and that make nothing."""
_OWN_GROUPS = (
    ".k8s.io",
    ".fluxcd.io",
    "cert-manager.io",
    "external-secrets.io",
    "gateway.envoyproxy.io",
    "volsync.backube",
)
"""Groups whose objects are read in full, so that what they make is known."""


@dataclass(eq=False)
class Outside:
    """Makers of the tree whose work the tree does not show."""

    index: Index
    _by_place: dict[str, list[Resource]] = field(default_factory=dict)

    def maker(self, reference: Reference) -> str:
        """Who may make the target, in words; empty where nobody is in sight."""
        kind, name, namespace = reference.kind, reference.name, reference.namespace
        if any(_may_be(name, known) for known in self._open_names(kind, namespace)):
            return f"a {kind} whose name holds a variable of unknown value may be it"
        if kind in WRITTEN_IN_GIT:
            return ""
        if kind in _COPIED and self._is_copied(kind, name):
            return f"a controller may copy the {kind} {name} of another namespace"
        for release in self._charts_for(namespace, name):
            if release is not reference.source:
                return f"the chart of the HelmRelease {release.namespace}/{release.name} may make it"
        for owner in self._operators_for(namespace, name):
            if owner is not reference.source:
                return f"what runs the {owner.id} may make it"
        return ""

    def maker_of_labels(self, namespace: str, texts: Iterable[str]) -> str:
        """Who may make what a selector with these keys and values chooses."""
        wanted = [text for text in texts if text]
        for release in (found for text in wanted for found in self._charts_for(namespace, text)):
            return f"the chart of the HelmRelease {release.namespace}/{release.name} may make it"
        for owner in (found for text in wanted for found in self._operators_for(namespace, text)):
            return f"what runs the {owner.id} may make it"
        for group in (text.partition("/")[0] for text in wanted if "/" in text):
            for owner in self._by_group.get((namespace, group), ()):
                return f"what runs the {owner.id} may make it"
        return ""

    def is_left_to_others(self, reference: Reference) -> bool:
        """Whether nothing but an inventory could tell, and there is none, or it says nothing of the kind."""
        kind = reference.kind
        if kind in WRITTEN_IN_GIT or self.near(reference) is not None:
            return False
        if self.index.tree.policy.general:
            return kind not in SELDOM_BY_HAND
        return kind in CLUSTER_SCOPED and not self.index.lists_any(kind)

    def near(self, reference: Reference) -> str | None:
        """The name that was probably meant."""
        kind, namespace = reference.kind, reference.namespace
        names = self.index.names(kind, namespace)
        if kind == "Secret":
            names += self.index.flow.names_in(namespace)
        return nearest(reference.name, names)

    def _open_names(self, kind: str, namespace: str) -> Iterator[str]:
        names = self.index.flow.names_in(namespace) if kind == "Secret" else self.index.names(kind, namespace)
        return (name for name in names if "${" in name)

    def _is_copied(self, kind: str, name: str) -> bool:
        for item in self.index.elsewhere(kind, name):
            keys = [key for key, _ in item["metadata"]["annotations"].entries()]
            if any(word in key for key in keys for word in _COPIERS):
                return True
        return False

    def _charts_for(self, namespace: str, name: str) -> Iterator[Resource]:
        """Releases whose charts may call something so: after the release or the chart, or as the values say.

        Any release may make what is of the whole cluster.
        """
        for prefix in _prefixes(name):
            yield from self._named.get((namespace, prefix), ())
        yield from self._mentioned.get((namespace, name), ())

    def _operators_for(self, namespace: str, name: str) -> Iterator[Resource]:
        """Custom resources after which an operator may call something so."""
        for prefix in _prefixes(name):
            yield from self._operated.get((namespace, prefix), ())

    @cached_property
    def _all_opaque(self) -> list[Resource]:
        found = self.index.tree.of_kind("HelmRelease")
        return [item for item in found if item.id.group == FLUX_HELM and not self._is_seen(item)]

    def _is_seen(self, release: Resource) -> bool:
        """Whether the tree has the pods that a release lists in its values: then it has the rest as well."""
        controllers = release["spec"]["values"]["controllers"]
        listed = any(controller["containers"].is_mapping for _, controller in controllers.entries())
        namespace = release["spec"]["targetNamespace"].text or release.namespace
        name = release["spec"]["releaseName"].text or release.name
        pods = self.index.tree.pods_in(namespace) if listed else ()
        return any(_is_named_after(pod.workload.name, name) for pod in pods)

    @cached_property
    def _named(self) -> Makers:
        """Releases by namespace and by the names that their charts begin with."""
        found: Makers = {}
        for item in self._all_opaque:
            for name in dict.fromkeys(filter(None, _own_names(item))):
                for place in ("", _namespace_of(item)):
                    found.setdefault((place, name), []).append(item)
        return found

    @cached_property
    def _mentioned(self) -> Makers:
        """Releases by namespace and by the texts in their values."""
        found: Makers = {}
        for item in self._all_opaque:
            values = item["spec"]["values"].node
            texts = dict.fromkeys(node.value for node in walk(values)) if values is not None else ()
            namespace = _namespace_of(item)
            for text in texts:
                found.setdefault((namespace, text), []).append(item)
                found.setdefault(("", text), []).append(item)
        return found

    @cached_property
    def _operators(self) -> list[Resource]:
        """Custom resources that an operator turns into objects of other kinds."""
        found = []
        for item in self.index.tree.resources:
            group = item.id.group
            read = group.endswith(_OWN_GROUPS) or item.kind in _PASSIVE or item.kind in POD_SPEC_PATHS
            if "." in group and not read:
                found.append(item)
        return found

    @cached_property
    def _operated(self) -> Makers:
        found: Makers = {}
        for item in self._operators:
            found.setdefault((item.namespace, item.name), []).append(item)
        return found

    @cached_property
    def _by_group(self) -> Makers:
        """By namespace and group, as operators put their group before the labels of what they make."""
        found: Makers = {}
        for item in self._operators:
            found.setdefault((item.namespace, item.id.group), []).append(item)
        return found


Makers = dict[tuple[str, str], list[Resource]]
"""Makers by namespace and a name."""


def _namespace_of(release: Resource) -> str:
    return release["spec"]["targetNamespace"].text or release.namespace


def _own_names(release: Resource) -> Iterator[str]:
    """Names that a chart gives its objects or begins them with."""
    spec = release["spec"]
    yield release.name
    yield spec["releaseName"].text
    yield (spec["chart"]["spec"]["chart"].text or spec["chartRef"]["name"].text).rpartition("/")[2]
    yield from (spec["values"][key].text for key in ("fullnameOverride", "nameOverride"))


def _prefixes(name: str) -> Iterator[str]:
    """A name and what it begins with, up to each hyphen, the longest first."""
    while name:
        yield name
        name = name.rpartition("-")[0]


def _may_be(name: str, pattern: str) -> bool:
    """Whether a name may come of one with variables: what stands around them fits."""
    before, _, rest = pattern.partition("${")
    return name.startswith(before) and name.endswith(rest.rpartition("}")[2])


def _is_named_after(name: str, owner: str) -> bool:
    return bool(owner) and (name == owner or name.startswith(f"{owner}-"))

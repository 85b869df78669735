"""What Flux objects read, wait for and watch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.graph.index import Index
from opencode_policy.graph.kinds import FLUX_HELM, FLUX_IMAGE, FLUX_KUSTOMIZE, FLUX_NOTIFICATION, GROUPS
from opencode_policy.graph.model import Edge, Reference
from opencode_policy.graph.outside import Outside
from opencode_policy.graph.pattern import Pattern, matches
from opencode_policy.graph.resolve import resolve
from opencode_policy.nearest import hint
from opencode_policy.resource import Field, Resource

WATCHES = "watches"
WAITS = "waits for"
READS = "reads"
_PATTERNS = {
    (FLUX_KUSTOMIZE, "Kustomization"): (
        Pattern(READS, "spec.sourceRef", "", name="name", kind_key="kind", namespace="namespace"),
        Pattern(WAITS, "spec.dependsOn.*", "Kustomization", name="name", namespace="namespace"),
        Pattern("fills", "spec.targetNamespace", "Namespace"),
    ),
    (FLUX_HELM, "HelmRelease"): (
        Pattern(READS, "spec.chartRef", "", name="name", kind_key="kind", namespace="namespace"),
        Pattern(READS, "spec.chart.spec.sourceRef", "", name="name", kind_key="kind", namespace="namespace"),
        Pattern(WAITS, "spec.dependsOn.*", "HelmRelease", name="name", namespace="namespace"),
        Pattern("fills", "spec.targetNamespace", "Namespace"),
    ),
    (FLUX_NOTIFICATION, "Alert"): (
        Pattern("sends by", "spec.providerRef", "Provider", name="name"),
        Pattern("tells of", "spec.eventSources.*", "", name="name", kind_key="kind", namespace="namespace"),
    ),
    (FLUX_NOTIFICATION, "Receiver"): (
        Pattern("hastens", "spec.resources.*", "", name="name", kind_key="kind", namespace="namespace"),
    ),
    (FLUX_IMAGE, "ImagePolicy"): (
        Pattern(
            "chooses from", "spec.imageRepositoryRef", "ImageRepository", name="name", namespace="namespace"
        ),
    ),
    (FLUX_IMAGE, "ImageUpdateAutomation"): (
        Pattern(READS, "spec.sourceRef", "", name="name", kind_key="kind", namespace="namespace"),
    ),
}
NAMED = frozenset({"sends by", "tells of", "hastens", "chooses from"})
"""Relations that no rule of its own judges."""


def edges(index: Index, outside: Outside, applied: Iterable[Resource]) -> Iterator[Edge]:
    """Edges of everything that Flux reads."""
    for resource in applied:
        for reference in matches(resource, _PATTERNS.get((resource.id.group, resource.kind), ())):
            if reference.name != "*":
                yield resolve(index, outside, reference)
        if resource.kind == "Kustomization" and resource.id.group == FLUX_KUSTOMIZE:
            yield from (_watched(index, outside, resource, item) for item in resource["spec"]["healthChecks"])


def _watched(index: Index, outside: Outside, resource: Resource, check: Field) -> Edge:
    """A health check: an object of this identity must appear, else the Kustomization never gets ready."""
    kind, name = check["kind"], check["name"]
    target = resource["spec"]["targetNamespace"].text
    namespace = check["namespace"].text
    reference = Reference(resource, WATCHES, kind.text, namespace, name.text, name)
    if not kind.text or not name.text:
        return Edge(reference, "open", check, None, "the health check names no object")
    found = index.written(kind.text, namespace, name.text)
    if found:
        return _version(reference, check, found[0])
    elsewhere = index.elsewhere(kind.text, name.text)
    if elsewhere and "${" not in namespace:
        place = elsewhere[0].namespace or target
        words = f"the {kind.text} {name.text} is in {place}, not in {namespace or 'no namespace'}"
        return Edge(reference, "missing", check["namespace"], elsewhere[0], words)
    return _absent(index, outside, reference)


def _version(reference: Reference, check: Field, target: Resource) -> Edge:
    version = check["apiVersion"]
    group = version.text.rpartition("/")[0]
    if version.text and version.text != target.id.api_version and "${" not in version.text:
        of = "another group" if group != target.id.group else "another version"
        words = f"the {target.kind} {target.name} is of {target.id.api_version}, {of} than {version.text}"
        return Edge(reference, "missing", version, target, words)
    return Edge(reference, "found", reference.at, target)


def _absent(index: Index, outside: Outside, reference: Reference) -> Edge:
    """A kind that charts and operators make may come from one; the rest would have to be in the tree."""
    if reference.kind in GROUPS:
        return resolve(index, outside, reference)
    near = hint(reference.name, index.names(reference.kind, reference.namespace))
    if near:
        return Edge(reference, "missing", reference.at, None, f"there is no {reference.target}{near}")
    why = (
        outside.maker(reference) or f"the tree has no {reference.kind} of this name, a controller may make it"
    )
    return Edge(reference, "open", reference.at, None, why)

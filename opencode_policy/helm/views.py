"""The objects that the HelmReleases of a tree make, as resources of that tree.

A view is what the release installs; each of its values stands where the release's values have it. A chart
that is not understood is named as not checked, with its place; only scripts in its values are seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from opencode_policy.expand.object import text_of
from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.edition import ASSUMED, EDITIONS, NEWEST, OLDEST, Edition
from opencode_policy.helm.app_template.naming import APP_TEMPLATE, chart_name, full_name
from opencode_policy.helm.app_template.objects import objects
from opencode_policy.helm.chart_reference import ChartReference, chart_of
from opencode_policy.helm.loose_containers import loose_pod
from opencode_policy.helm.objects import Objects
from opencode_policy.helm.release import Release, is_release
from opencode_policy.helm.templates import Templates
from opencode_policy.helm.values import Values, values_of
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic
from opencode_policy.nodes import MappingNode
from opencode_policy.outcome import Unknown
from opencode_policy.resource import Field, ObjectId, Resource

_NAMES = "bjw-s.common.lib.chart.names"


@dataclass(slots=True, eq=False)
class Views:
    """What the releases of a tree make: views by the HelmRelease, and what was noticed on the way."""

    by_release: dict[int, list[Resource]] = field(default_factory=dict)
    unknowns: list[Unknown] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def of(self, resources: Sequence[Resource]) -> list[Resource]:
        """Views of the releases among some resources."""
        return [view for item in resources for view in self.by_release.get(id(item), ())]


def views_of(resources: Sequence[Resource]) -> Views:
    """Views of every HelmRelease among the resources of a tree."""
    views, known = Views(), Objects.of(resources)
    for resource in resources:
        if is_release(resource):
            _add(views, Release(resource), known)
    return views


def _add(views: Views, release: Release, known: Objects) -> None:
    chart, values = chart_of(release, known), values_of(release, known)
    views.unknowns += values.unknowns
    if chart.name != APP_TEMPLATE and not _is_of_the_library(values.root):
        views.unknowns.append(_opaque(release, chart))
        pod = loose_pod(release, values.root)
        views.by_release[id(release.resource)] = [_view(release, pod)] if pod is not None else []
        return
    edition = _edition(views, release, chart, values.root)
    if edition is None:
        return
    context = _context(release, chart, edition, values)
    made = objects(context)
    views.by_release[id(release.resource)] = [_view(release, root) for root in made]
    views.unknowns += context.unknowns
    views.diagnostics += context.diagnostics


def _is_of_the_library(values: Field) -> bool:
    """Whether values have the shape of the common library: controllers with containers with an image."""
    return any(
        container["image"].is_mapping
        for _, controller in values["controllers"].entries()
        for _, container in controller["containers"].entries()
    )


def _opaque(release: Release, chart: ChartReference) -> Unknown:
    name = f"the chart {chart.name}" if chart.name else "a chart that this tree does not name"
    return Unknown(
        f"{release.resource.name} installs {name}: what it makes of its values is not known", chart.at
    )


def _edition(views: Views, release: Release, chart: ChartReference, values: Field) -> Edition | None:
    """The edition of the chart; one that is too old is not read, one that is not known is guessed."""
    name, major = release.resource.name, chart.major
    if chart.name != APP_TEMPLATE:
        other = chart.name or "a chart that is not named"
        reason = f"{name} installs {other}, read as app-template: its own defaults are not known"
        views.unknowns.append(Unknown(reason, chart.at))
        return _by_shape(values)
    if major is None:
        guess = _by_shape(values)
        reason = f"which version of app-template {name} installs is not known; read as version {guess.major}"
        views.unknowns.append(Unknown(reason, chart.at))
        return guess
    if major < OLDEST:
        views.unknowns.append(
            Unknown(f"{name} installs app-template {chart.version}, which is not read", chart.at)
        )
        return None
    if major > NEWEST:
        reason = f"{name} installs app-template {chart.version}, read as version {NEWEST}"
        views.unknowns.append(Unknown(reason, chart.at))
    return EDITIONS[min(major, NEWEST)]


def _by_shape(values: Field) -> Edition:
    """Version 3 names objects by `nameOverride` and has one account with `create`."""
    sections = ("controllers", "service", "ingress", "route", "persistence", "configMaps", "secrets")
    items = (item for section in sections for _, item in values[section].entries())
    old = values["serviceAccount"]["create"].exists or any(item["nameOverride"].exists for item in items)
    return EDITIONS[3] if old else ASSUMED


def _context(release: Release, chart: ChartReference, edition: Edition, values: Values) -> Context:
    names = dict(_names(release, chart))
    templates = Templates(names, values.root)
    own = chart.name == APP_TEMPLATE
    context = Context(release, chart.name, edition, values.root, templates, values.complete and own)
    names[f"{_NAMES}.fullname"] = full_name(context)
    names[f"{_NAMES}.name"] = chart_name(context)
    return context


def _names(release: Release, chart: ChartReference) -> Iterator[tuple[str, str]]:
    yield ".Release.Name", release.name
    yield ".Release.Namespace", release.namespace
    yield ".Release.Service", "Helm"
    if chart.name:
        yield ".Chart.Name", chart.name


def _view(release: Release, root: MappingNode) -> Resource:
    metadata = root.get("metadata")
    name = text_of(metadata.get("name")) if isinstance(metadata, MappingNode) else ""
    identity = ObjectId(text_of(root.get("apiVersion")), text_of(root.get("kind")), release.namespace, name)
    resource = release.resource
    return Resource(identity, root, resource.path, resource.applied_by, resource)

"""What one HelmRelease installs: its chart, in its version, with its values.

A chart that is not understood is named as not checked, with its place; only scripts in its values are seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.expand.object import CLUSTER_SCOPED, text_of
from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.edition import ASSUMED, EDITIONS, NEWEST, OLDEST, Edition
from opencode_policy.helm.app_template.naming import APP_TEMPLATE, chart_name, full_name
from opencode_policy.helm.app_template.objects import objects
from opencode_policy.helm.app_template.size import LARGEST, size_of
from opencode_policy.helm.chart_reference import ChartReference, chart_of
from opencode_policy.helm.loose_containers import loose_pod
from opencode_policy.helm.objects import Objects
from opencode_policy.helm.release import Release
from opencode_policy.helm.synthesis import is_empty
from opencode_policy.helm.templates import Templates
from opencode_policy.helm.values import Values, values_of
from opencode_policy.helm.views import Installation
from opencode_policy.nodes import MappingNode
from opencode_policy.outcome import Unknown
from opencode_policy.resource import Field, ObjectId, Resource

_NAMES = "bjw-s.common.lib.chart.names"


def install(release: Release, known: Objects) -> Installation:
    """What a release makes of its chart and values; a chart that is not understood makes next to nothing."""
    chart, values = chart_of(release, known), values_of(release, known)
    made = Installation(unknowns=[*values.unknowns])
    if chart.name != APP_TEMPLATE and not _is_of_the_library(values.root):
        made.unknowns.append(_opaque(release, chart))
        pod = loose_pod(release, values.root)
        made.views = [_view(release, pod, partial=True)] if pod is not None else []
        return made
    made.unknowns += _unread(release)
    edition = _edition(made.unknowns, release, chart, values.root)
    if edition is None:
        return made
    if size_of(values.root) > LARGEST:
        reason = f"what {release.resource.name} installs is too much to be read"
        made.unknowns.append(Unknown(reason, values.root))
        return made
    context = _context(release, chart, edition, values)
    made.views = [_view(release, root, partial=not context.complete) for root in objects(context)]
    made.unknowns += context.unknowns
    made.diagnostics += context.diagnostics
    return made


def _unread(release: Release) -> Iterator[Unknown]:
    """What changes the values before, or the objects after the chart has been rendered."""
    spec, name = release.spec, release.resource.name
    for what in (spec["postRenderers"], spec["chart"]["spec"]["valuesFiles"]):
        if not is_empty(what):
            yield Unknown(f"what '{what.path[-1]}' of {name} changes is not read", what)


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


def _edition(
    unknowns: list[Unknown], release: Release, chart: ChartReference, values: Field
) -> Edition | None:
    """The edition of the chart; one that is too old is not read, one that is not known is guessed."""
    name, major = release.resource.name, chart.major
    if chart.name != APP_TEMPLATE:
        other = chart.name or "a chart that is not named"
        reason = f"{name} installs {other}, read as app-template: its own defaults are not known"
        unknowns.append(Unknown(reason, chart.at))
        return _by_shape(values)
    if major is None:
        guess = _by_shape(values)
        reason = f"which version of app-template {name} installs is not known; read as version {guess.major}"
        unknowns.append(Unknown(reason, chart.at))
        return guess
    if major < OLDEST:
        unknowns.append(Unknown(f"{name} installs app-template {chart.version}, which is not read", chart.at))
        return None
    if major > NEWEST:
        reason = f"{name} installs app-template {chart.version}, read as version {NEWEST}"
        unknowns.append(Unknown(reason, chart.at))
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


def _view(release: Release, root: MappingNode, *, partial: bool) -> Resource:
    metadata = root.get("metadata")
    name = text_of(metadata.get("name")) if isinstance(metadata, MappingNode) else ""
    kind = text_of(root.get("kind"))
    namespace = "" if kind in CLUSTER_SCOPED else release.namespace
    identity = ObjectId(text_of(root.get("apiVersion")), kind, namespace, name)
    resource = release.resource
    return Resource(identity, root, resource.path, resource.applied_by, resource, partial)

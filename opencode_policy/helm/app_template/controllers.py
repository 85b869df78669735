"""Workloads of a release: a Deployment, StatefulSet, DaemonSet, CronJob or Job for each controller."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from opencode_policy.helm.app_template.claims import templates_of
from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.metadata import manifest, pod_selector, rendered_pairs
from opencode_policy.helm.app_template.naming import full_name, name_of
from opencode_policy.helm.app_template.pods import pod_template
from opencode_policy.helm.synthesis import Part, bare, default, derived, given, is_empty, mapping
from opencode_policy.nodes import MappingNode
from opencode_policy.resource import Field

_KINDS: Mapping[str, tuple[str, str]] = {
    "deployment": ("apps/v1", "Deployment"),
    "statefulset": ("apps/v1", "StatefulSet"),
    "daemonset": ("apps/v1", "DaemonSet"),
    "cronjob": ("batch/v1", "CronJob"),
    "job": ("batch/v1", "Job"),
}
_LIMITS = ("activeDeadlineSeconds", "ttlSecondsAfterFinished", "parallelism")
_ROLLING = {"maxUnavailable": "unavailable", "maxSurge": "surge"}


def workloads(context: Context) -> Iterator[MappingNode]:
    """The workloads of a release."""
    for identifier, item in context.enabled("controllers").items():
        kind = item["type"].text or "deployment"
        if kind not in _KINDS:
            context.mistake(f"there is no controller of the type '{kind}'", item["type"])
            continue
        spec = _SPECS[kind](context, identifier, item)
        name = name_of(context, "controllers", identifier, item)
        labels = {context.edition.controller_label: identifier}
        yield manifest(context, _KINDS[kind], item, name, {"spec": mapping(item, spec)}, labels=labels)


def _deployment(context: Context, identifier: str, item: Field) -> dict[str, Part]:
    strategy = item["strategy"]
    rolling = _rolling(item) if strategy.text == "RollingUpdate" else None
    kind = strategy if strategy.text else default(item, "Recreate")
    return {
        "replicas": _replicas(item),
        "revisionHistoryLimit": _or(item, "revisionHistoryLimit", 3),
        "strategy": mapping(strategy, {"type": kind, "rollingUpdate": rolling}),
        **_selected(context, identifier, item, "deployment"),
    }


def _statefulset(context: Context, identifier: str, item: Field) -> dict[str, Part]:
    strategy, own = item["strategy"], item["statefulset"]
    kind = strategy if strategy.text else default(item, "RollingUpdate")
    service = own["serviceName"]
    return {
        "replicas": _replicas(item),
        "revisionHistoryLimit": _or(item, "revisionHistoryLimit", 3),
        "podManagementPolicy": _or(own, "podManagementPolicy", "OrderedReady"),
        "updateStrategy": mapping(strategy, {"type": kind, "rollingUpdate": _partition(item)}),
        "serviceName": context.rendered(service) if service.text else derived(item, full_name(context)),
        "volumeClaimTemplates": templates_of(context, identifier, own),
        **_selected(context, identifier, item, "statefulset"),
    }


def _daemonset(context: Context, identifier: str, item: Field) -> dict[str, Part]:
    limit = _or(item, "revisionHistoryLimit", 3)
    return {"revisionHistoryLimit": limit, **_selected(context, identifier, item, "daemonset")}


def _cronjob(context: Context, identifier: str, item: Field) -> dict[str, Part]:
    own = item["cronjob"]
    job = {name: given(own[name]) for name in _LIMITS}
    template = pod_template(context, identifier, item, "cronjob")
    spec = mapping(own, {**job, "backoffLimit": _or(own, "backoffLimit", 6), "template": template})
    return {
        "suspend": _or(own, "suspend", False),
        "concurrencyPolicy": _or(own, "concurrencyPolicy", "Forbid"),
        "startingDeadlineSeconds": _or(own, "startingDeadlineSeconds", 30),
        "timeZone": given(own["timeZone"]),
        "schedule": own["schedule"],
        "successfulJobsHistoryLimit": _or(own, "successfulJobsHistory", 1),
        "failedJobsHistoryLimit": _or(own, "failedJobsHistory", 1),
        "jobTemplate": mapping(own, {"spec": spec}),
    }


def _job(context: Context, identifier: str, item: Field) -> dict[str, Part]:
    own = item["job"]
    limits = {name: given(own[name]) for name in (*_LIMITS, "completions", "completionMode")}
    return {
        "suspend": _or(own, "suspend", False),
        **limits,
        "backoffLimit": _or(own, "backoffLimit", 6),
        "template": pod_template(context, identifier, item, "job"),
    }


_SPECS: Mapping[str, Callable[[Context, str, Field], dict[str, Part]]] = {
    "deployment": _deployment,
    "statefulset": _statefulset,
    "daemonset": _daemonset,
    "cronjob": _cronjob,
    "job": _job,
}


def _selected(context: Context, identifier: str, item: Field, kind: str) -> dict[str, Part]:
    """The pods, and the labels by which a workload knows them."""
    own = {name: default(item, text) for name, text in pod_selector(context, identifier).items()}
    labels = mapping(item, own)
    extra = dict(rendered_pairs(context, item["extraSelectorLabels"]))
    return {
        "selector": mapping(item, {"matchLabels": labels.with_entries({**labels.entries, **extra})}),
        "template": pod_template(context, identifier, item, kind),
    }


def _partition(item: Field) -> MappingNode | None:
    """How a StatefulSet is updated pod by pod; only where it is updated so at all."""
    rolling = item["rollingUpdate"]
    found = mapping(rolling, {name: rolling[name] for name in ("partition", "maxUnavailable")})
    return found if found.entries and item["strategy"].text in ("", "RollingUpdate") else None


def _replicas(item: Field) -> Part:
    """As written, one where nothing is; none where a null leaves it to an autoscaler."""
    replicas = item["replicas"]
    return bare(replicas) if replicas.exists else default(item, 1)


def _or(item: Field, name: str, usual: str | int | bool) -> Part:
    return bare(item[name]) if item[name] else default(item, usual)


def _rolling(item: Field) -> MappingNode | None:
    """The limits of a rolling update, under their old names too."""
    given_limits = item["rollingUpdate"]
    found: dict[str, Part] = {}
    for name, old in _ROLLING.items():
        field = given_limits[name] if given_limits[name].exists else given_limits[old]
        found[name] = field
    return mapping(given_limits, found) if not is_empty(given_limits) else None

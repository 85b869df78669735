"""Pods of a controller: the release's default options, those of the controller, and its containers."""

from __future__ import annotations

from opencode_policy.helm.app_template.configuration import account_name
from opencode_policy.helm.app_template.containers import containers
from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.metadata import pod_selector, rendered_pairs
from opencode_policy.helm.app_template.volumes import volumes
from opencode_policy.helm.synthesis import Part, default, derived, given, is_empty, mapping, present, within
from opencode_policy.nodes import Entry, MappingNode, Node
from opencode_policy.resource import Field

_COPIED = (
    "priorityClassName",
    "runtimeClassName",
    "schedulerName",
    "securityContext",
    "hostname",
    "hostUsers",
    "shareProcessNamespace",
    "dnsConfig",
    "hostAliases",
    "imagePullSecrets",
    "terminationGracePeriodSeconds",
    "resources",
    "resourceClaims",
    "nodeSelector",
    "affinity",
    "topologySpreadConstraints",
    "tolerations",
    "schedulingGates",
)
_SWITCHES = ("hostIPC", "hostNetwork", "hostPID", "enableServiceLinks", "automountServiceAccountToken")
_RUNS_TO_AN_END = frozenset({"cronjob", "job"})


def pod_template(context: Context, identifier: str, controller: Field, kind: str) -> MappingNode:
    """Metadata and spec of the pods of a controller of a type."""
    own = pod_selector(context, identifier)
    metadata = {
        "labels": _pairs(context, controller, "labels", own),
        "annotations": _pairs(context, controller, "annotations", {}),
    }
    spec = {
        **_options(context, controller, kind),
        "initContainers": containers(context, identifier, controller, "initContainers"),
        "containers": containers(context, identifier, controller, "containers"),
        "volumes": volumes(context, identifier, controller),
    }
    return mapping(controller, {"metadata": mapping(controller, metadata), "spec": mapping(controller, spec)})


def option(context: Context, controller: Field, name: str) -> Field:
    """An option of the pods: the controller's own beats the default one, merged with it where asked for."""
    own, common = controller["pod"][name], context.values["defaultPodOptions"][name]
    if own.is_mapping and common.is_mapping and context.values["defaultPodOptionsStrategy"].text == "merge":
        return _merged(own, common)
    is_switch = isinstance(own.value, bool)
    return own if is_switch or not is_empty(own) else common


def _merged(own: Field, common: Field) -> Field:
    over, under, parent = own.node, common.node, own.parent
    if not isinstance(over, MappingNode) or not isinstance(under, MappingNode) or parent is None:
        return own
    return within(parent, over.with_entries({**under.entries, **over.entries}), own)


def _options(context: Context, controller: Field, kind: str) -> dict[str, Part]:
    account = account_name(context, controller)
    found: dict[str, Part] = {
        "serviceAccountName": derived(account.at, account.text)
        if account
        else default(controller, "default"),
        "dnsPolicy": _dns_policy(context, controller),
        "restartPolicy": _restart_policy(context, controller, kind),
    }
    for name in _SWITCHES:
        field = option(context, controller, name)
        usual = name == "automountServiceAccountToken" and context.edition.mounts_token
        found[name] = field if isinstance(field.value, bool) else default(controller, usual)
    for name in present(_COPIED, controller["pod"], context.values["defaultPodOptions"]):
        field = option(context, controller, name)
        if not is_empty(field) or field.value is False:
            found[name] = _with_place(field, context.copied(field))
    return found


def _with_place(field: Field, node: Node | None) -> Field | None:
    return within(field.parent, node, field) if node is not None and field.parent is not None else None


def _dns_policy(context: Context, controller: Field) -> Part:
    given_policy = given(option(context, controller, "dnsPolicy"))
    if given_policy:
        return given_policy
    network = option(context, controller, "hostNetwork")
    return (
        derived(network, "ClusterFirstWithHostNet")
        if network.value is True
        else default(controller, "ClusterFirst")
    )


def _restart_policy(context: Context, controller: Field, kind: str) -> Part:
    policy = given(option(context, controller, "restartPolicy"))
    if policy:
        return policy
    return default(controller, "Never") if kind in _RUNS_TO_AN_END else None


def _pairs(context: Context, controller: Field, word: str, own: dict[str, str]) -> MappingNode | None:
    """Labels or annotations of the pods; the labels that select them always win."""
    entries: dict[str, Entry] = {}
    if context.values["global"]["propagateGlobalMetadataToPods"].value is True:
        entries.update(rendered_pairs(context, context.values["global"][word]))
    entries.update(rendered_pairs(context, option(context, controller, word)))
    entries.update(
        mapping(controller, {name: default(controller, text) for name, text in own.items()}).entries
    )
    if word == "labels":
        entries.update(rendered_pairs(context, controller["extraSelectorLabels"]))
    return mapping(controller, {}).with_entries(entries) if entries else None

"""ServiceMonitors that a release makes."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.metadata import manifest, selector_labels
from opencode_policy.helm.app_template.naming import name_of
from opencode_policy.helm.app_template.services import only_service, service_name
from opencode_policy.helm.synthesis import Part, default, derived, given, mapping, sequence
from opencode_policy.nodes import MappingNode
from opencode_policy.resource import Field

_KIND = ("monitoring.coreos.com/v1", "ServiceMonitor")


def service_monitors(context: Context) -> Iterator[MappingNode]:
    """The ServiceMonitors of a release."""
    for identifier, item in context.enabled("serviceMonitor").items():
        name = name_of(context, "serviceMonitor", identifier, item)
        namespace = derived(item, context.release.namespace)
        spec: dict[str, Part] = {
            "namespaceSelector": mapping(item, {"matchNames": sequence(item, [namespace])}),
            "selector": _selector(context, item),
            "endpoints": context.rendered(item["endpoints"]),
            "targetLabels": given(item["targetLabels"]),
        }
        yield manifest(context, _KIND, item, name, {"spec": mapping(item, spec)})


def _selector(context: Context, item: Field) -> Part:
    """The labels as given, else those of the service."""
    if given(item["selector"]):
        return context.rendered(item["selector"])
    labels: dict[str, Part] = {name: default(item, text) for name, text in selector_labels(context).items()}
    labels["app.kubernetes.io/service"] = _service(context, item)
    return mapping(item, {"matchLabels": mapping(item, labels)})


def _service(context: Context, item: Field) -> Part:
    for at in (item["serviceName"], item["service"]["name"]):
        if at.text:
            return context.rendered(at)
    identifier = item["service"]["identifier"]
    key = identifier.text or only_service(context)
    name = service_name(context, key)
    if name is None and identifier.text:
        context.mistake(f"there is no service '{identifier.text}'", identifier)
    return derived(identifier, name.text) if name else None

"""Services of a release, and what others make of a reference to one."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.metadata import manifest, pod_selector, rendered_pairs
from opencode_policy.helm.app_template.naming import Name, name_of
from opencode_policy.helm.app_template.ports import controller_of, ports_of, primary_port
from opencode_policy.helm.synthesis import (
    Part,
    bare,
    default,
    derived,
    given,
    is_empty,
    mapping,
    present,
    sequence,
)
from opencode_policy.nodes import MappingNode, Node
from opencode_policy.resource import Field

_COPIED = (
    "clusterIP",
    "internalTrafficPolicy",
    "externalTrafficPolicy",
    "allocateLoadBalancerNodePorts",
    "sessionAffinity",
    "sessionAffinityConfig",
    "externalIPs",
    "publishNotReadyAddresses",
    "ipFamilyPolicy",
    "ipFamilies",
    "trafficDistribution",
    "loadBalancerIP",
    "loadBalancerSourceRanges",
    "loadBalancerClass",
    "externalName",
)
_NOT_A_PROTOCOL = frozenset({"", "HTTP", "HTTPS", "TCP"})
"""What the values may say of a port whose protocol is TCP."""


def services(context: Context) -> Iterator[MappingNode]:
    """The Services of a release."""
    for identifier, item in context.enabled("service").items():
        name = service_name(context, identifier)
        if name is None:
            continue
        labels = {"app.kubernetes.io/service": name.text}
        spec = mapping(item, _spec(context, item))
        yield manifest(context, ("v1", "Service"), item, name, {"spec": spec}, labels=labels)


def service_name(context: Context, identifier: str) -> Name | None:
    """Name of the Service of an identifier, None where no such is enabled."""
    item = context.enabled("service").get(identifier)
    return name_of(context, "service", identifier, item) if item is not None else None


def only_service(context: Context) -> str:
    """Identifier of the service where there is only one."""
    found = context.enabled("service")
    return next(iter(found)) if len(found) == 1 else ""


def port_number(context: Context, identifier: str, port: Field) -> Part:
    """The port of a reference: a number as it is, a name by the service, else the service's primary one."""
    service = context.enabled("service").get(identifier)
    if isinstance(port.value, int | float) and not isinstance(port.value, bool):
        return port
    if not port.text:
        found = primary_port(service) if service is not None else None
        return bare(found["port"]) if found is not None else None
    if service is None:
        return None
    known = ports_of(service)
    if port.text not in known:
        context.mistake(f"the service {identifier} has no port '{port.text}'", port)
        return None
    return bare(known[port.text]["port"])


def _spec(context: Context, item: Field) -> dict[str, Part]:
    kind = item["type"]
    found: dict[str, Part] = {"type": kind if kind.text else default(item, "ClusterIP")}
    for name in present(_COPIED, item):
        field = item[name]
        if not is_empty(field) or field.value is False:
            found[name] = field if not context.edition.renders_all else context.rendered(field)
    ports = [made for name, port in ports_of(item).items() for made in _ports(name, port)]
    found["ports"] = sequence(item["ports"], ports) if ports else None
    found["selector"] = _selector(context, item)
    return found


def _selector(context: Context, item: Field) -> Node | None:
    """Labels of the pods of the service's controller; an unknown controller is a mistake."""
    controller, known = controller_of(context, item), context.enabled("controllers")
    if controller not in known and item["type"].text != "ExternalName":
        words = f"there is no controller '{controller}'" if controller else "the service names no controller"
        context.mistake(words, item["controller"])
    at = item["controller"]
    labels = mapping(
        at, {name: default(at, text) for name, text in pod_selector(context, controller).items()}
    )
    extra = dict(rendered_pairs(context, item["extraSelectorLabels"]))
    more = (
        dict(rendered_pairs(context, known[controller]["extraSelectorLabels"])) if controller in known else {}
    )
    return labels.with_entries({**labels.entries, **more, **extra})


def _ports(name: str, port: Field) -> Iterator[MappingNode]:
    number, protocol = port["port"], port["protocol"]
    if not number:
        return
    target = port["targetPort"]
    yield mapping(
        port,
        {
            "name": derived(port, name),
            "port": bare(number),
            "targetPort": bare(target if given(target) else number),
            "protocol": default(port, "TCP") if protocol.text in _NOT_A_PROTOCOL else protocol,
            "nodePort": given(port["nodePort"]),
            "appProtocol": given(port["appProtocol"]),
        },
    )

"""Probes of a container: of a type with the service's port, or written out whole.

A probe is there only where it is enabled; its numbers have the chart's defaults.
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.ports import default_port
from opencode_policy.helm.synthesis import Part, bare, default, derived, given, is_empty, mapping
from opencode_policy.nodes import Node
from opencode_policy.resource import Field

_KINDS = ("liveness", "readiness", "startup")
_NUMBERS = {"initialDelaySeconds": 0, "periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3}


def probes(context: Context, controller: str, container: Field) -> dict[str, Part]:
    """Probes of a container by the field that holds them."""
    return {
        f"{kind}Probe": _probe(context, controller, container["probes"][kind])
        for kind in _KINDS
        if not is_empty(container["probes"][kind]["enabled"])
    }


def _probe(context: Context, controller: str, probe: Field) -> Part:
    spec = probe["spec"]
    if not is_empty(probe["custom"]):
        return context.rendered(spec)
    numbers: dict[str, Part] = {
        name: spec[name] if spec[name] else default(spec, number) for name, number in _NUMBERS.items()
    }
    return mapping(probe, {**dict(_action(context, controller, probe)), **numbers})


def _action(context: Context, controller: str, probe: Field) -> Iterator[tuple[str, Part]]:
    """What the probe does, by its type; without one it opens the port."""
    kind = _type(context, controller, probe)
    if kind == "COMMAND":
        command = context.rendered(probe["command"])
        yield "exec", mapping(probe["command"], {"command": command})
        return
    port = {"port": _port(context, controller, probe)}
    if kind in ("HTTP", "HTTPS"):
        scheme = derived(probe["type"], kind)
        yield "httpGet", mapping(probe, {"path": context.copied(probe["path"]), "scheme": scheme, **port})
    elif kind == "GRPC":
        yield "grpc", mapping(probe, {"service": given(probe["service"]), **port})
    else:
        yield "tcpSocket", mapping(probe, port)


def _type(context: Context, controller: str, probe: Field) -> str:
    kind = probe["type"].text
    if probe["command"].exists and kind in ("", "AUTO"):
        return "COMMAND"
    if kind != "AUTO":
        return kind or "TCP"
    port = default_port(context, controller)
    return port["protocol"].text if port is not None else ""


def _port(context: Context, controller: str, probe: Field) -> Node | None:
    """The port as given, else the one behind the controller's service."""
    own = probe["port"]
    if given(own):
        return context.rendered(own)
    port = default_port(context, controller)
    if port is None:
        return None
    if given(port["targetPort"]):
        return port["targetPort"].node
    return bare(port["port"])

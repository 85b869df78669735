"""Services by controller, and the ports of a service: which one is meant where none is named."""

from __future__ import annotations

from opencode_policy.helm.app_template.context import Context, enabled
from opencode_policy.helm.synthesis import is_empty
from opencode_policy.resource import Field


def controller_of(context: Context, service: Field) -> str:
    """Identifier of the controller behind a service: the one it names, else the only one."""
    named = service["controller"].text
    controllers = context.enabled("controllers")
    return named or (next(iter(controllers)) if len(controllers) == 1 else "")


def ports_of(service: Field) -> dict[str, Field]:
    """Ports of a service that are switched on, in the order of their names."""
    return dict(enabled(service["ports"]))


def primary_port(service: Field) -> Field | None:
    """The port marked as primary, else the first one."""
    found = list(ports_of(service).values())
    marked = [port for port in found if not is_empty(port["primary"])]
    return next(iter([*marked[-1:], *found]), None)


def default_port(context: Context, controller: str) -> Field | None:
    """The primary port of the primary service of a controller."""
    services = [
        service
        for service in context.enabled("service").values()
        if controller_of(context, service) == controller
    ]
    marked = [service for service in services if not is_empty(service["primary"])]
    service = next(iter([*marked[-1:], *services]), None)
    return primary_port(service) if service is not None else None

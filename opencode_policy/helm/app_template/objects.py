"""All objects that a release of the chart makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from opencode_policy.helm.app_template.claims import claims
from opencode_policy.helm.app_template.configuration import accounts, config_maps, secrets
from opencode_policy.helm.app_template.context import Context
from opencode_policy.helm.app_template.controllers import workloads
from opencode_policy.helm.app_template.external_secrets import external_secrets
from opencode_policy.helm.app_template.ingresses import ingresses
from opencode_policy.helm.app_template.monitors import service_monitors
from opencode_policy.helm.app_template.mounts import check_mounts
from opencode_policy.helm.app_template.raw_resources import raw_resources
from opencode_policy.helm.app_template.routes import routes
from opencode_policy.helm.app_template.services import services
from opencode_policy.helm.synthesis import is_empty
from opencode_policy.nodes import MappingNode

_MAKERS: tuple[Callable[[Context], Iterator[MappingNode]], ...] = (
    claims,
    accounts,
    config_maps,
    secrets,
    external_secrets,
    raw_resources,
    workloads,
    services,
    ingresses,
    service_monitors,
    routes,
)
"""In the order in which the library renders them (loader/_generate.tpl)."""

UNREAD = (
    "configMapsFromFolder",
    "listenerSets",
    "networkpolicies",
    "podMonitor",
    "rbac",
    "secretsFromFolder",
)
"""Sections of the values that make objects which are not made here."""


def objects(context: Context) -> list[MappingNode]:
    """The objects of a release; what cannot be told and what is wrong goes to the context."""
    made = [root for maker in _MAKERS for root in maker(context)]
    check_mounts(context)
    for name in UNREAD:
        section = context.values[name]
        if not is_empty(section):
            context.unknown(f"what '{name}' of {context.release.resource.name} makes is not read", section)
    return made

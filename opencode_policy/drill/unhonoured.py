"""What of a Pod the sandbox does not do as a node would: listed in every report, never passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opencode_policy.drill.plan import Unhonoured
from opencode_policy.pods.container_filesystem import user_of
from opencode_policy.resource import Field
from opencode_policy.workload import Pod

_OF_POD: Mapping[str, str] = {
    "affinity": "there is one node",
    "dnsConfig": "only the hosts of the drill resolve",
    "hostAliases": "only the hosts of the drill resolve",
    "hostIPC": "the Pod has its own IPC namespace",
    "hostNetwork": "the Pod has its own network",
    "hostPID": "the Pod has its own processes",
    "nodeSelector": "there is one node",
    "priorityClassName": "nothing competes",
    "runtimeClassName": "the sandbox is the runtime",
    "serviceAccountName": "there is no API server, and no token is mounted",
    "topologySpreadConstraints": "there is one node",
}
_OF_CONTEXT: Mapping[str, str] = {
    "appArmorProfile": "no profile is loaded",
    "seLinuxOptions": "no label is set",
    "seccompProfile": "no filter is loaded",
    "supplementalGroups": "the process has one group",
    "sysctls": "no kernel parameter is set",
    "windowsOptions": "this is Linux",
}
_OF_CONTAINER: Mapping[str, str] = {
    "lifecycle": "hooks are not run",
    "volumeDevices": "there are no block devices",
}


def unhonoured(pod: Pod) -> Iterator[Unhonoured]:
    """Everything of a Pod that the sandbox leaves out, in the order of the manifest."""
    yield from _listed(pod.spec, _OF_POD)
    yield from _listed(pod.spec["securityContext"], _OF_CONTEXT)
    for container in pod.all_containers:
        yield from _listed(container.field, _OF_CONTAINER)
        yield from _context(container.field["securityContext"])
    for volume in pod.volumes.values():
        yield from _volume(volume)
    users = {user_of(container).uid for container in pod.all_containers}
    if len(users) > 1:
        yield Unhonoured("all users of the Pod own the same files: the sandbox has one", pod.spec)


def _listed(field: Field, table: Mapping[str, str]) -> Iterator[Unhonoured]:
    for name, words in table.items():
        if field[name]:
            yield Unhonoured(f"{name} is not honoured: {words}", field[name])


def _context(context: Field) -> Iterator[Unhonoured]:
    yield from _listed(context, _OF_CONTEXT)
    if context["privileged"].value is True:
        yield Unhonoured("privileged is not honoured: no container has rights over the machine", context)
    for name in context["capabilities"]["add"]:
        yield Unhonoured(f"the capability {name.text} is not given", name)


def _volume(volume: Field) -> Iterator[Unhonoured]:
    if volume["emptyDir"]["sizeLimit"]:
        yield Unhonoured("sizeLimit is not enforced", volume["emptyDir"]["sizeLimit"])
    if volume["emptyDir"]["medium"]:
        yield Unhonoured("an emptyDir in memory lies on the disk", volume["emptyDir"]["medium"])
    honoured = {"name", "configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
    for kind, field in volume.entries():
        if kind not in honoured:
            yield Unhonoured(f"a volume of the kind {kind} is an empty directory here", field)
    for source in volume["projected"]["sources"]:
        for kind, field in source.entries():
            if kind not in ("configMap", "secret"):
                yield Unhonoured(f"{kind} in a projected volume is left out", field)

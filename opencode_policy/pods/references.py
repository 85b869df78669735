"""What a pod refers to beside Secrets' keys: ConfigMaps, Secrets, claims, its account, its own volumes."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field
from opencode_policy.workload import Container, Pod


@dataclass(frozen=True, slots=True)
class PodReference:
    """One use of an object by name: `key` is empty where the whole object is taken."""

    kind: str
    name: str
    at: Field
    key: str = ""
    key_at: Field | None = None


def references(pod: Pod) -> Iterator[PodReference]:
    """Everything that must exist before the pod starts; what is marked as optional need not."""
    account = pod.spec["serviceAccountName"]
    if account:
        yield PodReference("ServiceAccount", account.text, account)
    for container in pod.all_containers:
        yield from _environment(container)
    for volume in pod.spec["volumes"]:
        yield from _volume(volume)
    for reference in pod.secret_references():
        if not reference.optional:
            yield PodReference("Secret", reference.secret, reference.name_at or reference.at)


def foreign_mounts(pod: Pod) -> Iterator[tuple[Container, Field]]:
    """Mounts of volumes that the pod does not declare."""
    templates = pod.workload["spec"]["volumeClaimTemplates"]
    declared = set(pod.volumes) | {item["metadata"]["name"].text for item in templates}
    for container in pod.all_containers:
        for kind in ("volumeMounts", "volumeDevices"):
            for mount in container.field[kind]:
                if mount["name"].text not in declared:
                    yield container, mount["name"]


def _environment(container: Container) -> Iterator[PodReference]:
    for entry in container.field["env"]:
        reference = entry["valueFrom"]["configMapKeyRef"]
        if reference and reference["optional"].value is not True:
            key = reference["key"]
            yield PodReference("ConfigMap", reference["name"].text, reference["name"], key.text, key)
    for entry in container.field["envFrom"]:
        reference = entry["configMapRef"]
        if reference and reference["optional"].value is not True:
            yield PodReference("ConfigMap", reference["name"].text, reference["name"])


def _volume(volume: Field) -> Iterator[PodReference]:
    claim = volume["persistentVolumeClaim"]["claimName"]
    if claim:
        yield PodReference("PersistentVolumeClaim", claim.text, claim)
    sources = [volume["configMap"], *(item["configMap"] for item in volume["projected"]["sources"])]
    for source in sources:
        if not source or source["optional"].value is True:
            continue
        name = source["name"]
        yield PodReference("ConfigMap", name.text, name)
        for item in source["items"]:
            yield PodReference("ConfigMap", name.text, name, item["key"].text, item["key"])

"""The volumes of a Pod: which directory, or which files with which modes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping

from opencode_policy.drill.plan import Blocked, FileEntry, VolumePlan
from opencode_policy.drill.plan_environment import Known
from opencode_policy.resource import Field
from opencode_policy.workload import Pod

_MODE = 0o644
"""defaultMode of a ConfigMap or Secret volume that does not say (Kubernetes API, SecretVolumeSource)."""


def volumes_of(pod: Pod, known: Known) -> dict[str, VolumePlan]:
    """Volumes by name, claim templates of a StatefulSet among them."""
    found = {name: _volume(pod, name, volume, known) for name, volume in pod.volumes.items()}
    for name, template in pod.claim_templates.items():
        found[name] = VolumePlan(name, "claim", template["metadata"]["name"], name)
    return found


def _volume(pod: Pod, name: str, volume: Field, known: Known) -> VolumePlan:
    claim = volume["persistentVolumeClaim"]["claimName"]
    if claim:
        exists = known.tree.get("PersistentVolumeClaim", claim.text, pod.workload.namespace)
        blocked = None if exists else Blocked(f'persistentvolumeclaim "{claim.text}" not found', claim)
        return VolumePlan(name, "claim", claim, claim.text, blocked=blocked)
    if any(volume[kind] for kind in ("configMap", "secret", "projected")):
        return _written(pod, name, volume, known)
    kinds = [kind for kind, _ in volume.entries() if kind != "name"]
    return VolumePlan(name, "empty" if kinds in ([], ["emptyDir"]) else "unsupported", volume["name"])


def _written(pod: Pod, name: str, volume: Field, known: Known) -> VolumePlan:
    """A volume of files; a later source of a projected one wins."""
    files: dict[str, FileEntry] = {}
    for source, reference, mode, is_secret in _sources(volume):
        data = _data(known, pod.workload.namespace, reference.text, is_secret=is_secret)
        optional = source["optional"].value is True
        if data is None and not optional:
            kind = "secret" if is_secret else "configmap"
            blocked = Blocked(f'{kind} "{reference.text}" not found', reference)
            return VolumePlan(name, "files", volume["name"], blocked=blocked)
        for entry in _chosen(source, data or {}, mode, optional=optional):
            if isinstance(entry, Blocked):
                return VolumePlan(name, "files", volume["name"], blocked=entry)
            files[entry.path] = entry
    return VolumePlan(name, "files", volume["name"], files=tuple(files.values()))


def _sources(volume: Field) -> Iterator[tuple[Field, Field, int, bool]]:
    """Each ConfigMap or Secret: its source, the field with its name, the mode, whether it is a Secret."""
    if volume["configMap"]:
        source = volume["configMap"]
        yield source, source["name"], _mode(source["defaultMode"], _MODE), False
    if volume["secret"]:
        source = volume["secret"]
        yield source, source["secretName"], _mode(source["defaultMode"], _MODE), True
    general = _mode(volume["projected"]["defaultMode"], _MODE)
    for item in volume["projected"]["sources"]:
        for kind in ("configMap", "secret"):
            if item[kind]:
                yield item[kind], item[kind]["name"], general, kind == "secret"


def _chosen(
    source: Field, data: Mapping[str, bytes], mode: int, *, optional: bool
) -> Iterator[FileEntry | Blocked]:
    if not source["items"]:
        yield from (FileEntry(key, content, mode) for key, content in data.items())
    for item in source["items"]:
        key = item["key"].text
        if key in data:
            yield FileEntry(item["path"].text, data[key], _mode(item["mode"], mode))
        elif not optional:
            yield Blocked(f"references non-existent key: {key}", item["key"])


def _data(known: Known, namespace: str, name: str, *, is_secret: bool) -> Mapping[str, bytes] | None:
    if is_secret:
        secret = known.secrets.get((namespace, name))
        return None if secret is None else {key: value.encode() for key, value in secret.items()}
    resource = known.config_map(name, namespace)
    if resource is None:
        return None
    texts = {key: value.text.encode() for key, value in resource["data"].entries()}
    return {**texts, **{key: _binary(value) for key, value in resource["binaryData"].entries()}}


def _binary(field: Field) -> bytes:
    try:
        return base64.b64decode(field.text, validate=False)
    except binascii.Error:
        return b""


def _mode(field: Field, default: int) -> int:
    """Mode bits; YAML 1.1 reads 0440 as octal, and JSON has them as a decimal number."""
    value = field.value
    return value & 0o777 if isinstance(value, int) and not isinstance(value, bool) else default

"""Pods as the kubelet sees them, wherever their template stands."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource

POD_SPEC_PATHS: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "ReplicationController": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Where each workload kind keeps its pod spec."""


@dataclass(frozen=True, slots=True)
class SecretReference:
    """One use of a Secret by a pod: `key` is empty where the whole Secret is taken.

    `at` is the field that names the Secret (or its key), `how` one of env, envFrom, volume, imagePull;
    `name_at` is the field that names the Secret itself.
    """

    secret: str
    key: str
    at: Field
    how: str
    optional: bool
    container: Container | None = None
    name_at: Field | None = None


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume mount of a container together with its volume."""

    field: Field
    volume: Field
    path: str
    sub_path: str
    read_only: bool

    @property
    def claim(self) -> str:
        """Name of the PersistentVolumeClaim behind the mount, if there is one."""
        return self.volume["persistentVolumeClaim"]["claimName"].text or self.claim_template

    @property
    def claim_template(self) -> str:
        """Name of the StatefulSet's claim template behind the mount, if there is one."""
        return self.volume["metadata"]["name"].text

    @property
    def config_map(self) -> str:
        return self.volume["configMap"]["name"].text

    @property
    def secret(self) -> str:
        return self.volume["secret"]["secretName"].text


@dataclass(frozen=True)
class Container:
    """A container of a pod. `role` is container, init or sidecar (an init container that keeps running).

    It never changes, and what is asked for most is worked out once.
    """

    pod: Pod
    field: Field
    role: str

    @property
    def name(self) -> str:
        return self.field["name"].text

    @property
    def image(self) -> Field:
        return self.field["image"]

    @property
    def argv(self) -> list[Field]:
        """Elements of `command` and `args`, in the order in which the process gets them."""
        return [*self.field["command"], *self.field["args"]]

    def env(self, name: str) -> Field:
        """The last entry of an environment variable (it wins); a missing field of `env` otherwise."""
        found = [entry for entry in self.field["env"] if entry["name"].text == name]
        return found[-1] if found else self.field["env"][name]

    def env_values(self) -> dict[str, str | None]:
        """Environment by name; None for a value that comes from elsewhere (a Secret, a field)."""
        return {
            entry["name"].text: None if entry["valueFrom"] else entry["value"].text
            for entry in self.field["env"]
        }

    @cached_property
    def mounts(self) -> list[Mount]:
        """Volume mounts whose volume the pod declares, be it by a claim template."""
        volumes = {**self.pod.claim_templates, **self.pod.volumes}
        return [
            Mount(
                mount,
                volumes[mount["name"].text],
                posixpath.normpath("/" + mount["mountPath"].text.lstrip("/")),
                mount["subPath"].text,
                mount["readOnly"].value is True,
            )
            for mount in self.field["volumeMounts"]
            if mount["name"].text in volumes
        ]

    def mount_of(self, path: str) -> Mount | None:
        """The mount that holds an absolute path: the longest mount path above it."""
        path = posixpath.normpath(path)
        holding = [m for m in self.mounts if path == m.path or path.startswith(m.path.rstrip("/") + "/")]
        return max(holding, key=lambda mount: len(mount.path), default=None)


def same_container(one: Container, other: Container) -> bool:
    """Whether two views show one container; fields are made anew each time and cannot be compared."""
    return one.pod.workload is other.pod.workload and one.field.path == other.field.path


@dataclass(frozen=True)
class Pod:
    """The pod of a workload. It never changes, and its parts are worked out once."""

    workload: Resource
    spec: Field

    @property
    def template(self) -> Field:
        """Field that holds the pod's metadata and spec."""
        return self.spec.parent or self.workload.field

    @cached_property
    def containers(self) -> list[Container]:
        return [Container(self, field, "container") for field in self.spec["containers"]]

    @cached_property
    def init_containers(self) -> list[Container]:
        """Init containers; those with restartPolicy Always are sidecars."""
        return [
            Container(self, field, "sidecar" if field["restartPolicy"].text == "Always" else "init")
            for field in self.spec["initContainers"]
        ]

    @cached_property
    def all_containers(self) -> list[Container]:
        """Init containers first, as they start."""
        return [*self.init_containers, *self.containers]

    @cached_property
    def volumes(self) -> dict[str, Field]:
        return {volume["name"].text: volume for volume in self.spec["volumes"]}

    @cached_property
    def claim_templates(self) -> dict[str, Field]:
        """A StatefulSet's claim templates by the name under which containers mount them."""
        templates = self.workload["spec"]["volumeClaimTemplates"]
        return {template["metadata"]["name"].text: template for template in templates}

    def secret_references(self) -> Iterator[SecretReference]:
        """Every use of a Secret, in the order of the manifest."""
        for container in self.all_containers:
            yield from _environment_references(container)
        for volume in self.spec["volumes"]:
            yield from _volume_references(volume)
        for pull in self.spec["imagePullSecrets"]:
            name = pull["name"]
            yield SecretReference(name.text, "", name, "imagePull", optional=False, name_at=name)


def pod_of(resource: Resource) -> Pod | None:
    """The pod of a workload, None for any other kind."""
    path = POD_SPEC_PATHS.get(resource.kind)
    return Pod(resource, resource.field.at(*path)) if path else None


def _environment_references(container: Container) -> Iterator[SecretReference]:
    for entry in container.field["env"]:
        reference = entry["valueFrom"]["secretKeyRef"]
        if reference:
            optional = reference["optional"].value is True
            name, key = reference["name"], reference["key"]
            yield SecretReference(name.text, key.text, key, "env", optional, container, name)
    for entry in container.field["envFrom"]:
        reference = entry["secretRef"]
        if reference:
            optional = reference["optional"].value is True
            name = reference["name"]
            yield SecretReference(name.text, "", name, "envFrom", optional, container, name)


def _volume_references(volume: Field) -> Iterator[SecretReference]:
    sources = [(volume["secret"], "secretName")]
    sources += [(source["secret"], "name") for source in volume["projected"]["sources"]]
    for source, name in sources:
        if not source:
            continue
        optional = source["optional"].value is True
        secret = source[name]
        items = list(source["items"])
        for item in items:
            key = item["key"]
            yield SecretReference(secret.text, key.text, key, "volume", optional, name_at=secret)
        if not items:
            yield SecretReference(secret.text, "", secret, "volume", optional, name_at=secret)

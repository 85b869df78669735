"""Fields that hold the name of another object, by the kind of that object (kustomize nameReference).

kustomize's entry for IngressClass is left out: its group is written with a version, so it matches nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from opencode_policy.expand.field_specs import FieldSpec, path_of
from opencode_policy.lean import dataclass

_RBAC: Final = "rbac.authorization.k8s.io"
_ADMISSION: Final = "admissionregistration.k8s.io"

_POD_AT: Final = {
    "Pod": "spec",
    "PodTemplate": "template/spec",
    "CronJob": "spec/jobTemplate/spec/template/spec",
}
_IN_TEMPLATE: Final = "spec/template/spec"

_WITH_DATA: Final = (
    "Pod",
    "PodTemplate",
    "Deployment",
    "ReplicaSet",
    "DaemonSet",
    "StatefulSet",
    "Job",
    "CronJob",
)
_WITH_ACCOUNT: Final = (
    "Pod",
    "StatefulSet",
    "Deployment",
    "ReplicationController",
    "CronJob",
    "Job",
    "DaemonSet",
)
_CONFIG_MAP: Final = (
    "volumes/configMap/name",
    "containers/env/valueFrom/configMapKeyRef/name",
    "initContainers/env/valueFrom/configMapKeyRef/name",
    "containers/envFrom/configMapRef/name",
    "initContainers/envFrom/configMapRef/name",
    "volumes/projected/sources/configMap/name",
)
_SECRET: Final = (
    "volumes/secret/secretName",
    "containers/env/valueFrom/secretKeyRef/name",
    "initContainers/env/valueFrom/secretKeyRef/name",
    "containers/envFrom/secretRef/name",
    "initContainers/envFrom/secretRef/name",
    "imagePullSecrets/name",
    "volumes/projected/sources/secret/name",
)
_NAMED_ROLES: Final = (("rules/resourceNames", "Role", ""), ("rules/resourceNames", "ClusterRole", ""))
_NGINX: Final = r"metadata/annotations/nginx.ingress.kubernetes.io\/"
_ACCOUNT: Final = "serviceAccountName"
_CLAIM: Final = "volumes/persistentVolumeClaim/claimName"
_CLASS: Final = "spec/storageClassName"


@dataclass(frozen=True, slots=True)
class References:
    """Objects of a kind, and the fields of others that hold their name."""

    kind: str
    group: str
    version: str
    fields: tuple[FieldSpec, ...]


@cache
def references() -> tuple[References, ...]:
    """The table of kustomize, in its order; made when the first name changes."""
    return tuple(References(kind, group, version, tuple(fields)) for kind, group, version, fields in _table())


@cache
def fields_by_kind() -> dict[str, list[tuple[References, FieldSpec]]]:
    """The same by the kind of the objects that refer: every field with what it refers to."""
    found: dict[str, list[tuple[References, FieldSpec]]] = {}
    for table in references():
        for spec in table.fields:
            found.setdefault(spec.kind, []).append((table, spec))
    return found


def _table() -> list[tuple[str, str, str, list[FieldSpec]]]:
    scaled = _fields(("spec/scaleTargetRef/name", "HorizontalPodAutoscaler", ""))
    workloads = ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
    return [
        *((kind, "", "", scaled) for kind in workloads),
        ("ConfigMap", "", "v1", [*_in_pods(_CONFIG_MAP, _WITH_DATA), *_config_map()]),
        ("Secret", "", "v1", [*_in_pods(_SECRET, _WITH_DATA), *_secret()]),
        ("Service", "", "v1", _service()),
        ("Role", _RBAC, "", _fields(("roleRef/name", "RoleBinding", _RBAC))),
        ("ClusterRole", _RBAC, "", _bindings("roleRef/name")),
        ("ServiceAccount", "", "v1", [*_bindings("subjects"), *_in_pods((_ACCOUNT,), _WITH_ACCOUNT)]),
        ("PersistentVolumeClaim", "", "v1", _in_pods((_CLAIM,), _WITH_ACCOUNT)),
        ("PersistentVolume", "", "v1", _volume()),
        ("StorageClass", "storage.k8s.io", "v1", _storage_class()),
        ("PriorityClass", "scheduling.k8s.io", "v1", _in_pods(("priorityClassName",), _WITH_ACCOUNT)),
        ("ValidatingAdmissionPolicy", _ADMISSION, "", _admission()),
    ]


def _fields(*rows: tuple[str, str, str]) -> list[FieldSpec]:
    return [FieldSpec(path_of(path), kind, group) for path, kind, group in rows]


def _in_pods(paths: tuple[str, ...], kinds: tuple[str, ...]) -> list[FieldSpec]:
    return [
        FieldSpec(path_of(f"{_POD_AT.get(kind, _IN_TEMPLATE)}/{path}"), kind)
        for kind in kinds
        for path in paths
    ]


def _bindings(path: str) -> list[FieldSpec]:
    return _fields((path, "RoleBinding", _RBAC), (path, "ClusterRoleBinding", _RBAC))


def _config_map() -> list[FieldSpec]:
    return _fields(
        ("spec/configSource/configMap", "Node", ""),
        *_NAMED_ROLES,
        (f"{_NGINX}fastcgi-params-configmap", "Ingress", ""),
    )


def _secret() -> list[FieldSpec]:
    classes = ("secretName", "adminSecretName", "userSecretName", "secretRef")
    return _fields(
        ("spec/tls/secretName", "Ingress", ""),
        (r"metadata/annotations/ingress.kubernetes.io\/auth-secret", "Ingress", ""),
        (f"{_NGINX}auth-secret", "Ingress", ""),
        (f"{_NGINX}auth-tls-secret", "Ingress", ""),
        ("imagePullSecrets/name", "ServiceAccount", ""),
        *((f"parameters/{name}", "StorageClass", "") for name in classes),
        *_NAMED_ROLES,
        (f"{_IN_TEMPLATE}/{_SECRET[1]}", "Service", "serving.knative.dev"),
        ("spec/azureFile/secretName", "PersistentVolume", ""),
    )


def _service() -> list[FieldSpec]:
    return _fields(
        ("spec/serviceName", "StatefulSet", "apps"),
        ("spec/rules/http/paths/backend/serviceName", "Ingress", ""),
        ("spec/backend/serviceName", "Ingress", ""),
        ("spec/rules/http/paths/backend/service/name", "Ingress", ""),
        ("spec/defaultBackend/service/name", "Ingress", ""),
        ("spec/service/name", "APIService", "apiregistration.k8s.io"),
        ("webhooks/clientConfig/service", "ValidatingWebhookConfiguration", _ADMISSION),
        ("webhooks/clientConfig/service", "MutatingWebhookConfiguration", _ADMISSION),
    )


def _volume() -> list[FieldSpec]:
    return _fields(
        ("spec/volumeName", "PersistentVolumeClaim", ""), ("rules/resourceNames", "ClusterRole", "")
    )


def _storage_class() -> list[FieldSpec]:
    return _fields(
        (_CLASS, "PersistentVolume", ""),
        (_CLASS, "PersistentVolumeClaim", ""),
        (f"spec/volumeClaimTemplates/{_CLASS}", "StatefulSet", ""),
    )


def _admission() -> list[FieldSpec]:
    return _fields(("spec/policyName", "ValidatingAdmissionPolicyBinding", _ADMISSION))

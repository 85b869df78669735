"""The kinds that kustomize knows from Kubernetes' own API: their scope, and which of their lists merge.

From the OpenAPI document of Kubernetes 1.21.2 that kustomize carries (kyaml openapi/kubernetesapi), the
only one it asks unless a kustomization names another: the scope table of kyaml openapi/openapi.go, and
of the document every list with `x-kubernetes-patch-strategy: merge`.
"""

from __future__ import annotations

from typing import Final

_CLUSTER_SCOPED: Final = {
    "admissionregistration.k8s.io": "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    "apiextensions.k8s.io": "CustomResourceDefinition",
    "apiregistration.k8s.io": "APIService",
    "certificates.k8s.io": "CertificateSigningRequest",
    "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
    "networking.k8s.io": "IngressClass",
    "node.k8s.io": "RuntimeClass",
    "policy": "PodSecurityPolicy",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding",
    "scheduling.k8s.io": "PriorityClass",
    "storage.k8s.io": "CSIDriver CSINode StorageClass VolumeAttachment",
    "": "ComponentStatus Namespace Node NodeProxyOptions PersistentVolume",
}
_CLUSTER_KINDS: Final = frozenset(" ".join(_CLUSTER_SCOPED.values()).split())
_NAMESPACED: Final = {
    "apps": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "autoscaling": "HorizontalPodAutoscaler Scale",
    "batch": "CronJob Job",
    "coordination.k8s.io": "Lease",
    "discovery.k8s.io": "EndpointSlice",
    "events.k8s.io": "Event",
    "extensions": "Ingress",
    "networking.k8s.io": "Ingress NetworkPolicy",
    "policy": "Eviction PodDisruptionBudget",
    "rbac.authorization.k8s.io": "Role RoleBinding",
    "storage.k8s.io": "CSIStorageCapacity",
    "": "Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate"
    " ReplicationController ResourceQuota Secret Service ServiceAccount",
}
_VERSIONS: Final = {
    "": "v1",
    "apps": "v1",
    "autoscaling": "v1 v2beta1 v2beta2",
    "extensions": "v1beta1",
    "flowcontrol.apiserver.k8s.io": "v1beta1",
}
"""Versions of a group that 1.21 has, where they are not v1 and v1beta1."""

_ONE_VERSION: Final = {
    ("networking.k8s.io", "NetworkPolicy"): "v1",
    ("policy", "Eviction"): "v1beta1",
    ("policy", "PodSecurityPolicy"): "v1beta1",
    ("batch", "Job"): "v1",
    ("storage.k8s.io", "CSIStorageCapacity"): "v1beta1",
    ("autoscaling", "Scale"): "v1",
}

Field = tuple[str, tuple[str, ...] | None]
"""The type of a field or of its items, and the merge keys of a list: () for a list of plain values, None
for a list that a patch replaces and for anything that is no list."""

_META: Final[Field] = ("ObjectMeta", None)
_POD: Final[dict[str, Field]] = {"metadata": _META, "spec": ("PodSpec", None)}
_WITH_POD: Final[dict[str, Field]] = {"template": ("Pod", None)}
_CONDITIONS: Final[dict[str, Field]] = {"conditions": ("", ("type",))}
_CONTAINER: Final[dict[str, Field]] = {
    "env": ("", ("name",)),
    "volumeDevices": ("", ("devicePath",)),
    "volumeMounts": ("", ("mountPath",)),
}
_WITH_STATUS: Final[dict[str, Field]] = {"metadata": _META, "status": ("Status", None)}
_WORKLOAD: Final[dict[str, Field]] = {**_WITH_STATUS, "spec": ("WithPod", None)}
_WEBHOOKS: Final[dict[str, Field]] = {"metadata": _META, "webhooks": ("", ("name",))}
_TYPES: Final[dict[str, dict[str, Field]]] = {
    "ObjectMeta": {"finalizers": ("", ()), "ownerReferences": ("", ("uid",))},
    "Object": {"metadata": _META},
    "Status": _CONDITIONS,
    "Container": {**_CONTAINER, "ports": ("", ("containerPort", "protocol"))},
    "EphemeralContainer": _CONTAINER,
    "PodSpec": {
        "containers": ("Container", ("name",)),
        "ephemeralContainers": ("EphemeralContainer", ("name",)),
        "hostAliases": ("", ("ip",)),
        "imagePullSecrets": ("", ("name",)),
        "initContainers": ("Container", ("name",)),
        "topologySpreadConstraints": ("", ("topologyKey", "whenUnsatisfiable")),
        "volumes": ("Volume", ("name",)),
    },
    "Volume": {"ephemeral": ("EphemeralVolume", None)},
    "EphemeralVolume": {"volumeClaimTemplate": ("Object", None)},
    "PodStatus": {**_CONDITIONS, "podIPs": ("", ("ip",))},
    "Pod": {**_POD, "status": ("PodStatus", None)},
    "PodTemplate": {"metadata": _META, **_WITH_POD},
    "WithPod": _WITH_POD,
    **dict.fromkeys(("Deployment", "ReplicaSet", "DaemonSet", "ReplicationController", "Job"), _WORKLOAD),
    "StatefulSet": {**_WORKLOAD, "spec": ("StatefulSetSpec", None)},
    "StatefulSetSpec": {**_WITH_POD, "volumeClaimTemplates": ("PersistentVolumeClaim", None)},
    "CronJob": {"metadata": _META, "spec": ("CronJobSpec", None)},
    "CronJobSpec": {"jobTemplate": ("JobTemplate", None)},
    "JobTemplate": {"metadata": _META, "spec": ("WithPod", None)},
    "Service": {"metadata": _META, "spec": ("ServiceSpec", None), "status": ("Status", None)},
    "ServiceSpec": {"ports": ("", ("port", "protocol"))},
    "ServiceAccount": {"metadata": _META, "secrets": ("", ("name",))},
    **dict.fromkeys(("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"), _WEBHOOKS),
    **dict.fromkeys(
        ("Namespace", "PersistentVolumeClaim", "PodDisruptionBudget", "APIService"), _WITH_STATUS
    ),
    "ComponentStatus": {"metadata": _META, **_CONDITIONS},
    "Node": {"metadata": _META, "spec": ("NodeSpec", None), "status": ("NodeStatus", None)},
    "NodeSpec": {"podCIDRs": ("", ())},
    "NodeStatus": {**_CONDITIONS, "addresses": ("", ("type",))},
    "CSINode": {"metadata": _META, "spec": ("CSINodeSpec", None)},
    "CSINodeSpec": {"drivers": ("", ("name",))},
}


def is_cluster_scoped(api_version: str, kind: str) -> bool:
    """Whether kustomize is certain that objects of a kind have no namespace."""
    if kind not in _CLUSTER_KINDS:
        return False
    group, version = split(api_version)
    return kind in _CLUSTER_SCOPED.get(group, "").split() and _has(group, version, kind)


def type_of(api_version: str, kind: str) -> str:
    """Name of the type of a built-in kind, for `field_of`; empty for any other kind."""
    group, version = split(api_version)
    known = _CLUSTER_SCOPED.get(group, "").split() + _NAMESPACED.get(group, "").split()
    if kind not in known or not _has(group, version, kind):
        return ""
    return kind if kind in _TYPES else "Object"


def field_of(type_name: str, field: str) -> Field:
    """What is known of a field of a type; nothing of a type without a name."""
    return _TYPES.get(type_name, {}).get(field, ("", None))


def split(api_version: str) -> tuple[str, str]:
    """Group and version; the core group is empty."""
    group, slash, version = api_version.partition("/")
    return (group, version) if slash else ("", group)


def _has(group: str, version: str, kind: str) -> bool:
    versions = _ONE_VERSION.get((group, kind)) or _VERSIONS.get(group, "v1 v1beta1")
    return version in versions.split()

"""The kinds that references lead to: their groups, their scope, and who usually makes them."""

from __future__ import annotations

from collections.abc import Mapping

CERT_MANAGER = "cert-manager.io"
ENVOY_GATEWAY = "gateway.envoyproxy.io"
EXTERNAL_SECRETS = "external-secrets.io"
FLUX_HELM = "helm.toolkit.fluxcd.io"
FLUX_KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
FLUX_NOTIFICATION = "notification.toolkit.fluxcd.io"
FLUX_IMAGE = "image.toolkit.fluxcd.io"
FLUX_SOURCE = "source.toolkit.fluxcd.io"
GATEWAY_API = "gateway.networking.k8s.io"
MONITORING = "monitoring.coreos.com"
RBAC = "rbac.authorization.k8s.io"
VOLSYNC = "volsync.backube"

GROUPS: Mapping[str, str] = {
    "BackendTrafficPolicy": ENVOY_GATEWAY,
    "Bucket": FLUX_SOURCE,
    "Certificate": CERT_MANAGER,
    "ClientTrafficPolicy": ENVOY_GATEWAY,
    "ClusterIssuer": CERT_MANAGER,
    "ClusterRole": RBAC,
    "ClusterRoleBinding": RBAC,
    "ClusterSecretStore": EXTERNAL_SECRETS,
    "ConfigMap": "",
    "CronJob": "batch",
    "DaemonSet": "apps",
    "Deployment": "apps",
    "EnvoyProxy": ENVOY_GATEWAY,
    "ExternalSecret": EXTERNAL_SECRETS,
    "GRPCRoute": GATEWAY_API,
    "Gateway": GATEWAY_API,
    "GatewayClass": GATEWAY_API,
    "GitRepository": FLUX_SOURCE,
    "HTTPRoute": GATEWAY_API,
    "HelmChart": FLUX_SOURCE,
    "HelmRelease": FLUX_HELM,
    "HelmRepository": FLUX_SOURCE,
    "HorizontalPodAutoscaler": "autoscaling",
    "IngressClass": "networking.k8s.io",
    "ImagePolicy": FLUX_IMAGE,
    "ImageRepository": FLUX_IMAGE,
    "Issuer": CERT_MANAGER,
    "Job": "batch",
    "Kustomization": FLUX_KUSTOMIZE,
    "Namespace": "",
    "NetworkPolicy": "networking.k8s.io",
    "OCIRepository": FLUX_SOURCE,
    "PersistentVolume": "",
    "PersistentVolumeClaim": "",
    "PodDisruptionBudget": "policy",
    "PriorityClass": "scheduling.k8s.io",
    "Provider": FLUX_NOTIFICATION,
    "Receiver": FLUX_NOTIFICATION,
    "ReferenceGrant": GATEWAY_API,
    "ReplicaSet": "apps",
    "ReplicationDestination": VOLSYNC,
    "ReplicationSource": VOLSYNC,
    "Role": RBAC,
    "RoleBinding": RBAC,
    "RuntimeClass": "node.k8s.io",
    "Secret": "",
    "SecretStore": EXTERNAL_SECRETS,
    "SecurityPolicy": ENVOY_GATEWAY,
    "Service": "",
    "ServiceAccount": "",
    "StatefulSet": "apps",
    "StorageClass": "storage.k8s.io",
    "VolumeSnapshot": "snapshot.storage.k8s.io",
    "VolumeSnapshotClass": "snapshot.storage.k8s.io",
}
"""Group of each kind; a kind of another group that bears the same name is another kind."""

CLUSTER_SCOPED = frozenset(
    {
        "ClusterIssuer",
        "ClusterRole",
        "ClusterSecretStore",
        "GatewayClass",
        "IngressClass",
        "Namespace",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "VolumeSnapshotClass",
    }
)

WRITTEN_IN_GIT = frozenset({"HelmRelease", "HelmRepository", "Kustomization", "OCIRepository"})
"""Kinds that nothing but a file in git makes, so that one which no file has does not exist."""

SELDOM_BY_HAND = frozenset(
    {"ConfigMap", "Deployment", "PersistentVolumeClaim", "Role", "Service", "ServiceAccount", "StatefulSet"}
)
"""Kinds that a GitOps repository rarely leaves to others; Secrets, classes and stores it often does."""

GIVEN = frozenset(
    {
        ("ClusterRole", "admin"),
        ("ClusterRole", "cluster-admin"),
        ("ClusterRole", "edit"),
        ("ClusterRole", "view"),
        ("ConfigMap", "kube-root-ca.crt"),
        ("Namespace", "default"),
        ("Namespace", "kube-node-lease"),
        ("Namespace", "kube-public"),
        ("Namespace", "kube-system"),
        ("PriorityClass", "system-cluster-critical"),
        ("PriorityClass", "system-node-critical"),
        ("ServiceAccount", "default"),
    }
)
"""What Kubernetes itself puts into every cluster or every namespace."""


def is_given(kind: str, name: str) -> bool:
    """Whether every cluster has it from its first minute."""
    return (kind, name) in GIVEN or (kind in ("ClusterRole", "Role") and name.startswith("system:"))

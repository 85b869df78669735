"""Where kinds other than workloads name other objects, as their definitions have it."""

from __future__ import annotations

from collections.abc import Mapping

from opencode_policy.graph.pattern import Pattern


def _store(relation: str, path: str) -> Pattern:
    return Pattern(relation, path, "SecretStore", name="name", kind_key="kind")


def _secret(relation: str, path: str, namespace: str = "") -> Pattern:
    return Pattern(relation, path, "Secret", name="name", namespace=namespace)


_VALUES = Pattern(
    "takes values of",
    "spec.valuesFrom.*",
    "ConfigMap",
    name="name",
    kind_key="kind",
    part="valuesKey",
    default_part="values.yaml",
    optional="optional",
)
_MOVERS = tuple(
    Pattern(relation, f"spec.{mover}.{path}", kind)
    for mover in ("restic", "rclone", "rsync", "rsyncTLS", "syncthing")
    for relation, path, kind in (
        ("is of", "storageClassName", "StorageClass"),
        ("is of", "cacheStorageClassName", "StorageClass"),
        ("is of", "volumeSnapshotClassName", "VolumeSnapshotClass"),
        ("runs as", "moverServiceAccount", "ServiceAccount"),
    )
)
_REPOSITORY = Pattern("stores in", "spec.restic.repository", "Secret")

PATTERNS: Mapping[tuple[str, str], tuple[Pattern, ...]] = {
    ("", "PersistentVolumeClaim"): (
        Pattern("is of", "spec.storageClassName", "StorageClass"),
        Pattern(
            "is filled by", "spec.dataSourceRef", "", name="name", kind_key="kind", namespace="namespace"
        ),
        Pattern("is filled by", "spec.dataSource", "", name="name", kind_key="kind"),
    ),
    ("snapshot.storage.k8s.io", "VolumeSnapshot"): (
        Pattern("is of", "spec.volumeSnapshotClassName", "VolumeSnapshotClass"),
        Pattern("copies", "spec.source.persistentVolumeClaimName", "PersistentVolumeClaim"),
    ),
    ("external-secrets.io", "ExternalSecret"): (
        _store("fetches from", "spec.secretStoreRef"),
        _store("fetches from", "spec.data.*.sourceRef.storeRef"),
        _store("fetches from", "spec.dataFrom.*.sourceRef.storeRef"),
    ),
    ("external-secrets.io", "PushSecret"): (
        _store("stores in", "spec.secretStoreRefs.*"),
        _secret("sends", "spec.selector.secret"),
    ),
    ("cert-manager.io", "Certificate"): (
        Pattern("is issued by", "spec.issuerRef", "Issuer", name="name", kind_key="kind"),
    ),
    ("volsync.backube", "ReplicationSource"): (
        Pattern("backs up", "spec.sourcePVC", "PersistentVolumeClaim"),
        _REPOSITORY,
        *_MOVERS,
    ),
    ("volsync.backube", "ReplicationDestination"): (
        Pattern("restores into", "spec.restic.destinationPVC", "PersistentVolumeClaim"),
        _REPOSITORY,
        *_MOVERS,
    ),
    ("gateway.networking.k8s.io", "Gateway"): (
        Pattern("is of", "spec.gatewayClassName", "GatewayClass"),
        Pattern("is set by", "spec.infrastructure.parametersRef", "", name="name", kind_key="kind"),
    ),
    ("gateway.networking.k8s.io", "GatewayClass"): (
        Pattern("is set by", "spec.parametersRef", "", name="name", kind_key="kind", namespace="namespace"),
    ),
    ("gateway.envoyproxy.io", "SecurityPolicy"): (
        _secret("reads", "spec.oidc.clientSecret", "namespace"),
        _secret("reads", "spec.basicAuth.users", "namespace"),
        _secret("reads", "spec.apiKeyAuth.credentialRefs.*", "namespace"),
    ),
    ("networking.k8s.io", "Ingress"): (Pattern("is of", "spec.ingressClassName", "IngressClass"),),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): (
        _secret("decrypts with", "spec.decryption.secretRef"),
        Pattern("applies as", "spec.serviceAccountName", "ServiceAccount"),
        Pattern(
            "substitutes from",
            "spec.postBuild.substituteFrom.*",
            "ConfigMap",
            name="name",
            kind_key="kind",
            optional="optional",
        ),
    ),
    ("helm.toolkit.fluxcd.io", "HelmRelease"): (
        _VALUES,
        Pattern("installs as", "spec.serviceAccountName", "ServiceAccount"),
    ),
    ("source.toolkit.fluxcd.io", "GitRepository"): (_secret("logs in with", "spec.secretRef"),),
    ("source.toolkit.fluxcd.io", "HelmRepository"): (_secret("logs in with", "spec.secretRef"),),
    ("source.toolkit.fluxcd.io", "OCIRepository"): (_secret("logs in with", "spec.secretRef"),),
    ("source.toolkit.fluxcd.io", "Bucket"): (_secret("logs in with", "spec.secretRef"),),
    ("notification.toolkit.fluxcd.io", "Provider"): (_secret("logs in with", "spec.secretRef"),),
    ("notification.toolkit.fluxcd.io", "Receiver"): (_secret("is guarded by", "spec.secretRef"),),
    ("autoscaling", "HorizontalPodAutoscaler"): (
        Pattern("scales", "spec.scaleTargetRef", "", name="name", kind_key="kind"),
    ),
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"): (
        Pattern("scales", "spec.targetRef", "", name="name", kind_key="kind"),
    ),
    ("keda.sh", "ScaledObject"): (
        Pattern("scales", "spec.scaleTargetRef", "Deployment", name="name", kind_key="kind"),
    ),
    ("rbac.authorization.k8s.io", "RoleBinding"): (
        Pattern("grants", "roleRef", "", name="name", kind_key="kind"),
        Pattern("grants it to", "subjects.*", "", name="name", kind_key="kind", namespace="namespace"),
    ),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (
        Pattern("grants", "roleRef", "", name="name", kind_key="kind"),
        Pattern("grants it to", "subjects.*", "", name="name", kind_key="kind", namespace="namespace"),
    ),
}
"""Patterns by group and kind."""

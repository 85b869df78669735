"""Where `labels`, `commonLabels` and `commonAnnotations` are set (kustomize builtinpluginconsts)."""

from __future__ import annotations

from typing import Final

from opencode_policy.expand.field_specs import FieldSpec, path_of


def _specs(lines: str) -> tuple[FieldSpec, ...]:
    """Specs of lines `path kind group version`, where `-` stands for any; `+` before a path creates it."""
    specs = []
    for line in lines.strip().splitlines():
        path, kind, group, version = (*line.split(), "-", "-", "-")[:4]
        kind, group, version = ("" if word == "-" else word for word in (kind, group, version))
        specs.append(FieldSpec(path_of(path.lstrip("+")), kind, group, version, path.startswith("+")))
    return tuple(specs)


METADATA_LABELS: Final = FieldSpec(("metadata", "labels"), create=True)

TEMPLATE_LABELS: Final = _specs("""
+metadata/labels
+spec/template/metadata/labels ReplicationController - v1
+spec/template/metadata/labels Deployment
+spec/template/metadata/labels ReplicaSet
+spec/template/metadata/labels DaemonSet
+spec/template/metadata/labels StatefulSet apps
+spec/volumeClaimTemplates[]/metadata/labels StatefulSet apps
+spec/template/metadata/labels Job batch
+spec/jobTemplate/metadata/labels CronJob batch
+spec/jobTemplate/spec/template/metadata/labels CronJob batch
""")

_TERM: Final = "DuringSchedulingIgnoredDuringExecution"
_AFFINITIES: Final = "\n".join(
    f"spec/template/spec/{path}/labelSelector/matchLabels {kind} apps"
    for kind in ("Deployment", "StatefulSet")
    for path in (
        f"affinity/podAffinity/preferred{_TERM}/podAffinityTerm",
        f"affinity/podAffinity/required{_TERM}",
        f"affinity/podAntiAffinity/preferred{_TERM}/podAffinityTerm",
        f"affinity/podAntiAffinity/required{_TERM}",
        "topologySpreadConstraints",
    )
)

SELECTOR_LABELS: Final = (
    *_specs(f"""
+spec/selector Service - v1
+spec/selector ReplicationController - v1
+spec/selector/matchLabels Deployment
+spec/selector/matchLabels ReplicaSet
+spec/selector/matchLabels DaemonSet
+spec/selector/matchLabels StatefulSet apps
{_AFFINITIES}
spec/selector/matchLabels Job batch
spec/jobTemplate/spec/selector/matchLabels CronJob batch
spec/selector/matchLabels PodDisruptionBudget policy
spec/podSelector/matchLabels NetworkPolicy networking.k8s.io
spec/ingress/from/podSelector/matchLabels NetworkPolicy networking.k8s.io
spec/egress/to/podSelector/matchLabels NetworkPolicy networking.k8s.io
"""),
    *TEMPLATE_LABELS,
)
"""Selectors and templates: what `includeSelectors` and `commonLabels` mean."""

ANNOTATIONS: Final = _specs("""
+metadata/annotations
+spec/template/metadata/annotations ReplicationController - v1
+spec/template/metadata/annotations Deployment
+spec/template/metadata/annotations ReplicaSet
+spec/template/metadata/annotations DaemonSet
+spec/template/metadata/annotations StatefulSet
+spec/template/metadata/annotations Job batch
+spec/jobTemplate/metadata/annotations CronJob batch
+spec/jobTemplate/spec/template/metadata/annotations CronJob batch
""")

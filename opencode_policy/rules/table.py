"""The table of rules: one line each, in the order of the requirements they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from opencode_policy.finding import RuleFailure
from opencode_policy.rules.aggregator_incomplete import AggregatorIncomplete
from opencode_policy.rules.base import Rule
from opencode_policy.rules.certificate_host_uncovered import CertificateHostUncovered
from opencode_policy.rules.certificate_name_clash import CertificateNameClash
from opencode_policy.rules.certificate_not_served import CertificateNotServed
from opencode_policy.rules.certificate_wrong_issuer import CertificateWrongIssuer
from opencode_policy.rules.certificate_wrong_namespace import CertificateWrongNamespace
from opencode_policy.rules.claim_mismatch import ClaimMismatch
from opencode_policy.rules.dependency_unknown import DependencyUnknown
from opencode_policy.rules.domain_literal import DomainLiteral
from opencode_policy.rules.kustomization_path_missing import KustomizationPathMissing
from opencode_policy.rules.manifest_orphaned import ManifestOrphaned
from opencode_policy.rules.namespace_target_mismatch import NamespaceTargetMismatch
from opencode_policy.rules.namespace_without_prune_guard import NamespaceWithoutPruneGuard
from opencode_policy.rules.object_duplicated import ObjectDuplicated
from opencode_policy.rules.reference_dangling import ReferenceDangling
from opencode_policy.rules.schema_header_missing import SchemaHeaderMissing
from opencode_policy.rules.source_unknown import SourceUnknown
from opencode_policy.rules.workspace_layout_mismatch import WorkspaceLayoutMismatch

BUILT_IN: tuple[type[Rule], ...] = (
    NamespaceWithoutPruneGuard,
    CertificateHostUncovered,
    CertificateWrongIssuer,
    CertificateWrongNamespace,
    CertificateNameClash,
    CertificateNotServed,
    AggregatorIncomplete,
    WorkspaceLayoutMismatch,
    KustomizationPathMissing,
    ManifestOrphaned,
    NamespaceTargetMismatch,
    SourceUnknown,
    DependencyUnknown,
    ObjectDuplicated,
    SchemaHeaderMissing,
    DomainLiteral,
    ReferenceDangling,
    ClaimMismatch,
)


def load_rules() -> dict[str, type[Rule]]:
    """Built-in rules and those of installed plugins, by id."""
    from_plugins, _ = _plugins()
    return {rule.id: rule for rule in (*BUILT_IN, *from_plugins)}


def broken_plugins() -> Sequence[RuleFailure]:
    """Plugins that are installed and offer no usable rule: what they would have found nobody knows."""
    return _plugins()[1]


@cache
def _plugins() -> tuple[Sequence[type[Rule]], Sequence[RuleFailure]]:
    from opencode_policy.rules.plugins import installed_rules

    return installed_rules({rule.id for rule in BUILT_IN})

"""The table of rules: one line each, in the order of the requirements they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from opencode_policy.finding import RuleFailure
from opencode_policy.rules.aggregator_incomplete import AggregatorIncomplete
from opencode_policy.rules.auth_seed_misplaced import AuthSeedMisplaced
from opencode_policy.rules.auth_unpersisted import AuthUnpersisted
from opencode_policy.rules.autoscaler_present import AutoscalerPresent
from opencode_policy.rules.backup_missing import BackupMissing
from opencode_policy.rules.backup_user_mismatch import BackupUserMismatch
from opencode_policy.rules.base import Rule
from opencode_policy.rules.certificate_host_uncovered import CertificateHostUncovered
from opencode_policy.rules.certificate_name_clash import CertificateNameClash
from opencode_policy.rules.certificate_not_served import CertificateNotServed
from opencode_policy.rules.certificate_unissuable import CertificateUnissuable
from opencode_policy.rules.certificate_wrong_issuer import CertificateWrongIssuer
from opencode_policy.rules.certificate_wrong_namespace import CertificateWrongNamespace
from opencode_policy.rules.chart_version_mismatch import ChartVersionMismatch
from opencode_policy.rules.claim_mismatch import ClaimMismatch
from opencode_policy.rules.clone_token_in_server import CloneTokenInServer
from opencode_policy.rules.clone_unguarded import CloneUnguarded
from opencode_policy.rules.configuration_unusable import ConfigurationUnusable
from opencode_policy.rules.dependency_cyclic import DependencyCyclic
from opencode_policy.rules.dependency_unknown import DependencyUnknown
from opencode_policy.rules.dns_annotation_missing import DnsAnnotationMissing
from opencode_policy.rules.dns_target_ignored import DnsTargetIgnored
from opencode_policy.rules.domain_literal import DomainLiteral
from opencode_policy.rules.doppler_name_mismatch import DopplerNameMismatch
from opencode_policy.rules.gateway_policy_replaced import GatewayPolicyReplaced
from opencode_policy.rules.git_missing import GitMissing
from opencode_policy.rules.health_check_unmatched import HealthCheckUnmatched
from opencode_policy.rules.health_checks_ignored import HealthChecksIgnored
from opencode_policy.rules.home_unwritable import HomeUnwritable
from opencode_policy.rules.image_unofficial import ImageUnofficial
from opencode_policy.rules.image_unpinned import ImageUnpinned
from opencode_policy.rules.kustomization_field_missing import KustomizationFieldMissing
from opencode_policy.rules.kustomization_path_missing import KustomizationPathMissing
from opencode_policy.rules.listener_certificate_missing import ListenerCertificateMissing
from opencode_policy.rules.listener_certificates_overlap import ListenerCertificatesOverlap
from opencode_policy.rules.manifest_orphaned import ManifestOrphaned
from opencode_policy.rules.mover_user_mismatch import MoverUserMismatch
from opencode_policy.rules.namespace_target_mismatch import NamespaceTargetMismatch
from opencode_policy.rules.namespace_without_prune_guard import NamespaceWithoutPruneGuard
from opencode_policy.rules.object_duplicated import ObjectDuplicated
from opencode_policy.rules.patch_substituted_twice import PatchSubstitutedTwice
from opencode_policy.rules.pipeline_coupled import PipelineCoupled
from opencode_policy.rules.policy_merge_unknown import PolicyMergeUnknown
from opencode_policy.rules.policy_target_conflicted import PolicyTargetConflicted
from opencode_policy.rules.policy_target_missing import PolicyTargetMissing
from opencode_policy.rules.port_unknown import PortUnknown
from opencode_policy.rules.probe_unsuitable import ProbeUnsuitable
from opencode_policy.rules.process_one_unstoppable import ProcessOneUnstoppable
from opencode_policy.rules.provider_unlimited import ProviderUnlimited
from opencode_policy.rules.proxy_present import ProxyPresent
from opencode_policy.rules.pull_unswitched import PullUnswitched
from opencode_policy.rules.push_automatic import PushAutomatic
from opencode_policy.rules.reference_dangling import ReferenceDangling
from opencode_policy.rules.reference_not_granted import ReferenceNotGranted
from opencode_policy.rules.reloader_annotation_missing import ReloaderAnnotationMissing
from opencode_policy.rules.replica_count_mismatch import ReplicaCountMismatch
from opencode_policy.rules.repository_mismatch import RepositoryMismatch
from opencode_policy.rules.resources_mismatch import ResourcesMismatch
from opencode_policy.rules.route_chain_broken import RouteChainBroken
from opencode_policy.rules.route_gateway_unacceptable import RouteGatewayUnacceptable
from opencode_policy.rules.route_host_uncovered import RouteHostUncovered
from opencode_policy.rules.route_listener_mismatch import RouteListenerMismatch
from opencode_policy.rules.runbook_missing import RunbookMissing
from opencode_policy.rules.schema_header_missing import SchemaHeaderMissing
from opencode_policy.rules.schema_mismatch import SchemaMismatch
from opencode_policy.rules.script_substituted import ScriptSubstituted
from opencode_policy.rules.script_unparsable import ScriptUnparsable
from opencode_policy.rules.secret_in_arguments import SecretInArguments
from opencode_policy.rules.secret_in_file import SecretInFile
from opencode_policy.rules.secret_in_output import SecretInOutput
from opencode_policy.rules.secret_key_unproduced import SecretKeyUnproduced
from opencode_policy.rules.secret_literal_environment import SecretLiteralEnvironment
from opencode_policy.rules.secret_produced_twice import SecretProducedTwice
from opencode_policy.rules.secret_role_undelivered import SecretRoleUndelivered
from opencode_policy.rules.secret_template_unfetched import SecretTemplateUnfetched
from opencode_policy.rules.secret_wrong_store import SecretWrongStore
from opencode_policy.rules.seed_script_defective import SeedScriptDefective
from opencode_policy.rules.selector_matches_nothing import SelectorMatchesNothing
from opencode_policy.rules.server_command_mismatch import ServerCommandMismatch
from opencode_policy.rules.server_password_missing import ServerPasswordMissing
from opencode_policy.rules.server_unexpected import ServerUnexpected
from opencode_policy.rules.session_data_unpersisted import SessionDataUnpersisted
from opencode_policy.rules.shell_tracing import ShellTracing
from opencode_policy.rules.source_unknown import SourceUnknown
from opencode_policy.rules.stream_timeout_limited import StreamTimeoutLimited
from opencode_policy.rules.substitution_retyped import SubstitutionRetyped
from opencode_policy.rules.template_variable_mismatch import TemplateVariableMismatch
from opencode_policy.rules.token_in_url import TokenInUrl
from opencode_policy.rules.traffic_policy_missing import TrafficPolicyMissing
from opencode_policy.rules.volume_contended import VolumeContended
from opencode_policy.rules.working_directory_mismatch import WorkingDirectoryMismatch
from opencode_policy.rules.workspace_drift import WorkspaceDrift
from opencode_policy.rules.workspace_layout_mismatch import WorkspaceLayoutMismatch

BUILT_IN: tuple[type[Rule], ...] = (
    NamespaceWithoutPruneGuard,
    CertificateHostUncovered,
    CertificateWrongIssuer,
    CertificateWrongNamespace,
    CertificateNameClash,
    CertificateNotServed,
    AggregatorIncomplete,
    DopplerNameMismatch,
    SecretRoleUndelivered,
    SecretKeyUnproduced,
    SecretWrongStore,
    SecretLiteralEnvironment,
    CloneTokenInServer,
    SeedScriptDefective,
    RouteChainBroken,
    RouteGatewayUnacceptable,
    SchemaMismatch,
    ServerCommandMismatch,
    HomeUnwritable,
    ConfigurationUnusable,
    ProbeUnsuitable,
    ProcessOneUnstoppable,
    ServerPasswordMissing,
    AuthSeedMisplaced,
    ProviderUnlimited,
    WorkingDirectoryMismatch,
    RepositoryMismatch,
    GitMissing,
    CloneUnguarded,
    SessionDataUnpersisted,
    AuthUnpersisted,
    TrafficPolicyMissing,
    StreamTimeoutLimited,
    SecretInFile,
    WorkspaceLayoutMismatch,
    KustomizationPathMissing,
    ManifestOrphaned,
    NamespaceTargetMismatch,
    SourceUnknown,
    DependencyUnknown,
    DependencyCyclic,
    HealthCheckUnmatched,
    HealthChecksIgnored,
    KustomizationFieldMissing,
    TemplateVariableMismatch,
    ChartVersionMismatch,
    ObjectDuplicated,
    SchemaHeaderMissing,
    DomainLiteral,
    WorkspaceDrift,
    ReferenceDangling,
    SelectorMatchesNothing,
    PortUnknown,
    RouteListenerMismatch,
    RouteHostUncovered,
    ListenerCertificateMissing,
    ListenerCertificatesOverlap,
    CertificateUnissuable,
    ReferenceNotGranted,
    PolicyTargetMissing,
    PolicyTargetConflicted,
    PolicyMergeUnknown,
    GatewayPolicyReplaced,
    SecretProducedTwice,
    SecretTemplateUnfetched,
    MoverUserMismatch,
    VolumeContended,
    DnsTargetIgnored,
    ScriptSubstituted,
    PatchSubstitutedTwice,
    SubstitutionRetyped,
    ShellTracing,
    TokenInUrl,
    SecretInOutput,
    SecretInArguments,
    ScriptUnparsable,
    ClaimMismatch,
    ResourcesMismatch,
    ReloaderAnnotationMissing,
    BackupMissing,
    BackupUserMismatch,
    DnsAnnotationMissing,
    RunbookMissing,
    PullUnswitched,
    ReplicaCountMismatch,
    AutoscalerPresent,
    PushAutomatic,
    PipelineCoupled,
    ProxyPresent,
    ImageUnofficial,
    ImageUnpinned,
    ServerUnexpected,
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

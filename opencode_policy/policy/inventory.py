"""The inventory of what the cluster provides outside the tree that is checked.

A reference resolves against the tree and this inventory; what is in neither is a finding.
"""

# No postponed annotations: evaluating them from text later costs a cold run milliseconds.

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from opencode_policy.lean import dataclass
from opencode_policy.policy.constraint import Doc, Items, Within
from opencode_policy.policy.texts import Name, NonEmpty, Release, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxObject:
    """A Flux Kustomization that the cluster has outside this tree."""

    name: Annotated[Name, Doc("Its name, as `dependsOn` writes it.")]
    namespace: Annotated[Name, Doc("Its namespace.")] = "flux-system"
    path: Annotated[NonEmpty | None, Doc("Its spec.path, if it applies files of this repository.")] = None
    source: Annotated[Name | None, Doc("Name of the source it reads.")] = None
    substitute: Annotated[
        Mapping[Variable, str], Doc("What it injects into its children as inline substitution.")
    ] = field(default_factory=dict)
    substitute_from_variables: Annotated[
        bool, Doc("Whether it, and every child it patches, substitutes the inventory's variables.")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A Gateway listener."""

    name: Annotated[Name, Doc("Its name, as `sectionName` writes it.")]
    port: Annotated[int, Within(1, 65535), Doc("Port it listens on.")]
    protocol: Annotated[Literal["HTTP", "HTTPS", "TLS", "TCP", "UDP"], Doc("Protocol it speaks.")]
    hostname: Annotated[NonEmpty | None, Doc("Host it is bound to; absent when it takes any.")] = None
    allowed_namespaces: Annotated[
        Literal["All", "Same"], Doc("Namespaces whose routes may attach to it.")
    ] = "Same"
    certificate_secrets: Annotated[
        tuple[Name, ...], Items(), Doc("Secrets it serves, in the Gateway's own namespace.")
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A Gateway that routes may attach to."""

    name: Annotated[Name, Doc("Its name.")]
    namespace: Annotated[Name, Doc("Its namespace.")]
    listeners: Annotated[tuple[Listener, ...], Items(least=1), Doc("Its listeners, in order.")]
    public: Annotated[bool, Doc("Whether it can be reached from the internet.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """A cert-manager issuer."""

    name: Annotated[Name, Doc("Its name.")]
    kind: Annotated[Literal["ClusterIssuer", "Issuer"], Doc("Its kind.")] = "ClusterIssuer"
    zones: Annotated[tuple[NonEmpty, ...], Items(), Doc("DNS zones that its solvers answer for.")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretStore:
    """An External Secrets store."""

    name: Annotated[Name, Doc("Its name.")]
    kind: Annotated[Literal["ClusterSecretStore", "SecretStore"], Doc("Its kind.")] = "ClusterSecretStore"
    project: Annotated[NonEmpty | None, Doc("Project it reads, where its provider has such.")] = None
    config: Annotated[NonEmpty | None, Doc("Configuration of that project it reads.")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageClass:
    """A storage class."""

    name: Annotated[Name, Doc("Its name.")]
    provisioner: Annotated[NonEmpty | None, Doc("Driver that makes its volumes.")] = None
    snapshot_class: Annotated[
        Name | None, Doc("Snapshot class that fits its volumes, one of `snapshot_classes`.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingObject:
    """Any other object the cluster provides, so that a reference to it resolves."""

    kind: Annotated[NonEmpty, Doc("Its kind.")]
    name: Annotated[Name, Doc("Its name.")]
    namespace: Annotated[Name | None, Doc("Its namespace; absent for a cluster-scoped object.")] = None
    keys: Annotated[tuple[NonEmpty, ...], Items(), Doc("Keys of a Secret or ConfigMap.")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFile:
    """What the cluster provides outside this repository: policies/cluster.yaml."""

    version: Annotated[int, Within(1, 1), Doc("Version of this format.")]
    flux_version: Annotated[Release, Doc("Flux release; substitution is strict from 2.9 on.")]
    kubernetes_version: Annotated[
        Release | None, Doc("Kubernetes release whose schemas apply; absent for the newest known.")
    ] = None
    variables: Annotated[
        Mapping[Variable, str], Doc("Variables that Flux substitutes, with their values.")
    ] = field(default_factory=dict)
    unknown_variables: Annotated[
        tuple[Variable, ...], Items(), Doc("Variables that exist but whose value is not written here.")
    ] = ()
    sources: Annotated[tuple[ExistingObject, ...], Doc("Flux sources.")] = ()
    kustomizations: Annotated[tuple[FluxObject, ...], Doc("Flux Kustomizations.")] = ()
    gateways: Annotated[tuple[Gateway, ...], Doc("Gateways that routes may attach to.")] = ()
    issuers: Annotated[tuple[Issuer, ...], Doc("cert-manager issuers.")] = ()
    secret_stores: Annotated[tuple[SecretStore, ...], Doc("External Secrets stores.")] = ()
    storage_classes: Annotated[tuple[StorageClass, ...], Doc("Storage classes.")] = ()
    snapshot_classes: Annotated[tuple[Name, ...], Items(), Doc("Volume snapshot classes.")] = ()
    objects: Annotated[tuple[ExistingObject, ...], Doc("Any other objects that are referred to.")] = ()

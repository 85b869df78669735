"""Which Secrets exist once everything is applied, and their keys.

Sources: ExternalSecrets, plain and SOPS-encrypted Secrets (SOPS encrypts values, not keys), SealedSecrets,
cert-manager Certificates, and the inventory of the cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field

from opencode_policy.lean import dataclass
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.policy.model import ClusterFile
from opencode_policy.resource import Field, Resource
from opencode_policy.secrets.external_secret import (
    SecretKey,
    creation_policy,
    is_opaque,
    keys_of,
    makes_secret,
    target_name,
)

EVERYWHERE = "*"
"""Namespace of a Secret that is made in several namespaces, chosen by labels of theirs."""

_CERTIFICATE_KEYS = ("ca.crt", "tls.crt", "tls.key")
_TOKEN_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - the name of a type


@dataclass(frozen=True, slots=True)
class ProducedSecret:
    """A Secret that something makes.

    `origin` is that object (None for one of the inventory) and `at` the field that names the Secret;
    `opaque` tells that it may have keys which no file shows; `merged` that it only adds keys to a Secret
    which another makes.
    """

    name: str
    namespace: str
    keys: Mapping[str, SecretKey] = field(default_factory=dict)
    opaque: bool = False
    merged: bool = False
    origin: Resource | None = None
    at: Field | None = None


def produced_by(resources: Iterable[Resource]) -> Iterator[ProducedSecret]:
    """Every Secret that these objects make."""
    for resource in resources:
        reader = _READERS.get(resource.kind)
        if reader is not None:
            yield from reader(resource)


def produced_by_cluster(cluster: ClusterFile) -> Iterator[ProducedSecret]:
    """Every Secret of the inventory; one listed without keys is taken to have any."""
    for item in cluster.objects:
        if item.kind == "Secret":
            keys = {name: SecretKey(name) for name in item.keys}
            yield ProducedSecret(item.name, item.namespace or "", keys, opaque=not keys)


def produced_by_kustomization(root: Node) -> Iterator[ProducedSecret]:
    """Every Secret that a kustomization file generates; kustomize mends references to its hashed name."""
    generators = root.get("secretGenerator") if isinstance(root, MappingNode) else None
    for item in generators.items if isinstance(generators, SequenceNode) else ():
        name = item.get("name") if isinstance(item, MappingNode) else None
        if isinstance(name, ScalarNode):
            yield ProducedSecret(name.value, EVERYWHERE, opaque=True)


def _external(resource: Resource) -> Iterator[ProducedSecret]:
    if makes_secret(resource):
        at, merged = target_name(resource), creation_policy(resource) == "Merge"
        keys, opaque = keys_of(resource), is_opaque(resource)
        yield ProducedSecret(at.text, resource.namespace, keys, opaque, merged, resource, at)


def _cluster_external(resource: Resource) -> Iterator[ProducedSecret]:
    """Made wherever the namespace's labels fit: the name is known, the rest is not looked into."""
    target = resource["spec"]["externalSecretSpec"]["target"]["name"]
    name = resource["spec"]["externalSecretName"]
    at = target if target else name if name else resource["metadata"]["name"]
    yield ProducedSecret(at.text, EVERYWHERE, opaque=True, origin=resource, at=at)


def _plain(resource: Resource) -> Iterator[ProducedSecret]:
    keys = _named_keys(resource["data"], resource["stringData"])
    opaque = resource["type"].text == _TOKEN_TYPE
    yield ProducedSecret(
        resource.name, resource.namespace, keys, opaque, origin=resource, at=resource["metadata"]["name"]
    )


def _sealed(resource: Resource) -> Iterator[ProducedSecret]:
    template = resource["spec"]["template"]
    named = template["metadata"]["name"]
    at = named if named else resource["metadata"]["name"]
    keys = _named_keys(resource["spec"]["encryptedData"], template["data"])
    yield ProducedSecret(at.text, resource.namespace, keys, origin=resource, at=at)


def _certificate(resource: Resource) -> Iterator[ProducedSecret]:
    at = resource["spec"]["secretName"]
    keys = {key: SecretKey(key, at) for key in _CERTIFICATE_KEYS}
    further = bool(resource["spec"]["keystores"]) or bool(resource["spec"]["additionalOutputFormats"])
    yield ProducedSecret(at.text, resource.namespace, keys, further, origin=resource, at=at)


def _named_keys(*fields: Field) -> dict[str, SecretKey]:
    return {key: SecretKey(key, value) for item in fields for key, value in item.entries()}


_READERS: Mapping[str, Callable[[Resource], Iterator[ProducedSecret]]] = {
    "Certificate": _certificate,
    "ClusterExternalSecret": _cluster_external,
    "ExternalSecret": _external,
    "SealedSecret": _sealed,
    "Secret": _plain,
}

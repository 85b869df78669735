"""cert-manager Certificates, the hosts they cover, and which of them decides for a workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.listeners import gateways
from opencode_policy.routing.routes import attachments
from opencode_policy.tree import Tree, WorkspaceTree

GROUP = "cert-manager.io"
DEFAULT_KEY_ALGORITHM = "RSA"
"""What cert-manager takes when `privateKey.algorithm` is not given."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A Certificate object with the inventory's variables in place of those that stand in it unresolved."""

    resource: Resource
    tree: Tree

    @property
    def secret(self) -> str:
        """Name of the Secret that it fills, in its own namespace."""
        return self.tree.resolve_variables(self.resource["spec"]["secretName"].text)

    @property
    def secret_id(self) -> tuple[str, str]:
        return self.resource.namespace, self.secret

    @property
    def key_algorithm(self) -> str:
        return self.resource["spec"]["privateKey"]["algorithm"].text or DEFAULT_KEY_ALGORITHM

    def names(self) -> Iterator[tuple[str, Field]]:
        """Every DNS name, in small letters, with its field."""
        for field in self.resource["spec"]["dnsNames"]:
            yield self.tree.resolve_variables(field.text).lower(), field

    def covering(self, host: str) -> Field | None:
        """The DNS name that covers a host."""
        return next((field for name, field in self.names() if covers(name, host)), None)


def covers(name: str, host: str) -> bool:
    """Whether a certificate's DNS name is good for a host: equal, or a wildcard for exactly one level.

    Clients take `*` only as a whole first label (RFC 6125, section 6.4.3); letters may differ in case.
    """
    name, host = name.lower().rstrip("."), host.lower().rstrip(".")
    first, _, rest = host.partition(".")
    return name == host or bool(first and rest and name == f"*.{rest}")


def certificates(tree: Tree) -> list[Certificate]:
    """Every Certificate of the tree."""
    found = tree.of_kind("Certificate")
    return [Certificate(item, tree) for item in found if item.id.group == GROUP]


def covering(tree: Tree, host: str) -> list[Certificate]:
    """Certificates with a DNS name that covers the host."""
    return [item for item in certificates(tree) if item.covering(host) is not None]


def gateway_namespaces(workspace: WorkspaceTree) -> set[str]:
    """Namespaces of the Gateways that the workspace's routes attach to, if there are such Gateways."""
    known = set(gateways(workspace.tree))
    found = attachments(workspace)
    return {item.namespace for item in found if (item.namespace, item.gateway) in known}


def deciding(workspace: WorkspaceTree) -> list[Certificate]:
    """The covering certificates on which it depends what a browser sees.

    Those that a listener of the routes serves; if there is none, those beside the Gateway, where a listener
    could serve them; if there is none either, all. So a certificate that is kept for trials does not count.
    """
    found = covering(workspace.tree, workspace.host)
    listeners = [listener for item in attachments(workspace) for listener in item.listeners]
    served = {secret for listener in listeners for secret in listener.secrets}
    namespaces = gateway_namespaces(workspace)
    for chosen in (
        [item for item in found if item.secret_id in served],
        [item for item in found if item.resource.namespace in namespaces],
    ):
        if chosen:
            return chosen
    return found


def deciding_for_all(tree: Tree) -> list[Certificate]:
    """The deciding certificates of every workspace, each once."""
    return list(_unique(item for workspace in tree.workspaces for item in deciding(workspace)))


def _unique(found: Iterable[Certificate]) -> Iterator[Certificate]:
    seen: set[int] = set()
    for item in found:
        if id(item.resource) not in seen:
            seen.add(id(item.resource))
            yield item

"""Every volume that a workspace asks for, whichever object holds the claim."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field
from opencode_policy.tree import WorkspaceTree


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim or the template of one: its name, its spec, and the field by which a reader knows it."""

    name: str
    spec: Field
    at: Field


def volumes(workspace: WorkspaceTree) -> Iterator[Claim]:
    """PersistentVolumeClaims, then the templates of StatefulSets and of ephemeral volumes."""
    for claim in workspace.of_kind("PersistentVolumeClaim"):
        yield Claim(claim.name, claim["spec"], claim["metadata"]["name"])
    for pod in workspace.pods:
        for template in pod.workload["spec"]["volumeClaimTemplates"]:
            name = template["metadata"]["name"]
            yield Claim(name.text, template["spec"], name)
        for volume in pod.spec["volumes"]:
            template = volume["ephemeral"]["volumeClaimTemplate"]
            if template:
                yield Claim(volume["name"].text, template["spec"], volume["name"])

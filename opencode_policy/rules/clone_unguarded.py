"""Rule clone-unguarded."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.boots import boots_of
from opencode_policy.clones import first_boot, later_boots
from opencode_policy.outcome import Outcome, Unknown
from opencode_policy.requirement_tags import tag_of
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree


class CloneUnguarded(Rule):
    """The repository is not cloned into an empty volume, or again into one that has the clone."""

    requirements = ("FLUX-05", "FLUX-06", "HA-05", "HA-06")
    why = "x"
    fix = "x"
    good = ()
    bad = ()

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        boots = boots_of(workspace)
        if boots is None:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
            return
        yield from first_boot(boots, tag_of(workspace, "FLUX-05", "HA-05"))
        yield from later_boots(boots, tag_of(workspace, "FLUX-06", "HA-06"))

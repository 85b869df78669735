"""Whether the requirements agree with themselves, with the workspaces and with the rules."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.policy.document import PolicyFiles
from opencode_policy.policy.mistakes import Mistake, quoted, suggestion
from opencode_policy.policy.model import Requirement
from opencode_policy.policy.places import Step
from opencode_policy.policy.unique import repeated

_ALONE = ("not-verifiable", "nothing-to-check")
"""Ways of verification that say there is none: no other may stand beside them."""


def check_requirements(files: PolicyFiles) -> Iterator[Mistake]:
    """Mistakes in requirements.yaml that need more than the shape of one value."""
    document = files.requirements
    ids = ((item.id, ("requirements", at, "id")) for at, item in enumerate(document.value.requirements))
    yield from repeated(document, ids, "the ID")
    for at, item in enumerate(document.value.requirements):
        path = ("requirements", at)
        yield from _names(files, item, path)
        yield from _verification(files, item, path)
        for index, rule in enumerate(item.rules):
            yield from _rule(files, item, rule, (*path, "rules", index))


def _names(files: PolicyFiles, item: Requirement, path: tuple[Step, ...]) -> Iterator[Mistake]:
    """The milestone and the workspace exist."""
    document = files.requirements
    milestones = document.value.milestones
    if item.milestone not in milestones:
        message = f"there is no milestone {quoted(item.milestone)}{suggestion(item.milestone, milestones)}"
        yield document.mistake((*path, "milestone"), message)
    workspaces = [workspace.name for workspace in files.settings.value.workspaces]
    if item.workspace is not None and item.workspace not in workspaces:
        message = f"there is no workspace {quoted(item.workspace)}{suggestion(item.workspace, workspaces)}"
        yield document.mistake((*path, "workspace"), message)


def _verification(files: PolicyFiles, item: Requirement, path: tuple[Step, ...]) -> Iterator[Mistake]:
    """Rules and the other ways of verification fit, and what stays open is explained."""
    document, kinds = files.requirements, item.verified_by
    static = "static" in kinds
    if static and not item.rules:
        yield document.mistake((*path, "verified_by"), "static verification, but no rule is named")
    if item.rules and not static:
        yield document.mistake((*path, "rules"), "rules are named, but 'static' is not in verified_by")
    if len(kinds) > 1:
        for kind in set(kinds) & set(_ALONE):
            message = f"'{kind}' says that there is no other way of verification"
            yield document.mistake((*path, "verified_by", kinds.index(kind)), message)
    if set(kinds) != {"static"} and not item.reason.strip():
        message = "a reason is missing: the files alone do not decide this requirement"
        yield document.mistake((*path, "reason"), message)


def _rule(files: PolicyFiles, item: Requirement, rule: str, path: tuple[Step, ...]) -> Iterator[Mistake]:
    """A rule that a requirement names exists and says that it decides it."""
    facts = files.rules.get(rule)
    if facts is None and files.incomplete:
        return
    if facts is None:
        message = f"there is no rule {quoted(rule)}{suggestion(rule, files.rules)}"
        yield files.requirements.mistake(path, message)
    elif item.id not in facts.requirements:
        tags = ", ".join(facts.requirements) or "none"
        message = f"the rule does not decide {item.id}; it decides {tags}"
        yield files.requirements.mistake(path, message)

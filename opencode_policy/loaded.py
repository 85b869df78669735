"""A tree that is looked at rather than checked: built, with what rules on references say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from opencode_policy.engine import judge, stage_finding
from opencode_policy.expand.build import Builder
from opencode_policy.expand.flux import MakeBuilder
from opencode_policy.finding import Finding
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Problem
from opencode_policy.policy.decode import decode_value
from opencode_policy.preparation import prepared
from opencode_policy.redact import Redactor
from opencode_policy.rules.base import Rule
from opencode_policy.secrets.tree_secrets import hide_secrets
from opencode_policy.tree import Tree

CONCERN = "references"


@dataclass(eq=False)
class Loaded:
    """A tree and the rules that can be asked about it."""

    tree: Tree
    classes: Mapping[str, type[Rule]]
    _redactor: Redactor = field(default_factory=Redactor)

    def problems(self) -> list[Problem]:
        """What the rules on references find wrong; a rule that raises says nothing here."""
        settings = self.tree.policy.settings.rules
        rules = []
        for name, rule in self.classes.items():
            setting = settings.get(name)
            if rule.concern == CONCERN and (setting is None or setting.enabled):
                given = setting.parameters if setting else {}
                rules.append(rule(decode_value(rule.Parameters, given)))
        said = judge(rules, self.tree)
        return [item.outcome for item in said.outcomes if isinstance(item.outcome, Problem)]

    def clean(self, text: str) -> str:
        """A text without the secrets that the tree holds."""
        hide_secrets(self._redactor, self.tree)
        return self._redactor.text(text)


def load(path: Path, policy_directory: Path | None = None) -> Loaded:
    """Build the tree of a folder; raises what `run.check` raises for a path or a policy."""
    ready = prepared([path], policy_directory=policy_directory)
    return Loaded(ready.tree()[0], ready.classes)


@dataclass(frozen=True, slots=True)
class Expanded:
    """A tree as Flux would apply it, what its making found wrong, and what keeps its secrets."""

    tree: Tree
    findings: tuple[Finding, ...]
    redactor: Redactor


def expanded(
    paths: Sequence[Path], *, policy_directory: Path | None = None, builder: MakeBuilder = Builder
) -> Expanded:
    """Expand the manifests below `paths` without judging them; `builder` does the work of kustomize.

    Raises what `check` raises.
    """
    ready = prepared(paths, policy_directory=policy_directory)
    tree, diagnostics = ready.tree(builder)
    known = {item.id: item for item in ready.policy.requirements}
    findings = [stage_finding(item, known) for item in (*ready.found.diagnostics, *diagnostics)]
    redactor = Redactor()
    hide_secrets(redactor, tree)
    unique = sorted(dict.fromkeys(findings), key=lambda item: item.sort_key)
    return Expanded(tree, tuple(unique), redactor)

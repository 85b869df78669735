"""Every rule there is: built in, from installed plugins, and the checks of the stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from opencode_policy.finding import Severity
from opencode_policy.lean import dataclass
from opencode_policy.rules.base import Rule, summary_of
from opencode_policy.rules.stages import STAGE_RULES


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What reports and manuals say of a rule, whoever checks it."""

    id: str
    summary: str
    why: str
    fix: str
    severity: Severity
    requirements: tuple[str, ...]
    suppressible: bool
    security_severity: float | None
    rule: type[Rule] | None = None

    @property
    def name(self) -> str:
        """The id in the spelling of a class: `PvcStorageMismatch`."""
        return "".join(part.capitalize() for part in self.id.split("-"))


def info_of(rule: type[Rule]) -> RuleInfo:
    """What is known of a rule class."""
    return RuleInfo(
        rule.id,
        summary_of(rule),
        rule.why,
        rule.fix,
        rule.severity,
        rule.requirements,
        rule.suppressible,
        rule.security_severity,
        rule,
    )


def catalogue(rules: Mapping[str, type[Rule]]) -> dict[str, RuleInfo]:
    """Rules and stage checks together, by id in alphabetical order."""
    infos = (*map(info_of, rules.values()), *_stages())
    return {info.id: info for info in sorted(infos, key=lambda info: info.id)}


def _stages() -> Iterator[RuleInfo]:
    for stage in STAGE_RULES.values():
        yield RuleInfo(
            stage.id,
            stage.summary,
            stage.why,
            stage.fix,
            stage.severity,
            stage.requirements,
            stage.suppressible,
            stage.security_severity,
        )

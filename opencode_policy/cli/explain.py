"""opencode-policy explain."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

from opencode_policy.cli import session
from opencode_policy.cli.arguments import add_common, add_policy
from opencode_policy.cli.exit_codes import CLEAN, RefusedError
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.terminal import colour, width
from opencode_policy.cli.write import write_text
from opencode_policy.nearest import hint
from opencode_policy.policy.model import Requirement
from opencode_policy.report.manual import Section, manual
from opencode_policy.report.page import as_text
from opencode_policy.report.style import OF_SEVERITY, Style
from opencode_policy.report.visible import wrap
from opencode_policy.report.words import listed
from opencode_policy.rules.base import Rule
from opencode_policy.rules.catalogue import RuleInfo, catalogue

DESCRIPTION = """\
Show the manual page of a rule (why it is there, how to mend what it finds, its
parameters and examples) or of a requirement (what checks it, what stays open).
"""
EPILOG = """\
exit codes:
  0    the page was shown
  2    there is no such rule or requirement, or the policy cannot be used

examples:
  opencode-policy explain yaml-duplicate-key
  opencode-policy explain SEC-01
  opencode-policy explain drill-power-loss
"""


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("name", metavar="RULE|REQUIREMENT", help="id of a rule or of a requirement")
    add_policy(parser)
    add_common(parser)


def run(arguments: Namespace) -> int:
    """Print the page."""
    from opencode_policy.rules.table import load_rules

    classes = load_rules()
    name = arguments.name
    rules = catalogue({**classes, **(_drills() if name.startswith("drill-") else {})})
    requirements = _requirements(arguments, classes, needed=name not in rules)
    style, room = Style(colour(arguments.color)), width()
    if name in rules:
        page = _rule_page(rules[name], requirements, style, room)
    elif name in requirements:
        page = _requirement_page(requirements[name], rules, style, room)
    else:
        near = hint(name, (*rules, *requirements))
        raise RefusedError(f"there is no rule or requirement '{name}'{near}\nSee `opencode-policy rules`.")
    write_text(Target("text", STANDARD_OUTPUT), page + "\n", for_people=True)
    return CLEAN


def _drills() -> Mapping[str, type[Rule]]:
    from opencode_policy.drill.table import DRILLS

    return {drill.id: drill for drill in DRILLS}


def _requirements(
    arguments: Namespace, classes: Mapping[str, type[Rule]], *, needed: bool
) -> Mapping[str, Requirement]:
    """Requirements by ID; the page of a rule does without their titles where the policy is broken."""
    try:
        return {item.id: item for item in session.policy(arguments.policy, classes).requirements}
    except RefusedError:
        if needed or arguments.policy:
            raise
        return {}


def _rule_page(info: RuleInfo, requirements: Mapping[str, Requirement], style: Style, room: int) -> str:
    titles = {name: item.title for name, item in requirements.items()}
    severity = style(info.severity, OF_SEVERITY[info.severity])
    head = [f"{style(info.id, 'bold')} ({severity})", *wrap(info.summary, room)]
    return "\n".join(head) + "\n\n" + as_text(manual(info, titles), style, room)


def _requirement_page(item: Requirement, rules: Mapping[str, RuleInfo], style: Style, room: int) -> str:
    head = [style(item.id, "bold"), *wrap(item.title, room)]
    names = dict.fromkeys(
        (*item.rules, *(info.id for info in rules.values() if item.id in info.requirements))
    )
    facts = [("milestone", item.milestone), ("verified by", listed(item.verified_by))]
    if item.workspace:
        facts.append(("workspace", item.workspace))
    sections = [
        Section("About", items=tuple(facts)),
        Section("Rules", items=tuple((name, _summary(name, rules)) for name in names)),
        Section("What the files cannot show", (item.reason,) if item.reason else ()),
    ]
    filled = [section for section in sections if section.items or section.paragraphs]
    return "\n".join(head) + "\n\n" + as_text(filled, style, room)


def _summary(name: str, rules: Mapping[str, RuleInfo]) -> str:
    return rules[name].summary if name in rules else "not installed"

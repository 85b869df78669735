"""What the log says of the tool, its rules and the requirements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from opencode_policy import __version__
from opencode_policy.finding import Severity, Verdict
from opencode_policy.report.manual import manual
from opencode_policy.report.page import as_markdown, as_text
from opencode_policy.report.sarif.identity import TAXONOMY, Taxa, guid, taxonomy_reference
from opencode_policy.report.sarif.notifications import DESCRIPTORS
from opencode_policy.report.sarif.types import Component, Descriptor, Level, RuleProperties
from opencode_policy.report.style import Style
from opencode_policy.report.words import clipped
from opencode_policy.rules.catalogue import RuleInfo

LEVELS: Mapping[Severity, Level] = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}

TAGS = 10
"""Tags of a rule that GitHub keeps; with more than 20 it rejects the log."""

DESCRIPTION = 1024
"""Longest description that GitHub takes, in characters."""


def driver(catalogue: Mapping[str, RuleInfo], verdicts: Iterable[Verdict], taxa: Taxa) -> Component:
    """The tool with every rule of the catalogue, whether it found something or not."""
    titles = {verdict.id: verdict.title for verdict in verdicts}
    component: Component = {
        "name": "opencode-policy",
        "fullName": f"opencode-policy {__version__}",
        "guid": guid("driver"),
        "version": __version__,
        "semanticVersion": __version__,
        "language": "en",
        "contents": ["localizedData", "nonLocalizedData"],
        "shortDescription": {"text": "Proves that a GitOps repository meets its written requirements."},
        "rules": [_rule(info, titles, taxa) for info in catalogue.values()],
        "notifications": list(DESCRIPTORS),
    }
    if titles:
        component["supportedTaxonomies"] = [taxonomy_reference()]
    return component


def _rule(info: RuleInfo, titles: Mapping[str, str], taxa: Taxa) -> Descriptor:
    sections = manual(info, titles, examples=1)
    descriptor: Descriptor = {
        "id": info.id,
        "guid": guid("rule", info.id),
        "name": info.name,
        "shortDescription": {"text": clipped(info.summary, DESCRIPTION)},
        "fullDescription": {"text": clipped(f"{info.summary} {info.why}", DESCRIPTION)},
        "help": {
            "text": as_text(sections, Style(enabled=False), 100),
            "markdown": as_markdown(sections),
        },
        "defaultConfiguration": {"level": LEVELS[info.severity]},
        "properties": _properties(info),
    }
    references = taxa.references(info.requirements)
    if references:
        descriptor["relationships"] = [{"target": item, "kinds": ["superset"]} for item in references]
    return descriptor


def _properties(info: RuleInfo) -> RuleProperties:
    """GitHub's properties; requirement IDs are tags as well because GitHub ignores taxonomies."""
    security = info.security_severity is not None
    tags = dict.fromkeys((*(("security",) if security else ()), *info.requirements))
    properties: RuleProperties = {
        "tags": list(tags)[:TAGS],
        "precision": "very-high",
        "problem.severity": _PROBLEMS[info.severity],
    }
    if info.security_severity is not None:
        properties["security-severity"] = f"{info.security_severity:.1f}"
    return properties


def taxonomy(verdicts: Iterable[Verdict]) -> Component:
    """The requirements of the policy: a standard of the repository, not of the tool."""
    return {
        "name": TAXONOMY,
        "guid": guid("taxonomy", TAXONOMY),
        "contents": ["localizedData", "nonLocalizedData"],
        "shortDescription": {"text": "The written requirements that the repository must meet."},
        "taxa": [_taxon(verdict) for verdict in verdicts],
    }


def _taxon(verdict: Verdict) -> Descriptor:
    return {
        "id": verdict.id,
        "guid": guid("taxon", verdict.id),
        "shortDescription": {"text": clipped(verdict.title, DESCRIPTION)},
    }

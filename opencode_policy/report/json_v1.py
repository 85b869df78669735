"""The JSON report, version 1."""

from __future__ import annotations

import json

from opencode_policy import __version__
from opencode_policy.detect.fingerprint import Mark
from opencode_policy.finding import Change, Evidence, Finding, Gap, Result, Suppression, Verdict
from opencode_policy.fingerprint import fingerprints
from opencode_policy.location import Location
from opencode_policy.report import json_types as v1
from opencode_policy.report.options import Options
from opencode_policy.report.view import View
from opencode_policy.resource import ObjectId


def render(view: View, options: Options) -> str:
    """The report as indented JSON; `options` change nothing, everything is always in it."""
    del options
    return json.dumps(report(view.result), indent=2, ensure_ascii=False) + "\n"


def report(result: Result) -> v1.ReportV1:
    """The report as plain values."""
    prints = fingerprints(result.findings)
    return {
        "version": 1,
        "tool": {"name": "opencode-policy", "version": __version__},
        "findings": [_finding(item, prints[item]) for item in result.findings],
        "requirements": [_requirement(item) for item in result.verdicts],
        "not_checked": [_not_checked(item) for item in result.gaps],
        "failures": [
            {"rule": item.rule, "subject": item.subject, "error": item.error} for item in result.failures
        ],
        "change": _change(result.change) if result.change else None,
        "summary": _summary(result),
    }


def _finding(finding: Finding, fingerprint: str) -> v1.FindingV1:
    return {
        "rule": finding.rule,
        "requirements": list(finding.requirements),
        "severity": finding.severity,
        "message": finding.message,
        "location": _location(finding.location),
        "resource": _resource(finding.resource) if finding.resource else None,
        "pointer": finding.pointer,
        "fingerprint": fingerprint,
        "related": [
            {"message": item.message, "location": _location(item.location)} for item in finding.related
        ],
        "suppressed": _suppression(finding.suppressed) if finding.suppressed else None,
        "spared": finding.spared or None,
        "secret": _secret(finding.secret) if finding.secret else None,
    }


def _suppression(waiver: Suppression) -> v1.SuppressionV1:
    details = dict(waiver.details)
    return {
        "reason": waiver.reason,
        "location": _location(waiver.location),
        "kind": waiver.by,
        "owner": details.get("owner"),
        "issue": details.get("issue"),
        "until": details.get("until"),
    }


def _change(change: Change) -> v1.ChangeV1:
    return {
        "revision": change.revision,
        "broken": list(change.broken),
        "repaired": list(change.repaired),
    }


def _secret(mark: Mark) -> v1.SecretV1:
    return {"kind": mark.kind, "length": mark.length, "fingerprint": mark.fingerprint or None}


def _requirement(verdict: Verdict) -> v1.RequirementV1:
    return {
        "id": verdict.id,
        "title": verdict.title,
        "status": verdict.status,
        "reason": verdict.reason,
        "evidence": [_evidence(item) for item in verdict.evidence],
    }


def _evidence(evidence: Evidence) -> v1.EvidenceV1:
    return {"rule": evidence.rule, "message": evidence.message, "location": _location(evidence.location)}


def _not_checked(gap: Gap) -> v1.NotCheckedV1:
    return {
        "reason": gap.reason,
        "requirements": list(gap.requirements),
        "rule": gap.rule,
        "location": _location(gap.location) if gap.location else None,
    }


def _location(location: Location) -> v1.LocationV1:
    return {
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }


def _resource(identity: ObjectId) -> v1.ResourceV1:
    return {
        "apiVersion": identity.api_version,
        "kind": identity.kind,
        "namespace": identity.namespace or None,
        "name": identity.name,
        "view": identity.view or None,
    }


def _summary(result: Result) -> v1.SummaryV1:
    active = [finding.severity for finding in result.findings if finding.suppressed is None]
    return {
        "requirements": {
            "satisfied": result.count("satisfied"),
            "violated": result.count("violated"),
            "not_applicable": result.count("not-applicable"),
            "not_checked": result.count("not-checked"),
        },
        "findings": {
            "error": active.count("error"),
            "warning": active.count("warning"),
            "info": active.count("info"),
            "suppressed": len(result.findings) - len(active),
        },
        "files": result.files,
        "resources": result.resources,
    }

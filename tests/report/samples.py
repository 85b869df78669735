"""Results made by hand, small enough to be read next to what a report makes of them."""

from __future__ import annotations

from collections.abc import Iterable

from opencode_policy.finding import Evidence, Finding, Gap, Result, RuleFailure, Suppression, Verdict
from opencode_policy.location import Location, Related
from opencode_policy.redact import Redactor
from opencode_policy.report.view import View, view
from opencode_policy.resource import ObjectId
from opencode_policy.rules.catalogue import RuleInfo
from opencode_policy.source import Source

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: demo
spec:
  resources:
    requests:
      storage: 10Gi
"""
POLICY = """\
rules:
  claim-mismatch:
    parameters:
      size: 5Gi
"""
SCRIPT = "set -eu\nset -x  # opencode-policy: ignore[shell-tracing] only in the test cluster\n"

CLAIM_PATH = "apps/demo/claim.yaml"
POLICY_PATH = "policies/opencode.yaml"
SCRIPT_PATH = "apps/demo/init.sh"

CLAIM_ID = ObjectId("v1", "PersistentVolumeClaim", "demo", "data")


def sources(*more: Source) -> dict[str, Source]:
    """The files of the sample, and others."""
    own = (Source(CLAIM_PATH, CLAIM), Source(POLICY_PATH, POLICY), Source(SCRIPT_PATH, SCRIPT))
    return {source.path: source for source in (*own, *more)}


def place(source: Source, text: str) -> Location:
    """Where a text stands in a file, which must hold it."""
    start = source.text.index(text)
    return source.location(start, start + len(text))


def info(name: str, **more: object) -> RuleInfo:
    """A rule of the catalogue."""
    values: dict[str, object] = {
        "summary": f"Summary of {name}.",
        "why": f"Why {name} matters.",
        "fix": f"Mend {name}.",
        "severity": "error",
        "requirements": ("SEC-04",),
        "suppressible": True,
        "security_severity": None,
        **more,
    }
    return RuleInfo(id=name, **values)  # type: ignore[arg-type]


def rules() -> dict[str, RuleInfo]:
    """The catalogue of the sample."""
    infos = (
        info("claim-mismatch", fix="Set the size that the policy asks for."),
        info("file-byte-order-mark", severity="warning", requirements=("SEC-02",)),
        info("shell-tracing", requirements=("SEC-03",), security_severity=6.5),
        info("style-note", severity="info", requirements=()),
    )
    return {item.id: item for item in infos}


def claim_finding() -> Finding:
    """The claim asks for too much; the policy's line is related."""
    files = sources()
    related = Related("the policy asks for 5Gi", place(files[POLICY_PATH], "5Gi"))
    return Finding(
        "claim-mismatch",
        ("SEC-04",),
        "error",
        "the claim asks for 10Gi instead of 5Gi",
        place(files[CLAIM_PATH], "10Gi"),
        CLAIM_ID,
        (related,),
        "/spec/resources/requests/storage",
    )


def waived_finding() -> Finding:
    """A finding that a comment waives."""
    script = sources()[SCRIPT_PATH]
    comment = place(script, SCRIPT[SCRIPT.index("#") :].rstrip())
    waiver = Suppression("only in the test cluster", comment)
    where = place(script, "set -x")
    return Finding("shell-tracing", ("SEC-03",), "error", "set -x prints secrets", where, suppressed=waiver)


def verdicts(*findings: Finding) -> tuple[Verdict, ...]:
    """One requirement for every status, two of them open for one reason."""
    here = place(sources()[CLAIM_PATH], "demo")
    proof = Evidence("namespace-missing", "the claim lives in demo", here, CLAIM_ID)
    live = "needs a live cluster: only a request shows it"
    return (
        Verdict("INFRA-01", "The namespace exists.", "satisfied", evidence=(proof,)),
        Verdict("SEC-04", "Claims ask for 5Gi.", "violated", findings=findings),
        Verdict("FLUX-01", "The page loads.", "not-checked", live),
        Verdict("HA-01", "The other page loads.", "not-checked", live),
        Verdict("AUTO-02", "Tokens refresh.", "not-applicable", "OpenCode cannot do it"),
    )


def result(findings: Iterable[Finding] | None = None, *, failed: bool = False) -> Result:
    """A result with a finding, a waived one, a gap and, if asked for, a rule that raised."""
    found = (claim_finding(), waived_finding()) if findings is None else tuple(findings)
    gap = Gap(
        "the chart is not rendered", ("SEC-05",), "resources-mismatch", Location(CLAIM_PATH, 1, 1, 1, 2)
    )
    failure = RuleFailure("shell-tracing", "demo", "KeyError at rule.py:3")
    return Result(found, verdicts(*found), (gap,), (failure,) if failed else (), files=3, resources=1)


def sample(
    findings: Iterable[Finding] | None = None,
    *more: Source,
    redactor: Redactor | None = None,
    failed: bool = False,
) -> View:
    """The view of the sample."""
    found = result(findings, failed=failed)
    return view(found, sources(*more), rules(), redactor or Redactor())

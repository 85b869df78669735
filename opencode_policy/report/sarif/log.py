"""The whole log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from opencode_policy.checkout import Checkout
from opencode_policy.finding import SEVERITIES, Finding
from opencode_policy.report.options import Options
from opencode_policy.report.profiles import PROFILES, Profile
from opencode_policy.report.sarif import notifications
from opencode_policy.report.sarif.identity import Taxa
from opencode_policy.report.sarif.places import ROOT, uri
from opencode_policy.report.sarif.results import Results
from opencode_policy.report.sarif.rules import driver, taxonomy
from opencode_policy.report.sarif.types import Invocation, Log, Notification, Provenance, Run
from opencode_policy.report.view import View

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(view: View, options: Options) -> str:
    """The log as compact JSON, within the size that the consumer takes.

    What does not fit is left out in this order, and a notification says so: the text at each place, the
    related locations, the lightest results.
    """
    size = PROFILES[options.profile].size
    text = _text(view, options)
    if size is None or len(text.encode(errors="replace")) <= size:
        return text
    for richness in (1, 0):
        text = _text(view, options, richness)
        if len(text.encode(errors="replace")) <= size:
            return text
    return _fewer(view, options, size)


def _fewer(view: View, options: Options, size: int) -> str:
    """The log with as many results as fit, found by halving."""
    low, high = 0, len(view.result.findings)
    while low < high:
        middle = (low + high + 1) // 2
        fits = len(_text(view, options, 0, middle).encode(errors="replace")) <= size
        low, high = (middle, high) if fits else (low, middle - 1)
    return _text(view, options, 0, low)


def _text(view: View, options: Options, richness: int = 2, most: int | None = None) -> str:
    made = log(view, options, richness, most)
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n"


def log(view: View, options: Options, richness: int = 2, most: int | None = None) -> Log:
    """The log as plain values; it holds no time, no absolute path and nothing of the machine.

    `richness` 2 has every detail, 1 no snippets, 0 no related locations either; `most` limits the results.
    """
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [_run(view, options, PROFILES[options.profile], richness, most)],
    }


def _run(view: View, options: Options, profile: Profile, richness: int, most: int | None) -> Run:
    verdicts = view.result.verdicts
    taxa = Taxa.of(verdict.id for verdict in verdicts)
    rules = {name: index for index, name in enumerate(view.catalogue)}
    proofs = list(dict.fromkeys(_proofs(view, rules))) if profile.passing else []
    wanted = [item for item in view.result.findings if profile.suppressed or item.suppressed is None]
    kept = _gravest([*wanted, *proofs], profile.results if most is None else most)
    made = Results(
        view,
        rules,
        taxa,
        profile.suppressed,
        frozenset(proofs),
        snippets=richness > 1,
        relations=richness > 0,
    )
    results = made.of(kept)
    left_out = len(wanted) + len(proofs) - len(kept)
    run: Run = {
        "tool": {"driver": driver(view.catalogue, verdicts, taxa)},
        "invocations": [_invocation(view, rules, [*_notices(made, left_out)])],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "utf16CodeUnits",
        "results": results,
    }
    if verdicts:
        run["taxonomies"] = [taxonomy(verdicts)]
    if options.checkout is not None:
        run["versionControlProvenance"] = [_provenance(options.checkout)]
    if options.category:
        run["automationDetails"] = {"id": options.category.rstrip("/") + "/"}
    return run


def _proofs(view: View, rules: dict[str, int]) -> Iterator[Finding]:
    """Evidence of satisfied requirements in the shape of findings."""
    for verdict in view.result.verdicts:
        for item in verdict.evidence if verdict.status == "satisfied" else ():
            if item.rule in rules:
                yield Finding(item.rule, (verdict.id,), "info", item.message, item.location, item.resource)


def _gravest(findings: Sequence[Finding], most: int | None) -> list[Finding]:
    """At most so many findings, by URI, line, column and rule; the light ones go first."""
    by_severity = sorted(findings, key=lambda item: SEVERITIES.index(item.severity))
    return sorted(by_severity[:most], key=lambda item: (uri(item.location.path), item.sort_key))


def _provenance(checkout: Checkout) -> Provenance:
    found: Provenance = {
        "repositoryUri": checkout.repository,
        "revisionId": checkout.revision,
        "mappedTo": {"uriBaseId": ROOT},
    }
    if checkout.branch:
        found["branch"] = checkout.branch
    return found


def _notices(made: Results, left_out: int) -> Iterator[Notification]:
    """What the log has no room for."""
    if left_out:
        yield notifications.left_out(left_out)
    if not made.snippets:
        yield notifications.details_left_out("the text at each place")
    if made.cut:
        yield notifications.details_left_out(f"{made.cut} related locations")


def _invocation(view: View, rules: dict[str, int], notices: Sequence[Notification]) -> Invocation:
    """Findings are no failure of the run: a consumer must not take the log for a broken one."""
    result = view.result
    said = [notifications.gap(view, item, rules) for item in result.gaps]
    said += [notifications.failure(item, rules) for item in result.failures]
    return {"executionSuccessful": not result.failures, "toolExecutionNotifications": [*said, *notices]}

from __future__ import annotations

from dataclasses import replace

from opencode_policy.finding import Finding
from opencode_policy.location import Location, Related
from opencode_policy.redact import Redactor
from opencode_policy.report.options import Options
from opencode_policy.report.text import render
from opencode_policy.source import Source
from tests.report import samples

PLAIN = Options(width=80)

FINDING = """\
error[claim-mismatch] SEC-04: the claim asks for 10Gi instead of 5Gi
 --> apps/demo/claim.yaml:9:16
  |
9 |       storage: 10Gi
  |                ^^^^
 ::: policies/opencode.yaml:4:13
  |
4 |       size: 5Gi
  |             --- the policy asks for 5Gi
  = PersistentVolumeClaim demo/data at /spec/resources/requests/storage
  = help: Set the size that the policy asks for.
"""
NOT_CHECKED = """\
Not checked
  FLUX-01, HA-01  needs a live cluster: only a request shows it
  SEC-05          apps/demo/claim.yaml:1:1 the chart is not rendered
                  [resources-mismatch]
"""
COUNTS = """\
Requirements: 1 satisfied, 1 violated, 1 not applicable, 2 not checked
Findings: 1 error, 0 warnings (1 suppressed)
Read: 3 files, 1 resource
"""
SATISFIED = """\
Satisfied
  INFRA-01  The namespace exists.
            apps/demo/claim.yaml:5:14 the claim lives in demo
              [namespace-missing]
"""
SUPPRESSED = """\
Suppressed
  shell-tracing  apps/demo/init.sh:2:1 set -x prints secrets
                 waived: only in the test cluster
"""


def blocks(text: str) -> list[str]:
    """Parts of a report between empty lines."""
    return text.rstrip("\n").split("\n\n")


def test_the_whole_report() -> None:
    assert render(samples.sample(), PLAIN) == "\n".join((FINDING, NOT_CHECKED, COUNTS))


def test_what_is_shown_on_request() -> None:
    options = Options(width=80, show=frozenset({"satisfied", "suppressed"}))
    whole = "\n".join((FINDING, SUPPRESSED, SATISFIED, NOT_CHECKED, COUNTS))
    assert render(samples.sample(), options) == whole


def test_a_rule_that_failed_is_named() -> None:
    text = render(samples.sample(failed=True), PLAIN)
    assert "Rules that failed\n  shell-tracing  raised on demo: KeyError at rule.py:3\n" in text


def test_without_findings_the_counts_remain() -> None:
    assert blocks(render(samples.sample([]), PLAIN))[-1].splitlines()[1] == "Findings: 0 errors, 0 warnings"


def test_colour() -> None:
    text = render(samples.sample(), Options(colour=True, width=80))
    head, arrow, bar, line, carets = text.splitlines()[:5]
    assert head == (
        "\x1b[1;31merror\x1b[0m[\x1b[1mclaim-mismatch\x1b[0m] SEC-04: "
        "\x1b[1mthe claim asks for 10Gi instead of 5Gi\x1b[0m"
    )
    assert arrow == " \x1b[1;34m-->\x1b[0m apps/demo/claim.yaml:9:16"
    assert bar == "  \x1b[1;34m|\x1b[0m"
    assert line == "\x1b[1;34m9\x1b[0m \x1b[1;34m|\x1b[0m       storage: 10Gi"
    assert carets == "  \x1b[1;34m|\x1b[0m                \x1b[1;31m^^^^\x1b[0m"


def finding(source: Source, text: str, **changes: object) -> Finding:
    """A finding of style-note at a text of a file."""
    found = Finding("style-note", (), "info", "a message", samples.place(source, text))
    return replace(found, **changes)  # type: ignore[arg-type]


def test_a_fix_stands_with_the_first_finding_of_its_rule() -> None:
    source = Source("a.yaml", "one: 1\ntwo: 2\n")
    found = [finding(source, "one"), finding(source, "two")]
    first, second, *_ = blocks(render(samples.sample(found, source), PLAIN))
    assert first.endswith("  = help: Mend style-note.")
    assert "help" not in second


def test_line_numbers_share_a_gutter() -> None:
    source = Source("a.yaml", "x\n" * 99 + "last: 1\n")
    related = (Related("the other place", Location("a.yaml", 9, 1, 9, 2)),)
    text = blocks(render(samples.sample([finding(source, "last", related=related)], source), PLAIN))[0]
    assert text == (
        "info[style-note]: a message\n"
        "   --> a.yaml:100:1\n"
        "    |\n"
        "100 | last: 1\n"
        "    | ^^^^\n"
        "   ::: a.yaml:9:1\n"
        "    |\n"
        "  9 | x\n"
        "    | - the other place\n"
        "    = help: Mend style-note."
    )


def test_a_region_of_several_lines_is_underlined_to_the_end_of_the_first() -> None:
    source = Source("a.yaml", "key: |\n  text\n  more\n")
    text = render(samples.sample([finding(source, "|\n  text")], source), PLAIN)
    assert "1 | key: |\n  |      ^\n" in text


def test_a_file_that_was_not_read_has_no_line() -> None:
    found = Finding("style-note", (), "info", "cannot be read", Location("gone.yaml", 1, 1, 1, 1))
    assert blocks(render(samples.sample([found]), PLAIN))[0] == (
        "info[style-note]: cannot be read\n --> gone.yaml:1:1\n  = help: Mend style-note."
    )


def test_a_related_place_without_a_line_keeps_its_message() -> None:
    source = Source("a.yaml", "one: 1\n")
    related = (Related("the link", Location("gone.yaml", 1, 1, 1, 1)),)
    text = render(samples.sample([finding(source, "one", related=related)], source), PLAIN)
    assert " ::: gone.yaml:1:1\n  = the link\n" in text


def test_nothing_of_a_manifest_reaches_the_terminal_raw() -> None:
    source = Source("\x1b]0;a.yaml", "key: \x1b[31mred\u202e\n")
    bell = finding(source, "key", message="\x07 \x1b[2J\n::error::x")
    text = render(samples.sample([bell], source), PLAIN)
    assert not [char for char in text if not char.isprintable() and char != "\n"]
    assert "info[style-note]: \\x07 \\x1b[2J\\x0a::error::x\n --> \\x1b]0;a.yaml:1:1\n" in text
    assert "1 | key: \\x1b[31mred\\u202e\n" in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::") and ":::" not in line]


def test_secrets_are_masked_and_the_caret_follows() -> None:
    value = "hunter2" * 3
    source = Source("a.yaml", f"key: {value} # why\n")
    found = finding(source, "why", message=f"says {value}")
    view = samples.sample([found], source, redactor=Redactor([value]))
    text = blocks(render(view, PLAIN))[0]
    assert text == (
        "info[style-note]: says ***\n"
        " --> a.yaml:1:30\n"
        "  |\n"
        "1 | key: *** # why\n"
        "  |            ^^^\n"
        "  = help: Mend style-note."
    )

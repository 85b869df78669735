from __future__ import annotations

from dataclasses import replace

from opencode_policy.redact import Redactor
from opencode_policy.report.options import Options
from opencode_policy.report.trace import render_markdown, render_text
from opencode_policy.report.view import view
from tests.report import samples

TEXT = """\
Requirement  Status          Evidence or problems
INFRA-01     satisfied       The namespace exists.
                             + apps/demo/claim.yaml:5:14 the claim lives in demo
                               [namespace-missing]
SEC-04       violated        Claims ask for 5Gi.
                             ! apps/demo/claim.yaml:9:16 the claim asks for 10Gi
                               instead of 5Gi [claim-mismatch]
FLUX-01      not checked     The page loads.
                             ? needs a live cluster: only a request shows it
HA-01        not checked     The other page loads.
                             ? needs a live cluster: only a request shows it
AUTO-02      not applicable  Tokens refresh.
                             ? OpenCode cannot do it

Requirements: 1 satisfied, 1 violated, 1 not applicable, 2 not checked
Findings: 1 error, 0 warnings (1 suppressed)
Read: 3 files, 1 resource
"""

MARKDOWN = """\
| Requirement | Status | Evidence or problems |
| --- | --- | --- |
| INFRA-01 | satisfied | The namespace exists.<br>evidence: `apps/demo/claim.yaml:5:14` the claim lives in demo (`namespace-missing`) |
| SEC-04 | violated | Claims ask for 5Gi.<br>problem: `apps/demo/claim.yaml:9:16` the claim asks for 10Gi instead of 5Gi (`claim-mismatch`) |
| FLUX-01 | not checked | The page loads.<br>needs a live cluster: only a request shows it |
| HA-01 | not checked | The other page loads.<br>needs a live cluster: only a request shows it |
| AUTO-02 | not applicable | Tokens refresh.<br>OpenCode cannot do it |

- Requirements: 1 satisfied, 1 violated, 1 not applicable, 2 not checked
- Findings: 1 error, 0 warnings (1 suppressed)
- Read: 3 files, 1 resource
"""  # noqa: E501 - a row of a Markdown table is one line


def test_text() -> None:
    assert render_text(samples.sample(), Options(width=80)) == TEXT


def test_markdown() -> None:
    assert render_markdown(samples.sample(), Options()) == MARKDOWN


def test_colour_marks_the_status() -> None:
    lines = render_text(samples.sample(), Options(colour=True, width=80)).splitlines()
    assert lines[1].startswith("INFRA-01     \x1b[1;32msatisfied\x1b[0m       The")


def test_a_manifest_cannot_add_rows_or_links() -> None:
    hostile = replace(samples.claim_finding(), message="a | b\n| [x](http://x) <img> `c` @team #1")
    result = samples.result([hostile])
    text = render_markdown(view(result, {}, samples.rules(), Redactor()), Options())
    row = next(line for line in text.splitlines() if line.startswith("| SEC-04"))
    shown = r"a \| b\\x0a\| \[x\](http://x) \<img\> \`c\` \@&zwj;team \#&zwj;1"
    assert shown in row
    assert len(text.splitlines()) == len(MARKDOWN.splitlines())

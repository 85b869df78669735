"""Sections and code of Markdown files."""

from __future__ import annotations

from opencode_policy.markdown import sections

TEXT = """\
# Scripts

Some text.

Renewing `the` login
--------------------

1. `opencode auth login`, then

   ```sh
   # no heading
   scripts/seed.sh --all
   ```

### Below #

<!-- ## Hidden
`hidden` -->
A row of ``two ` ticks``.

## **Next** [one](x.md)

| a | b |
| --- | --- |
"""


def test_headings_of_both_kinds_and_nothing_of_a_code_block() -> None:
    assert [(item.title, item.level) for item in sections(TEXT)] == [
        ("Scripts", 1),
        ("Renewing the login", 2),
        ("Below", 3),
        ("Next one", 2),
    ]


def test_a_section_ends_at_the_next_heading_of_its_level() -> None:
    renewing = sections(TEXT)[1]
    assert "A row of" in renewing.text
    assert "Next" not in renewing.text
    assert TEXT[renewing.start : renewing.end] == "Renewing `the` login"


def test_code_with_its_offsets_and_without_comments() -> None:
    found = list(sections(TEXT)[1].code())
    assert [code.strip() for _, code in found] == [
        "# no heading",
        "scripts/seed.sh --all",
        "opencode auth login",
        "two ` ticks",
    ]
    assert all(TEXT[offset : offset + len(code)] == code for offset, code in found)


def test_inline_code_runs_over_a_line_and_not_over_a_blank_one() -> None:
    (section,) = sections("# A\n`one\ntwo` and `three\n\nfour`\n")
    assert [code for _, code in section.code()] == ["one\ntwo"]


def test_a_file_without_headings_and_an_open_fence() -> None:
    assert sections("") == []
    assert sections("text\n\n---\n") == []
    assert [item.title for item in sections("# A\n```\n# B\n")] == ["A"]

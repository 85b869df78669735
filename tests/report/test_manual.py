from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from opencode_policy.policy.constraint import Doc
from opencode_policy.report.manual import Code, manual
from opencode_policy.report.page import as_markdown, as_text
from opencode_policy.report.parameters import parameters
from opencode_policy.report.style import Style
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.catalogue import catalogue, info_of
from opencode_policy.rules.stages import STAGE_RULES


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the sample rule compares with."""

    names: Annotated[tuple[str, ...], Doc("Names that may occur.")]
    limit: int = 3
    mode: Literal["loose", "strict"] | None = None
    more: Mapping[str, float] = field(default_factory=dict)


class NameOdd(Rule):
    """A name is odd."""

    requirements = ("SEC-04",)
    why = "Odd names confuse."
    fix = "Choose another name."
    Parameters = Parameters
    good = (Example("a plain name", "name: x\n"),)
    bad = (
        Example("an odd name", "name: ?  # <- the name is odd\n"),
        Example("two files", {"a.sh": "true\n", "b.yaml": ""}),
    )


TEXT = """\
Why
  Odd names confuse.

Fix
  Choose another name.

Requirements
  SEC-04  Names are plain.

Parameters
  names  list of text. Names that may occur.
  limit  whole number, default 3
  mode   loose or strict or nothing, default None
  more   mapping to number, may be left out

Exceptions
  A comment on the line, or on a line of its own above it, waives a finding and says why:
    # opencode-policy: ignore[name-odd] reason

Good: a plain name
    name: x

Bad: an odd name
    name: ?  # <- the name is odd

Bad: two files
  a.sh
    true
  b.yaml (missing)
"""

MARKDOWN = """\
### Why

Odd names confuse.

### Fix

Choose another name.

### Requirements

- `SEC-04`: Names are plain.

### Parameters

- `names`: list of text. Names that may occur.
- `limit`: whole number, default 3
- `mode`: loose or strict or nothing, default None
- `more`: mapping to number, may be left out

### Exceptions

A comment on the line, or on a line of its own above it, waives a finding and says why:

```yaml
# opencode-policy: ignore[name-odd] reason
```

### Good: a plain name

```yaml
name: x
```

### Bad: an odd name

```yaml
name: ?  # <- the name is odd
```"""

TITLES = {"SEC-04": "Names are plain."}


def test_the_page_as_text() -> None:
    sections = manual(info_of(NameOdd), TITLES)
    assert as_text(sections, Style(enabled=False), 100).rstrip() == TEXT.rstrip()


def test_the_page_as_markdown_with_one_example_of_each_kind() -> None:
    assert as_markdown(manual(info_of(NameOdd), TITLES, examples=1)) == MARKDOWN


def test_files_of_an_example_are_named() -> None:
    last = manual(info_of(NameOdd), {})[-1]
    assert last.code == (Code("true\n", "sh", "a.sh"), Code("", "yaml", "b.yaml (missing)"))


def test_a_rule_without_parameters_has_no_such_section() -> None:
    class NameEven(Rule):
        """A name is even."""

        why, fix, good, bad = "Because.", "Do.", (), ()

    assert list(parameters(NameEven)) == []
    assert [section.title for section in manual(info_of(NameEven), {})] == ["Why", "Fix", "Exceptions"]


def test_what_cannot_be_waived_says_so() -> None:
    infos = catalogue({})
    assert set(infos) == set(STAGE_RULES)
    text = as_text(manual(infos["yaml-syntax"], {}), Style(enabled=False), 100)
    assert "Exceptions\n  Findings of this rule cannot be waived." in text

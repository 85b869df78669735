from __future__ import annotations

from opencode_policy.report.markdown import code, escaped, fenced


def test_markup_is_escaped() -> None:
    assert escaped("*a* _b_ ~c~ $d$ a&b") == r"\*a\* \_b\_ \~c\~ \$d\$ a&amp;b"


def test_code_cannot_be_left() -> None:
    assert code("a`b|c\x1b") == r"`a'b\|c\x1b`"


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert fenced("x\n", "yaml") == "```yaml\nx\n```"
    assert fenced("````\nx", "") == "`````\n````\nx\n`````"

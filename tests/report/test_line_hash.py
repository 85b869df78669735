from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.report.sarif.line_hash import line_hashes
from tests.report.line_hash_reference import slow_line_hashes

# Expected values: the tests of github/codeql-action, src/fingerprints.test.ts.
VECTORS = {
    "": "c129715d7a2bc9a3:1",
    " a\nb\n  \t\tc\n d": "271789c17abda88f:1 54703d4cd895b18:1 180aee12dab6264:1 a23a3dc5e078b07b:1",
    "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n": (
        "e54938cc54b302f1:1 bb609acbe9138d60:1 1131fd5871777f34:1 5c482a0f8b35ea28:1 "
        "54517377da7028d2:1 2c644846cb18d53e:1 f1b89f20de0d133:1 c129715d7a2bc9a3:1"
    ),
}


@pytest.mark.parametrize("text", VECTORS)
def test_the_hashes_are_those_of_github(text: str) -> None:
    assert line_hashes(text) == VECTORS[text].split()
    assert slow_line_hashes(text) == VECTORS[text].split()


def test_equal_lines_are_numbered() -> None:
    block = "kind: ConfigMap\n" * 20
    hashes = line_hashes(block)
    assert len(set(hashes)) == len(hashes) == 21
    assert [item.partition(":")[2] for item in hashes[:3]] == ["1", "2", "3"]


def test_a_byte_order_mark_counts_for_the_first_line_only() -> None:
    plain, marked = line_hashes("a\nb\n"), line_hashes("\ufeffa\nb\n")
    assert plain[0] != marked[0]
    assert plain[1:] == marked[1:]


def test_line_breaks_of_every_kind_are_one() -> None:
    assert line_hashes("a\r\nb\rc\n") == line_hashes("a\nb\nc\n")
    assert len(line_hashes("\r \n")) == 3


@given(st.text(alphabet="ab \t\r\n\ufeff😀\ud800", max_size=300))
def test_it_is_the_slow_reference(text: str) -> None:
    assert line_hashes(text) == slow_line_hashes(text)

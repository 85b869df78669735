"""Files that are large in every way there is: checked, or named, within bounds, and the rest is checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from opencode_policy.flood import MOST
from tests.bad_input.conftest import Check, Said
from tests.cli.repository import BASE

PATH = "kubernetes/large.yaml"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: large}\n"

ACCEPTED: dict[str, Callable[[], str]] = {
    "100,000 documents": lambda: f"---\n{CONFIG_MAP}" * 100_000,
    "200,000 empty documents": lambda: CONFIG_MAP + "---\n" * 200_000,
    "a line of 9 MB": lambda: f"{CONFIG_MAP}data: {{a: {'x' * 9_000_000}}}\n",
    "a line of many colours": lambda: f"{CONFIG_MAP}data: {{{'a' * 200}: {'🐍' * 2_000_000}}}\n",
    "200,000 keys in a line": lambda: (
        f"{CONFIG_MAP}data: {{{','.join(f'a{n}: b' for n in range(200_000))}}}\n"
    ),
    "100,000 anchors": lambda: CONFIG_MAP + "".join(f"a{n}: &a{n} b\n" for n in range(100_000)),
    "90,000 aliases": lambda: f"{CONFIG_MAP}a: &a b\nc: [{'*a,' * 90_000}]\n",
    "300,000 lines that end as on an old Macintosh": lambda: (
        CONFIG_MAP + "".join(f"a{n}: 1\r" for n in range(300_000))
    ),
    "100,000 hashes that begin no comment": lambda: f"{CONFIG_MAP}data: {{a: {'x#' * 100_000}}}\n",
    "blanks behind hashes": lambda: f"#{' ' * 1_000}" * 5_000 + f"\n{CONFIG_MAP}",
    "two million quotes": lambda: f"{CONFIG_MAP}data: {{a: '{chr(39) * 4_000_000}'}}\n",
}


@pytest.mark.parametrize("content", ACCEPTED.values(), ids=list(ACCEPTED))
def test_large_and_no_complaint(tree: Path, check: Check, content: Callable[[], str]) -> None:
    (tree / PATH).write_text(content(), encoding="utf-8", newline="")
    assert check().others == []


def test_a_file_of_50_megabytes_is_not_read(tree: Path, check: Check) -> None:
    with (tree / PATH).open("wb") as stream:
        stream.truncate(50 << 20)
    seen = check()
    assert seen.others == [
        ("file-too-large", f"{PATH}:1:1", "the file has 50.0 MiB, more than the 10 MiB that are read")
    ]
    assert seen.not_checked == [f"{PATH} could not be read in full"]


def flood(line: str, count: int = 50_000) -> str:
    return line * count


FLOODS: dict[str, tuple[str, Said]] = {
    "a key a hundred thousand times": (
        f"{CONFIG_MAP}data:\n" + flood("  a: b\n"),
        ("yaml-duplicate-key", f"{PATH}:6:3", "the key 'a' stands twice in this mapping"),
    ),
    "items that are no objects": (
        "apiVersion: v1\nkind: List\nitems:\n" + flood("- 3\n"),
        (
            "document-not-an-object",
            f"{PATH}:4:3",
            "a manifest must be a mapping with apiVersion, kind and metadata.name",
        ),
    ),
    "comments for a rule that does not exist": (
        flood("# opencode-policy: ignore[claim-mismach] because\n") + CONFIG_MAP,
        (
            "suppression-unknown-rule",
            f"{PATH}:1:1",
            "there is no rule 'claim-mismach'; did you mean 'claim-mismatch'?",
        ),
    ),
    "one comment for very many rules": (
        f"# opencode-policy: ignore[{flood('a,')}] because\n{CONFIG_MAP}",
        (
            "suppression-malformed",
            f"{PATH}:1:1",
            "the comment waives nothing; its form is `opencode-policy: ignore[rule-id] reason`",
        ),
    ),
    "comments that never close, in one line": (
        flood("# opencode-policy: ignore[") + f"\n{CONFIG_MAP}",
        (
            "suppression-malformed",
            f"{PATH}:1:1",
            "the comment waives nothing; its form is `opencode-policy: ignore[rule-id] reason`",
        ),
    ),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_mistakes_is_listed_a_hundred_times_and_counted(
    tree: Path, check: Check, name: str
) -> None:
    content, first = FLOODS[name]
    (tree / PATH).write_text(content, encoding="utf-8")
    seen = check()
    assert seen.others[0] == first
    assert {rule for rule, _, _ in seen.others} == {first[0]}
    surplus = [words for words in seen.not_checked if words.startswith(f"{PATH}: ")]
    if len(seen.others) < MOST:
        assert surplus == []
    else:
        assert len(seen.others) == MOST
        assert surplus[0].endswith(f" more findings of {first[0]} are not listed")


def test_the_count_of_a_flood_is_right(tree: Path, check: Check) -> None:
    (tree / PATH).write_text(f"{CONFIG_MAP}data:\n" + "  a: b\n" * 251, encoding="utf-8")
    seen = check()
    assert len(seen.others) == 100
    assert seen.not_checked == [f"{PATH}: 150 more findings of yaml-duplicate-key are not listed"]


@pytest.mark.parametrize(
    ("value", "rule", "message"),
    [
        (
            "${X}" * 200_000,
            "substitution-undefined",
            "the variable 'X' is not defined: it becomes the empty string",
        ),
        (
            "${X:-" * 100_000 + "}" * 100_000,
            "substitution-failed",
            "Flux cannot substitute this: expressions nested more than 64 deep",
        ),
        (
            "${X:=" * 200_000,
            "substitution-failed",
            "Flux cannot substitute this: expressions nested more than 64 deep",
        ),
    ],
)
def test_variables_without_end(tree: Path, check: Check, value: str, rule: str, message: str) -> None:
    folder = tree / BASE / "demo/app"
    listing = folder / "kustomization.yaml"
    listing.write_text(f"{listing.read_text()}  - ./large.yaml\n")
    (folder / "large.yaml").write_text(f'{CONFIG_MAP}data:\n  a: "{value}"\n')
    inventory = tree / "policies/cluster.yaml"
    entry = inventory.read_text().replace("source: home}", "source: home, substitute_from_variables: true}")
    inventory.write_text(f"{entry}variables: {{DOMAIN: example.org}}\n")
    column = 7 + 64 * 5 if rule == "substitution-failed" else 7
    assert check().others == [(rule, f"{BASE}/demo/app/large.yaml:5:{column}", message)]

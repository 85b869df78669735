"""Every kind of broken file, all in one tree: each is named at its place, and the others are checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bad_input.conftest import Seen, run, seen_of
from tests.cli.repository import write_repository

FOLDER = "kubernetes/broken"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n"


def bomb() -> str:
    """Ten aliases of ten aliases and so on: ten billion nodes in ten lines."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for old, new in zip("abcdefghi", "bcdefghij", strict=True):
        lines.append(f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]")
    return "\n".join(lines) + "\n"


Wanted = list[tuple[str, str, str]]

CASES: dict[str, tuple[str, bytes | str, Wanted]] = {
    "good.yaml": ("a good one", CONFIG_MAP.format("good"), []),
    "syntax.yaml": (
        "a bracket that nobody closes",
        "a: [1\nb: 2\n",
        [("yaml-syntax", "2:2", "while parsing a flow sequence, did not find expected ',' or ']'")],
    ),
    "indent.yaml": (
        "a key where none may be",
        "a: b\n  c: d\n",
        [("yaml-syntax", "2:4", "mapping values are not allowed in this context")],
    ),
    "after.yaml": (
        "an object before the broken one",
        CONFIG_MAP.format("before") + "---\na: [\n",
        [("yaml-syntax", "7:1", "while parsing a flow node, did not find expected node content")],
    ),
    "duplicate.yaml": (
        "a key twice",
        CONFIG_MAP.format("one") + "  name: two\n",
        [("yaml-duplicate-key", "5:3", "the key 'name' stands twice in this mapping")],
    ),
    "tab.yaml": (
        "a tab",
        "a:\n\tb: 1\n",
        [("yaml-syntax", "2:1", "a tab indents nothing in YAML; blanks do")],
    ),
    "bom.yaml": (
        "a byte order mark",
        b"\xef\xbb\xbf" + CONFIG_MAP.format("bom").encode(),
        [("file-byte-order-mark", "1:1", "the file begins with a byte order mark")],
    ),
    "crlf.yaml": (
        "line ends of Windows",
        CONFIG_MAP.format("crlf").replace("\n", "\r\n"),
        [("file-crlf", "1:15", "the lines end with carriage return and line feed")],
    ),
    "utf16.yaml": (
        "UTF-16",
        CONFIG_MAP.format("wide").encode("utf-16"),
        [("file-not-utf8", "1:1", "the file is UTF-16, and only UTF-8 is read")],
    ),
    "utf16-bare.yaml": (
        "UTF-16 that does not say so",
        CONFIG_MAP.format("wide").encode("utf-16-le"),
        [("yaml-syntax", "1:2", "not YAML: control characters are not allowed")],
    ),
    "latin.yaml": (
        "Latin-1",
        CONFIG_MAP.format("ä").encode("latin-1"),
        [("file-not-utf8", "4:9", "byte 50 is not UTF-8")],
    ),
    "nul.yaml": (
        "a NUL",
        "a: 1\nb: \0x\n",
        [("yaml-syntax", "2:4", "not YAML: control characters are not allowed")],
    ),
    "bomb.yaml": (
        "an alias bomb",
        bomb(),
        [("yaml-alias-bomb", "5:36", "aliases expand to more than 100000 nodes")],
    ),
    "brackets.yaml": (
        "10,000 brackets",
        "[" * 10_000,
        [("yaml-too-deep", "1:201", "nested deeper than 200 levels")],
    ),
    "braces.yaml": (
        "10,000 braces",
        "{a: " * 10_000,
        [("yaml-too-deep", "1:801", "nested deeper than 200 levels")],
    ),
    "steps.yaml": (
        "10,000 dashes",
        "- " * 10_000 + "x\n",
        [("yaml-too-deep", "1:401", "nested deeper than 200 levels")],
    ),
    "stairs.yaml": (
        "1,000 steps down",
        "".join(f"{' ' * depth}a:\n" for depth in range(1_000)),
        [("yaml-too-deep", "201:201", "nested deeper than 200 levels")],
    ),
    "list.yaml": (
        "a List with items that are no objects",
        (
            "apiVersion: v1\nkind: List\nitems:\n"
            "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- 3\n- apiVersion: v1\n"
        ),
        [
            (
                "document-not-an-object",
                "5:3",
                "a manifest must be a mapping with apiVersion, kind and metadata.name",
            ),
            ("document-not-an-object", "6:3", "the object lacks kind, metadata.name"),
        ],
    ),
    "object.json": (
        "a manifest in JSON",
        '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "json"}}',
        [],
    ),
    "broken.json": (
        "JSON that is none",
        '{"a": }{',
        [
            ("yaml-syntax", "1:8", "did not find expected <document start>"),
        ],
    ),
    "empty.yaml": ("nothing", "", [("document-empty", "1:1", "the file holds no object")]),
    "comment.yaml": ("a comment", "# x\n", [("document-empty", "1:1", "the file holds no object")]),
    "blank.yaml": ("empty documents and one that is not", f"---\n---\n{CONFIG_MAP.format('b')}---\n", []),
    "scalar.yaml": (
        "a scalar",
        "just words\n",
        [
            (
                "document-not-an-object",
                "1:1",
                "a manifest must be a mapping with apiVersion, kind and metadata.name",
            )
        ],
    ),
    "sequence.yaml": (
        "a list",
        "\n- a\n",
        [
            (
                "document-not-an-object",
                "2:1",
                "a manifest must be a mapping with apiVersion, kind and metadata.name",
            )
        ],
    ),
    "numbers.yaml": (
        "names that are numbers",
        "apiVersion: 1\nkind: 2\nmetadata: {name: 3}\n",
        [],
    ),
    "nothing.yaml": (
        "fields that are null",
        "apiVersion:\nkind:\nmetadata:\n",
        [("document-not-an-object", "1:1", "the object lacks apiVersion, kind, metadata.name")],
    ),
    "anchors.yaml": (
        "an anchor that is defined again",
        CONFIG_MAP.format("anchors") + 'data:\n  a: &x "1"\n  b: *x\n  c: &x "2"\n  d: *x\n',
        [],
    ),
    "circle.yaml": (
        "an anchor inside itself",
        "a: &a\n  b: *a\n",
        [("yaml-syntax", "2:6", "the anchor 'a' contains itself")],
    ),
    "tags.yaml": ("tags nobody knows", CONFIG_MAP.format("tags") + "data: !vault\n  a: !x 1\n", []),
    "keys.yaml": (
        "a key that is a list",
        CONFIG_MAP.format("keys") + "? [a]\n: b\n",
        [("yaml-syntax", "5:3", "a mapping or a list as a key is nothing that Kubernetes reads")],
    ),
    "surrogate.yaml": (
        "half of a surrogate pair",
        b"a: \xed\xa0\x80\n",
        [("file-not-utf8", "1:4", "byte 4 is not UTF-8")],
    ),
    "Kustomization": (
        "a kustomization file of no ending that is no text",
        b"\0\0\0",
        [("yaml-syntax", "1:1", "not YAML: control characters are not allowed")],
    ),
}


@pytest.fixture(scope="session")
def all_at_once(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """What one check says of a tree with all of them."""
    root = tmp_path_factory.mktemp("broken")
    write_repository(root)
    write(root)
    return seen_of(run(root, "kubernetes", "--output-format", "json"))


def write(root: Path) -> None:
    """Write every case below a folder."""
    (root / FOLDER).mkdir()
    for name, (_, content, _) in CASES.items():
        (root / FOLDER / name).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_of_a_file(all_at_once: Seen, name: str) -> None:
    assert all_at_once.of(f"{FOLDER}/{name}") == CASES[name][2]


def test_nothing_else_is_said_and_the_rest_is_checked(all_at_once: Seen) -> None:
    assert all_at_once.code == 1
    paths = {place.rsplit(":", 2)[0] for _, place, _ in all_at_once.others}
    assert paths == {f"{FOLDER}/{name}" for name, (_, _, wanted) in CASES.items() if wanted}
    assert all_at_once.statuses == {"SEC-04": "violated"}


def test_what_was_not_read_to_its_end_is_listed(all_at_once: Seen) -> None:
    broken = {"yaml-syntax", "yaml-too-deep", "yaml-alias-bomb", "file-not-utf8"}
    unread = {name for name, (_, _, wanted) in CASES.items() if {rule for rule, _, _ in wanted} & broken}
    unread -= {"keys.yaml"}  # read to its end
    assert set(all_at_once.not_checked) == {f"{FOLDER}/{name} could not be read in full" for name in unread}


@pytest.mark.parametrize("name", ["text", "sarif"])
def test_every_report_can_say_it(tmp_path: Path, name: str) -> None:
    write_repository(tmp_path)
    write(tmp_path)
    done = run(tmp_path, "kubernetes", "--output-format", name)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"the claim asks for 10Gi instead of 5Gi" in done.stdout
    assert b"nested deeper than 200 levels" in done.stdout

"""Which files are read, and what is said of those that are not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from opencode_policy.discover import MAX_BYTES, Discovery, discover, find_root


def read(tmp_path: Path) -> Discovery:
    return discover([tmp_path], tmp_path)


def said(found: Discovery) -> list[tuple[str, str, str]]:
    return [(item.code, item.location.path, item.message) for item in found.diagnostics]


def test_an_empty_folder_is_no_complaint(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.sources, found.diagnostics, found.binaries) == ({}, [], [])


def test_files_are_read_in_order_and_caches_are_not(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.sh", "a/.hidden.yaml", ".git/config", "node_modules/x.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a: 1\n")
    assert list(read(tmp_path).sources) == ["a/.hidden.yaml", "a/z.sh", "b.yaml"]


def test_a_byte_order_mark_is_named_and_taken_off(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    found = read(tmp_path)
    assert found.sources["a.yaml"].text == "a: 1\n"
    assert said(found) == [
        ("file-byte-order-mark", "a.yaml", "the file begins with a byte order mark"),
    ]


def test_windows_line_ends_are_named_at_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a: 1\nb: 2\r\n")
    found = read(tmp_path)
    assert said(found) == [("file-crlf", "a.yaml", "the lines end with carriage return and line feed")]
    assert str(found.diagnostics[0].location) == "a.yaml:2:5"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_not_read(tmp_path: Path, encoding: str) -> None:
    data = "a: ä\n".encode(encoding)
    (tmp_path / "a.yaml").write_bytes(data if encoding == "utf-16" else b"\xfe\xff" + data)
    found = read(tmp_path)
    assert said(found) == [("file-not-utf8", "a.yaml", "the file is UTF-16, and only UTF-8 is read")]
    assert found.sources == {}


def test_a_byte_that_is_not_utf_8_is_named_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a: 1\nb: \xff\n")
    found = read(tmp_path)
    assert said(found) == [("file-not-utf8", "a.yaml", "byte 9 is not UTF-8")]
    assert str(found.diagnostics[0].location) == "a.yaml:2:4"


def test_a_binary_is_named(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\x00\x01")
    found = read(tmp_path)
    assert (found.sources, found.diagnostics, found.binaries) == ({}, [], ["logo.png"])


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "big.yaml").open("wb") as stream:
        stream.truncate(MAX_BYTES * 5)
    assert said(read(tmp_path)) == [
        ("file-too-large", "big.yaml", "the file has 50.0 MiB, more than the 10 MiB that are read"),
    ]


def test_a_link_to_itself_a_dangling_one_and_one_that_leaves(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "below").mkdir(parents=True)
    (tree / "below" / "up").symlink_to(tree)
    (tree / "self.yaml").symlink_to("self.yaml")
    (tree / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "outside.yaml").write_text("a: 1\n")
    (tree / "out.yaml").symlink_to(tmp_path / "outside.yaml")
    found = discover([tree], tree)
    assert [(code, path) for code, path, _ in said(found)] == [
        ("symlink-loop", "below/up"),
        ("file-unreadable", "gone.yaml"),
        ("path-outside-tree", "out.yaml"),
        ("symlink-loop", "self.yaml"),
    ]


def test_a_link_to_a_folder_of_the_tree_is_noted(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.yaml").write_text("a: 1\n")
    (tmp_path / "link").symlink_to("real")
    found = read(tmp_path)
    assert list(found.sources) == ["real/a.yaml"]
    assert found.links == {"link": "real"}


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("builtins.open", refuse)
    assert said(read(tmp_path)) == [
        ("file-unreadable", "a.yaml", "the file cannot be read: permission denied"),
    ]


def test_extra_paths_are_read_and_missing_ones_noted(tmp_path: Path) -> None:
    (tmp_path / "k").mkdir()
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "s" / "run.sh").chmod(0o755)
    found = discover([tmp_path / "k"], tmp_path, ("s", "gone"))
    assert {path: source.executable for path, source in found.sources.items()} == {"s/run.sh": True}
    assert found.missing == ["gone"]


def test_the_root_is_the_repository_then_the_policy_then_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / "one" / "two"
    deep.mkdir(parents=True)
    assert find_root(deep) == deep
    monkeypatch.chdir(tmp_path / "one")
    assert find_root(deep) == tmp_path / "one"
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "opencode.yaml").touch()
    assert find_root(deep) == tmp_path
    (deep / ".git").touch()
    assert find_root(deep) == deep

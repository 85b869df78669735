"""Files that are no text: what proves itself is found in them, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencode_policy.detect.binary import as_text, proven_secrets_in
from opencode_policy.discover import discover
from opencode_policy.pipeline import build_tree
from opencode_policy.secrets.tree_secrets import secrets_of
from opencode_policy.testing import example_policy
from tests.detect.made import characters, github_token, password, private_key, web_token

NOISE = bytes(range(256)) * 4


@pytest.mark.parametrize("secret", [github_token(), web_token(), private_key().strip()])
@pytest.mark.parametrize("frame", [(b"", b""), (NOISE, NOISE), (b"\0\1", b"\xff")])
def test_what_proves_itself_is_found(secret: str, frame: tuple[bytes, bytes]) -> None:
    (found,) = proven_secrets_in(as_text(frame[0] + secret.encode() + frame[1]))
    assert found.value == secret
    assert found.start == len(frame[0])


def test_sixteen_bit_text() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        mark = "\ufeff".encode(encoding)
        (found,) = proven_secrets_in(as_text(mark + f"x {github_token()}".encode(encoding)))
        assert found.value == github_token()


@pytest.mark.parametrize(
    "data",
    [
        NOISE,
        f"password={password()}".encode(),
        f"https://demo:{password()}@example.org".encode(),
        b"gh" + b"p_" + characters(36).encode(),
        characters(4000).encode(),
    ],
)
def test_what_only_looks_like_one_is_left_out(data: bytes) -> None:
    assert proven_secrets_in(as_text(data)) == []


def test_binary_files_of_a_tree_are_searched(tmp_path: Path) -> None:
    (tmp_path / "kubernetes").mkdir()
    (tmp_path / "kubernetes/a.db").write_bytes(b"\0\n" + github_token().encode())
    (tmp_path / "kubernetes/b.txt").write_bytes(b"\xe9\n\n" + web_token().encode())
    (tmp_path / "kubernetes/c.png").write_bytes(NOISE)
    found = discover([tmp_path], tmp_path)
    tree, _ = build_tree(found.sources, example_policy(), opaque=found.opaque)
    assert [(item.location.path, item.location.line) for item in secrets_of(tree).found] == [
        ("kubernetes/a.db", 2),
        ("kubernetes/b.txt", 3),
    ]

"""Image references as container runtimes read them."""

from __future__ import annotations

import pytest

from opencode_policy.pods.images import is_one_of, parse_image

DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("text", "repository", "familiar", "tag", "digest"),
    [
        ("alpine", "docker.io/library/alpine", "alpine", "", ""),
        ("alpine:3.22", "docker.io/library/alpine", "alpine", "3.22", ""),
        ("docker.io/alpine:3.22", "docker.io/library/alpine", "alpine", "3.22", ""),
        ("index.docker.io/library/alpine", "docker.io/library/alpine", "alpine", "", ""),
        ("alpine/git", "docker.io/alpine/git", "alpine/git", "", ""),
        ("docker.io/alpine/git:v2", "docker.io/alpine/git", "alpine/git", "v2", ""),
        ("ghcr.io/a/b:1@" + DIGEST, "ghcr.io/a/b", "ghcr.io/a/b", "1", DIGEST),
        ("localhost/a", "localhost/a", "localhost/a", "", ""),
        ("home:5000/a/b", "home:5000/a/b", "home:5000/a/b", "", ""),
        ("home:5000/a/b:1", "home:5000/a/b", "home:5000/a/b", "1", ""),
        (f"a/b@{DIGEST}", "docker.io/a/b", "a/b", "", DIGEST),
    ],
)
def test_parts(text: str, repository: str, familiar: str, tag: str, digest: str) -> None:
    image = parse_image(text)
    assert (image.repository, image.familiar, image.tag, image.digest) == (repository, familiar, tag, digest)


@pytest.mark.parametrize("text", ["", ":", "@", "/", "a:b:c", "https://example.org/x", " a "])
def test_what_is_no_reference_is_split_all_the_same(text: str) -> None:
    assert parse_image(text).repository


@pytest.mark.parametrize(
    ("image", "names", "found"),
    [
        ("registry.k8s.io/git-sync/git-sync:v4.4.0", ["git-sync/git-sync"], True),
        ("git-sync/git-sync", ["docker.io/git-sync/git-sync"], True),
        ("home:5000/git-sync/git-sync", ["git-sync/git-sync"], True),
        ("alpine", ["alpine"], True),
        ("alpine", ["library/alpine"], True),
        ("example.org/other-git-sync/git-sync", ["git-sync/git-sync"], False),
        ("example.org/git-sync/git-sync-more", ["git-sync/git-sync"], False),
        ("alpine", [], False),
    ],
)
def test_is_one_of(image: str, names: list[str], found: bool) -> None:
    assert is_one_of(image, names) is found

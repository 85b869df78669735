"""Addresses of one repository, in all their spellings."""

from __future__ import annotations

import pytest

from opencode_policy.repository_url import parse_repository_url

WANTED = parse_repository_url("https://github.com/example/notes.git")


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/example/notes",
        "https://github.com/example/notes/",
        "https://GitHub.com/example/notes.git",
        "https://github.com:443/example/notes.git",
        "https://somebody@github.com/example/notes.git",
        "https://somebody:secret@github.com/example/notes",
        "http://github.com/example/notes.git",
        "ssh://git@github.com/example/notes.git",
        "git@github.com:example/notes.git",
        "github.com:example/notes",
        "git://github.com/example/notes",
    ],
)
def test_the_same_repository(url: str) -> None:
    found = parse_repository_url(url)
    assert found is not None
    assert WANTED is not None
    assert found.same_repository(WANTED)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/example/note",
        "https://github.com/exampel/notes.git",
        "https://github.com/example/notes.git.git",
        "https://gitlab.com/example/notes.git",
        "https://github.com.example.org/example/notes.git",
        "https://github.com:8443/example/notes.git",
        "https://github.com/example/sub/notes.git",
        "https://github.com/notes.git",
    ],
)
def test_another_repository(url: str) -> None:
    found = parse_repository_url(url)
    assert found is not None
    assert WANTED is not None
    assert not found.same_repository(WANTED)


@pytest.mark.parametrize("url", ["", "/srv/notes.git", "../notes", "notes", "file.git"])
def test_what_is_no_address(url: str) -> None:
    assert parse_repository_url(url) is None


def test_credentials_are_not_shown() -> None:
    found = parse_repository_url("https://somebody:secret@github.com/example/notes")
    assert found is not None
    assert found.shown == "https://github.com/example/notes"

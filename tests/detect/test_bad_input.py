"""No file keeps the search for secrets busy for long, or brings it down: time grows with the size alone."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from opencode_policy.detect.binary import as_text, proven_secrets_in
from opencode_policy.secrets.tree_secrets import secrets_of_source
from opencode_policy.source import Source
from tests.detect.made import begins, characters, encode, github_token

SIZE = 100_000
SECONDS = 60
"""Far more than any of these takes on a machine with nothing else to do."""


def times(piece: str) -> Callable[[], str]:
    return lambda: piece * (SIZE // len(piece))


HOSTILE: dict[str, Callable[[], str]] = {
    "one word": times("a"),
    "digits": times("7"),
    "hexadecimal": times("2f"),
    "hexadecimal that never ends well": lambda: times("2f")() + "g",
    "percent signs": times("%"),
    "percent-encoding": times("%41"),
    "percent-encoding in pieces": times("a%4 "),
    "base64": lambda: encode(characters(SIZE * 3 // 4)),
    "base64 of base64": lambda: encode(encode(encode(encode("password=x" * (SIZE // 50))))),
    "gzip that is none": times("H4sIAAAAAAAA"),
    "assignments without a value": times("password="),
    "assignments in a chain": times("PASSWORD=$PASSWORD\n"),
    "names without end": times("password_token_secret_"),
    "quotes that are never closed": times("password: '"),
    "backslashes": times("\\"),
    "escaped quotes": times('\\\\\\"token\\\\\\": '),
    "substitutions": times("${PASSWORD:-"),
    "addresses": times("https://a:"),
    "addresses with at signs": times("://a@"),
    "logins of curl": times(" -u a:"),
    "headers": times("Bearer "),
    "keys that never end": times(f"{begins()}\n"),
    "web tokens": times("eyJhbGciOiJIUzI1NiJ9."),
    "machines of a .netrc": times("machine a login b "),
    "random words": lambda: "".join(f"a{n}: {characters(40, n)}\n" for n in range(SIZE // 100)),
    "zero bytes": times("\0"),
    "brackets": times("["),
    "nesting": lambda: "[" * 5_000 + "]" * 5_000,
    "nested mappings": lambda: (
        "".join(f"{' ' * n}a:\n" for n in range(1_000)) + " " * 1_000 + "password: x\n"
    ),
    "Secrets in strings of Secrets": lambda: "kind: Secret\nstringData:\n  a: |\n    " * 2_000,
    "a SOPS file": lambda: (
        "sops: {mac: ENC[x], encrypted_regex: '(a+)+$'}\n" + "".join(f"a{n}: zebra\n" for n in range(20_000))
    ),
    "lines of a generator": lambda: "secretGenerator:\n- literals:\n" + "  - a=correct-horse\n" * 20_000,
    "a token on every line": lambda: f"a: {github_token()}\n" * 5_000,
}


@pytest.mark.parametrize("path", ["a.yaml", "a.env"])
@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_in_time(name: str, path: str) -> None:
    source = Source(path, HOSTILE[name]())
    started = time.process_time()
    secrets_of_source(source, {})
    assert time.process_time() - started < SECONDS


def test_twice_the_size_takes_not_much_more_than_twice_the_time() -> None:
    """Measured on names that promise a secret, which take the longest for each character."""
    taken = []
    for count in (20_000, 80_000):
        started = time.process_time()
        secrets_of_source(Source("a.env", "PASSWORD=$PASSWORD\n" * count), {})
        taken.append(time.process_time() - started)
    assert taken[1] < 12 * taken[0]


@pytest.mark.parametrize("name", ["keys that never end", "web tokens", "zero bytes", "gzip that is none"])
def test_what_is_no_text_ends_in_time(name: str) -> None:
    text = as_text(HOSTILE[name]().encode())
    started = time.process_time()
    proven_secrets_in(text)
    assert time.process_time() - started < SECONDS


def test_a_secret_is_found_among_it() -> None:
    text = (
        'kind: ConfigMap\nbinaryData: {a: !!binary AAEC, b: not base64!}\ndata: {a: "\\0", b: '
        + github_token()
    )
    assert [item.location.line for item in secrets_of_source(Source("a.yaml", text + "}\n"), {})] == [3]

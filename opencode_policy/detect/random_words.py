"""Values that look like a key and tell it by nothing but their randomness: the last resort.

Only a whole value is judged, in files that have values, and only a mixture of cases and digits that no format
of digests has. Figures behind the thresholds are in docs/accuracy.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.detect.concealed import Concealed
from opencode_policy.detect.encoded import decode
from opencode_policy.detect.names import is_of_public_data
from opencode_policy.detect.patterns import compiled
from opencode_policy.detect.secret import Secret
from opencode_policy.detect.values import can_be_secret, entropy, has_run, is_identifier

LEAST_ENTROPY = 4.2
"""Bits for each character. Of random words of 32 letters and digits 99 in 100 have more."""

SHORTEST, LONGEST = 32, 128
"""Shorter words are ids and names more often than keys; longer ones are data."""

_FEWEST = 3
"""Capital letters, small letters and digits, of each so many at least: hexadecimal has one case."""

_KIND = "a random key"
_WORD = rf"[A-Za-z0-9_-]{{{SHORTEST},{LONGEST}}}|[A-Za-z0-9+/]{{{SHORTEST},{LONGEST}}}={{1,2}}"
_GIVEN = rf"(?P<name>[\w.-]{{1,100}})[\"']?[ \t]*[=:][ \t]*[\"']?(?P<value>{_WORD})(?=[\"',;\s]|\Z)"


def is_hinted(word: str) -> bool:
    """Whether a word of a text may be such a value; cheap, for searching many files."""
    return len(word) >= SHORTEST and not (word.islower() or word.isupper()) and "://" not in word


def is_random(name: str, value: str) -> bool:
    """Whether the value of a name looks like a key and nothing tells that it is public."""
    if (
        not SHORTEST <= len(value) <= LONGEST
        or not compiled(_WORD).fullmatch(value)
        or is_of_public_data(name)
    ):
        return False
    return (
        is_mixed(value)
        and entropy(value) >= LEAST_ENTROPY
        and can_be_secret(value)
        and not is_identifier(value)
        and not has_run(value)
        and not decode(value)
    )


def given(text: str) -> Iterator[re.Match[str]]:
    """Names with a word of the length and the characters of a key."""
    return compiled(_GIVEN).finditer(text)


def is_mixed(value: str) -> bool:
    """Whether a word has enough of each kind of character."""
    counts = (sum(map(of_kind, value)) for of_kind in (str.isupper, str.islower, str.isdigit))
    return min(counts) >= _FEWEST


def random_words(text: str) -> Iterator[Secret]:
    """Such values in a file of names and values; nothing in one with certificates, whose lines look alike."""
    for found in given(text) if "-----BEGIN" not in text else ():
        if is_random(found["name"], found["value"]):
            yield random_key(found["value"], found.start("value"))


def random_key(value: str, start: int = 0) -> Secret:
    """What is found of such a value."""
    return Secret(_KIND, start, start + len(value), False, Concealed(value), doubtful=True)

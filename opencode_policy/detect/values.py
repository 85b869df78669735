"""Whether a value can be a secret: references, placeholders and public data are none."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from functools import cache

_REFERENCE = r"""
    \$[({$A-Za-z_@*0-9] | %[A-Za-z_]\w*% | \{\{ | \{%                   # variables and templates
    | ENC\[ | < | \*{3,}                                                # encrypted values, masks
    | (?:vault|op|ref\+\w+|secretref|doppler|file|env|sops|bao):        # pointers into a store
    | arn:aws | process\.env | os\.(?:environ|getenv) | secrets\. | vars\.
    """
_PUBLIC = r"""
    (?:sha(?:1|224|256|384|512)|md5|blake2b)[:-] .*                           # digests, fingerprints
    | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}            # UUID
    | -----BEGIN[ ](?:CERTIFICATE|PUBLIC[ ]KEY|AGE[ ]ENCRYPTED).*
    | (?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\w+|age1[a-z0-9]{20,}).*          # public keys
    | (?!/[^/.+=]{20,}\Z)(?:/|\./|\.\./|~/|[A-Za-z]:\\)[^+=]*                # paths
    | Ag[A-D][A-Za-z0-9+/]{500,}={0,2}                                        # sealed for a controller
    | [a-z][a-z0-9+.-]*://[^\s/@]*(?:/\S*)?                                   # addresses without a login
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                                            # mail addresses
    | \d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:/\d+)?                               # IP addresses
    | \d{4}-\d\d-\d\d(?:[T ].*)? | v?\d+(?:\.\d+)+\S*                         # dates, versions
    """
_PLACEHOLDER = r"""
    x{4,} | \.{3,} | …  | _{4,} | -{6,} | \*{3,} | (.)\1{7,}
    | example | placeholder | change[-_ ]?(?:me|this|it) | replace[-_ ]?(?:me|this|with)
    | your[-_ ]? | \bmy[-_ ]?(?:password|secret|token|key)\b | redacted | dummy | fake | sample | todo | fixme
    | not[-_ ]?a[-_ ]?(?:real|secret) | insert[-_ ]
    | \[(?:0-9|a-z) | \]\{\d | \{[a-z_][\w.:]*\}                             # patterns, fields of a format
    """
_WORDS_OF_A_PLACE = """
    any auto array basic bearer boolean bool bytes default deny disable disabled empty enable enabled env
    environment external false file generate generated hidden inherit input integer internal literal manual
    never nil no none null number object off on opaque optional pass password passwd prompt pw random read
    required secret stdin str string token true type undefined unknown unset value vault write yes
"""
_WORDS = frozenset(_WORDS_OF_A_PLACE.split())
_PART = re.compile(r"[-_./:@\s]+")
_WORDLIKE = re.compile(r"(?:[a-z]{1,20}|[A-Z]{1,20}|[A-Z]?[a-z]{2,20}(?:[A-Z][a-z]{1,20})*)\d{0,3}|\d{1,4}")
_RUN = 7
_SHORTEST_RANDOM = 12
_ENTROPY = 3.0


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when first needed: each of these takes a millisecond, and most runs need none."""
    return re.compile(pattern, re.VERBOSE | re.IGNORECASE | re.DOTALL)


def entropy(text: str) -> float:
    """Shannon entropy of a text's characters, in bits for each character."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values()) if size else 0.0


def is_reference(value: str) -> bool:
    """Whether the value stands elsewhere: a variable, a template, an encrypted value, a store's address."""
    return _compiled(_REFERENCE).match(value) is not None


def is_public(value: str) -> bool:
    """Whether a value of this form is no secret: a digest, an address, a path, a certificate, a UUID."""
    return _compiled(_PUBLIC).fullmatch(value) is not None


def is_placeholder(value: str) -> bool:
    """Whether the value only marks the place of one."""
    return value.lower() in _WORDS or _compiled(_PLACEHOLDER).search(value) is not None


def is_identifier(value: str) -> bool:
    """Whether a value is made of words and small numbers, as names are: `opencode-flux-v2`."""
    return all(_WORDLIKE.fullmatch(part) for part in _PART.split(value) if part)


def can_be_secret(value: str) -> bool:
    """Whether nothing speaks against a value."""
    return bool(value) and not (is_reference(value) or is_placeholder(value) or is_public(value))


def looks_random(value: str) -> bool:
    """Whether a value looks like key material: long enough, letters and digits mixed, and no name."""
    if len(value) < _SHORTEST_RANDOM or any(char.isspace() for char in value):
        return False
    mixed = any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
    return mixed and entropy(value) >= _ENTROPY and not is_identifier(value) and not has_run(value)


def has_run(value: str) -> bool:
    """Whether characters follow one another as on a keyboard or in the alphabet: `abcdefg`, `1234567`."""
    length = 1
    for before, after in itertools.pairwise(value):
        length = length + 1 if ord(after) - ord(before) == 1 else 1
        if length >= _RUN:
            return True
    return False

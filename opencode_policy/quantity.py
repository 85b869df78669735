"""Kubernetes resource quantities: `500m`, `5Gi`, `1e3`, `0.1`.

Format and rounding are those of k8s.io/apimachinery v0.35 pkg/api/resource (quantity.go, suffix.go).
Stricter than its scanner in one point: a text without any digit (`k`, `.`, `+`), which that reads as zero,
is an error here, as in the documented grammar and in the pattern of custom resource definitions.
"""

import re
from dataclasses import field
from fractions import Fraction
from typing import Final, Literal

from opencode_policy.lean import dataclass

Format = Literal["decimal", "binary", "exponent"]

_QUANTITY: Final = re.compile(r"([+-]?)(?=\.?[0-9])([0-9]*)\.?((?<=\.)[0-9]*)?([^0-9.].*)?", re.DOTALL)
_EXPONENT: Final = re.compile(r"[eE]([+-]?[0-9]+)")
_DECIMAL: Final = dict(zip(("n", "u", "m", "", "k", "M", "G", "T", "P", "E"), range(-9, 19, 3), strict=True))
_BINARY: Final = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}

_NANO: Final = 10**9
_BINARY_MAX: Final = 2**63 - 1
_LIMIT: Final = 1000
"""The longest text and the largest exponent: far beyond any use, and still quick to compute with."""


class QuantityError(ValueError):
    """A value that the API server refuses as a quantity; the message quotes its beginning and says why."""


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """An exact amount, in bytes, cores or whatever the field counts.

    Equal and ordered by amount alone: `5Gi` equals `5120Mi`, and `0.1` equals `100m`. `format` is the kind
    of suffix it was written with, for `canonical`.
    """

    value: Fraction
    format: Format = field(default="decimal", compare=False)


def parse_quantity(text: str | int | float) -> Quantity:
    """The amount that a manifest's value stands for; numbers count as their JSON text does.

    Blanks around the text are ignored, as by the API server. What is finer than a nano is rounded up, away
    from zero, and an amount with a binary suffix is capped at 2^63-1. Raises QuantityError.
    """
    written = str(text).strip()
    found = None if isinstance(text, bool) or len(written) > _LIMIT else _QUANTITY.fullmatch(written)
    if found is None:
        raise QuantityError(f"{_quoted(written)} is not a number with or without a suffix, like 500m or 5Gi")
    sign, whole, fraction, suffix = found.groups(default="")
    scale, form = _scale(written, suffix)
    amount = Fraction(int(whole + fraction), 10 ** len(fraction)) * scale
    rounded = _round_up(min(amount, Fraction(_BINARY_MAX)) if form == "binary" else amount)
    return Quantity(-rounded if sign == "-" else rounded, form)


def canonical(quantity: Quantity) -> str:
    """The shortest exact spelling in the quantity's own format, as the API server writes it back.

    `1.5Gi` becomes `1536Mi` and `0.1` becomes `100m`; a binary amount below 1024 or with a fraction is
    written as a decimal one.
    """
    value = quantity.value
    if quantity.format == "binary" and abs(value) >= 1024 and value.denominator == 1:
        number, thousands = _divide_out(value.numerator, 1024, len(_BINARY))
        return f"{number}{['', *_BINARY][thousands]}"
    most = 9 if quantity.format != "exponent" else _LIMIT
    number, thousands = _divide_out(int(value * _NANO), 1000, most)
    if quantity.format != "exponent":
        return f"{number}{list(_DECIMAL)[thousands]}" if number else "0"
    return f"{number}e{thousands * 3 - 9}" if number and thousands != 3 else str(number)


def _quoted(written: str) -> str:
    return repr(written if len(written) <= 40 else written[:40] + "...")


def _scale(written: str, suffix: str) -> tuple[Fraction, Format]:
    if suffix in _BINARY:
        return Fraction(1024 ** _BINARY[suffix]), "binary"
    if suffix in _DECIMAL:
        return Fraction(10) ** _DECIMAL[suffix], "decimal"
    exponent = _EXPONENT.fullmatch(suffix)
    if exponent is None:
        raise QuantityError(f"{_quoted(written)} has an unknown suffix; {_suggestion(suffix)}")
    if abs(int(exponent.group(1))) > _LIMIT:
        raise QuantityError(f"{_quoted(written)} has an exponent beyond {_LIMIT}")
    return Fraction(10) ** int(exponent.group(1)), "exponent"


def _suggestion(suffix: str) -> str:
    known = [*filter(None, _DECIMAL), *_BINARY]
    plain = suffix.strip().removesuffix("B").lower()
    meant = [name for name in known if name.lower() == plain != "e"]  # `1e` lacks an exponent
    return f"did you mean {' or '.join(meant)}?" if meant else f"known are {' '.join(known)}, and e3"


def _round_up(amount: Fraction) -> Fraction:
    return Fraction(-(-amount.numerator * _NANO // amount.denominator), _NANO)


def _divide_out(number: int, base: int, most: int) -> tuple[int, int]:
    times = 0
    while number and number % base == 0 and times < most:
        number //= base
        times += 1
    return number, times

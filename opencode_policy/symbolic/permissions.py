"""Permission bits, as `chmod` and `install` are told them."""

from __future__ import annotations


def octal(text: str) -> int | None:
    """Bits given in octal; None for anything else."""
    return int(text, 8) if text and set(text) <= set("01234567") else None


def symbolic_mode(text: str, mode: int | None) -> int | None:
    """Permission bits after `chmod TEXT`; None where they cannot be said."""
    if octal(text) is not None:
        return octal(text)
    for clause in text.split(","):
        who, sign, what = _clause(clause)
        if not sign or set(what) - set("rwxX"):
            return None
        bits = sum({"r": 4, "w": 2, "x": 1}.get(letter, 0) for letter in set(what))
        shifts = [{"u": 6, "g": 3, "o": 0}[letter] for letter in (who if who and "a" not in who else "ugo")]
        whole = sum(7 << shift for shift in shifts)
        given = sum(bits << shift for shift in shifts)
        if mode is None:
            return None
        mode = {"=": (mode & ~whole) | given, "+": mode | given, "-": mode & ~given}[sign]
    return mode


def _clause(text: str) -> tuple[str, str, str]:
    for sign in "=+-":
        who, found, what = text.partition(sign)
        if found and not set(who) - set("ugoa"):
            return who, sign, what
    return "", "", ""

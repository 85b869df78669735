"""Label selectors as text (`app=web,tier in (a, b),!legacy`), as apimachinery's labels.Parse reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from opencode_policy.lean import dataclass

_KEY = r"[A-Za-z0-9](?:[A-Za-z0-9_./-]*[A-Za-z0-9])?"
_VALUE = r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)?"
_CLAUSE = (
    rf"\s*(?:(?P<absent>!)\s*(?P<no>{_KEY})"
    rf"|(?P<set_key>{_KEY})\s+(?P<set>in|notin)\s*\((?P<values>[^()]*)\)"
    rf"|(?P<key>{_KEY})\s*(?P<operator>==|=|!=|>|<)\s*(?P<value>{_VALUE})"
    rf"|(?P<present>{_KEY}))\s*"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: the operator is one of `in`, `notin`, `exists`, `!`, `>`, `<`."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def holds(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.key)
        match self.operator:
            case "in":
                return value is not None and value in self.values
            case "notin":
                return value is None or value not in self.values
            case "exists":
                return value is not None
            case "!":
                return value is None
        return value is not None and _compared(value, self.operator, self.values[0])


def _compared(value: str, operator: str, bound: str) -> bool:
    if not re.fullmatch(r"[-+]?[0-9]{1,18}", value):
        return False
    return int(value) > int(bound) if operator == ">" else int(value) < int(bound)


def parse_selector(text: str) -> list[Clause] | None:
    """Clauses that must all hold; None for a text that is no selector."""
    clauses, position = [], 0
    while position < len(text):
        found = re.compile(_CLAUSE).match(text, position)
        clause = _clause(found) if found else None
        if found is None or clause is None:
            return None
        clauses.append(clause)
        position = found.end()
        if position < len(text) and text[position] != ",":
            return None
        position += 1
    return None if text.rstrip().endswith(",") else clauses


def _clause(found: re.Match[str]) -> Clause | None:
    if found["absent"]:
        return Clause(found["no"], "!")
    if found["set"]:
        values = tuple(value.strip() for value in found["values"].split(","))
        return Clause(found["set_key"], found["set"], values)
    if found["present"]:
        return Clause(found["present"], "exists")
    operator, value = found["operator"], found["value"]
    if operator in (">", "<"):
        return Clause(found["key"], operator, (value,)) if re.fullmatch(r"[0-9]{1,18}", value) else None
    return Clause(found["key"], "notin" if operator == "!=" else "in", (value,))

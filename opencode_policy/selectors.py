"""Label selectors, evaluated: which labels satisfy them, and which clause it is that fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource

OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
"""What matchExpressions knows (apimachinery, LabelSelectorOperator); case counts."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a selector. `at` is where it is written: the value, or the expression's key."""

    key: str
    operator: str
    values: tuple[str, ...]
    at: Field

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether labels satisfy the clause; an operator that does not exist selects nothing."""
        if self.operator == "In":
            return labels.get(self.key) in self.values
        if self.operator == "NotIn":
            return labels.get(self.key) not in self.values
        if self.operator == "Exists":
            return self.key in labels
        return self.operator == "DoesNotExist" and self.key not in labels

    def __str__(self) -> str:
        if self.operator == "In" and len(self.values) == 1:
            return f"{self.key}={self.values[0]}"
        values = f" ({', '.join(self.values)})" if self.values else ""
        return f"{self.key} {self.operator}{values}"


def clauses(selector: Field) -> list[Clause]:
    """Clauses of a LabelSelector: `matchLabels` and `matchExpressions`, all of which must hold."""
    found = equality_clauses(selector["matchLabels"])
    for expression in selector["matchExpressions"]:
        values = tuple(value.text for value in expression["values"])
        key = expression["key"]
        found.append(Clause(key.text, expression["operator"].text, values, key))
    return found


def equality_clauses(mapping: Field) -> list[Clause]:
    """Clauses of a plain map of labels, as a Service has it."""
    return [Clause(key, "In", (value.text,), value) for key, value in mapping.entries()]


def failing(found: Iterable[Clause], labels: Mapping[str, str]) -> Clause | None:
    """The first clause that labels do not satisfy, None when they satisfy all."""
    return next((clause for clause in found if not clause.holds(labels)), None)


def labels_of(resource: Resource) -> dict[str, str]:
    """An object's own labels."""
    return labels_in(resource["metadata"])


def labels_in(metadata: Field) -> dict[str, str]:
    """Labels that a metadata field holds."""
    return {key: value.text for key, value in metadata["labels"].entries()}

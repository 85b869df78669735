"""What holds for every repository, with or without a policy of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Concern = Literal["secrets", "scripts", "references", "schemas", "substitution"]
"""What a rule that holds for everyone is about."""

REQUIREMENT_OF: Mapping[Concern, str] = {
    "secrets": "ANY-01",
    "scripts": "ANY-02",
    "references": "ANY-03",
    "schemas": "ANY-04",
    "substitution": "ANY-05",
}
"""The requirement that stands for a concern where no policy names any."""

TITLES: Mapping[Concern, str] = {
    "secrets": "No secret stands in a file, and no script shows one.",
    "scripts": "Every script is valid shell.",
    "references": "The files can be built, and what they refer to exists, once, and fits.",
    "schemas": "Every object fits the schema of its kind.",
    "substitution": "Flux substitutes what is meant, and nothing else.",
}

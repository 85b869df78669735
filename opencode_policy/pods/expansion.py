"""`$(NAME)` in `command`, `args` and `env`, as the kubelet replaces it before a container starts.

As in k8s.io/kubernetes/third_party/forked/golang/expansion: `$$` is a dollar sign, and a reference to a
variable that the container does not have stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")
"""A reference, with its name as the only group, or an escaped dollar, where that group is None."""


def expanded(text: str, value_of: Callable[[str], str | None]) -> str:
    """A text with its references replaced; `value_of` gives None for a variable that there is not."""
    if "$" not in text:
        return text

    def replaced(match: re.Match[str]) -> str:
        value = "$" if match[1] is None else value_of(match[1])
        return match[0] if value is None else value

    return REFERENCE.sub(replaced, text)


def sole_reference(text: str) -> str | None:
    """The name in a text that is one reference and nothing else."""
    match = REFERENCE.fullmatch(text) if text.startswith("$(") else None
    return match[1] if match else None

"""What the kubelet makes of `$(NAME)` in `command`, `args` and `env` before a container starts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from opencode_policy.shell.spans import Offsets
from opencode_policy.taint.values import Flows, Text, merged

# As in k8s.io/kubernetes/third_party/forked/golang/expansion: `$$` is a dollar sign, and a reference to a
# variable that the container does not have stays as it is.
_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")


def expand(text: str, variables: Mapping[str, Text]) -> tuple[Text, Offsets]:
    """The text with references replaced, and the map from its offsets to those of what was written."""
    parts: list[str] = []
    local, outer, length, at = [0], [0], 0, 0
    flows: list[Flows] = []
    for match in _REFERENCE.finditer(text):
        replaced = Text("$") if match[1] is None else variables.get(match[1])
        if replaced is None:
            continue
        parts += (text[at : match.start()], replaced.skeleton)
        flows.append(replaced.flows)
        before = length + match.start() - at
        length = before + len(replaced.skeleton)
        local += (before, length)
        outer += (match.start(), match.end())
        at = match.end()
    parts.append(text[at:])
    return Text("".join(parts), merged(*flows)), Offsets(tuple(local), tuple(outer))

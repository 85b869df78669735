"""The ways of secrets as code flows (3.36): from their source over every hop to where they get out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from opencode_policy.location import Flow
from opencode_policy.report.sarif.places import physical
from opencode_policy.report.sarif.types import CodeFlow, ThreadFlowLocation
from opencode_policy.report.view import View

STEPS = 1000
"""Steps of a result that GitHub keeps; the last of a flow is where the secret gets out."""


def code_flows(view: View, flows: Sequence[Flow], plain: Callable[[str], str]) -> list[CodeFlow]:
    """A code flow for each way, whole ones only, as far as `STEPS` allows.

    `plain` makes messages harmless.
    """
    kept: list[CodeFlow] = []
    left = STEPS
    for flow in flows:
        left -= len(flow)
        if left < 0:
            break
        kept.append({"threadFlows": [{"locations": list(_steps(view, flow, plain))}]})
    return kept


def _steps(view: View, flow: Flow, plain: Callable[[str], str]) -> Iterator[ThreadFlowLocation]:
    for at, step in enumerate(flow):
        kind, importance = _kind(at, len(flow) - 1)
        yield {
            "location": {
                "physicalLocation": physical(view, step.location),
                "message": {"text": plain(step.message)},
            },
            "kinds": [kind],
            "importance": importance,
        }


def _kind(at: int, last: int) -> tuple[str, Literal["important", "essential"]]:
    """What a step is, in the words of 3.38.8."""
    if at == last:
        return "danger", "essential"
    return ("acquire", "essential") if at == 0 else ("taint", "important")

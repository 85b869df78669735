"""Why a boot did not come to its end, in words and with the place to look at."""

from __future__ import annotations

from opencode_policy.drill import places
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.boot import Boot
from opencode_policy.outcome import Place


def failure(bench: Bench, boot: Boot) -> tuple[str, Place] | None:
    """What went wrong in a boot, None for one that makes the server's container startable."""
    if boot.blocked is not None:
        container, blocked = boot.blocked
        return f"the container {container.name} does not start: {blocked.words}", blocked.at
    ended = boot.failed
    if ended is None:
        return None
    at = places.of_container(ended.plan)
    if ended.code is None:
        return f"the init container {ended.plan.name} does not end: {bench.quoted(ended.output)}", at
    said = bench.quoted(ended.output)
    return f"the init container {ended.plan.name} ends with {ended.code} and says {said}", at

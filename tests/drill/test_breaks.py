"""The drill can fail: each break of the shipped tree turns exactly the expected requirements red."""

from __future__ import annotations

import pytest

from . import boot_breaks, server_breaks
from .harness import Break, broken, drilled, require

pytestmark = pytest.mark.drill


@pytest.mark.parametrize(
    "drill", sorted({item.drill for item in (*boot_breaks.BREAKS, *server_breaks.BREAKS)})
)
def test_the_shipped_tree_passes(drill: str) -> None:
    require(drill)
    run = drilled(drill)
    assert [f"{item.location}: {item.message}" for item in run.result.findings] == []
    assert run.result.failures == ()
    left_out = [gap.reason for gap in run.result.gaps if not gap.reason.startswith("the drill has ")]
    assert set(left_out) == {
        "in the drill seccompProfile is not honoured: no filter is loaded",
        "in the drill sizeLimit is not enforced",
    }


@pytest.mark.parametrize(
    "item", [*boot_breaks.BREAKS, *server_breaks.BREAKS], ids=lambda item: f"{item.drill}: {item.what}"
)
def test_a_broken_tree_is_seen(item: Break) -> None:
    require(item.drill)
    run = drilled(item.drill, broken(item))
    assert run.result.failures == ()
    seen = [f"{found.location} {found.requirements}: {found.message}" for found in run.result.findings]
    violated = {verdict.id for verdict in run.result.verdicts if verdict.status == "violated"}
    assert violated == set(item.red), seen
    hits = [found for found in run.result.findings if item.says in found.message]
    assert hits, seen
    assert not item.at or any(found.location.path == item.at for found in hits), seen

"""The table of drills, in the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence

from opencode_policy.drill.base import Drill
from opencode_policy.drill.drills.boot_errors import DrillBootErrors
from opencode_policy.drill.drills.cut_clone import DrillCutClone
from opencode_policy.drill.drills.first_boot import DrillFirstBoot
from opencode_policy.drill.drills.isolation import DrillIsolation
from opencode_policy.drill.drills.login import DrillLogin
from opencode_policy.drill.drills.power_loss import DrillPowerLoss
from opencode_policy.drill.drills.pull import DrillPull
from opencode_policy.drill.drills.resources import DrillResources
from opencode_policy.drill.drills.second_boot import DrillSecondBoot
from opencode_policy.drill.drills.seed_script import DrillSeedScript
from opencode_policy.drill.drills.server import DrillServer
from opencode_policy.drill.drills.sessions import DrillSessions
from opencode_policy.drill.drills.streams import DrillStreams
from opencode_policy.drill.drills.token import DrillToken

DRILLS: Sequence[type[Drill]] = (
    DrillFirstBoot,
    DrillSecondBoot,
    DrillCutClone,
    DrillPowerLoss,
    DrillToken,
    DrillBootErrors,
    DrillLogin,
    DrillPull,
    DrillSeedScript,
    DrillServer,
    DrillSessions,
    DrillStreams,
    DrillResources,
    DrillIsolation,
)


def drills() -> dict[str, type[Drill]]:
    """The drills by the name that `--only` knows."""
    return {drill.short(): drill for drill in DRILLS}

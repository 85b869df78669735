"""Schedules that VolSync runs, and those that it never does."""

from __future__ import annotations

import pytest

from opencode_policy.cron import mistake_in


@pytest.mark.parametrize(
    "schedule",
    [
        "0 * * * *",
        "*/15 * * * *",
        "0 3 * * 0",
        "5,35 1-5 1 12 6",
        "0/10 * * * *",
        "  0   0 * * *  ",
        "@daily",
        "@hourly",
    ],
)
def test_a_schedule_that_runs(schedule: str) -> None:
    assert mistake_in(schedule) == ""


@pytest.mark.parametrize(
    ("schedule", "mistake"),
    [
        ("", "it has 0 fields instead of 5"),
        ("0 * * *", "it has 4 fields instead of 5"),
        ("0 0 * * * *", "it has 6 fields instead of 5"),
        ("60 * * * *", "the minute '60' is outside 0 to 59"),
        ("0 24 * * *", "the hour '24' is outside 0 to 23"),
        ("0 0 0 * *", "the day of the month '0' is outside 1 to 31"),
        ("0 0 * 13 *", "the month '13' is outside 1 to 12"),
        ("0 0 * * 7", "the day of the week '7' is outside 0 to 6"),
        ("0 5-3 * * *", "the hour '5-3' runs backwards"),
        ("*/0 * * * *", "the minute '*/0' has a step of 0"),
        ("5/0 * * * *", "the minute '5/0' has a step of 0"),
        ("0 0 * * MON", "the day of the week 'MON' is no number, list, range, step or *"),
        ("0 0 * * ?", "the day of the week '?' is no number, list, range, step or *"),
        ("0 0 1-5,7 * *", "the day of the month '1-5,7' is no number, list, range, step or *"),
        ("@every 1h", "'@every 1h' is none of @annually, @daily, @hourly, @monthly, @weekly, @yearly"),
    ],
)
def test_a_schedule_that_never_runs(schedule: str, mistake: str) -> None:
    assert mistake_in(schedule) == mistake

"""The switches that make git tell what it does."""

from __future__ import annotations

# git(1), section "Debugging", and http.c of git for the two of curl.
TRACES = (
    "GIT_TRACE", "GIT_TRACE_CURL", "GIT_CURL_VERBOSE", "GIT_TRACE_PACKET", "GIT_TRACE_SETUP",
    "GIT_TRACE_SHALLOW", "GIT_TRACE_PERFORMANCE", "GIT_TRACE_PACK_ACCESS", "GIT_TRACE2", "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
)  # fmt: skip
_OFF = frozenset({"", "0", "false", "no", "off"})


def is_on(value: str) -> bool:
    """Whether a value makes git write to its standard error; a path makes it write to that file."""
    return value.lower() not in _OFF and not value.startswith("/")

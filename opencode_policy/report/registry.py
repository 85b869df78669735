"""Which function writes which format. A format costs its import only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencode_policy.report.options import Options
    from opencode_policy.report.view import View

Reporter = Callable[["View", "Options"], str]

CHECK_FORMATS: Mapping[str, str] = {
    "text": "text:render",
    "json": "json_v1:render",
    "sarif": "sarif.log:render",
    "junit": "junit:render",
    "github": "github:render",
    "gitlab-code-quality": "code_quality:render",
    "rdjson": "rdjson:render",
    "markdown": "step_summary:render",
    "html": "html:render",
}
"""Formats of `opencode-policy check`."""

TRACE_FORMATS: Mapping[str, str] = {
    "text": "trace:render_text",
    "markdown": "trace:render_markdown",
}
"""Formats of `opencode-policy trace`."""

FOR_PEOPLE = frozenset({"text"})
"""Formats that may be coloured and follow the encoding of the terminal."""

LINKING = frozenset({"markdown", "html"})
"""Formats that can link to the files of the tree."""


def reporter(entry: str) -> Reporter:
    """The function behind an entry of a table above."""
    module, _, name = entry.partition(":")
    function: Reporter = getattr(import_module(f"opencode_policy.report.{module}"), name)
    return function

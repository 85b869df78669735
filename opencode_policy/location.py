"""Where something stands in a file that a person wrote."""

from __future__ import annotations

from opencode_policy.lean import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A half-open region of one file.

    `path` is POSIX and relative to the repository root. Lines and columns count from 1; columns count
    Unicode code points (a reporter converts where its format counts otherwise). `end_column` is the
    column behind the last character.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains a finding, with what is to be seen there."""

    message: str
    location: Location


Flow = tuple[Related, ...]
"""The way of something through the files, from where it comes to where it goes."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a stage of the pipe found wrong before any rule ran.

    `code` is the id under which the catalogue documents it (see `opencode_policy.rules.stages`).
    """

    code: str
    message: str
    location: Location
    related: tuple[Related, ...] = ()

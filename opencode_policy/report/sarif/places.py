"""Locations as SARIF writes them: encoded URIs, columns in UTF-16 units."""

from __future__ import annotations

from opencode_policy.location import Location
from opencode_policy.report.sarif.types import ArtifactLocation, Context, PhysicalLocation, Region
from opencode_policy.report.view import Passage, View
from opencode_policy.report.words import utf16_length

ROOT = "%SRCROOT%"
"""Name of the base that every URI is relative to: the root of the repository."""

_CONTEXT = 400
"""Characters of a line that are shown around a region."""

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@")


def uri(path: str) -> str:
    """Relative URI of a path (RFC 3986); a byte of the path that is not UTF-8 is kept as it is on disk.

    The colon is encoded although a path may hold it, as the first segment would pass for a scheme.
    """
    data = path.encode(errors="surrogateescape") if _from_disk(path) else path.encode(errors="replace")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in data)


def _from_disk(path: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" and not "\udc80" <= char <= "\udcff" for char in path)


def physical(view: View, location: Location) -> PhysicalLocation:
    """File and region of a location."""
    return {"artifactLocation": artifact(location.path), "region": region(view, location)}


def shown(view: View, location: Location) -> PhysicalLocation:
    """File and region of a location with the text that stands there, secrets masked."""
    found = physical(view, location)
    passage = view.passage(location)
    if passage is None or location.line != location.end_line:
        return found
    if location.column < location.end_column:
        found["region"]["snippet"] = {"text": passage.text[passage.start : passage.end]}
    found["contextRegion"] = _context(passage)
    return found


def _context(passage: Passage) -> Context:
    """The whole line; of a very long one the part around the region, as consumers show it as it is."""
    start = max(0, passage.start - _CONTEXT // 2)
    text = passage.text[start : start + _CONTEXT]
    return {"startLine": passage.number, "endLine": passage.number, "snippet": {"text": text}}


def artifact(path: str) -> ArtifactLocation:
    """The file of a path."""
    return {"uri": uri(path), "uriBaseId": ROOT}


def region(view: View, location: Location) -> Region:
    """The region with its columns counted in UTF-16 units, as `columnKind` says."""
    return {
        "startLine": location.line,
        "startColumn": _units(view, location.path, location.line, location.column),
        "endLine": location.end_line,
        "endColumn": _units(view, location.path, location.end_line, location.end_column),
    }


def _units(view: View, path: str, line: int, column: int) -> int:
    before = view.before(path, line, column)
    return column + utf16_length(before) - len(before)

"""Which chart a HelmRelease installs, and in which version.

Either `chart.spec` names it, or `chartRef` leads to an OCIRepository or a HelmChart of the tree
(helm-controller, Chart template and Chart reference).
"""

from __future__ import annotations

import re

from opencode_policy.helm.objects import Objects
from opencode_policy.helm.release import Release
from opencode_policy.lean import dataclass
from opencode_policy.resource import Field

_EXACT = r"\s*[=~^v]*\s*(\d+)(?:\.[\dxX*]+)*(?:[-+][\w.+-]*)?\s*"
"""A version, or a range that stays within one major version."""


@dataclass(frozen=True, slots=True, eq=False)
class ChartReference:
    """A chart: `name` and `version` are empty where they are not known; `at` is where it is named."""

    name: str
    version: str
    at: Field

    @property
    def major(self) -> int | None:
        """Major version, None where there is no telling."""
        found = re.fullmatch(_EXACT, self.version)
        return int(found[1]) if found and len(found[1]) < 5 else None


def chart_of(release: Release, objects: Objects) -> ChartReference:
    """The chart of a release."""
    spec = release.spec
    if spec["chart"]:
        return _of_template(spec["chart"], spec["chart"]["spec"])
    reference = spec["chartRef"]
    namespace = reference["namespace"].text or release.resource.namespace
    source = objects.get(reference["kind"].text, namespace, reference["name"].text)
    if source is None:
        return ChartReference("", "", reference["name"])
    if source.kind == "OCIRepository":
        return ChartReference(_last(source["spec"]["url"]), _tag(source["spec"]["ref"]), reference["name"])
    return ChartReference(
        _last(source["spec"]["chart"]), source["spec"]["version"].text.strip(), reference["name"]
    )


def _of_template(chart: Field, spec: Field) -> ChartReference:
    if chart["kind"].text == "OCIRepository":
        return ChartReference(_last(spec["url"]), _tag(spec["ref"]), spec["url"])
    return ChartReference(_last(spec["chart"]), spec["version"].text.strip(), spec["chart"])


def _tag(ref: Field) -> str:
    """Version that an OCIRepository takes: a range beats a tag; a digest says none."""
    if ref["digest"]:
        return ref["tag"].text.strip()
    return (ref["semver"].text or ref["tag"].text).strip()


def _last(path: Field) -> str:
    return path.text.rstrip("/").rpartition("/")[2]

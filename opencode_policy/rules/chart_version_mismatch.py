"""Rule chart-version-mismatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from opencode_policy.graph.examples import anywhere
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.resource import Field
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_OCI = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web}
spec:
  url: oci://ghcr.io/example/charts/app-template
  ref:
"""
_RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec:
  chart:
    spec:
      chart: app-template
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The version of each chart that the cluster has agreed on, by the chart's name."""

    charts: Mapping[str, str] = field(default_factory=dict)


class ChartVersionMismatch(Rule):
    """A chart is taken in another version than the one that the cluster has agreed on."""

    severity = "warning"
    requirements = ("SEC-02",)
    why = (
        "Versions of one chart give objects other names and values other meanings: what is true of one app is "
        "then not true of its neighbour, and an upgrade of all of them is no longer one edit."
    )
    fix = "Take the agreed version, or change the agreement in the policy."
    Parameters = Parameters
    example_parameters = {"charts": {"app-template": "4.4.0"}}
    good = (
        anywhere("the agreed one, with a digest", f"{_OCI}    tag: 4.4.0@sha256:{'0' * 64}\n"),
        anywhere(
            "from a repository of charts, beside one that nobody agreed on",
            f"{_RELEASE}      version: 4.4.0\n---\n{_OCI.replace('app-template', 'other')}    tag: 1.0.0\n",
        ),
    )
    bad = (
        anywhere("by tag", f"{_OCI}    tag: 4.3.0  # <- app-template is taken in 4.3.0 instead of 4.4.0\n"),
        anywhere(
            "any newer one",
            f"{_RELEASE}      version: 4.x  # <- app-template is taken in 4.x instead of 4.4.0\n",
        ),
        anywhere(
            "by no tag",
            _OCI.replace("  ref:\n", "").replace(
                "spec:\n", "spec:  # <- app-template is taken in no certain version instead of 4.4.0\n"
            ),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        judged = [(chart, at) for chart, at in _taken(tree) if chart in self.parameters.charts]
        for chart, at in judged:
            wanted, given = self.parameters.charts[chart], at.text.partition("@")[0]
            if given == wanted:
                yield Proof(f"{chart} is taken in {wanted}", at)
            elif "${" not in given:
                yield Problem(f"{chart} is taken in {given or 'no certain version'} instead of {wanted}", at)
        if not judged:
            yield Irrelevant("the tree takes no chart that the policy names a version of")


def _taken(tree: Tree) -> Iterator[tuple[str, Field]]:
    """Charts by name with the field of their version."""
    for repository in tree.of_kind("OCIRepository"):
        reference = repository["spec"]["ref"]
        version = reference["semver"] if reference["semver"] else reference["tag"]
        yield repository["spec"]["url"].text.rstrip("/").rpartition("/")[2], version
    for release in tree.of_kind("HelmRelease"):
        chart = release["spec"]["chart"]["spec"]
        if chart["chart"].text:
            yield chart["chart"].text.rpartition("/")[2], chart["version"]

"""What nobody can judge, or Flux may apply otherwise, is said once and proves nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from opencode_policy.discover import Discovery
from opencode_policy.finding import Verdict
from opencode_policy.rules.table import load_rules
from opencode_policy.run import Run, evaluate
from opencode_policy.source import Source
from tests.mutations.harness import APPS, ROOT, shipped

FLUX, HA = f"{APPS}/opencode-flux", f"{APPS}/opencode-ha"
OF_FILES = {"SECR-04", "SEC-01", "OPS-04", "SCOPE-03"}
"""Requirements of files that no Kustomization applies."""
CHARTS = "helmCharts: [{name: extra, repo: https://example.org}]\n"


def check(changes: Mapping[str, tuple[str, str]], moved: Mapping[str, str] | None = None) -> Run:
    """A check of the shipped files with texts replaced and folders or files moved."""
    sources: dict[str, Source] = {}
    for path, source in shipped()[1].sources.items():
        old, new = changes.get(path, ("", ""))
        assert old in source.text, path
        text = source.text.replace(old, new, 1) if old else source.text + new
        place = path
        for before, after in (moved or {}).items():
            if path == before or path.startswith(f"{before}/"):
                place = after + path.removeprefix(before)
        sources[place] = Source(place, text, executable=source.executable)
    found = Discovery(ROOT, dict(sorted(sources.items())))
    run = evaluate(found, ("kubernetes",), shipped()[0], load_rules())
    assert run.result.failures == ()
    return run


def findings(run: Run) -> list[str]:
    return [f"{item.location} {item.rule}: {item.message}" for item in run.result.findings]


def satisfied(run: Run) -> set[str]:
    return {item.id for item in run.result.verdicts if item.status == "satisfied"}


def of_flux(run: Run) -> list[Verdict]:
    return [
        item for item in run.result.verdicts if item.id.startswith(("FLUX-", "SECR-0", "SEC-0", "AUTO-01"))
    ]


def reasons(run: Run) -> set[str]:
    """Why what speaks of the objects of opencode-flux is open."""
    return {item.reason for item in of_flux(run) if item.id not in OF_FILES and item.status != "violated"}


def test_nothing_is_in_doubt_in_the_shipped_tree() -> None:
    run = check({})
    assert findings(run) == []
    assert {"FLUX-04", "HA-04", "INFRA-01", "SEC-04", "SEC-05"} | OF_FILES <= satisfied(run)
    assert not [gap for gap in run.result.gaps if "is not known" in gap.reason]


class TestAbsent:
    """The workspace has no objects that could be judged."""

    def test_its_kustomization_is_called_otherwise(self) -> None:
        run = check({f"{FLUX}/ks.yaml": ("&app opencode-flux", "&app opencode-fluxx")})
        assert findings(run) == [
            f"{FLUX}/ks.yaml:6:14 workspace-layout-mismatch: the Flux Kustomization is called "
            "opencode-fluxx, its workspace opencode-flux"
        ]
        words = "opencode-flux has no Flux Kustomization: that of its folder is called opencode-fluxx"
        assert reasons(run) == {words}

    def test_the_folder_of_its_manifests_was_renamed(self) -> None:
        run = check({}, {f"{FLUX}/app": f"{FLUX}/application"})
        assert findings(run) == [
            f"{FLUX}/ks.yaml:17:9 kustomization-path-missing: spec.path leads to no folder; "
            "did you mean 'application'?"
        ]
        words = f"opencode-flux builds ./{FLUX}/app, which is no folder of this tree"
        assert reasons(run) == {words}

    def test_it_is_gone(self) -> None:
        listed = ("  - ./opencode-flux/ks.yaml\n", "")
        sources = {path: item for path, item in shipped()[1].sources.items() if f"{FLUX}/" not in path}
        aggregator = f"{APPS}/kustomization.yaml"
        sources[aggregator] = Source(aggregator, sources[aggregator].text.replace(*listed))
        run = evaluate(Discovery(ROOT, sources), ("kubernetes",), shipped()[0], load_rules())
        assert findings(run) == []
        assert reasons(run) == {"opencode-flux has no Flux Kustomization in the tree"}

    def test_the_reason_is_said_once(self) -> None:
        run = check({f"{FLUX}/ks.yaml": ("&app opencode-flux", "&app opencode-fluxx")})
        [gap] = [item for item in run.result.gaps if item.reason.startswith("opencode-flux has no Flux")]
        assert {"FLUX-01", "FLUX-09", "SEC-05", "AUTO-01", "SCOPE-02"} <= set(gap.requirements)
        assert (gap.rule, str(gap.location)) == (None, f"{FLUX}/ks.yaml:6:14")

    def test_the_other_workspace_is_judged_all_the_same(self) -> None:
        run = check({f"{FLUX}/ks.yaml": ("&app opencode-flux", "&app opencode-fluxx")})
        assert "HA-04" in satisfied(run)


class TestNotApplied:
    """The objects are there and can be judged, but nothing brings them to the cluster."""

    def test_the_file_was_renamed(self) -> None:
        run = check({}, {f"{FLUX}/ks.yaml": f"{FLUX}/flux.yaml"})
        assert {item.rule for item in run.result.findings} == {
            "aggregator-incomplete",
            "kustomize-build-failed",
            "manifest-orphaned",
            "workspace-layout-mismatch",
        }
        assert satisfied(run) == OF_FILES
        assert reasons(run) == {"nothing applies the Flux Kustomization opencode-flux"}

    def test_the_aggregator_does_not_list_it(self) -> None:
        run = check({f"{APPS}/kustomization.yaml": ("  - ./opencode-flux/ks.yaml\n", "")})
        assert reasons(run) == {"nothing applies the Flux Kustomization opencode-flux"}
        assert {"HA-04", "INFRA-01"} | OF_FILES == satisfied(run)


class TestNotEvaluated:
    """A step that is not evaluated may change what was proved."""

    @pytest.mark.parametrize("workspace", ["opencode-flux", "opencode-ha"])
    def test_in_a_workspace(self, workspace: str) -> None:
        run = check({f"{APPS}/{workspace}/app/kustomization.yaml": ("", CHARTS)})
        other = "HA-04" if workspace == "opencode-flux" else "FLUX-04"
        assert satisfied(run) == {"INFRA-01", "INFRA-03", other} | OF_FILES
        verdict = next(item for item in run.result.verdicts if item.id == "SEC-05")
        words = f"what Flux applies of {workspace} is not known: 'helmCharts' is not evaluated"
        assert (verdict.status, verdict.reason) == ("not-checked", words)

    def test_in_the_aggregator(self) -> None:
        run = check({f"{APPS}/kustomization.yaml": ("", CHARTS)})
        assert satisfied(run) == {"INFRA-03"} | OF_FILES

    def test_in_the_kustomization_of_the_certificate(self) -> None:
        run = check({f"{APPS}/certificate/app/kustomization.yaml": ("", CHARTS)})
        assert {"FLUX-04", "HA-04", "SEC-05", "INFRA-01"} <= satisfied(run)
        words = "what Flux applies of opencode-certificate is not known: 'helmCharts' is not evaluated"
        assert [gap.requirements for gap in run.result.gaps if gap.reason == words] == [
            ("INFRA-02", "SEC-02")
        ]

    def test_in_a_folder_beside(self) -> None:
        place = "kubernetes/apps/media/kustomization.yaml"
        sources = {**shipped()[1].sources, place: Source(place, f"resources: []\n{CHARTS}")}
        run = evaluate(Discovery(ROOT, sources), ("kubernetes",), shipped()[0], load_rules())
        assert {item.rule for item in run.result.findings} == {"kustomize-unsupported"}
        assert {"FLUX-04", "HA-04", "INFRA-01", "SEC-05"} <= satisfied(run)

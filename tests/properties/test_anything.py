"""Whatever stands in a file: no crash of the tool, no failure of a rule, and every report can be written."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opencode_policy.discover import Discovery, decode
from opencode_policy.finding import Result
from opencode_policy.policy.load import load_policy
from opencode_policy.policy.mistakes import Mistake, PolicyError
from opencode_policy.report.options import Options
from opencode_policy.report.registry import CHECK_FORMATS, reporter
from opencode_policy.report.view import view
from opencode_policy.rules.table import load_rules
from opencode_policy.run import Run, evaluate
from tests.mutations.harness import APPS, ROOT, shipped
from tests.properties.strategies import broken

FILES = [
    f"{APPS}/kustomization.yaml",
    f"{APPS}/namespace.yaml",
    f"{APPS}/certificate/ks.yaml",
    f"{APPS}/components/workspace/kustomization.yaml",
    f"{APPS}/components/workspace/init-workspace.sh",
    f"{APPS}/components/workspace/config/opencode.json",
    f"{APPS}/opencode-flux/ks.yaml",
    f"{APPS}/opencode-flux/app/kustomization.yaml",
    f"{APPS}/opencode-flux/app/deployment.yaml",
    f"{APPS}/opencode-flux/app/externalsecret.yaml",
    f"{APPS}/opencode-flux/app/httproute.yaml",
    f"{APPS}/opencode-flux/app/volsync.yaml",
    f"{APPS}/opencode-ha/app/backendtrafficpolicy.yaml",
    f"{APPS}/opencode-ha/app/pvc.yaml",
    f"{APPS}/opencode-ha/app/service.yaml",
    "scripts/seed-copilot-auth.sh",
    "scripts/README.md",
]
OPTIONS = Options(colour=False, width=100, show=frozenset({"satisfied", "suppressed"}))
FEW = settings(max_examples=5, suppress_health_check=list(HealthCheck))


def checked(path: str, data: bytes) -> Run:
    """The shipped tree with other bytes in one file."""
    policy, found = shipped()
    sources = {name: source for name, source in found.sources.items() if name != path}
    made = Discovery(ROOT, sources, dict(found.links))
    decode(made, path, data, executable=path.endswith(".sh"))
    made.sources = dict(sorted(made.sources.items()))
    return evaluate(made, ["kubernetes"], policy, load_rules())


def assert_sound(run: Run) -> None:
    """No rule failed, every place is one, and every format can say it."""
    result: Result = run.result
    assert result.failures == ()
    for finding in result.findings:
        place = finding.location
        assert place.line >= 1
        assert place.column >= 1
        assert (place.end_line, place.end_column) >= (place.line, place.column)
        source = run.sources.get(place.path)
        assert source is None or place.end_line <= len(source.line_starts)
    seen = view(result, run.sources, run.catalogue, run.redactor)
    for name in CHECK_FORMATS.values():
        assert reporter(name)(seen, OPTIONS)


@pytest.mark.parametrize("path", FILES)
def test_anything_in_a_file_of_the_tree(path: str) -> None:
    text = shipped()[1].sources[path].text

    @FEW
    @given(broken(text, manifest=path.endswith((".yaml", ".json"))))
    def holds(data: bytes) -> None:
        assert_sound(checked(path, data))

    holds()


@FEW
@given(
    st.binary(max_size=300),
    st.sampled_from(("x.yaml", "kustomization.yaml", "Kustomization", "x.json", "x.sh")),
)
def test_anything_in_one_more_file(data: bytes, name: str) -> None:
    assert_sound(checked(f"{APPS}/{name}", data))


@cache
def policy_text(name: str) -> str:
    return (ROOT / "policies" / name).read_text(encoding="utf-8")


def mistakes_of(folder: Path) -> tuple[Mistake, ...]:
    """What is wrong with a policy; one that cannot be used says at least one thing."""
    try:
        load_policy(folder, load_rules(), root=folder.parent)
    except PolicyError as error:
        return error.mistakes or (Mistake("nowhere", "without a word"),)
    return ()


@pytest.mark.parametrize("name", ["requirements.yaml", "opencode.yaml", "cluster.yaml"])
def test_anything_in_a_policy_file(name: str, tmp_path: Path) -> None:
    for other in ("requirements.yaml", "opencode.yaml", "cluster.yaml"):
        (tmp_path / other).write_text(policy_text(other), encoding="utf-8")

    @settings(max_examples=80, suppress_health_check=list(HealthCheck))
    @given(broken(policy_text(name), manifest=True))
    def holds(data: bytes) -> None:
        (tmp_path / name).write_bytes(data)
        for mistake in mistakes_of(tmp_path):
            assert mistake.path.startswith(f"{tmp_path.name}/")
            assert mistake.message

    holds()

"""A whole run on disk: findings, gaps and their places reach the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opencode_policy.__main__ import main
from tests.cli.repository import CLAIM_PATH, write_repository

RELEASE = """\
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: demo
spec:
  chart: {spec: {chart: app-template, version: 4.4.0}}
  values:
    controllers:
      main: {containers: {server: {image: {repository: example/server}}}}
    service:
      web:
        controller: mian
        ports: {http: {port: 80}}
    persistence:
      data: {accessMode: ReadWriteOnce, size: 10Gi, storageClass: block}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: other
spec:
  chart: {spec: {chart: grafana, version: 1.0.0}}
"""


@pytest.fixture
def report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, object]:
    """The JSON report of a repository with two releases in place of the claim."""
    write_repository(tmp_path)
    (tmp_path / CLAIM_PATH).write_text(RELEASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    main(["check", "--output-format", "json"])
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def places(report: dict[str, object], section: str, text: str) -> list[tuple[object, object, int]]:
    """Text, path and line of what a section says."""
    items = report[section]
    assert isinstance(items, list)
    return [(i[text], i["location"]["path"], i["location"]["line"]) for i in items if i["location"]]


def test_findings_stand_in_the_release(report: dict[str, object]) -> None:
    assert places(report, "findings", "message") == [
        ("there is no controller 'mian'", CLAIM_PATH, 13),
        ("the claim asks for 10Gi instead of 5Gi", CLAIM_PATH, 16),
    ]


def test_a_finding_names_the_release_and_its_view(report: dict[str, object]) -> None:
    findings = report["findings"]
    assert isinstance(findings, list)
    assert findings[1]["resource"] == {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "namespace": "demo",
        "name": "demo",
        "view": "PersistentVolumeClaim demo",
    }


def test_a_chart_that_is_not_understood_is_not_checked(report: dict[str, object]) -> None:
    reason = "other installs the chart grafana: what it makes of its values is not known"
    assert (reason, CLAIM_PATH, 23) in places(report, "not_checked", "reason")


def test_the_text_report_names_the_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_repository(tmp_path)
    (tmp_path / CLAIM_PATH).write_text(RELEASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 1
    assert "HelmRelease demo/demo (PersistentVolumeClaim demo)" in capsys.readouterr().out

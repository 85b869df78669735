"""Our logs before other people's validators and readers."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opencode_policy.checkout import Checkout
from opencode_policy.finding import Finding
from opencode_policy.redact import Redactor
from opencode_policy.report.options import Options
from opencode_policy.report.profiles import PROFILES
from opencode_policy.report.sarif.log import render
from opencode_policy.report.view import View, view
from opencode_policy.rules.catalogue import catalogue
from opencode_policy.rules.table import load_rules
from opencode_policy.source import Source
from tests.report import multitool, samples
from tests.report.test_sarif import log_of

ODD = Source("a b/ä.yaml", "key: [😀\n")
HERE = Checkout("https://git.example.org/cluster", "a" * 40, "main")
needs_multitool = pytest.mark.skipif(
    not multitool.PROGRAM.exists(), reason="tests/install-programs has not installed the SARIF Multitool"
)


def seen(*, failed: bool = False) -> View:
    """The sample with every rule there is, and with a finding at a path that must be encoded."""
    unread = Finding("yaml-syntax", ("SEC-02",), "error", "not YAML", samples.place(ODD, "😀"))
    quiet = replace(samples.claim_finding(), spared="not in force", message="it asks for too much")
    found = samples.result([samples.claim_finding(), quiet, samples.waived_finding(), unread], failed=failed)
    return view(found, samples.sources(ODD), catalogue(load_rules()), Redactor())


def written(folder: Path) -> list[Path]:
    """A log of every profile, and one of a run that failed."""
    logs = []
    for name in PROFILES:
        options = Options(profile=name, checkout=HERE, category="nightly")
        logs.append(folder / f"{name}.sarif")
        logs[-1].write_text(json.dumps(log_of(seen(), options), ensure_ascii=False), encoding="utf-8")
    logs.append(folder / "failed.sarif")
    logs[-1].write_text(render(seen(failed=True), Options()), encoding="utf-8")
    return logs


@needs_multitool
def test_the_multitool_finds_nothing(tmp_path: Path) -> None:
    assert multitool.validate(written(tmp_path), tmp_path) == []


@needs_multitool
def test_what_azure_wants_besides_is_left_to_its_publishing_task(tmp_path: Path) -> None:
    [log] = [path for path in written(tmp_path) if path.stem == "azure"]
    found = multitool.validate([log], tmp_path, azure=True)
    assert {item.split(": ")[1] for item in found} <= {"GHAzDO1019", "GHAzDO1020"}


def physical(log: Any) -> Any:
    return log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]


SEEDED: dict[str, Callable[[Any], object]] = {
    "GH1003": lambda log: physical(log).pop("region"),
    "SARIF1002": lambda log: physical(log)["artifactLocation"].update(uri="a b"),
    "SARIF1007": lambda log: physical(log)["region"].update(endColumn=1),
    "SARIF1009": lambda log: log["runs"][0]["results"][0].update(ruleIndex=9999),
    "JSON1008": lambda log: physical(log)["region"].update(startLine=0),
}


@needs_multitool
def test_the_multitool_finds_what_is_wrong(tmp_path: Path) -> None:
    logs = []
    for name, spoil in SEEDED.items():
        log = json.loads(render(seen(), Options()))
        spoil(log)
        logs.append(tmp_path / f"{name}.sarif")
        logs[-1].write_text(json.dumps(log), encoding="utf-8")
    found = [item.split(": ")[:2] for item in multitool.validate(logs, tmp_path)]
    assert {name for file, name in found if file == f"{name}.sarif"} == set(SEEDED)


def sarif_tools(folder: Path, *arguments: str) -> str:
    """What sarif-tools writes to a file; it reads a log without any help of ours."""
    output = folder / "read"
    subprocess.run(
        [sys.executable, "-m", "sarif", *arguments, "--output", str(output)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return output.read_text(encoding="utf-8-sig")


def test_another_reader_sees_the_same(tmp_path: Path) -> None:
    log = tmp_path / "github.sarif"
    log.write_text(render(seen(), Options()), encoding="utf-8")
    rows = [*csv.DictReader(io.StringIO(sarif_tools(tmp_path, "csv", str(log))))]
    assert [(row["Severity"], row["Code"], row["Location"], row["Line"]) for row in rows] == [
        ("error", "claim-mismatch", "apps/demo/claim.yaml", "9"),
        ("error", "claim-mismatch", "apps/demo/claim.yaml", "9"),
        ("error", "yaml-syntax", "a%20b/%C3%A4.yaml", "1"),
    ]
    assert {row["Tool"] for row in rows} == {"opencode-policy"}

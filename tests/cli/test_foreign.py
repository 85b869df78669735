"""A repository of somebody else: no policy, only the rules that hold for everyone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from opencode_policy.concern import REQUIREMENT_OF
from opencode_policy.policy.decode import decode_value
from opencode_policy.rules.base import Rule
from opencode_policy.rules.table import BUILT_IN
from tests.cli.conftest import Command
from tests.imports import ROOT

KS = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: web
  namespace: flux-system
spec:
  path: ./apps/web
  targetNamespace: web
  prune: true
  interval: 30m
  sourceRef: {kind: GitRepository, name: flux-system}
"""
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: nginx:1.29
          envFrom:
            - configMapRef:
                name: settings
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports: [{port: 80}]
"""
SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  host: "web.${DOMAIN}"
"""
FILES = {
    "apps/web.yaml": KS,
    "apps/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n",
    "apps/web/web.yaml": WEB,
    "apps/web/settings.yaml": SETTINGS,
}


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository without a policy, as the working directory."""
    (tmp_path / ".git").mkdir()
    write(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def findings(command: Command, *arguments: str) -> list[tuple[str, list[str], str]]:
    """Rule, requirements and message of each finding."""
    report = json.loads(command("check", "--output-format", "json", *arguments).out)
    return [(item["rule"], item["requirements"], item["message"]) for item in report["findings"]]


def test_a_sound_one_has_no_finding(command: Command, foreign: Path) -> None:
    done = command("check")
    assert done.code == 0, done.out
    assert "Findings: 0 errors, 0 warnings" in done.out


def test_it_says_what_waits_for_a_policy(command: Command, foreign: Path) -> None:
    flat = " ".join(command("check").out.split())
    count = sum(rule.concern is None for rule in BUILT_IN)
    words = (
        f"the repository has no policy (policies/, or --policy DIR): {count} rules that compare with one did"
    )
    assert words in flat
    assert "the values of variables are not known: DOMAIN" in flat


def test_every_concern_has_a_verdict(command: Command, foreign: Path) -> None:
    report = json.loads(command("check", "--output-format", "json").out)
    assert [item["id"] for item in report["requirements"]] == sorted(REQUIREMENT_OF.values())


def test_a_dangling_reference_is_found(command: Command, foreign: Path) -> None:
    (foreign / "apps/web/web.yaml").write_text(
        WEB.replace("name: settings", "name: setting"), encoding="utf-8"
    )
    words = "there is no ConfigMap web/setting; did you mean 'settings'?"
    assert findings(command) == [("reference-dangling", ["ANY-03"], words)]
    assert command("check").code == 1


def test_a_secret_in_a_file_is_found_and_not_shown(command: Command, foreign: Path) -> None:
    token = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
    (foreign / "apps/web/settings.yaml").write_text(f"{SETTINGS}  token: {token}\n", encoding="utf-8")
    assert [(rule, tags) for rule, tags, _ in findings(command)] == [("secret-in-file", ["ANY-01"])]
    assert token not in command("check").out


def test_a_field_that_does_not_exist_is_found(command: Command, foreign: Path) -> None:
    (foreign / "apps/web/web.yaml").write_text(WEB.replace("ports:", "port:"), encoding="utf-8")
    ((rule, tags, message),) = findings(command)
    assert (rule, tags) == ("schema-mismatch", ["ANY-04"])
    assert "'port'" in message


def test_templates_of_a_chart_and_settings_of_tools_are_no_manifests(command: Command, foreign: Path) -> None:
    template = (
        "apiVersion: v1\nkind: {{ .Values.kind }}\nmetadata:\n{{- if .Values.a }}\n  name: a\n{{ end }}\n"
    )
    write(
        foreign,
        {
            "charts/own/templates/all.yaml": template,
            "charts/own/values.yaml": "kind: ConfigMap\n",
            ".github/workflows/ci.yaml": "on: push\njobs: {}\n",
            "docker-compose.yaml": "services: {web: {image: nginx}}\n",
        },
    )
    assert findings(command) == []
    flat = " ".join(command("check").out.split())
    assert "charts/own/templates: nothing applies all.yaml, and no Kubernetes object is in it" in flat


def test_a_file_that_a_build_reads_must_be_sound(command: Command, foreign: Path) -> None:
    write(foreign, {"apps/web/more.yaml": "a: [\n"})
    assert "yaml-syntax" in [rule for rule, _, _ in findings(command)]


def test_the_source_that_bootstrap_makes_is_left_open(command: Command, foreign: Path) -> None:
    flat = " ".join(command("check").out.split())
    assert "the tree has no GitRepository flux-system; who bootstraps Flux may make it" in flat


def test_folders_of_another_repository_need_not_exist(command: Command, foreign: Path) -> None:
    other = KS.replace("name: web", "name: other", 1).replace("./apps/web", "./elsewhere")
    write(foreign, {"apps/other.yaml": other.replace("name: flux-system}", "name: another}")})
    assert "kustomization-path-missing" not in [rule for rule, _, _ in findings(command)]
    write(foreign, {"apps/other.yaml": other})
    assert "kustomization-path-missing" in [rule for rule, _, _ in findings(command)]


def test_a_rule_that_needs_a_policy_is_refused_by_name(command: Command, foreign: Path) -> None:
    done = command("check", "--rule", "route-chain-broken")
    assert (done.code, done.out) == (2, "")
    assert "the rule route-chain-broken compares with a policy, and there is none" in done.err


def test_one_concern_alone(command: Command, foreign: Path) -> None:
    (foreign / "apps/web/web.yaml").write_text(
        WEB.replace("name: settings", "name: setting"), encoding="utf-8"
    )
    assert findings(command, "--requirement", "ANY-04") == []
    assert len(findings(command, "--requirement", "ANY-03")) == 1


def test_other_commands_work_too(command: Command, foreign: Path) -> None:
    assert "ANY-03" in command("trace").out
    assert command("explain", "ANY-03").code == 2  # the manual is that of the installed policy
    assert command("explain", "reference-dangling").code == 0
    assert json.loads(command("check", "--output-format", "sarif").out)["version"] == "2.1.0"


def test_the_installed_policy_holds_where_its_workspaces_are(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copytree(ROOT / "kubernetes", tmp_path / "kubernetes")
    monkeypatch.chdir(tmp_path)
    assert "FLUX-01" in command("trace").out


@pytest.mark.parametrize("rule", [rule for rule in BUILT_IN if rule.concern], ids=lambda rule: rule.id)
def test_a_rule_for_everyone_needs_no_parameters(rule: type[Rule]) -> None:
    assert decode_value(rule.Parameters, {}) is not None


def test_the_rules_that_hold_for_everyone() -> None:
    kinds = {rule.concern for rule in BUILT_IN}
    assert kinds == {None, "secrets", "scripts", "references", "schemas", "substitution"}

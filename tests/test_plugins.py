"""Rules of third parties: real distributions in a folder on the path, and what must not be imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.repository import CLAIM, CLAIM_PATH, write_repository
from tests.imports import ROOT

RULE = '''\
from opencode_policy.outcome import Problem, Proof
from opencode_policy.rules.base import Example, Rule


class {name}(Rule):
    """A claim is called demo."""

    requirements = ("SEC-04",)
    why = "Demo says nothing."
    fix = "Call it otherwise."
    good = (Example("none", ""),)
    bad = (Example("one", ""),)

    def check_tree(self, tree):
        for claim in tree.of_kind("PersistentVolumeClaim"):
            yield Problem(f"the claim is called {{claim.name}}", claim["metadata"]["name"])
'''
NORMAL = ("claim-mismatch", "the claim asks for 10Gi instead of 5Gi")
FROM_PLUGIN = ("claim-called-demo", "the claim is called demo")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed distributions."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository whose claim is too large."""
    folder = tmp_path / "tree"
    folder.mkdir()
    write_repository(folder)
    return folder


def name_rule(tree: Path, rule: str) -> None:
    """Let a requirement of the policy name a rule, as the policy must for every rule that runs."""
    path = tree / "policies/requirements.yaml"
    path.write_text(path.read_text().replace("[claim-mismatch]", f"[claim-mismatch, {rule}]"))


def install(site: Path, name: str, entries: dict[str, str], modules: dict[str, str]) -> None:
    """What pip leaves of a distribution: its modules and a dist-info."""
    info = site / f"{name.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    lines = "".join(f"{entry} = {value}\n" for entry, value in entries.items())
    (info / "entry_points.txt").write_text(f"[console_scripts]\nx = y:z\n\n[opencode_policy.rules]\n{lines}")
    for module, text in modules.items():
        (site / f"{module}.py").write_text(text)


def run(tree: Path, *argv: str, site: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a tree, with a folder of distributions on the path."""
    path = os.pathsep.join(map(str, filter(None, (ROOT, site))))
    return subprocess.run(
        [sys.executable, "-m", "opencode_policy", *argv],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def findings(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    return [(item["rule"], item["message"]) for item in json.loads(done.stdout)["findings"]]


def install_demo(site: Path, tree: Path) -> None:
    """A plugin that works, and a policy that names its rule."""
    modules = {"acme": RULE.format(name="ClaimCalledDemo")}
    install(site, "acme-rules", {"second": "acme:ClaimCalledDemo"}, modules)
    name_rule(tree, "claim-called-demo")


def check(tree: Path, site: Path | None) -> subprocess.CompletedProcess[str]:
    return run(tree, "check", "kubernetes", "--output-format", "json", site=site)


def test_a_rule_of_an_installed_distribution_runs(site: Path, tree: Path) -> None:
    install_demo(site, tree)
    done = check(tree, site)
    assert (done.returncode, done.stderr) == (1, "")
    assert findings(done) == [FROM_PLUGIN, NORMAL]
    place = json.loads(done.stdout)["findings"][0]["location"]
    assert (place["path"], place["line"]) == (CLAIM_PATH, 5)
    assert "claim-called-demo" in run(tree, "rules", site=site).stdout
    assert run(tree, "explain", "claim-called-demo", site=site).stdout.startswith(
        "claim-called-demo (error)\n"
    )
    assert '"claim-called-demo"' in run(tree, "schema", "policy", site=site).stdout


def test_the_policy_governs_it_like_any_other(site: Path, tree: Path) -> None:
    install_demo(site, tree)
    policy = tree / "policies/opencode.yaml"
    policy.write_text(policy.read_text() + "  claim-called-demo: {severity: info}\n")
    assert '"severity": "info"' in check(tree, site).stdout
    policy.write_text(policy.read_text().replace("severity: info", "enabled: false"))
    assert findings(check(tree, site)) == [NORMAL]


@pytest.mark.parametrize("module", ["acme", "json", "yaml", "argparse", "sitecustomize_of_the_tree"])
def test_nothing_is_imported_from_the_tree_that_is_checked(tree: Path, module: str) -> None:
    trap = "import pathlib; pathlib.Path('trap').write_text('sprung')\n" + RULE.format(name="ClaimCalledDemo")
    install(tree, "trap", {"demo": f"{module}:ClaimCalledDemo"}, {module: trap})
    done = check(tree, None)
    assert (done.returncode, done.stderr) == (1, "")
    assert findings(done) == [NORMAL]
    assert not (tree / "trap").exists()


def test_a_module_of_the_tree_does_not_stand_in_for_an_installed_one(site: Path, tree: Path) -> None:
    install_demo(site, tree)
    (tree / "acme.py").write_text("raise SystemExit('from the tree')\n")
    install(tree, "trap", {"demo": "acme:Trap"}, {})
    done = check(tree, site)
    assert (done.returncode, done.stderr) == (1, "")
    assert findings(done) == [FROM_PLUGIN, NORMAL]


BROKEN = {
    "a module that raises": ("boom", "raise ValueError('hunter2hunter2')\n", "ValueError on import"),
    "a module that ends the process": ("boom", "raise SystemExit(0)\n", "SystemExit on import"),
    "a module that is not there": ("boom", None, "ModuleNotFoundError on import"),
    "a name that is not there": ("boom", "x = 1\n", "AttributeError on import"),
    "something else": (
        "boom",
        "Rule = dict\n",
        "it is no subclass of opencode_policy.rules.base.Rule",
    ),
    "the base class": (
        "boom",
        "from opencode_policy.rules.base import Rule\n",
        "it is no subclass of opencode_policy.rules.base.Rule",
    ),
    "a rule without a reason": (
        "boom",
        "from opencode_policy.rules import base\nclass Rule(base.Rule):\n    fix = good = bad = ()\n",
        "the class lacks why",
    ),
    "the id of a rule of ours": (
        "boom",
        RULE.format(name="ClaimMismatch") + "Rule = ClaimMismatch\n",
        "there is a rule 'claim-mismatch' already",
    ),
    "the id of a check of the stages": (
        "boom",
        RULE.format(name="YamlSyntax") + "Rule = YamlSyntax\n",
        "there is a rule 'yaml-syntax' already",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_named_and_the_others_go_on(site: Path, tree: Path, name: str) -> None:
    module, text, words = BROKEN[name]
    install(site, "broken-rules", {"first": f"{module}:Rule"}, {module: text} if text else {})
    install_demo(site, tree)
    done = check(tree, site)
    assert done.returncode == 3
    assert findings(done) == [FROM_PLUGIN, NORMAL]
    subject = "its way in from the plugin broken-rules 1.2"
    assert json.loads(done.stdout)["failures"] == [{"rule": "first", "subject": subject, "error": words}]
    assert done.stderr.startswith(f"opencode-policy: the rule first failed on {subject}: {words}\n")
    assert "hunter2" not in done.stderr + done.stdout


def test_two_plugins_with_one_id(site: Path, tree: Path) -> None:
    install_demo(site, tree)
    install(site, "two", {"third": "two:ClaimCalledDemo"}, {"two": RULE.format(name="ClaimCalledDemo")})
    done = check(tree, site)
    assert done.returncode == 3
    assert findings(done) == [FROM_PLUGIN, NORMAL]
    [failure] = json.loads(done.stdout)["failures"]
    assert (failure["rule"], failure["error"]) == ("third", "there is a rule 'claim-called-demo' already")


def test_a_rule_that_raises_is_named_and_the_others_go_on(site: Path, tree: Path) -> None:
    install_demo(site, tree)
    (site / "acme.py").write_text((site / "acme.py").read_text().replace("yield", "raise ValueError; yield"))
    done = check(tree, site)
    assert done.returncode == 3
    assert findings(done) == [NORMAL]
    [failure] = json.loads(done.stdout)["failures"]
    assert failure == {
        "rule": "claim-called-demo",
        "subject": "the tree",
        "error": "ValueError at acme.py:16",
    }


def test_what_a_broken_plugin_would_have_decided_stays_open(site: Path, tree: Path) -> None:
    install_demo(site, tree)
    (tree / CLAIM_PATH).write_text(CLAIM.format(size="5Gi"))
    policy = tree / "policies/opencode.yaml"
    policy.write_text(policy.read_text() + "  claim-called-demo: {severity: info}\n")
    (site / "acme.py").write_text("raise ValueError\n")
    done = check(tree, site)
    assert done.returncode == 3
    [requirement] = json.loads(done.stdout)["requirements"]
    assert (requirement["status"], requirement["reason"]) == (
        "not-checked",
        "the rule claim-called-demo was not run",
    )
    assert run(tree, "explain", "SEC-04", site=site).returncode == 0


def test_a_policy_must_name_the_rule(site: Path, tree: Path) -> None:
    modules = {"acme": RULE.format(name="ClaimCalledDemo")}
    install(site, "acme-rules", {"demo": "acme:ClaimCalledDemo"}, modules)
    done = check(tree, site)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the rule 'claim-called-demo' decides SEC-04, but SEC-04 does not name it" in done.stderr


def test_a_plugin_that_cannot_be_read_is_no_plugin(site: Path, tree: Path) -> None:
    for name, data in (("a-1.dist-info", b"\xff\xfe"), ("b-1.dist-info", b"[opencode_policy.rules")):
        (site / name).mkdir()
        (site / name / "entry_points.txt").write_bytes(data)
    (site / "c-1.dist-info").write_text("a file")
    assert findings(check(tree, site)) == [NORMAL]

"""From a planted secret to every report: it is found, and not one report shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from opencode_policy import run as whole
from opencode_policy.__main__ import main
from opencode_policy.report.options import PARTS, Options
from opencode_policy.report.registry import CHECK_FORMATS, TRACE_FORMATS, reporter
from opencode_policy.report.view import view
from opencode_policy.rules.table import load_rules
from opencode_policy.run import Run, evaluate
from opencode_policy.source import Source
from tests.cli.repository import CLAIM_PATH, write_repository
from tests.detect.made import encode, github_token, password, private_key
from tests.mutations.harness import APPS, check_sources, shipped

FORMATS = sorted({*CHECK_FORMATS.values(), *TRACE_FORMATS.values()})
POD = f"{APPS}/opencode-flux/app/deployment.yaml"
SERVICE = f"{APPS}/opencode-ha/app/service.yaml"
TELLING = 6
"""So many characters of a secret in a row give it away."""

_COLOUR = re.compile("\x1b\\[[0-9;]*m")


def reports(run: Run) -> str:
    """Every format, plain and coloured, everything shown."""
    seen = view(run.result, run.sources, run.catalogue, run.redactor)
    options = [Options(colour, width, frozenset(PARTS)) for colour in (False, True) for width in (60, 160)]
    return "\n".join(reporter(entry)(seen, each) for entry in FORMATS for each in options)


def pieces(secret: str) -> Iterator[str]:
    """Every stretch of the secret that would give it away, plain and in base64."""
    for text in (secret, encode(secret)):
        for line in text.split("\n"):
            yield from (line[at : at + TELLING] for at in range(len(line) - TELLING + 1))


def planted(path: str, old: str, new: str) -> Run:
    """A check of the shipped tree with a text of one file replaced."""
    sources = dict(shipped()[1].sources)
    text = sources[path].text
    assert text.count(old) >= 1
    sources[path] = Source(path, text.replace(old, new, 1))
    return check_sources(sources)


def assert_hidden(run: Run, secret: str) -> None:
    shown = reports(run)
    for text in (shown, _COLOUR.sub("", shown), re.sub(r"\s+", "", shown)):
        assert [piece for piece in pieces(secret) if piece in text] == []


TOKEN = github_token(seed=7)
WAYS: dict[str, Callable[[str], tuple[str, str, str]]] = {
    "a variable": lambda s: (POD, '              value: "false"\n', f"              value: {s}\n"),
    "an argument": lambda s: (POD, "args: [web,", f"args: [web, --token={s},"),
    "a comment": lambda s: (POD, "  replicas: 1\n", f"  replicas: 1  # {s}\n"),
    "a key": lambda s: (POD, "  replicas: 1\n", f"  replicas: 1\n  {s}: 1\n"),
    "a key that stands twice": lambda s: (POD, "  replicas: 1\n", f"  {s}: 1\n  {s}: 2\n"),
    "the name of an object": lambda s: (SERVICE, "&app opencode-ha", f"&app {s}"),
    "a label": lambda s: (SERVICE, "  ports:\n", f"    other: {s}\n  ports:\n"),
    "a name that is looked up": lambda s: (POD, "claimName: *app", f"claimName: {s}"),
    "a broken file": lambda s: (SERVICE, "spec:\n", f"spec: [\n  password: {s}\n"),
    "base64 in a Secret": lambda s: (
        SERVICE,
        "---\n",
        f"---\napiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\ndata: {{token: {encode(s)}}}\n---\n",
    ),
    "base64 twice": lambda s: (POD, "  replicas: 1\n", f"  replicas: 1  # {encode(encode(s))}\n"),
    "an address": lambda s: (POD, "https://github.com", f"https://x:{s}@github.com"),
    "escapes": lambda s: (POD, '              value: "false"\n', f'              value: "\\x67{s[1:]}"\n'),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_token_is_found_and_not_shown(way: str) -> None:
    path, old, new = WAYS[way](TOKEN)
    run = planted(path, old, new)
    assert run.result.failures == ()
    hits = [item for item in run.result.findings if item.rule == "secret-in-file"]
    assert {item.location.path for item in hits} == {path}
    assert all(item.requirements == ("SEC-01",) and item.severity == "error" for item in hits)
    assert_hidden(run, TOKEN)


def test_the_same_reports_would_show_it_otherwise() -> None:
    path, old, new = WAYS["a name that is looked up"](TOKEN)
    run = planted(path, old, new)
    bare = whole.Run(run.result, run.sources, run.policy, run.catalogue, type(run.redactor)())
    assert TOKEN in reports(bare)


def test_a_key_of_many_lines_is_not_shown() -> None:
    key = private_key()
    folded = "".join(f"        {line}\n" for line in key.splitlines())
    run = planted(SERVICE, "spec:\n", f"  annotations:\n    key: |\n{folded}spec:\n")
    assert [item.message for item in run.result.findings if item.rule == "secret-in-file"] == [
        f"a private key ({len(key.strip())} characters) is in clear"
    ]
    assert_hidden(run, key)


def test_a_short_password_is_hidden_where_it_stands() -> None:
    short = "hunter2"
    run = planted(
        POD,
        "            - name: WORKSPACE_PULL\n",
        f"            - {{name: DB_PASSWORD, value: {short}}}\n            - name: WORKSPACE_PULL\n",
    )
    hits = [item.message for item in run.result.findings if item.rule == "secret-in-file"]
    assert hits == ["the value of 'DB_PASSWORD' (7 characters) is in clear"]
    assert short not in reports(run)


def test_a_value_that_only_another_rule_calls_secret_is_hidden() -> None:
    old = (
        "            - name: GITHUB_TOKEN\n              valueFrom:\n                secretKeyRef:\n"
        "                  name: opencode-flux-secret\n                  key: github-pat\n"
    )
    value = "qzxvw 81 wkjhg 27 bnmqf 93"  # no detector takes it for a secret
    run = planted(POD, old, f"            - name: GITHUB_TOKEN\n              value: {value}\n")
    rules = {item.rule for item in run.result.findings}
    assert "secret-literal-environment" in rules
    assert "secret-in-file" not in rules
    assert_hidden(run, value)


def test_it_is_hidden_although_the_rule_did_not_run() -> None:
    policy, found = shipped()
    path = f"{APPS}/opencode-flux/app/pvc.yaml"
    sources = dict(found.sources)
    sources[path] = Source(path, sources[path].text.replace("5Gi", f"6Gi  # {TOKEN}"))
    classes = load_rules()
    choice = whole.Choice.of(policy, classes, rules=["claim-mismatch"])
    changed = type(found)(found.root, sources)
    run = evaluate(changed, ["kubernetes"], policy, classes, choice)
    assert [item.rule for item in run.result.findings] == ["claim-mismatch"]
    assert "storage: 6Gi" in reports(run)
    assert_hidden(run, TOKEN)


def test_nobody_can_waive_it() -> None:
    waiver = "  # opencode-policy: ignore[secret-in-file] it is only for a test"
    run = planted(POD, "  replicas: 1\n", f"  {waiver}\n  replicas: 1  # {TOKEN}\n")
    rules = sorted(item.rule for item in run.result.findings)
    assert rules == ["secret-in-file", "suppression-forbidden"]
    assert all(item.suppressed is None for item in run.result.findings)


def test_the_command_shows_it_in_no_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_repository(tmp_path)
    claim = tmp_path / CLAIM_PATH
    secret = password(seed=3)
    claim.write_text(claim.read_text() + f"# password: '{secret}'\n")
    monkeypatch.chdir(tmp_path)
    for name in ("text", "json", "sarif"):
        assert main(["check", "--output-format", name]) == 1
        shown = capsys.readouterr()
        assert "claim-mismatch" in shown.out
        assert [piece for piece in pieces(secret) if piece in shown.out + shown.err] == []
        if name != "text":
            json.loads(shown.out)

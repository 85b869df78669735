"""Runs of the command inside this process, on a made-up result or on a small repository."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from opencode_policy import run
from opencode_policy.__main__ import main
from opencode_policy.finding import Result
from opencode_policy.policy.inventory import ClusterFile
from opencode_policy.policy.model import Policy, PolicyFile, Scope
from opencode_policy.redact import Redactor
from tests.cli.repository import write_repository
from tests.report import samples

VARIABLES = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "OPENCODE_POLICY_TRACEBACK",
    "GITHUB_ACTIONS",
    "GITHUB_SHA",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Run the command with these arguments."""

    def call(*argv: str) -> Outcome:
        code = main(list(argv))
        out, err = capfd.readouterr()
        return Outcome(code, out, err)

    return call


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with a policy of its own, as the working directory."""
    write_repository(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@dataclass(slots=True)
class Engine:
    """Stands in for the engine: remembers what it was asked and answers with a result."""

    result: Result
    asked: dict[str, object]
    error: BaseException | None = None

    def check(self, paths: object, **options: object) -> run.Run:
        self.asked = {"paths": paths, **options}
        if self.error is not None:
            raise self.error
        settings = PolicyFile(version=1, scope=Scope(manifests="apps"), workspaces=())
        cluster = ClusterFile(version=1, flux_version="2.7.5")
        policy = Policy(requirements=(), settings=settings, cluster=cluster)
        return run.Run(self.result, samples.sources(), policy, samples.rules(), Redactor())


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The engine replaced; its result is the sample until a test gives another."""
    stub = Engine(samples.result(), {})
    monkeypatch.setattr(run, "check", stub.check)
    return stub

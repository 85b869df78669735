"""Both hooks under pre-commit and under prek, in every kind of checkout there is."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.detect.made import github_token
from tests.hooks.test_published_hook import CLAIM, IN_A_CLONE, ROOT, run

FRAMEWORKS = ("pre_commit", "prek")
BAD = "error[claim-mismatch] SEC-04: the claim asks for 6Gi instead of 5Gi"
MANY = 2500
LONG = "a-folder-with-a-name-that-is-as-long-as-those-of-real-clusters"

pytestmark = pytest.mark.skipif(not IN_A_CLONE, reason="a hook is installed from a git repository")


@pytest.fixture(scope="module", params=FRAMEWORKS)
def framework(request: pytest.FixtureRequest) -> str:
    """Module by which the framework is run."""
    return str(request.param)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both keep the installed hooks: installing is slow and is done once for each."""
    return tmp_path_factory.mktemp("home")


class Clone:
    """A repository with the manifests of ours and with the hooks of this commit."""

    def __init__(self, folder: Path, home: Path, framework: str) -> None:
        self.folder, self.home, self.framework = folder, home, framework

    def git(self, *arguments: str) -> tuple[int, str]:
        done = run(self.folder, self.home, "git", *arguments)
        return done.returncode, done.stdout + done.stderr

    def at(self, folder: Path) -> Clone:
        return Clone(folder, self.home, self.framework)

    def install(self) -> None:
        done = run(self.folder, self.home, sys.executable, "-m", self.framework, "install")
        assert done.returncode == 0, done.stderr

    def hook(self, name: str) -> tuple[int, str]:
        command = (sys.executable, "-m", self.framework, "run", name, "--all-files")
        done = run(self.folder, self.home, *command)
        return done.returncode, done.stdout + done.stderr

    def claim(self, size: str) -> None:
        path = self.folder / CLAIM
        text = path.read_text("utf-8")
        path.write_text(
            text.replace("storage: 5Gi", f"storage: {size}").replace("storage: 6Gi", f"storage: {size}")
        )

    def commit(self, message: str) -> tuple[int, str]:
        return self.git("commit", "--quiet", "--message", message)


@pytest.fixture
def clone(tmp_path: Path, home: Path, framework: str) -> Clone:
    folder = tmp_path / "cluster"
    for name in ("kubernetes", "policies", "scripts"):
        shutil.copytree(ROOT / name, folder / name)
    head = run(ROOT, home, "git", "rev-parse", "HEAD").stdout.strip()
    hooks = "".join(f"      - id: {name}\n" for name in ("opencode-policy", "opencode-policy-secrets"))
    text = f"repos:\n  - repo: {ROOT}\n    rev: {head}\n    hooks:\n{hooks}"
    (folder / ".pre-commit-config.yaml").write_text(text, encoding="utf-8")
    made = Clone(folder, home, framework)
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("add", "--all")
    assert made.commit("before the hooks")[0] == 0
    made.install()
    return made


def test_a_commit_passes_or_fails_by_what_is_staged(clone: Clone) -> None:
    (clone.folder / "kubernetes/README.md").write_text("# Manifests\n", encoding="utf-8")
    clone.git("add", "--all")
    code, said = clone.commit("good")
    assert code == 0, said
    clone.claim("6Gi")
    clone.git("add", "--all")
    code, said = clone.commit("bad")
    assert (code, BAD in said) == (1, True), said


def test_a_file_that_is_staged_in_part_counts_as_it_is_staged(clone: Clone) -> None:
    clone.claim("6Gi")
    clone.git("add", "--all")
    clone.claim("5Gi")
    code, said = clone.commit("bad in the index, good on disk")
    assert (code, BAD in said) == (1, True), said
    assert "storage: 5Gi" in (clone.folder / CLAIM).read_text("utf-8")
    clone.git("add", "--all")
    (clone.folder / "kubernetes/README.md").write_text("# Manifests\n", encoding="utf-8")
    clone.git("add", "--all")
    clone.claim("6Gi")
    code, said = clone.commit("good in the index, bad on disk")
    assert code == 0, said
    assert "storage: 6Gi" in (clone.folder / CLAIM).read_text("utf-8")


def test_in_a_worktree(clone: Clone, tmp_path: Path) -> None:
    clone.git("worktree", "add", "--quiet", str(tmp_path / "other"), "-b", "other")
    other = clone.at(tmp_path / "other")
    other.claim("6Gi")
    other.git("add", "--all")
    code, said = other.commit("bad")
    assert (code, BAD in said) == (1, True), said
    assert "storage: 5Gi" in (clone.folder / CLAIM).read_text("utf-8")


def test_in_a_submodule(clone: Clone, tmp_path: Path) -> None:
    above = clone.at(tmp_path / "above")
    above.folder.mkdir()
    above.git("init", "--quiet", "--initial-branch=main")
    code, said = above.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(clone.folder), "cluster"
    )
    assert code == 0, said
    inner = above.at(above.folder / "cluster")
    inner.install()
    inner.claim("6Gi")
    inner.git("add", "--all")
    code, said = inner.commit("bad")
    assert (code, BAD in said) == (1, True), said


def test_more_files_than_fit_on_one_command_line(clone: Clone) -> None:
    folder = clone.folder / "notes" / LONG
    folder.mkdir(parents=True)
    for number in range(MANY):
        (folder / f"{number:04}.txt").write_text("nothing\n", encoding="utf-8")
    assert sum(len(str(path.relative_to(clone.folder))) for path in folder.iterdir()) > 1 << 17
    clone.git("add", "--all")
    code, said = clone.hook("opencode-policy-secrets")
    assert code == 0, said
    token = github_token(seed=5)
    for number in (0, MANY - 1):
        (folder / f"{number:04}.txt").write_text(f"GITHUB_TOKEN={token}\n", encoding="utf-8")
    clone.git("add", "--all")
    code, said = clone.hook("opencode-policy-secrets")
    assert code == 1
    found = [line for line in said.splitlines() if line.lstrip().startswith("-->")]
    assert [line.strip() for line in found] == [
        f"--> notes/{LONG}/0000.txt:1:14",
        f"--> notes/{LONG}/{MANY - 1}.txt:1:14",
    ]
    assert token not in said
    clone.claim("6Gi")
    clone.git("add", "--all")
    code, said = clone.hook("opencode-policy")
    assert said.count(BAD) == 1

"""Trees in which the file system itself is odd: each oddity is named, nothing hangs, the rest is checked."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from opencode_policy import discover
from tests.bad_input.conftest import Check, run
from tests.cli.repository import BASE, write_repository

NOT_REGULAR = "a pipe, a socket or a device is not read"


def without_privileges() -> Sequence[str]:
    """What a command needs before it so that file modes hold for it."""
    if os.geteuid() != 0:
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("root reads every file, and setpriv, which could take that from it, is not installed")
    powers = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={powers}", f"--inh-caps={powers}")


def test_an_unreadable_file(tree: Path, check: Check) -> None:
    path = tree / "kubernetes/closed.yaml"
    path.write_text("a: 1\n")
    path.chmod(0)
    seen = check(prefix=without_privileges())
    assert seen.others == [
        ("file-unreadable", "kubernetes/closed.yaml:1:1", "the file cannot be read: permission denied")
    ]
    assert seen.not_checked == ["kubernetes/closed.yaml could not be read in full"]


def test_an_unreadable_folder(tree: Path, check: Check) -> None:
    path = tree / "kubernetes/closed"
    path.mkdir()
    path.chmod(0)
    seen = check(prefix=without_privileges())
    path.chmod(0o700)
    assert seen.others == [
        ("file-unreadable", "kubernetes/closed:1:1", "the folder cannot be read: permission denied")
    ]


def test_a_path_that_may_not_be_looked_at(tree: Path, check: Check) -> None:
    closed = tree / "closed"
    closed.mkdir()
    closed.chmod(0)
    seen = check("closed/below", prefix=without_privileges())
    closed.chmod(0o700)
    assert (seen.code, seen.err) == (
        2,
        "opencode-policy: 'closed/below' cannot be read: permission denied\n",
    )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("kubernets", "there is no file or folder 'kubernets'; did you mean 'kubernetes'?"),
        ("kubernetes/apps/demo/kustomization.yml", "did you mean 'kubernetes/apps/demo/kustomization.yaml'?"),
        ("policies/cluster.yaml/x", "there is no file or folder 'policies/cluster.yaml/x'"),
        ("x" * 5000, "cannot be read: file name too long"),
        ("kube\nrnetes", "there is no file or folder 'kube\\x0arnetes'; did you mean 'kubernetes'?"),
    ],
)
def test_a_path_that_does_not_exist(check: Check, path: str, message: str) -> None:
    seen = check(path)
    assert (seen.code, list(seen.findings)) == (2, [])
    assert seen.err.startswith("opencode-policy: ")
    assert message in seen.err
    assert seen.err.count("\n") == 1


def test_a_path_of_another_repository(tree: Path, check: Check) -> None:
    other = tree.parent / "other"
    other.mkdir(exist_ok=True)
    seen = check("kubernetes", str(other))
    assert seen.code == 2
    assert seen.err == f"opencode-policy: '{other}' lies outside of '{tree}', where 'kubernetes' belongs\n"


def test_a_pipe_a_socket_and_a_device_do_not_hang(tree: Path, check: Check) -> None:
    folder = tree / "kubernetes"
    os.mkfifo(folder / "pipe.yaml")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket has a hundred characters at most
        server.bind("socket.yaml")
        os.chdir(here)
    wanted = [("file-unreadable", f"kubernetes/{name}.yaml:1:1", NOT_REGULAR) for name in ("pipe", "socket")]
    if _made_device(folder / "zero.yaml"):
        wanted.append(("file-unreadable", "kubernetes/zero.yaml:1:1", NOT_REGULAR))
    assert check().others == wanted


def _made_device(path: Path) -> bool:
    """Whether this process may make an endless device."""
    try:
        os.mknod(path, 0o644 | stat.S_IFCHR, os.makedev(1, 5))
    except OSError:
        return False
    return True


@pytest.mark.parametrize("name", ["kubernetes/pipe.yaml", "policies/opencode.yaml"])
def test_a_pipe_that_is_asked_for_does_not_hang(tree: Path, check: Check, name: str) -> None:
    (tree / name).unlink(missing_ok=True)
    os.mkfifo(tree / name)
    seen = check(name)
    if name.startswith("kubernetes"):
        assert seen.findings == [("file-unreadable", f"{name}:1:1", NOT_REGULAR)]
    else:
        assert (seen.code, seen.err) == (
            2,
            f"opencode-policy: the policy cannot be used\n{name}: not a file\n",
        )


def test_links(tree: Path, check: Check) -> None:
    folder = tree / "kubernetes/links"
    folder.mkdir()
    (tree.parent / "outside.yaml").write_text("a: 1\n")
    for name, target in {
        "dangling.yaml": "nowhere.yaml",
        "myself.yaml": "myself.yaml",
        "one": "two",
        "out.yaml": str(tree.parent / "outside.yaml"),
        "out": "/etc",
        "two": "one",
        "up": "..",
    }.items():
        (folder / name).symlink_to(target)
    leads_out = "the link leads out of the repository"
    endless = "the link leads nowhere: too many levels of symbolic links"
    assert check().others == [
        (rule, f"kubernetes/links/{name}:1:1", message)
        for name, rule, message in [
            ("dangling.yaml", "file-unreadable", "the link leads nowhere: no such file or directory"),
            ("myself.yaml", "symlink-loop", endless),
            ("one", "symlink-loop", endless),
            ("out", "path-outside-tree", leads_out),
            ("out.yaml", "path-outside-tree", leads_out),
            ("two", "symlink-loop", endless),
            ("up", "symlink-loop", "the link leads to a folder above itself"),
        ]
    ]


def test_names_that_are_not_utf8_and_names_that_command_a_terminal(tree: Path, check: Check) -> None:
    folder = os.fsencode(tree / "kubernetes")
    for name in (b"\xff.yaml", b"a\nb\x1b[31m.yaml", b"::error::.yaml"):
        with open(os.path.join(folder, name), "wb") as stream:  # noqa: PTH118, PTH123 - bytes
            stream.write(b"a: [\n")
    paths = [place.rsplit(":", 2)[0] for _, place, _ in check().others]
    assert paths == ["kubernetes/::error::.yaml", "kubernetes/a\nb\x1b[31m.yaml", "kubernetes/\udcff.yaml"]
    text = run(tree, "kubernetes").stdout
    assert b"kubernetes/a\\x0ab\\x1b[31m.yaml:2:1\n" in text
    assert b"kubernetes/\\udcff.yaml:2:1\n" in text
    assert b"\x1b" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith(b"::error")]
    assert run(tree, "kubernetes", "--output-format", "sarif").returncode == 1


def test_binary_files_are_listed_in_one_line(tree: Path, check: Check) -> None:
    for name in ("a.png", "b.png", "c.png"):
        (tree / "kubernetes" / name).write_bytes(b"\x89PNG\x00")
    seen = check()
    assert seen.others == []
    assert seen.not_checked == [
        "binary files are only searched for tokens and keys: kubernetes/a.png and 2 more"
    ]


def test_a_file_that_vanishes_while_the_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        (tmp_path / name).write_text("a: 1\n")

    def vanishing(path: str) -> tuple[os.stat_result, bytes]:
        (tmp_path / "b.yaml").unlink(missing_ok=True)
        return content(path)

    content = discover._content
    monkeypatch.setattr(discover, "_content", vanishing)
    found = discover.discover([tmp_path], tmp_path)
    assert list(found.sources) == ["a.yaml", "c.yaml"]
    assert [(item.code, str(item.location), item.message) for item in found.diagnostics] == [
        ("file-unreadable", "b.yaml:1:1", "the file cannot be read: no such file or directory")
    ]


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")

    def growing(path: str, flags: int) -> int:
        with (tmp_path / "a.yaml").open("a") as stream:
            stream.write("b: 2\n")
        return opened(path, flags)

    opened = discover._without_waiting
    monkeypatch.setattr(discover, "_without_waiting", growing)
    found = discover.discover([tmp_path], tmp_path)
    assert found.sources == {}
    assert [item.message for item in found.diagnostics] == ["the file grew while it was read"]


KUSTOMIZATION = """\
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./claim.yaml
"""


@pytest.mark.parametrize(
    ("entry", "rule", "message"),
    [
        (
            "../../../../../../outside",
            "path-outside-tree",
            "'../../../../../../outside' leads out of the repository",
        ),
        ("/etc/passwd", "path-outside-tree", "'/etc/passwd' leads out of the repository"),
        (
            "https://example.org/a.yaml",
            "kustomize-unsupported",
            "'https://example.org/a.yaml' is remote and is not fetched",
        ),
        (
            "https://me:hunter2@example.org/a.yaml",
            "kustomize-unsupported",
            "'https://…@example.org/a.yaml' is remote and is not fetched",
        ),
        (
            "github.com/example/repo?ref=main",
            "kustomize-unsupported",
            "'github.com/example/repo?ref=main' is remote and is not fetched",
        ),
        (".", "kustomize-build-failed", "'.' leads back to a kustomization that is being built"),
        ("../app", "kustomize-build-failed", "'../app' leads back to a kustomization that is being built"),
        (
            "./clam.yaml",
            "kustomize-build-failed",
            "there is no file or folder './clam.yaml'; did you mean 'claim.yaml'?",
        ),
    ],
)
def test_resources_that_lead_elsewhere(tree: Path, check: Check, entry: str, rule: str, message: str) -> None:
    path = f"{BASE}/demo/app/kustomization.yaml"
    (tree / path).write_text(f"{KUSTOMIZATION}  - {entry}\n")
    seen = check()
    assert (rule, f"{path}:6:5", message) in seen.others
    assert not [words for _, _, words in seen.findings if "hunter2" in words]


def test_two_kustomizations_that_include_each_other(tree: Path, check: Check) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        (tree / "kubernetes" / one).mkdir()
        (tree / f"kubernetes/{one}/kustomization.yaml").write_text(
            KUSTOMIZATION.replace("./claim.yaml", f"../{other}")
        )
    assert ("kustomize-build-failed", "kubernetes/b/kustomization.yaml:5:5") in [
        (rule, place) for rule, place, _ in check().others
    ]


def test_an_empty_folder_proves_nothing(tmp_path: Path) -> None:
    write_repository(tmp_path)
    (tmp_path / "kubernetes/empty").mkdir()
    done = run(tmp_path, "kubernetes/empty")
    assert (done.returncode, done.stderr) == (0, b"")
    head, reason, *rest = done.stdout.decode().splitlines(keepends=True)
    assert (head, reason[:15]) == ("Not checked\n", "  SEC-04  demo ")
    assert "".join(rest) == (
        "\n"
        "Requirements: 0 satisfied, 0 violated, 0 not applicable, 1 not checked\n"
        "Findings: 0 errors, 0 warnings\n"
        "Read: 0 files, 0 resources\n"
    )

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.cli.targets import Target
from opencode_policy.cli.write import refuse_unwritable, to_file, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_in_utf8_without_a_rest(tmp_path: Path) -> None:
    write_text(Target("json", str(tmp_path / "a.json")), "{é}\n", for_people=False)
    assert (tmp_path / "a.json").read_bytes() == "{é}\n".encode()
    assert names(tmp_path) == ["a.json"]


def test_the_old_content_and_its_mode_are_replaced_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("a much longer old text")
    path.chmod(0o640)
    to_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        to_file(tmp_path / "a", b"")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    to_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=to_file, args=(pipe, b"through"))
    writer.start()
    assert pipe.read_bytes() == b"through"
    writer.join()
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_failure_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(RefusedError, match=r"cannot write '.*a': No space left on device"):
        write_text(Target("text", str(path)), "new", for_people=True)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_a_missing_folder_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    target = Target("text", str(tmp_path / "reprots" / "a"))
    with pytest.raises(RefusedError) as refused:
        refuse_unwritable([target])
    assert f"there is no folder '{tmp_path}/reprots'; did you mean 'reports'?" in str(refused.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="it is a folder"):
        refuse_unwritable([Target("text", str(tmp_path))])


def test_standard_output_and_new_files_are_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refuse_unwritable([Target("text", "-"), Target("json", "new.json"), Target("json", str(tmp_path / "b"))])


def test_a_name_that_is_not_utf8_is_escaped(tmp_path: Path) -> None:
    write_text(Target("json", str(tmp_path / "a")), '"\udcff"', for_people=False)
    assert (tmp_path / "a").read_text() == '"\\udcff"'

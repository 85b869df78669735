"""The harness on processes whose behaviour is known; no test depends on the speed of the machine."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks.commands import BULK, DRAIN, IMPORTS, START, bulk_commands, goals, start_commands
from benchmarks.main import main
from benchmarks.measure import CannotRunError, Command, Goal, Run, by_turns, measure, ratios
from benchmarks.report import as_json, table

READS_EVERYTHING = """
import pathlib, sys, time, yaml
for path in pathlib.Path(sys.argv[2]).rglob("*.yaml"):
    list(yaml.parse(path.read_bytes(), Loader=yaml.CSafeLoader))
print("one finding")
sys.exit(1)
"""


def python(script: str, label: str = "it", *, may_find: bool = False) -> Command:
    return Command(label, (sys.executable, "-c", script), Path.cwd(), may_find)


def package(root: Path, main_module: str) -> Path:
    """A stand-in for the package, found because a check runs in the repository's root."""
    folder = root / "opencode_policy"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "__main__.py").write_text(main_module, encoding="utf-8")
    return root


def test_time_and_memory_of_a_process() -> None:
    run = measure(python("import time; time.sleep(0.2); x = b'x' * 80_000_000"))
    assert 0.2 <= run.seconds < 60
    assert 80e6 <= run.memory < 8e9


def test_a_process_keeps_its_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    measure(python("import sys; sys.exit(sys.dont_write_bytecode)"))


@pytest.mark.parametrize("code", [2, 3])
def test_a_failed_process_is_shown_with_its_last_words(code: int) -> None:
    with pytest.raises(CannotRunError, match=rf"^it: exit code {code}\nno such policy$"):
        measure(
            python(f"import sys; print('no such policy', file=sys.stderr); sys.exit({code})", may_find=True)
        )


def test_exit_code_1_is_a_run_only_if_the_process_printed_something() -> None:
    measure(python("print('a finding'); raise SystemExit(1)", may_find=True))
    with pytest.raises(CannotRunError, match="exit code 1"):
        measure(python("print('a finding'); raise SystemExit(1)"))
    with pytest.raises(CannotRunError, match="No module named"):
        measure(python("import no_such_module_anywhere", may_find=True))


def test_commands_take_turns_after_a_run_that_does_not_count(tmp_path: Path) -> None:
    log = tmp_path / "log"
    commands = [python(f"open({str(log)!r}, 'a').write({name!r})", name) for name in "ab"]
    runs = by_turns(commands, rounds=3)
    assert log.read_text() == "ab" + "ab" + "ba" + "ab"
    assert {label: len(items) for label, items in runs.items()} == {"a": 3, "b": 3}


def test_ratios_are_made_round_by_round() -> None:
    runs = {"one": [Run(2, 0), Run(9, 0)], "two": [Run(1, 0), Run(3, 0)]}
    assert ratios(runs, "one", "two") == (2, 3)


def test_a_goal_is_reached_by_its_median() -> None:
    assert Goal("", "", 2.5, (1, 2.5, 9)).reached
    assert not Goal("", "", 2.5, (1, 2.6, 2.7)).reached


def some_runs(seconds: float) -> dict[str, list[Run]]:
    mine, base = Run(seconds, 123_000_000), Run(1.0, 20_000_000)
    return {START: [mine] * 3, IMPORTS: [base] * 3, BULK: [mine] * 3, DRAIN: [base] * 3}


def test_the_three_goals() -> None:
    found = {goal.name: (goal.median, goal.target, goal.reached) for goal in goals(some_runs(3.0))}
    assert found == {
        "check kubernetes/ / import yaml, pydantic": (3.0, 2.5, False),
        "check the generated tree / drain yaml.parse": (3.0, 6, True),
        "check the generated tree, peak memory": (123.0, 400, True),
    }


def test_a_check_that_is_faster_than_reading_did_not_check() -> None:
    with pytest.raises(CannotRunError, match="cannot have read"):
        goals(some_runs(0.5))


def test_the_table() -> None:
    lines = table(goals(some_runs(3.0)), some_runs(3.0)).splitlines()
    assert lines[0].split() == ["goal", "target", "reached", "min", "median", "max"]
    assert lines[1].split()[-5:] == ["2.5", "no", "3.000", "3.000", "3.000"]
    assert lines[3].split()[-6:] == ["400", "MB", "yes", "123.000", "123.000", "123.000"]
    assert lines[6].split()[-4:] == ["s", "3.000", "3.000", "3.000"]


def test_the_json_holds_every_round() -> None:
    runs = some_runs(3.0)
    written = json.loads(as_json(goals(runs), runs, files=5000))
    assert written["version"] == 1
    assert written["files"] == 5000
    assert written["goals"][0]["rounds"] == [3.0, 3.0, 3.0]
    assert written["runs"][DRAIN] == [{"seconds": 1.0, "memory": 20_000_000}] * 3


def test_the_commands_compare_a_check_with_its_base(tmp_path: Path) -> None:
    root = package(tmp_path, READS_EVERYTHING)
    (tmp_path / "kubernetes").mkdir()
    (tmp_path / "kubernetes/a.yaml").write_text("a: 1\n", encoding="utf-8")
    runs = by_turns([*start_commands(root), *bulk_commands(root, tmp_path / "kubernetes")], rounds=1)
    assert list(runs) == [START, IMPORTS, BULK, DRAIN]
    assert all(run.seconds > 0 and run.memory > 0 for items in runs.values() for run in items)


def test_the_base_fails_on_a_file_that_is_not_yaml(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [1\n", encoding="utf-8")
    drain = bulk_commands(tmp_path, tmp_path)[1]
    with pytest.raises(CannotRunError, match="ParserError"):
        measure(drain)


def test_the_command_reports_what_cannot_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = package(tmp_path, "raise SystemExit('no policy')")
    monkeypatch.setattr("benchmarks.main.ROOT", broken)
    assert main(["--rounds", "1", "--tree", str(tmp_path)]) == 1
    assert "check kubernetes/: exit code 1\nno policy" in capsys.readouterr().err


def test_the_command_writes_a_table_and_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = package(tmp_path, READS_EVERYTHING.replace("print(", "time.sleep(0.3); print("))
    (tmp_path / "a.yaml").write_text("a: 1\n", encoding="utf-8")
    monkeypatch.setattr("benchmarks.main.ROOT", root)
    monkeypatch.setattr(
        "benchmarks.main.stages_goal", lambda _root, rounds: Goal("stages", "", 2, (1.5,) * rounds)
    )
    target = tmp_path / "numbers.json"
    assert main(["--rounds", "2", "--tree", str(tmp_path), "--json", str(target)]) == 0
    assert capsys.readouterr().out.startswith("2 rounds, 1 YAML files")
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written["files"] == 1
    assert [goal["name"] for goal in written["goals"]][-1] == "stages"

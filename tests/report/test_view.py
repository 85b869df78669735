from __future__ import annotations

from dataclasses import dataclass, fields

from opencode_policy.finding import Change, Evidence, Finding, Gap, Result, RuleFailure, Suppression, Verdict
from opencode_policy.location import Location, Related
from opencode_policy.redact import Redactor
from opencode_policy.report import view as module
from opencode_policy.report.view import Passage, masked, view
from opencode_policy.resource import ObjectId
from opencode_policy.source import Source
from tests.report import samples

VALUE = "hunter2-" * 2
SOURCE = Source("a.yaml", f"one: 1\nkey: {VALUE} # why\n")


def seen(redactor: Redactor, *found: Finding) -> module.View:
    return view(samples.result(found), {"a.yaml": SOURCE}, samples.rules(), redactor)


def test_a_passage_is_the_first_line_and_the_part_that_is_meant() -> None:
    plain = seen(Redactor())
    assert plain.passage(Location("a.yaml", 1, 6, 1, 7)) == Passage(1, "one: 1", 5, 6)
    assert plain.passage(Location("a.yaml", 1, 6, 2, 3)) == Passage(1, "one: 1", 5, 6)
    assert plain.passage(Location("a.yaml", 1, 90, 1, 99)) == Passage(1, "one: 1", 6, 6)


def test_there_is_no_passage_outside_the_files() -> None:
    plain = seen(Redactor())
    assert plain.passage(Location("gone.yaml", 1, 1, 1, 1)) is None
    assert plain.passage(Location("a.yaml", 9, 1, 9, 1)) is None
    assert plain.passage(Location("a.yaml", 0, 1, 0, 1)) is None


def test_a_passage_is_masked() -> None:
    where = samples.place(SOURCE, "why")
    assert seen(Redactor([VALUE])).passage(where) == Passage(2, "key: *** # why", 11, 14)


def test_a_path_with_a_secret_is_found_under_its_mask() -> None:
    source = Source(f"apps/{VALUE}.yaml", "one: 1\n")
    found = view(samples.result([]), {source.path: source}, {}, Redactor([VALUE]))
    assert found.passage(Location("apps/***.yaml", 1, 1, 1, 4)) == Passage(1, "one: 1", 0, 3)


def test_a_file_with_a_secret_has_nothing_to_hash() -> None:
    assert seen(Redactor()).hashable("a.yaml") == SOURCE.text
    assert seen(Redactor([VALUE])).hashable("a.yaml") is None
    assert seen(Redactor()).hashable("gone.yaml") is None


def test_every_text_field_of_every_part_of_a_result_is_masked() -> None:
    """Built from the classes themselves, so a field that is added later is covered."""
    here = Location(VALUE, 1, 1, 1, 1)
    identity = ObjectId(VALUE, VALUE, VALUE, VALUE)
    parts = [
        here,
        identity,
        Related(VALUE, here),
        Suppression(VALUE, here),
        Finding(
            "r",
            ("R",),
            "info",
            VALUE,
            here,
            identity,
            (Related(VALUE, here),),
            VALUE,
            Suppression(VALUE, here),
        ),
        Evidence("r", VALUE, here, identity),
        Gap(VALUE, ("R",), "r", here),
        Verdict("R", VALUE, "violated", VALUE),
        RuleFailure("r", VALUE, VALUE),
    ]
    for part in parts:
        shown = masked(part, Redactor([VALUE]))
        assert VALUE not in repr(shown)
        assert "***" in repr(shown)


def test_words_of_the_tool_are_left_alone() -> None:
    verdict = Verdict("SEC-04", "title", "not-applicable", "not-applicable")
    shown = masked(verdict, Redactor(["not-applicable"]))
    assert (shown.status, shown.reason) == ("not-applicable", "***")


def test_only_words_of_the_tool_are_exempt() -> None:
    classes = (
        Finding,
        Evidence,
        Gap,
        Verdict,
        RuleFailure,
        Location,
        Related,
        Suppression,
        ObjectId,
        Result,
        Change,
    )
    exempt = {(cls.__name__, field.name) for cls in classes for field in fields(cls)}
    assert {item for item in exempt if item[1] in module._OWN_WORDS} == {
        ("Finding", "rule"),
        ("Finding", "requirements"),
        ("Finding", "severity"),
        ("Evidence", "rule"),
        ("Gap", "rule"),
        ("Gap", "requirements"),
        ("Verdict", "id"),
        ("Verdict", "status"),
        ("RuleFailure", "rule"),
        ("Suppression", "by"),
        ("Change", "broken"),
        ("Change", "repaired"),
    }


def test_a_class_that_nobody_thought_of_is_masked() -> None:
    @dataclass(frozen=True, slots=True)
    class Later:
        note: str
        more: tuple[str, ...]
        number: int

    assert masked(Later(VALUE, (VALUE,), 3), Redactor([VALUE])) == Later("***", ("***",), 3)


def test_nothing_is_copied_when_there_is_nothing_to_mask() -> None:
    found = samples.result()
    assert masked(found, Redactor()) is found

"""Every case of the table of measured substitutions, in both modes, through the engine and through a tree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from opencode_policy.expand.envsubst import SubstitutionError, substitute
from tests.trees import cluster, config_map, tree_of

TABLE = Path(__file__).resolve().parents[3] / "shared/design/flux-substitution-table.txt"
VALUES = {"DOM": "homelab15.cloud", "APP": "opencode-flux", "EMPTY": ""}
OTHER_DOMAIN = {"${DOM/a/}": "bakerhaus.cloud"}
"""The one line of the table whose output belongs to another value of DOM than its heading says.

fluxcd/pkg/envsubst v1.5.0 prints `bkerhaus.cloud` for this value and `homelb15.cloud` for the heading's.
"""
UNDEFINED = {"${#UNSET}": "a length is never an error, and the variable is undefined all the same"}
LINE = re.compile(
    r'(?P<input>"(?:[^"\\]|\\.)*")\s+-> (?P<output>"(?:[^"\\]|\\.)*")\s+'
    r"(?:ok|ERR (?P<error>[^|]+?)) \| (?:same|STRICT-ERR (?P<strict>.+))"
)


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table: the result in each mode, or the words of the error."""

    input: str
    lenient: str
    strict: str
    fails: bool
    fails_if_strict: bool

    @property
    def values(self) -> dict[str, str]:
        return VALUES | ({"DOM": OTHER_DOMAIN[self.input]} if self.input in OTHER_DOMAIN else {})


def cases() -> Iterator[Case]:
    if not TABLE.is_file():
        return
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        found = LINE.fullmatch(line)
        assert found, line
        text, output = json.loads(found["input"]), json.loads(found["output"])
        lenient = found["error"] or output
        strict = found["strict"] or lenient
        yield Case(text, lenient, strict, bool(found["error"]), bool(found["error"] or found["strict"]))


CASES = list(cases())
needs_table = pytest.mark.skipif(not CASES, reason=f"there is no {TABLE.name} beside the repository")


@needs_table
def test_the_table_is_whole() -> None:
    assert len(CASES) == 86


@needs_table
@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.input)
def test_the_engine_does_what_was_measured(case: Case, strict: bool) -> None:
    try:
        outcome = substitute(case.input, case.values, strict=strict).text
    except SubstitutionError as error:
        outcome = error.message
    assert outcome == (case.strict if strict else case.lenient)


@needs_table
@pytest.mark.parametrize("version", ["2.7.5", "2.9.0"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.input)
def test_a_tree_becomes_what_was_measured(case: Case, version: str) -> None:
    """In a block, which keeps every character; where Flux fails, there is a finding and the text stays."""
    strict = version == "2.9.0"
    text = config_map("a", text="|-\n    x " + case.input.replace("\n", "\n    "))
    inventory = cluster(flux_version=version, variables=case.values)
    tree, diagnostics = tree_of({"apps/a.yaml": text}, inventory)
    value = tree.of_kind("ConfigMap")[0]["data"]["text"].value
    codes = {item.code for item in diagnostics}
    if case.fails:
        assert (value, codes) == (f"x {case.input}", {"substitution-failed"})
    elif case.fails_if_strict:
        assert codes == {"substitution-undefined"}
        assert diagnostics[0].message.endswith("the whole Kustomization fails") == strict
    else:
        expected = {"substitution-undefined"} if case.input in UNDEFINED else set()
        assert (value, codes) == (f"x {case.lenient}".rstrip(), expected)

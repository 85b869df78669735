"""The schemas that editors read are true of the shipped policy files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from opencode_policy.policy.schema import Kind, json_schema
from opencode_policy.rules.table import BUILT_IN

POLICIES = Path(__file__).resolve().parents[2] / "policies"
FILES: dict[Kind, str] = {
    "requirements": "requirements.yaml",
    "policy": "opencode.yaml",
    "cluster": "cluster.yaml",
}
"""The files that the repository has; a lock is for those that use a released tool."""

BUILT_IN_RULES = {rule.id: rule for rule in BUILT_IN}


def schema(kind: Kind) -> dict[str, Any]:
    """The schema of a kind, as the committed files have it."""
    return json_schema(kind, BUILT_IN_RULES)


@pytest.mark.parametrize("kind", FILES)
def test_the_shipped_file_fits_its_schema_and_names_it(kind: Kind) -> None:
    text = (POLICIES / FILES[kind]).read_text(encoding="utf-8")
    assert f"\n# yaml-language-server: $schema=./schema/{kind}.schema.json\n" in text
    validator = Draft202012Validator(schema(kind))
    assert [error.message for error in validator.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize("kind", FILES)
def test_an_unknown_key_does_not_fit(kind: Kind) -> None:
    value = yaml.safe_load((POLICIES / FILES[kind]).read_text(encoding="utf-8"))
    [error] = Draft202012Validator(schema(kind)).iter_errors({**value, "colour": "red"})
    assert "'colour' was unexpected" in error.message


def test_the_schema_of_the_policy_knows_every_rule_and_its_parameters() -> None:
    rules = schema("policy")["properties"]["rules"]
    assert set(rules["properties"]) == set(BUILT_IN_RULES)
    assert rules["additionalProperties"] is False
    claim = rules["properties"]["claim-mismatch"]["properties"]["parameters"]
    assert set(claim["properties"]) == {"access_modes", "storage_class", "size"}
    assert claim["additionalProperties"] is False

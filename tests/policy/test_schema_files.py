"""The JSON Schemas beside the policy files are those of the code: `make schema` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencode_policy.cli.schema import schema_text

FOLDER = Path(__file__).parents[2] / "policies" / "schema"


@pytest.mark.parametrize("kind", ["requirements", "policy", "cluster"])
def test_a_schema_file_is_current(kind: str) -> None:
    assert (FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8") == schema_text(kind)

"""CRD schemas at the cluster's versions, where they lie beside the project: data for tests, no part of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CRDS = Path(os.environ.get("CRD_SCHEMAS", ROOT.parent / "shared" / "crds"))

needs_crds = pytest.mark.skipif(
    not CRDS.is_dir(), reason=f"no CRD schemas at {CRDS.name}; CRD_SCHEMAS names another folder"
)


def structural(group: str, kind: str, version: str) -> dict[str, Any]:
    """openAPIV3Schema of a version of a kind."""
    file = CRDS / group / f"{kind.lower()}_{version}.json"
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema

"""`schemas import`, and what a check makes of imported schemas."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from opencode_policy.cli.main import run
from opencode_policy.schemas.folder import folder
from opencode_policy.schemas.store import SchemaStore

CRD: dict[str, Any] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.org"},
    "spec": {
        "group": "example.org",
        "names": {"kind": "Widget"},
        "versions": [
            {"name": "v1", "served": True, "schema": {"openAPIV3Schema": {
                "type": "object",
                "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}},
            }}},
            {"name": "v1beta1", "served": False, "schema": {"openAPIV3Schema": {"type": "object"}}},
        ],
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder()


def stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def imported(tmp_path: Path, *values: Any) -> Path:
    file = tmp_path / "crds.yaml"
    file.write_text("---\n".join(json.dumps(value) + "\n" for value in values))
    return file


def test_definitions_are_imported_and_listed(
    tmp_path: Path, cache: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = imported(tmp_path, {"kind": "List", "items": [CRD]}, {"kind": "ConfigMap"}, None)
    assert run(["schemas", "import", str(file)]) == 0
    assert run(["schemas", "list"]) == 0
    assert capfdbinary.readouterr().out.decode().splitlines() == [
        "imported 2 schemas of 1 definition",
        "example.org/v1 widget",
        "example.org/v1beta1 widget",
    ]
    assert sorted(path.name for path in cache.rglob("*.json")) == ["widget_v1.json", "widget_v1beta1.json"]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    stdin(monkeypatch, json.dumps(CRD))
    assert run(["schemas", "import", "-"]) == 0
    store = SchemaStore.of("1.35", [], [cache])
    validator = store.validator("example.org/v1", "Widget")
    assert validator is not None
    assert [item.path for item in validator.violations({"spec": {"sise": 1}})] == [("spec", "sise")]
    assert store.validator("example.org/v1beta1", "Widget") is not None
    assert [store.is_unserved(f"example.org/{name}", "Widget") for name in ("v1", "v1beta1")] == [False, True]
    assert store.versions("example.org", "Widget") == ["v1", "v1beta1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'crds.yaml' holds no CustomResourceDefinition"),
        ("kind: ConfigMap\n", "'crds.yaml' holds no CustomResourceDefinition"),
        ("a: [\n", "crds.yaml:2:1: while parsing a flow node, did not find expected node content"),
        (
            "kind: CustomResourceDefinition\n",
            "'crds.yaml' cannot be imported: the CustomResourceDefinition has no versions",
        ),
        (
            json.dumps({**CRD, "spec": {**CRD["spec"], "group": "../../etc"}}),
            "'crds.yaml' cannot be imported: group, kind or version of the definition is no plain name",
        ),
    ],
)
def test_what_cannot_be_imported_is_refused(
    text: str, message: str, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "crds.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert run(["schemas", "import", "crds.yaml"]) == 2
    assert capsys.readouterr().err == f"opencode-policy: {message}\n"
    assert not cache.exists()


def test_a_file_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schemas", "import", "none.yaml"]) == 2
    assert capsys.readouterr().err == "opencode-policy: cannot read 'none.yaml': No such file or directory\n"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"properties": 1, "x": []}', "\x00"])
def test_a_broken_schema_in_a_folder_is_told_and_nothing_raised(text: str, tmp_path: Path) -> None:
    file = tmp_path / "example.org" / "widget_v1.json"
    file.parent.mkdir()
    file.write_text(text)
    store = SchemaStore.of("1.35", [], [tmp_path])
    if store.validator("example.org/v1", "Widget") is None:
        assert list(store.broken) == ["widget_v1.json"]

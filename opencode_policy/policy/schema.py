"""JSON Schemas of the policy files, so that an editor completes and checks them as they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema

from opencode_policy.policy.document import RuleFacts
from opencode_policy.policy.explain import adapter_of
from opencode_policy.policy.model import ClusterFile, LockFile, PolicyFile, RequirementsFile

Kind = Literal["requirements", "policy", "cluster", "lock"]

KINDS: Mapping[Kind, tuple[type[Any], str]] = {
    "requirements": (RequirementsFile, "Requirements of an opencode-policy"),
    "policy": (PolicyFile, "Scope, workspaces and rule settings of an opencode-policy"),
    "cluster": (ClusterFile, "Inventory of the cluster for an opencode-policy"),
    "lock": (LockFile, "Rules in force of an opencode-policy"),
}
"""The dataclass of each file and the title of its schema."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: Kind, rules: Mapping[str, RuleFacts] | None = None) -> dict[str, Any]:
    """Schema of one policy file, draft 2020-12.

    `rules` (by id) makes the schema of the policy name every rule with its parameters; the other
    schemas do not depend on it.
    """
    cls, title = KINDS[kind]
    schema = _schema_of(cls)
    definitions = schema.pop("$defs", {})
    if kind == "policy" and rules is not None:
        _name_rules(schema, definitions, rules)
    return {"$schema": DIALECT, **schema, "title": title, "$defs": dict(sorted(definitions.items()))}


def schema_text(kind: Kind, rules: Mapping[str, RuleFacts] | None = None) -> str:
    """The schema as the text of a file, the same on every run."""
    return json.dumps(json_schema(kind, rules), indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path, rules: Mapping[str, RuleFacts]) -> list[Path]:
    """Write the schemas into a folder; returns their paths."""
    written = [folder / f"{kind}.schema.json" for kind in KINDS]
    for kind, path in zip(KINDS, written, strict=True):
        path.write_text(schema_text(kind, rules), encoding="utf-8", newline="\n")
    return written


class _Generator(GenerateJsonSchema):
    """pydantic's generator without titles made up from names, and with no keys but those that fit."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made


def _schema_of(cls: type[Any]) -> dict[str, Any]:
    """Schema of a dataclass that refuses unknown keys."""
    whole = adapter_of(cls).json_schema(schema_generator=_Generator)
    definitions = whole.get("$defs", {})
    [item] = whole["prefixItems"]
    own = definitions.pop(item["$ref"].rpartition("/")[2]) if "$ref" in item else item
    own.pop("title", None)
    return {**own, "$defs": definitions}


def _name_rules(schema: dict[str, Any], definitions: dict[str, Any], rules: Mapping[str, RuleFacts]) -> None:
    """Replace the open mapping of rule settings by one key for each rule there is."""
    entries, required = {}, []
    for rule in sorted(rules):
        parameters = _schema_of(rules[rule].Parameters)
        own = parameters.pop("$defs")
        definitions.update({f"{rule}.{name}": _prefixed(each, rule) for name, each in own.items()})
        if parameters.get("required"):
            required.append(rule)
        entries[rule] = _entry(_prefixed(parameters, rule), rules[rule])
    described = {"description": schema["properties"]["rules"]["description"], "type": "object"}
    schema["properties"]["rules"] = {**described, "properties": entries, "additionalProperties": False}
    if required:
        schema["properties"]["rules"]["required"] = required
        schema["required"] = [*schema["required"], "rules"]


def _entry(parameters: dict[str, Any], rule: RuleFacts) -> dict[str, Any]:
    """Setting of one rule; parameters that must be given may be left out where the rule is off."""
    entry: dict[str, Any] = {
        "description": (rule.__doc__ or "").strip().partition("\n")[0],
        "$ref": "#/$defs/RuleSetting",
        "properties": {"parameters": parameters},
    }
    if parameters.get("required"):
        off = {"properties": {"enabled": {"const": False}}, "required": ["enabled"]}
        entry["anyOf"] = [{"required": ["parameters"]}, off]
    return entry


def _prefixed(schema: Any, rule: str) -> Any:
    """A schema whose references lead to definitions of this rule: two rules may use the same name."""
    if isinstance(schema, list):
        return [_prefixed(each, rule) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _prefixed(value, rule) for key, value in schema.items()}
    if isinstance(made.get("$ref"), str):
        made["$ref"] = made["$ref"].replace("#/$defs/", f"#/$defs/{rule}.")
    return made

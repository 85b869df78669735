"""Mistakes in a SARIF log that neither its schema nor the usual validators notice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.report.line_hash_reference import slow_line_hashes

Json = Any

_LINK = re.compile(r"\]\((\d+)\)")
_ABSOLUTE = re.compile(r"^(?:/|[A-Za-z][A-Za-z0-9+.-]*:|[A-Za-z]:\\)")


def sarif_lint(log: Json, texts: Mapping[str, str]) -> list[str]:
    """What is wrong with a log whose files have these texts; nothing if it is sound."""
    return [problem for run in log["runs"] for problem in _run(run, texts)]


def _run(run: Json, texts: Mapping[str, str]) -> Iterator[str]:
    rules = run["tool"]["driver"]["rules"]
    if "columnKind" not in run:
        yield "columnKind is missing"
    for taxonomy in run.get("taxonomies", []):
        if {"rules", "notifications"} & taxonomy.keys():
            yield f"the taxonomy {taxonomy['name']} has rules"
    for reference in run["tool"]["driver"].get("supportedTaxonomies", []):
        yield from _component(run, reference)
    for rule in rules:
        yield from _rule(run, rule)
    for result in run["results"]:
        yield from _result(run, rules, result, texts)
    yield from _together(run["results"])
    yield from _strings(run)


def _rule(run: Json, rule: Json) -> Iterator[str]:
    properties = rule.get("properties", {})
    severity = properties.get("security-severity", "5.0")
    if not re.fullmatch(r"\d+\.\d", severity) or not 0 < float(severity) <= 10:
        yield f"{rule['id']}: security-severity is {severity}"
    if len(properties.get("tags", [])) > 10:
        yield f"{rule['id']}: too many tags"
    for key in ("shortDescription", "fullDescription"):
        if len(rule[key]["text"]) > 1024:
            yield f"{rule['id']}: {key} is too long"
    if not rule["help"]["text"] or not rule["help"]["markdown"]:
        yield f"{rule['id']}: no help"
    for relationship in rule.get("relationships", []):
        yield from _taxon(run, relationship["target"])


def _taxon(run: Json, reference: Json) -> Iterator[str]:
    wrong = list(_component(run, reference["toolComponent"]))
    yield from wrong
    if wrong:
        return
    taxa = run["taxonomies"][reference["toolComponent"]["index"]]["taxa"]
    if not 0 <= reference["index"] < len(taxa):
        yield f"taxon {reference['id']}: index out of range"
    elif taxa[reference["index"]]["id"] != reference["id"]:
        yield f"taxon {reference['id']}: the index is that of another"
    elif taxa[reference["index"]]["guid"] != reference["guid"]:
        yield f"taxon {reference['id']}: the guid is that of another"


def _component(run: Json, reference: Json) -> Iterator[str]:
    components = run.get("taxonomies", [])
    if not 0 <= reference["index"] < len(components):
        yield f"component {reference['name']}: index out of range"
    elif any(components[reference["index"]][key] != reference[key] for key in ("name", "guid")):
        yield f"component {reference['name']}: the index is that of another"


def _result(run: Json, rules: Json, result: Json, texts: Mapping[str, str]) -> Iterator[str]:
    name = result["ruleId"]
    index = result["ruleIndex"]
    if not 0 <= index < len(rules) or rules[index]["id"] != name:
        yield f"{name}: ruleIndex {index} is another rule"
    if result.get("kind", "fail") != "fail" and result.get("level") != "none":
        yield f"{name}: kind {result['kind']} with a level"
    if not result.get("partialFingerprints"):
        yield f"{name}: no fingerprints"
    for reference in result.get("taxa", []):
        yield from _taxon(run, reference)
    yield from _message(name, result)
    for location in (*result["locations"], *result.get("relatedLocations", [])):
        yield from _location(name, location["physicalLocation"], texts)
    yield from _hash(name, result, texts)


def _message(name: str, result: Json) -> Iterator[str]:
    text = result["message"]["text"]
    ids = {str(location["id"]) for location in result.get("relatedLocations", [])}
    linked = set(_LINK.findall(text))
    if linked - ids:
        yield f"{name}: a link without a location"
    if ids - linked:
        yield f"{name}: a location without a link"
    if not text.endswith((".", "!", "?")):
        yield f"{name}: the message has no full stop"
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > 2048:
        yield f"{name}: the message is too long"


def _location(name: str, physical: Json, texts: Mapping[str, str]) -> Iterator[str]:
    uri = physical["artifactLocation"]["uri"]
    if uri.startswith("./") or ".." in uri.split("/") or _ABSOLUTE.match(uri) or re.search(r"[\s\\]", uri):
        yield f"{name}: the uri {uri!r}"
    text = texts.get(unquote(uri))
    if text is None:
        return
    region = physical["region"]
    lines = re.split(r"\r\n|\r|\n", text)
    for line, column in (("startLine", "startColumn"), ("endLine", "endColumn")):
        if region[line] > len(lines):
            yield f"{name}: {line} is behind the file"
        elif region[column] > len(lines[region[line] - 1].encode("utf-16-le")) // 2 + 1:
            yield f"{name}: {column} is behind the line"


def _hash(name: str, result: Json, texts: Mapping[str, str]) -> Iterator[str]:
    written = result["partialFingerprints"].get("primaryLocationLineHash") if _has(result) else None
    if written is None:
        return
    physical = result["locations"][0]["physicalLocation"]
    text = texts.get(unquote(physical["artifactLocation"]["uri"]))
    if text is not None:
        right = slow_line_hashes(text)[physical["region"]["startLine"] - 1]
        if written != right:
            yield f"{name}: the line hash is {written} and not {right}"


def _has(result: Json) -> bool:
    return bool(result.get("partialFingerprints"))


def _together(results: Json) -> Iterator[str]:
    suppressed = sum("suppressions" in result for result in results)
    if suppressed not in (0, len(results)):
        yield "some results have suppressions and some do not"
    order = [_order(result) for result in results]
    if order != sorted(order):
        yield "the results are not sorted"


def _order(result: Json) -> tuple[str, int, int]:
    physical = result["locations"][0]["physicalLocation"]
    region = physical["region"]
    return physical["artifactLocation"]["uri"], region["startLine"], region["startColumn"]


def _strings(value: Json) -> Iterator[str]:
    """Paths of this machine anywhere in the log."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str) and any(str(folder) in value for folder in (Path.home(), Path.cwd())):
        yield "a path of this machine"

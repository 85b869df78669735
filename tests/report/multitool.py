"""Microsoft's SARIF Multitool as tests use it. Its exit code is 0 whatever it finds: its output counts."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.programs import CACHE

PROGRAM = CACHE / "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"

ENABLED = {
    "GH1001": "ProvideRequiredLocationProperties",
    "GH1002": "InlineThreadFlowLocations",
    "GH1003": "ProvideRequiredRegionProperties",
    "GH1006": "ProvideCheckoutPath",
    "GH1007": "ProvideFullyFormattedMessageStrings",
}
"""Rules that are off unless they are asked for."""

DISABLED: Mapping[str, tuple[str, str]] = {
    "SARIF2002": ("ProvideMessageArguments", "GitHub shows no message that is made of an id and arguments"),
    "SARIF2003": ("ProvideVersionControlProvenance", "a tree without a remote has none; a test has its own"),
    "SARIF2005": ("ProvideToolProperties", "the tool has no address of its own that could be given"),
    "SARIF2006": ("UrisShouldBeReachable", "asks the network"),
    "SARIF2009": ("ConsiderConventionalIdentifierValues", "rule ids state the offence"),
    "SARIF2012": ("ProvideRuleProperties", "wants a help address; the help itself is in the log"),
    "SARIF2013": ("ProvideEmbeddedFileContent", "the files may hold secrets"),
}
"""Rules that are off, and why. What SARIF2012 wants besides the address is checked by `sarif_lint`."""


def validate(logs: Sequence[Path], folder: Path, *, azure: bool = False) -> list[str]:
    """What it finds in some logs, each as `file: rule: message`. All are handed over at once: it is slow."""
    kinds = "Sarif;Ghas;GHAzDO" if azure else "Sarif;Ghas"
    config, output = folder / "multitool.xml", folder / "multitool.sarif"
    config.write_text(_config(), encoding="utf-8")
    output.unlink(missing_ok=True)
    options = f"--rule-kind {kinds} --level Error;Warning;Note --log ForceOverwrite".split()
    options += ["--config", str(config), "-o", str(output), "-q"]  # -q is understood only at the end
    subprocess.run(
        [str(PROGRAM), "validate", *map(str, logs), *options],
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        check=False,
        timeout=120,
    )
    [run] = json.loads(output.read_text(encoding="utf-8-sig"))["runs"]
    broken = [item for one in run["invocations"] for item in one.get("toolExecutionNotifications", [])]
    return sorted({_words(run, item) for item in run.get("results", [])} | {str(item) for item in broken})


def _config() -> str:
    states = {f"{key}.{name}": "Error" for key, name in ENABLED.items()}
    states |= {f"{key}.{name}": "Disabled" for key, (name, _) in DISABLED.items()}
    parts = (
        f'<Properties Key="{name}.Options">'
        f'<Property Key="RuleEnabled" Value="{state}" Type="Driver.RuleEnabledState" /></Properties>'
        for name, state in states.items()
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n<Properties>{"".join(parts)}</Properties>\n'


def _words(run: Any, result: Any) -> str:
    message = result["message"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    text = message.get("text") or rules[result["ruleId"]]["messageStrings"][message["id"]]["text"]
    for at, argument in enumerate(message.get("arguments", [])):
        text = text.replace(f"{{{at}}}", argument)
    name = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].rpartition("/")[2]
    return f"{name}: {result['ruleId']}: {text}"

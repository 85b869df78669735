"""A small policy that is right, and ways to break it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from opencode_policy.policy.load import PolicyError, load_policy
from opencode_policy.rules.base import NoParameters, Rule


@dataclass(frozen=True, slots=True)
class SizeParameters:
    """What the volume must be."""

    size: str
    modes: tuple[str, ...] = ()


class VolumeTooSmall(Rule):
    """A volume is smaller than required."""

    requirements = ("VOL-01", "VOL-02")
    Parameters = SizeParameters


class SecretInFile(Rule):
    """A secret stands in a file."""

    requirements = ("SEC-01",)
    Parameters = NoParameters


RULES: dict[str, type[Rule]] = {rule.id: rule for rule in (VolumeTooSmall, SecretInFile)}

REQUIREMENTS = """\
version: 1
milestones: [first, second]
requirements:
  - id: VOL-01
    title: The volume of red is large enough.
    milestone: first
    workspace: red
    verified_by: [static]
    rules: [volume-too-small]
  - id: VOL-02
    title: The volume of blue is large enough.
    milestone: first
    workspace: blue
    verified_by: [static, drill]
    rules: [volume-too-small]
    reason: That it can be written to shows when it runs.
  - id: SEC-01
    title: No secret stands in a file.
    milestone: second
    verified_by: [static]
    rules: [secret-in-file]
"""

SETTINGS = """\
version: 1
scope:
  manifests: kubernetes
workspaces:
  - name: red
    namespace: colours
    path: kubernetes/red
    container: server
    host: red.${DOMAIN}
    repository: https://example.org/red.git
    secrets: {token: RED_TOKEN}
  - name: blue
    namespace: colours
    path: kubernetes/blue
    container: server
    host: blue.${DOMAIN}
    repository: https://example.org/blue.git
    secrets: {token: BLUE_TOKEN}
rules:
  volume-too-small:
    parameters:
      size: 5Gi
"""

CLUSTER = """\
version: 1
flux_version: 2.7.5
variables:
  DOMAIN: example.org
unknown_variables: [TIMEZONE]
gateways:
  - name: internal
    namespace: network
    listeners:
      - {name: http, port: 80, protocol: HTTP}
      - {name: https, port: 443, protocol: HTTPS}
storage_classes:
  - name: block
    snapshot_class: block-snapshots
snapshot_classes: [block-snapshots]
"""

TEXTS: Mapping[str, str] = {
    "requirements.yaml": REQUIREMENTS,
    "opencode.yaml": SETTINGS,
    "cluster.yaml": CLUSTER,
}


def write_policy(folder: Path, texts: Mapping[str, str] = TEXTS) -> Path:
    """Write policy files into a folder."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """The small policy with one place of one file replaced."""
    assert TEXTS[name].count(old) == 1, f"{old!r} must stand in {name} once"
    return {**TEXTS, name: TEXTS[name].replace(old, new)}


def mistakes(folder: Path, texts: Mapping[str, str], rules: Mapping[str, type[Rule]] = RULES) -> list[str]:
    """What is said of a policy, one text per mistake, in order."""
    directory = write_policy(folder / "policies", texts)
    with pytest.raises(PolicyError) as raised:
        load_policy(directory, rules, root=folder)
    assert str(raised.value).splitlines() == [str(mistake) for mistake in raised.value.mistakes]
    return [str(mistake) for mistake in raised.value.mistakes]

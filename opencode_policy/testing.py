"""Try a rule on its own examples: for the tests of this project and of third-party rules.

from opencode_policy.testing import reported

assert reported(MyRule, example) == expected(example)
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from typing import Any

from opencode_policy.engine import judge
from opencode_policy.outcome import Outcome, Problem, location_of
from opencode_policy.pipeline import build_tree
from opencode_policy.policy.decode import decode_value
from opencode_policy.policy.model import (
    ClusterFile,
    ExistingObject,
    FluxObject,
    Gateway,
    Issuer,
    Listener,
    Policy,
    PolicyFile,
    Scope,
    SecretStore,
    StorageClass,
    Workspace,
)
from opencode_policy.rules.base import Example, Rule
from opencode_policy.source import Source
from opencode_policy.tree import Tree

BASE = "kubernetes/apps/demo"
APP = f"{BASE}/demo/app"

_EXPECTED = re.compile(r"\s*(?:#|//) <- (?P<message>.*)$", re.MULTILINE)

SCAFFOLD: Mapping[str, str] = {
    f"{BASE}/kustomization.yaml": """\
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./namespace.yaml
  - ./demo/ks.yaml
""",
    f"{BASE}/namespace.yaml": """\
---
apiVersion: v1
kind: Namespace
metadata:
  name: demo
  labels:
    kustomize.toolkit.fluxcd.io/prune: disabled
""",
    f"{BASE}/demo/ks.yaml": """\
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: demo
  namespace: flux-system
spec:
  targetNamespace: demo
  path: ./kubernetes/apps/demo/demo/app
  prune: true
  sourceRef:
    kind: GitRepository
    name: home
  interval: 30m
""",
}
"""The repository around an example: one workspace `demo` in the namespace `demo`."""


def example_policy(workspaces: Sequence[str] = ("demo",)) -> Policy:
    """The policy that examples are checked under; names are neutral, requirements empty."""
    https = Listener(
        name="https", port=443, protocol="HTTPS", allowed_namespaces="All", certificate_secrets=("demo-tls",)
    )
    http = Listener(name="http", port=80, protocol="HTTP")
    cluster = ClusterFile(
        version=1,
        flux_version="2.7.5",
        variables={"DOMAIN": "example.org"},
        sources=(ExistingObject(kind="GitRepository", name="home", namespace="flux-system"),),
        kustomizations=(
            FluxObject(
                name="cluster-apps", path="./kubernetes/apps", source="home", substitute_from_variables=True
            ),
        ),
        gateways=(Gateway(name="internal", namespace="network", listeners=(http, https)),),
        issuers=(Issuer(name="letsencrypt", zones=("example.org",)),),
        secret_stores=(SecretStore(name="vault"),),
        storage_classes=(StorageClass(name="block", snapshot_class="block-snapshots"),),
        snapshot_classes=("block-snapshots",),
        objects=(ExistingObject(kind="Namespace", name="network"),),
    )
    settings = PolicyFile(
        version=1, scope=Scope(manifests="kubernetes"), workspaces=tuple(map(_workspace, workspaces))
    )
    return Policy(requirements=(), settings=settings, cluster=cluster)


def _workspace(name: str) -> Workspace:
    """A workspace of the namespace `demo`; the repository of `demo` itself is called `notes`."""
    repository = "notes" if name == "demo" else f"{name}-notes"
    return Workspace(
        name=name,
        namespace="demo",
        path=f"{BASE}/{name}",
        container="server",
        host=f"{name}.${{DOMAIN}}",
        repository=f"https://github.com/example/{repository}.git",
        secrets={role: f"{name.upper()}_{role.upper()}" for role in ("token", "password", "auth")},
    )


def example_tree(example: Example) -> Tree:
    """The expanded tree of an example."""
    sources = {
        path: Source(path, text, executable=path.endswith(".sh")) for path, text in _files(example).items()
    }
    tree, _ = build_tree(sources, example_policy(example.workspaces), folders=("kubernetes",))
    return tree


def outcomes(rule: type[Rule], example: Example) -> list[Outcome]:
    """Everything the rule yields on an example; what it raises is raised."""
    given: dict[str, Any] = {**rule.example_parameters, **example.parameters}
    said = judge([rule(decode_value(rule.Parameters, given))], example_tree(example))
    assert not said.failures, said.failures  # noqa: S101 - this is a test helper
    return [judgement.outcome for judgement in said.outcomes]


def reported(rule: type[Rule], example: Example) -> list[tuple[str, int, str]]:
    """Path, line and message of each problem that the rule reports, in order."""
    problems = [item for item in outcomes(rule, example) if isinstance(item, Problem)]
    places = [(location_of(problem.at), problem.message) for problem in problems]
    return sorted((place.path, place.line, message) for place, message in places)


def expected(example: Example) -> list[tuple[str, int, str]]:
    """Path, line and message of each `# <- message` comment of an example."""
    found = []
    for path, text in _files(example).items():
        for match in _EXPECTED.finditer(text):
            line = text.count("\n", 0, match.start("message")) + 1
            found.append((path, line, match["message"].strip()))
    return sorted(found)


def _files(example: Example) -> dict[str, str]:
    """Scaffold and example together; an empty text removes a file of the scaffold."""
    given = {f"{APP}/manifest.yaml": example.files} if isinstance(example.files, str) else example.files
    files = {**SCAFFOLD, **given}
    files.setdefault(f"{APP}/kustomization.yaml", _kustomization(files))
    return {path: text for path, text in files.items() if text}


def _kustomization(files: Mapping[str, str]) -> str:
    names = sorted(
        posixpath.basename(path)
        for path, text in files.items()
        if posixpath.dirname(path) == APP and path.endswith(".yaml") and text
    )
    listed = "".join(f"  - ./{name}\n" for name in names) or "  []\n"
    return f"---\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{listed}"

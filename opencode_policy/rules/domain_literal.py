"""Rule domain-literal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from opencode_policy.flux.kustomize_files import kustomization_of, label
from opencode_policy.flux.trees import areas, is_below, read_files
from opencode_policy.lean import dataclass
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.scalar_map import locate
from opencode_policy.tree import Tree


@dataclass(frozen=True, slots=True)
class Parameters:
    """Variables of the inventory whose values may only be written as variables."""

    variables: tuple[str, ...]


class DomainLiteral(Rule):
    """A manifest writes out a domain that the cluster keeps in a variable."""

    requirements = ("SEC-02",)
    why = (
        "Issuer, Gateway and DNS follow the variable. When the domain changes, a name that is written out "
        "stays behind: no certificate is issued for it and no record leads to it, and nothing fails."
    )
    fix = "Write the variable, such as `${SECRET_DOMAIN}`, in place of its value."
    Parameters = Parameters
    example_parameters = {"variables": ("DOMAIN",)}
    good = (
        Example(
            "the variable, and the domain in a comment",
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: demo}
spec:
  hostnames:
    - "demo.${DOMAIN}"  # that is demo.example.org
""",
        ),
        Example(
            "other domains that contain it",
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
data:
  a: example.org.uk
  b: notexample.org
  c: my-example.org
  d: example.orga
  e: exampleXorg
""",
        ),
        Example(
            "the place where the variable gets its value",
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  DOMAIN: example.org
""",
        ),
        Example(
            "files that Flux does not read",
            {
                "kubernetes/apps/demo/demo/app/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}",
                "kubernetes/bootstrap/talos.yaml": "endpoint: example.org\n",
            },
        ),
    )
    bad = (
        Example(
            "in a list, as a key, in an address, in capitals",
            """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: demo
  annotations:
    example.org/owner: me  # <- the domain is written out instead of ${DOMAIN}
data:
  url: "https://demo.example.org:8443/"  # <- the domain is written out instead of ${DOMAIN}
  mail: me@Example.ORG.  # <- the domain is written out instead of ${DOMAIN}
""",
        ),
        Example(
            "inside a block, on its own line; an alias of it is not reported again",
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
data:
  settings: &settings |
    # the address
    host: demo.example.org  # <- the domain is written out instead of ${DOMAIN}
  again: *settings
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        wanted = {name: tree.cluster.variables.get(name, "") for name in self.parameters.variables}
        for name in (name for name, value in wanted.items() if not value):
            yield Unknown(f"the inventory has no value for the variable {name}")
        patterns = {name: _pattern(value) for name, value in wanted.items() if value}
        if not wanted:
            yield Irrelevant("no variable is named whose value must not be written out")
        paths = [path for path in tree.manifests if is_below(path, areas(tree))]
        paths = list(dict.fromkeys([*paths, *sorted(read_files(tree) & tree.manifests.keys())]))
        found = {path: list(_literals(tree, path, patterns)) for path in paths}
        yield from (problem for problems in found.values() for problem in problems)
        for area in areas(tree) if patterns else ():
            own = [path for path in paths if is_below(path, (area,))]
            if own and not any(found[path] for path in own):
                at = label(tree, kustomization_of(tree, area) or own[0])
                yield Proof(f"none of the {len(own)} manifests below {area} writes out a domain", at)


def _pattern(value: str) -> re.Pattern[str]:
    """The value as a whole domain, with whatever stands below it; letters in any case."""
    return re.compile(rf"(?<![a-z0-9-]){re.escape(value)}(?![a-z0-9-]|\.[a-z0-9])", re.IGNORECASE)


def _literals(tree: Tree, path: str, patterns: Mapping[str, re.Pattern[str]]) -> Iterator[Problem]:
    text = tree.sources[path].text
    possible = {name: pattern for name, pattern in patterns.items() if pattern.search(text)}
    for root in tree.document_roots(path) if possible else ():
        for node in _scalars(root, frozenset(possible)):
            for name, pattern in possible.items():
                for match in pattern.finditer(node.value):
                    message = f"the domain is written out instead of ${{{name}}}"
                    yield Problem(message, locate(node, match.start(), match.end()))


def _scalars(root: Node, variables: frozenset[str]) -> Iterator[ScalarNode]:
    """Keys and values as they are written: no alias, and no value that a variable is given."""
    stack = [root]
    while stack:
        node = stack.pop()
        if any(change.kind == "alias" for change in node.history):
            continue
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, SequenceNode):
            stack.extend(reversed(node.items))
        elif isinstance(node, MappingNode):
            for name, (key, value) in reversed(node.entries.items()):
                stack.extend((key,) if name in variables else (value, key))

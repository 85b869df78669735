"""Rule substitution-retyped."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.substituted import was_substituted
from opencode_policy.nodes import ScalarNode
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.resource import Field, Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree

_METADATA = (
    ("metadata",),
    ("spec", "template", "metadata"),
    ("spec", "jobTemplate", "spec", "template", "metadata"),
)
_KINDS = {"bool": "a truth value", "int": "a number", "float": "a number"}


class SubstitutionRetyped(Rule):
    """A label or annotation is no text any more once Flux has substituted in it.

    kustomize drops quotes that its YAML does not need, and Flux substitutes in what it writes: `"${N}"` becomes
    `5`, and not `"5"` (fluxcd/pkg kustomize/kustomize_varsub.go). Other fields are judged by their schemas.
    """

    concern = "substitution"
    requirements = ("SEC-02",)
    why = (
        "Labels and annotations must be text. The API server refuses an object with a number there, and with "
        "it the whole Kustomization."
    )
    fix = "Let the value be more than the variable (`v${N}`), or give the variable quotes of its own: N: '\"5\"'."
    good = (
        Example(
            "text stays text",
            """\
apiVersion: example.org/v1
kind: Widget
metadata:
  name: demo
  labels:
    domain: "${DOMAIN}"
    size: "v${SIZE:-5}"
    port: "8080"
""",
        ),
        Example(
            "quotes inside the quotes",
            """\
apiVersion: example.org/v1
kind: Widget
metadata:
  name: demo
  annotations:
    size: '"${SIZE:-5}"'
""",
        ),
    )
    bad = (
        Example(
            "a number and a truth value",
            """\
apiVersion: example.org/v1
kind: Widget
metadata:
  name: demo
  labels:
    size: "${SIZE:-5}"  # <- 'size' becomes a number: substitution loses the quotes
  annotations:
    public: "${PUBLIC:-yes}"  # <- 'public' becomes a truth value: substitution loses the quotes
spec:
  size: "${SIZE:-5}"
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        judged = False
        for resource in (item for item in tree.resources if tree.applies(item)):
            for field in _substituted(resource):
                judged = True
                kind = _KINDS.get(type(field.value).__name__)
                if kind is None:
                    yield Proof(f"'{field.path[-1]}' stays text", field)
                elif not _is_reported(tree, field):
                    words = f"'{field.path[-1]}' becomes {kind}: substitution loses the quotes"
                    yield Problem(words, field)
        if not judged:
            yield Irrelevant("Flux substitutes in no label and in no annotation")


def _substituted(resource: Resource) -> Iterator[Field]:
    for path in _METADATA:
        for name in ("labels", "annotations"):
            for _, field in resource.field.at(*path)[name].entries():
                if isinstance(field.node, ScalarNode) and was_substituted(field.node):
                    yield field


def _is_reported(tree: Tree, field: Field) -> bool:
    """Whether the schema of the kind says the same of this place."""
    resource = field.resource
    validator = tree.schemas.validator(resource.id.api_version, resource.kind)
    found = validator.violations(resource.field.python) if validator else []
    return any(tuple(item.path) == field.path for item in found)

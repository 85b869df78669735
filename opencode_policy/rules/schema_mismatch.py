"""Rule schema-mismatch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from opencode_policy.lean import replace
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Field, Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.schemas.cel import LIBRARY, evaluate, is_available
from opencode_policy.schemas.messages import message
from opencode_policy.schemas.validator import Violation
from opencode_policy.tree import Tree, WorkspaceTree

_OF_ALL = "SEC-02"
"""The requirement on what belongs to no workspace."""


class SchemaMismatch(Rule):
    """An object that Flux applies does not fit the schema of its kind.

    It is validated as Flux would apply it: after the build and the substitution, which may turn text in
    quotes into a number (fluxcd/pkg kustomize/kustomize_varsub.go).
    """

    requirements = ("SEC-02", "FLUX-01", "HA-01")
    why = (
        "The API server refuses a value of the wrong type, and with it the whole Kustomization. A field that "
        "it does not know it refuses or drops, and what was meant does not happen."
    )
    fix = "Correct the field; the message names the nearest valid one, or what is expected there."
    good = (
        Example(
            "every field is known",
            """\
apiVersion: v1
kind: Service
metadata:
  name: demo
spec:
  selector: {app: demo}
  ports:
    - port: 80
      targetPort: http
""",
        ),
        Example(
            "an object of a CustomResourceDefinition of the tree",
            """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: {size: {type: integer}}
---
apiVersion: example.org/v1
kind: Widget
metadata: {name: demo}
spec: {size: 3}
""",
        ),
    )
    bad = (
        Example(
            "a typo, quotes too many, a field that is required",
            """\
apiVersion: v1
kind: Service
metadata:
  name: demo
spec:
  selectors: {app: demo}  # <- there is no field 'selectors' here; did you mean 'selector'?
  ports:
    - port: "80"  # <- 'port' must be a whole number, not a number in quotes
    - name: http  # <- an item of 'ports' lacks the required field 'port'
""",
        ),
        Example(
            "quotes that substitution loses",
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
data:
  retries: "${RETRIES:-5}"  # <- 'retries' must be text, not a number without quotes
""",
        ),
        Example(
            "a version that the tree's own definition does not serve",
            """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
    - {name: v1beta1, served: false, storage: false, schema: {openAPIV3Schema: {type: object}}}
---
apiVersion: example.org/v1beta1  # <- the cluster does not serve example.org/v1beta1 of Widget
kind: Widget
metadata: {name: demo}
""",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        if not workspace.resources:
            yield Unknown(f"no object of {workspace.name} is applied")
        yield from _all_judged(workspace.tree, workspace.resources)

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        own = {id(resource) for workspace in tree.workspaces for resource in workspace.resources}
        others = [item for item in tree.resources if item.applied_by is not None and id(item) not in own]
        for outcome in _all_judged(tree, others):
            yield replace(outcome, requirement=_OF_ALL)
        for name, reason in tree.schemas.broken.items():
            yield Unknown(f"the schema {name} cannot be used: {reason}", requirement=_OF_ALL)


def _all_judged(tree: Tree, resources: Iterable[Resource]) -> Iterator[Outcome]:
    unknown: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Resource] = {}
    for resource in resources:
        key = resource.id.api_version, resource.kind
        if tree.schemas.validator(*key) is None:
            unknown[key] += 1
            first.setdefault(key, resource)
        else:
            yield from _judged(tree, resource)
    for key, count in unknown.items():
        yield _without_schema(tree, first[key], count)


def _without_schema(tree: Tree, resource: Resource, count: int) -> Unknown:
    known = tree.schemas.versions(resource.id.group, resource.kind)
    others = f", only of {', '.join(known)}" if known else ""
    objects = f" ({count} objects)" if count > 1 else ""
    return Unknown(
        f"there is no schema of {resource.kind} in {resource.id.api_version}{others}{objects}", resource
    )


def _judged(tree: Tree, resource: Resource) -> Iterator[Outcome]:
    api_version, kind = resource.id.api_version, resource.kind
    if tree.schemas.is_unserved(api_version, kind):
        yield Problem(f"the cluster does not serve {api_version} of {kind}", resource["apiVersion"])
        return
    validator = tree.schemas.validator(api_version, kind)
    instance = resource.field.python
    found = validator.violations(instance) if validator else []
    if validator and not found and validator.has_rules:
        rules = evaluate(validator.schema, instance) if is_available() else None
        found = rules.violations if rules else []
        yield from _open_rules(resource, rules.open if rules else [("", f"{LIBRARY} is not installed")])
    for violation in found:
        field = resource.field.at(*violation.path)
        yield Problem(message(violation, field.python), _place(field, violation))
    if not found:
        yield Proof(f"{resource.id} fits the schema of {api_version}", resource)


def _open_rules(resource: Resource, open_rules: list[tuple[str, str]]) -> Iterator[Unknown]:
    reasons = dict.fromkeys(reason for _, reason in open_rules)
    for reason in reasons:
        words = f"not every rule of the schema of {resource.kind} was evaluated: {reason}"
        yield Unknown(words, resource)


def _place(field: Field, violation: Violation) -> Field:
    """An unknown field is shown by its key, which is what is wrong with it."""
    return field.as_key if violation.keyword == "unknown" else field

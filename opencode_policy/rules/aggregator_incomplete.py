"""Rule aggregator-incomplete."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.flux.aggregator import Expected, app_folders, expected_files, resources_key, written
from opencode_policy.flux.kustomize_files import (
    Reference,
    files_listed,
    kustomization_of,
    label,
    listed,
    root_of,
)
from opencode_policy.flux.trees import areas, reached
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree

_MOVING = {
    "namespace": "moves every Flux Kustomization out of its own namespace",
    "namePrefix": "renames every Flux Kustomization",
    "nameSuffix": "renames every Flux Kustomization",
}
"""Fields of an aggregator that change the Flux Kustomizations it lists."""

_AGGREGATOR = "kubernetes/apps/demo/kustomization.yaml"
_OTHER_KS = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: other
  namespace: flux-system
spec:
  path: ./kubernetes/apps/demo/other/app
  sourceRef: {kind: GitRepository, name: home}
"""


class AggregatorIncomplete(Rule):
    """The aggregator of the workspaces' folder is missing, or leaves a Flux Kustomization out.

    Without a kustomization.yaml Flux makes one that lists every manifest below the folder
    (fluxcd/pkg kustomize/kustomize_generator.go, scanManifests).
    """

    requirements = ("INFRA-03",)
    why = (
        "A ks.yaml that the aggregator does not list does not exist for Flux. Without an aggregator Flux "
        "applies everything below the folder at once: ks.yaml and, past it, app/ without its targetNamespace."
    )
    fix = (
        "List the ks.yaml of every workspace, and every other one, in the kustomization.yaml of their folder."
    )
    good = (
        Example("namespace and ks.yaml, as the scaffold has them", {}),
        Example(
            "other spellings of the same path",
            {
                _AGGREGATOR: """\
kind: Kustomization
resources:
  - "../demo/demo//ks.yaml"
  - namespace.yaml
"""
            },
        ),
        Example(
            "a folder that lists it in turn",
            {
                _AGGREGATOR: "resources: [./namespace.yaml, ./demo/]\n",
                "kubernetes/apps/demo/demo/kustomization.yaml": "resources: [ks.yaml]\n",
            },
        ),
        Example(
            "what lies in an app folder is that Kustomization's own",
            {"kubernetes/apps/demo/demo/app/nested.yaml": _OTHER_KS},
        ),
    )
    bad = (
        Example(
            "a workspace is commented out",
            {
                _AGGREGATOR: """\
kind: Kustomization
resources:  # <- the aggregator does not list ./demo/ks.yaml, which holds the workspace demo
  - ./namespace.yaml
  # - ./demo/ks.yaml
"""
            },
        ),
        Example(
            "another Flux Kustomization of the folder is left out",
            {
                _AGGREGATOR: """\
kind: Kustomization
resources:  # <- the aggregator does not list ./other/ks.yaml
  - ./namespace.yaml
  - ./demo/ks.yaml
""",
                "kubernetes/apps/demo/other/ks.yaml": _OTHER_KS,
            },
        ),
        Example(
            "a namespace for everything",
            {
                _AGGREGATOR: """\
kind: Kustomization
namespace: demo  # <- 'namespace' in the aggregator moves every Flux Kustomization out of its own namespace
resources: [./namespace.yaml, ./demo/ks.yaml]
"""
            },
        ),
        Example(
            "an app folder beside its ks.yaml",
            {
                _AGGREGATOR: """\
kind: Kustomization
resources:
  - ./namespace.yaml
  - ./demo/ks.yaml
  - ./demo/app  # <- './demo/app' is applied by ./demo/ks.yaml already
"""
            },
        ),
        Example(
            "a component aggregates nothing",
            {
                _AGGREGATOR: """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component  # <- the aggregator is a Component, which Flux does not build on its own
resources: [./namespace.yaml, ./demo/ks.yaml]
"""
            },
        ),
        Example(
            "there is no aggregator",
            {
                _AGGREGATOR: "",
                "kubernetes/apps/demo/demo/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization  # <- kubernetes/apps/demo has no kustomization.yaml: Flux applies all that is below
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
        Example(
            "the folder above lists its folders, and not this one",
            {
                "kubernetes/apps/kustomization.yaml": "resources: []\n",
                _AGGREGATOR: """\
kind: Kustomization  # <- no Flux Kustomization reads the aggregator
resources: [./namespace.yaml, ./demo/ks.yaml]
""",
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        for area in areas(tree):
            expected = expected_files(tree, area)
            aggregator = kustomization_of(tree, area)
            yield from _absent(tree, area, expected)
            if aggregator is None and expected:
                yield _missing(tree, area, expected)
            elif aggregator is not None:
                yield from _judged(tree, aggregator, expected)


def _absent(tree: Tree, area: str, expected: Expected) -> Iterator[Unknown]:
    """Workspaces without a Flux Kustomization that the aggregator could list."""
    present = {name for names in expected.values() for name in names}
    for spec in tree.policy.settings.workspaces:
        if (posixpath.dirname(spec.path) or ".") == area and spec.name not in present:
            yield Unknown(f"there is no Flux Kustomization {spec.name} below {area}")


def _judged(tree: Tree, aggregator: str, expected: Expected) -> Iterator[Outcome]:
    found = files_listed(tree, aggregator)
    problems = [
        *_unread(tree, aggregator),
        *_changes(tree, aggregator),
        *_left_out(tree, aggregator, expected, found),
        *_past_kustomizations(tree, aggregator),
    ]
    yield from problems
    if not problems:
        for path in expected:
            yield Proof(f"the aggregator lists {written(aggregator, path)}", found[path].node.location)


def _missing(tree: Tree, area: str, expected: Expected) -> Problem:
    message = f"{area} has no kustomization.yaml: Flux applies all that is below"
    return Problem(message, label(tree, next(iter(expected))))


def _unread(tree: Tree, aggregator: str) -> Iterator[Problem]:
    """Somebody must build the aggregator."""
    names = reached(tree)
    root = root_of(tree, aggregator)
    kind = root.get("kind") if root else None
    if kind is not None and getattr(kind, "value", "") == "Component":
        yield Problem("the aggregator is a Component, which Flux does not build on its own", kind.location)
    elif not any(aggregator in build.files for build in tree.builds if build.name in names):
        yield Problem("no Flux Kustomization reads the aggregator", label(tree, aggregator))


def _changes(tree: Tree, aggregator: str) -> Iterator[Problem]:
    root = root_of(tree, aggregator)
    for name, harm in _MOVING.items():
        if root is not None and name in root.entries:
            yield Problem(f"'{name}' in the aggregator {harm}", root.entries[name][0].location)


def _left_out(
    tree: Tree, aggregator: str, expected: Expected, found: dict[str, Reference]
) -> Iterator[Problem]:
    for path, workspaces in expected.items():
        if path not in found:
            whose = f", which holds the workspace {workspaces[0]}" if workspaces else ""
            message = f"the aggregator does not list {written(aggregator, path)}{whose}"
            yield Problem(message, resources_key(tree, aggregator))


def _past_kustomizations(tree: Tree, aggregator: str) -> Iterator[Problem]:
    """Entries that lead into a folder which a Flux Kustomization builds."""
    folders = app_folders(tree, posixpath.dirname(aggregator))
    for reference in listed(tree, aggregator):
        folder = reference.path if reference.path in folders else posixpath.dirname(reference.path)
        if folders.get(folder, reference.path) != reference.path:
            message = f"'{reference.node.value}' is applied by {written(aggregator, folders[folder])} already"
            yield Problem(message, reference.node.location)

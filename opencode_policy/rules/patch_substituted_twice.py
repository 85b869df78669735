"""Rule patch-substituted-twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.expand.flux import FluxBuild
from opencode_policy.flux.substituted import was_substituted
from opencode_policy.nodes import ScalarNode
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.scalar_map import locate
from opencode_policy.tree import Tree

_LEFT = re.compile(r"\$\{#?(?P<name>[A-Za-z0-9_]+)")
_SWITCH = "kustomize.toolkit.fluxcd.io/substitute"
_KS = "kubernetes/apps/demo/demo/ks.yaml"
_TEXT = """\
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
  patches:
    - target: {kind: ConfigMap}
      patch: |
        - op: add
          path: /data/shell
          value: {value}
"""
_APP = {
    "kubernetes/apps/demo/demo/app/manifest.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: demo}\ndata: {a: b}\n"
    )
}


def _files(value: str) -> dict[str, str]:
    return {_KS: _TEXT.replace("{value}", value), **_APP}


class PatchSubstitutedTwice(Rule):
    """An inline patch loses its escape, because Flux substitutes in it twice.

    The patch is part of a Kustomization object, in which the Kustomization that applies it substitutes; and
    it is part of what the object builds, in which it substitutes itself.
    """

    concern = "substitution"
    requirements = ("SEC-02",)
    why = (
        "Of $${NAME} the first substitution leaves ${NAME}, which the second takes for a variable of its own "
        "and replaces, mostly by nothing."
    )
    fix = "Write four dollars where one is meant to arrive, or move the patch into a file of the path."
    good = (
        Example("four dollars", _files("$$$${HOME}")),
        Example("a variable for either of them", _files("${DOMAIN} $${DOMAIN}")),
        Example("no braces", _files("$HOME")),
    )
    bad = (
        Example(
            "two dollars",
            _files(
                "$${HOME}  # <- the escape is lost: Flux substitutes HOME when it builds what this patch changes"
            ),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        judged = False
        for build in tree.builds:
            if build.resource is None or not build.variables:
                continue
            for patch in build.resource["spec"]["patches"]:
                judged = True
                problems = list(_judged(build, patch["patch"]))
                yield from problems
                if not problems:
                    yield Proof(f"the patch of {build.name} arrives as it is meant", patch)
        if not judged:
            yield Irrelevant("no Kustomization that substitutes has a patch of its own")


def _judged(build: FluxBuild, patch: Field) -> Iterator[Problem]:
    node = patch.node
    if not isinstance(node, ScalarNode) or not was_substituted(node) or _SWITCH in node.value:
        return
    for found in _LEFT.finditer(node.value):
        name, written = found["name"], f"${found[0]}"
        start, end = node.span
        if name in build.variables or node.value[: found.start()].endswith("$"):
            continue
        at = node.source.text.find(written, start, end)
        place = node.source.location(at, at + len(written)) if at >= 0 else locate(node, 0, 0)
        message = f"the escape is lost: Flux substitutes {name} when it builds what this patch changes"
        yield Problem(message, place)

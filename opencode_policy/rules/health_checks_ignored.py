"""Rule health-checks-ignored."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.examples import KUSTOMIZATION, PATH
from opencode_policy.flux.trees import flux_kustomizations
from opencode_policy.graph.examples import anywhere
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_CHECKS = "healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: web, namespace: demo}]\n"


class HealthChecksIgnored(Rule):
    """A Flux Kustomization has health checks and waits for everything, so that the checks do nothing.

    With `wait: true` the controller watches every object that it applies and does not read `healthChecks`
    (kustomize-controller, docs/spec/v1/kustomizations.md, "Wait").
    """

    severity = "warning"
    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Whoever wrote the checks meant to wait for something in particular, often for what a chart makes. "
        "Flux ignores them and says so nowhere."
    )
    fix = "Remove `wait: true` to keep the checks, or the checks to wait for every object."
    good = (
        anywhere("checks alone", {PATH: f"{KUSTOMIZATION}  wait: false\n  {_CHECKS}"}),
        anywhere(
            "waiting for everything",
            {
                PATH: f"{KUSTOMIZATION}  wait: true\n---\n"
                f"{KUSTOMIZATION.replace('name: demo,', 'name: other,')}  wait: false\n  {_CHECKS}"
            },
        ),
    )
    bad = (
        anywhere(
            "both",
            {
                PATH: f"""\
{KUSTOMIZATION}\
  wait: true
  healthChecks:  # <- demo has 'wait: true', which makes Flux ignore its health checks
    - {{apiVersion: apps/v1, kind: Deployment, name: web, namespace: demo}}
"""
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        having = [item for item in flux_kustomizations(tree) if item["spec"]["healthChecks"]]
        if not having:
            yield Irrelevant("no Flux Kustomization has health checks")
        for item in having:
            checks, waits = item["spec"]["healthChecks"], item["spec"]["wait"].value is True
            if waits:
                words = f"{item.name} has 'wait: true', which makes Flux ignore its health checks"
                yield Problem(words, checks.as_key)
            else:
                yield Proof(f"Flux reads the health checks of {item.name}", checks)

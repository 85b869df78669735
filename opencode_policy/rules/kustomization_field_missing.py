"""Rule kustomization-field-missing."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.flux.trees import flux_kustomizations
from opencode_policy.graph.examples import anywhere
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_KS = "kubernetes/apps/demo/demo/ks.yaml"
_HEAD = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Fields that every Flux Kustomization states, as `spec.retryInterval`."""

    fields: tuple[str, ...] = ()


class KustomizationFieldMissing(Rule):
    """A Flux Kustomization leaves out a field that the cluster's conventions ask for."""

    severity = "warning"
    requirements = ("SEC-02",)
    why = (
        "Without spec.retryInterval Flux tries again after a failure only at the next interval, half an hour "
        "later; without commonMetadata nobody finds what belongs to an app by its label."
    )
    fix = "Add the field."
    Parameters = Parameters
    example_parameters = {"fields": ["spec.retryInterval"]}
    good = (anywhere("stated", {_KS: f"{_HEAD}spec: {{retryInterval: 1m}}\n"}),)
    bad = (
        anywhere(
            "left out",
            {
                _KS: f"{_HEAD}spec:  # <- the Flux Kustomization demo has no spec.retryInterval\n  interval: 30m\n"
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        found = list(flux_kustomizations(tree))
        if not found or not self.parameters.fields:
            yield Irrelevant("no Flux Kustomization of the tree has to state a field")
            return
        for item in found:
            fields = [(path, item.field.at(*path.split("."))) for path in self.parameters.fields]
            missing = [(path, field) for path, field in fields if not field]
            for path, field in missing:
                yield Problem(f"the Flux Kustomization {item.name} has no {path}", field)
            if not missing:
                yield Proof(f"{item.name} states {', '.join(self.parameters.fields)}", item["spec"])

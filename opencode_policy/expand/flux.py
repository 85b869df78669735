"""What Flux applies: every Kustomization of tree and inventory, evaluated from the cluster's entry on."""

from __future__ import annotations

from opencode_policy.expand import unapplied
from opencode_policy.expand.build import Builder
from opencode_policy.expand.evaluation import Evaluation, MakeBuilder
from opencode_policy.expand.files import Files
from opencode_policy.expand.flux_build import FLUX_GROUP, Expansion, FluxBuild, is_flux_kustomization, via
from opencode_policy.expand.raw_objects import holders
from opencode_policy.expand.variable_sources import KINDS, VariableSources
from opencode_policy.policy.model import ClusterFile
from opencode_policy.resource import Resource

__all__ = ["FLUX_GROUP", "Expansion", "FluxBuild", "MakeBuilder", "expand", "is_flux_kustomization", "via"]

_PASSES = 3
"""Times that a tree is evaluated at most, until no ConfigMap changes that variables were read from."""


def expand(files: Files, cluster: ClusterFile, builder: MakeBuilder = Builder) -> Expansion:
    """Evaluate the tree from the inventory's Kustomizations down, then whatever they do not reach.

    A ConfigMap that variables are read from may be applied by a Kustomization that comes later: then the
    tree is evaluated once more, with what the pass before found. `builder` makes what does the work of
    kustomize.
    """
    applied: list[Resource] = []
    for _ in range(_PASSES):
        evaluation = Evaluation(files, cluster, builder(files), applied)
        result = _evaluated(evaluation)
        applied = [item for item in result.resources if item.applied_by is not None and item.kind in KINDS]
        if _is_settled(evaluation, applied):
            break
    result.diagnostics = list(dict.fromkeys(result.diagnostics))
    return result


def _evaluated(evaluation: Evaluation) -> Expansion:
    """Everything, in the order in which it is reached."""
    for entry in evaluation.cluster.kustomizations:
        if entry.path is not None:
            evaluation.listed(entry)
    unapplied.kustomizations(evaluation)
    unapplied.objects(evaluation)
    evaluation.finish()
    return evaluation.result


def _is_settled(evaluation: Evaluation, applied: list[Resource]) -> bool:
    """Whether variables would be read as they were, now that all objects are known."""
    answers = evaluation.sources.read
    if not answers:
        return True
    now = VariableSources(evaluation.cluster, holders(evaluation.files), dict(answers))
    now.add(applied)
    return now.settled()

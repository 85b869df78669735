"""What the engine makes of an outcome: problems with unknown values, and how a value came about."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.engine import Stamp, judge
from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Problem, Unknown
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree
from tests.trees import cluster, config_map, flux, tree_of


class Never(Rule):
    """No value is right."""

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        for item in tree.of_kind("ConfigMap"):
            for name, field in item["data"].entries():
                yield Problem(f"{name} is wrong", field)


class NeverSecret(Never):
    """No value is right, whatever it is."""

    security_severity = 5.0


FILES = {
    "ks.yaml": flux("web", "./web", postBuild="{substitute: {A: x}}"),
    "web/cm.yaml": config_map("a", plain="one", known="${A}", unknown="${MAIL}-${A}"),
}
INVENTORY = cluster(kustomizations=(), variables={})


def outcomes(rule: type[Rule]) -> list[Outcome]:
    tree = substituted()
    return [item.outcome for item in judge([rule()], tree).outcomes]


def substituted() -> Tree:
    """A tree in which MAIL is known by its name only."""
    secret = config_map("vars", MAIL="ENC[AES256_GCM,data:x,type:str]").replace("ConfigMap", "Secret")
    vars_ = secret.replace("metadata:\n", "metadata:\n  namespace: flux-system\n") + "sops: {mac: x}\n"
    post = "{substitute: {A: x}, substituteFrom: [{kind: Secret, name: vars}]}"
    files = {**FILES, "ks.yaml": flux("web", "./web", postBuild=post), "vars.yaml": vars_}
    tree, diagnostics = tree_of(files, INVENTORY)
    assert diagnostics == []
    return tree


def test_a_problem_with_a_value_that_nobody_knows_is_unknown() -> None:
    plain, known, unknown = outcomes(Never)
    assert isinstance(plain, Problem)
    assert isinstance(known, Problem)
    assert isinstance(unknown, Unknown)
    assert unknown.reason == "the value of ${MAIL} is not known"


def test_what_is_wrong_whatever_the_value_stays_a_problem() -> None:
    assert [type(item) for item in outcomes(NeverSecret)] == [Problem] * 3


def test_a_finding_shows_how_its_value_came_about() -> None:
    tree = substituted()
    via = Related("applied by web", tree.builds[0].resource["metadata"]["name"].location)  # type: ignore[index]
    stamp = Stamp({"never": Never()}, {}, {}, {"web": via})
    findings = [stamp.finding(item) for item in judge([Never()], tree).outcomes]
    plain, known = (item for item in findings if item is not None)
    assert plain.related == ()
    assert [(str(item.location), item.message) for item in known.related] == [
        ("ks.yaml:11:31", "${A} is set here, by this Kustomization"),
        ("ks.yaml:4:9", "applied by web"),
    ]

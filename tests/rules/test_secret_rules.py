"""What the examples of the secret rules cannot show: missing subjects, odd fields, trees read in part."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml

from opencode_policy.engine import Judgements, judge
from opencode_policy.outcome import Proof, Unknown
from opencode_policy.policy.decode import decode_value
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.clone_token_in_server import CloneTokenInServer
from opencode_policy.rules.doppler_name_mismatch import DopplerNameMismatch
from opencode_policy.rules.secret_in_file import SecretInFile
from opencode_policy.rules.secret_key_unproduced import SecretKeyUnproduced
from opencode_policy.rules.secret_literal_environment import SecretLiteralEnvironment
from opencode_policy.rules.secret_role_undelivered import SecretRoleUndelivered
from opencode_policy.rules.secret_wrong_store import SecretWrongStore
from opencode_policy.rules.server_password_missing import ServerPasswordMissing
from opencode_policy.scope import unseen
from opencode_policy.secrets.examples import DEPLOYMENT, EXTERNAL, with_secrets
from opencode_policy.secrets.flow import REQUIREMENTS
from opencode_policy.testing import example_tree
from opencode_policy.tree import Tree

OF_A_WORKSPACE: tuple[type[Rule], ...] = (
    DopplerNameMismatch,
    SecretRoleUndelivered,
    SecretKeyUnproduced,
    SecretWrongStore,
    SecretLiteralEnvironment,
    CloneTokenInServer,
    ServerPasswordMissing,
)
RULES: tuple[type[Rule], ...] = (*OF_A_WORKSPACE, SecretInFile)
ODD: tuple[Any, ...] = (None, [], {}, "odd", 5, [None], {"odd": ["odd"]}, [["odd"]])


def said(tree: Tree, *rules: type[Rule]) -> Judgements:
    return judge([rule(decode_value(rule.Parameters, rule.example_parameters)) for rule in rules], tree)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of everything in a document, itself included."""
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from paths(child, (*path, key))


def with_odd(document: Any, path: tuple[Any, ...], odd: Any) -> Any:
    changed = copy.deepcopy(document)
    if not path:
        return odd
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = odd
    return changed


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("text", [EXTERNAL, DEPLOYMENT], ids=["ExternalSecret", "Deployment"])
def test_an_odd_field_anywhere_makes_no_rule_fail(text: str, odd: Any) -> None:
    document = yaml.safe_load(text)
    for path in paths(document):
        changed = yaml.safe_dump(with_odd(document, path, odd))
        key = "external" if text == EXTERNAL else "deployment"
        tree = example_tree(Example("odd", with_secrets(**{key: changed})))
        assert said(tree, *RULES).failures == []


@pytest.mark.parametrize("rule", OF_A_WORKSPACE, ids=lambda rule: rule.id)
@pytest.mark.parametrize(
    "files", [{}, {"kubernetes/apps/demo/demo/ks.yaml": ""}], ids=["no objects", "no ks.yaml"]
)
def test_a_workspace_that_is_missing_is_never_proved(rule: type[Rule], files: dict[str, str]) -> None:
    outcomes = [item.outcome for item in said(example_tree(Example("empty", files)), rule).outcomes]
    assert outcomes
    assert not [item for item in outcomes if isinstance(item, Proof)]


@pytest.mark.parametrize("rule", [SecretRoleUndelivered, SecretKeyUnproduced, SecretWrongStore])
def test_each_role_is_proved_for_its_own_requirement(rule: type[Rule]) -> None:
    outcomes = [item.outcome for item in said(example_tree(Example("good", with_secrets())), rule).outcomes]
    assert sorted(str(item.requirement) for item in outcomes) == sorted(REQUIREMENTS.values())
    assert all(isinstance(item, Proof) for item in outcomes)


def test_a_password_that_no_file_shows_is_unknown() -> None:
    external = EXTERNAL.partition("  data:\n")[0] + "  dataFrom: [{find: {path: OTHER_}}]\n"
    tree = example_tree(Example("opaque", with_secrets(external=external)))
    for rule in (ServerPasswordMissing, CloneTokenInServer):
        outcomes = [item.outcome for item in said(tree, rule).outcomes]
        assert [type(item) for item in outcomes] == [Unknown]


class TestSecretInFile:
    def outcomes(self, tree: Tree) -> list[Any]:
        return [item.outcome for item in said(tree, SecretInFile).outcomes]

    def test_one_proof_counts_the_files(self) -> None:
        (proof,) = self.outcomes(example_tree(Example("good", {})))
        assert isinstance(proof, Proof)
        assert proof.message == "none of the 4 files of kubernetes holds a secret"

    @pytest.mark.parametrize(
        ("folders", "whole"),
        [
            ((".",), True),
            (("kubernetes",), True),
            (("kubernetes/",), True),
            (("kubernetes/apps",), False),
            (("kubernetes/apps/demo", "kubernetes"), True),
            (("kube",), False),
            (("policies",), False),
        ],
    )
    def test_a_part_of_the_tree_proves_nothing(self, folders: tuple[str, ...], whole: bool) -> None:
        tree = replace(example_tree(Example("good", {})), folders=folders)
        (outcome,) = self.outcomes(tree)
        assert isinstance(outcome, Proof if whole else Unknown)

    def test_a_missing_folder_and_no_file_at_all(self) -> None:
        tree = replace(example_tree(Example("good", {})), missing=("scripts",))
        (outcome,) = self.outcomes(tree)
        assert isinstance(outcome, Unknown)
        assert outcome.reason == "scripts, which the policy counts to the committed files, does not exist"
        assert list(unseen(replace(tree, sources={}, missing=()))) == ["there is no file to search"]

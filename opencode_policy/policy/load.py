"""The policy, from the folder that holds its three files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from opencode_policy.location import Location
from opencode_policy.policy.check_cluster import check_cluster
from opencode_policy.policy.check_requirements import check_requirements
from opencode_policy.policy.check_settings import check_rules, check_settings, read_parameters, unready_rules
from opencode_policy.policy.decode import DecodeError, decode
from opencode_policy.policy.document import PolicyDocument, PolicyFiles, RuleFacts
from opencode_policy.policy.exemption import check_exemptions
from opencode_policy.policy.find import find_policy, installed_policy
from opencode_policy.policy.general import general_policy
from opencode_policy.policy.lock import LOCK, LockFile
from opencode_policy.policy.mistakes import Mistake, PolicyError
from opencode_policy.policy.model import ClusterFile, Policy, PolicyFile, RequirementsFile
from opencode_policy.policy.places import place_of
from opencode_policy.policy.read import read_node

__all__ = ["PolicyError", "find_policy", "installed_policy", "load_policy", "policy_for"]

if TYPE_CHECKING:
    from opencode_policy.rules.base import Rule

T = TypeVar("T")


def policy_for(
    root: Path, explicit: Path | None, rules: Mapping[str, type[Rule]], *, incomplete: bool = False
) -> Policy:
    """The policy that holds for a repository: the one named, its own, the installed one, a general one.

    The installed one speaks of certain workspaces: it holds for a repository that has the folder of one of
    them. Raises PolicyError as `load_policy` and `find_policy` do.
    """
    found = find_policy(explicit, root)
    if found is not None:
        return load_policy(found, rules, root=root, incomplete=incomplete)
    installed = installed_policy()
    if installed is not None:
        policy = load_policy(installed, rules, root=root, incomplete=incomplete)
        if any((root / workspace.path).is_dir() for workspace in policy.settings.workspaces):
            return policy
    return general_policy(rules)


def load_policy(
    directory: Path, rules: Mapping[str, RuleFacts], *, root: Path | None = None, incomplete: bool = False
) -> Policy:
    """Read the policy of a folder and check it against the rules there are, by rule id.

    With `incomplete` it may name others: they belong to a plugin that could not be loaded. Messages name
    the files relative to `root` where the folder lies below it. Raises PolicyError with every mistake in
    the files themselves or, if there is none, with every one in how they fit together.
    """
    reader = _Reader(directory, _shown(directory, root))
    requirements = reader.read("requirements.yaml", RequirementsFile)
    settings = reader.read("opencode.yaml", PolicyFile)
    cluster = reader.read("cluster.yaml", ClusterFile)
    lock = reader.read(LOCK, LockFile) if (directory / LOCK).exists() else None
    if requirements is None or settings is None or cluster is None or reader.mistakes:
        raise PolicyError(reader.mistakes)
    files = PolicyFiles(requirements, settings, cluster, rules, incomplete)
    return _joined(files, lock.value if lock else None)


def _joined(files: PolicyFiles, lock: LockFile | None) -> Policy:
    unready = tuple(unready_rules(files, lock)) if lock else ()
    files = replace(files, rules={name: rule for name, rule in files.rules.items() if name not in unready})
    parameters, mistakes = read_parameters(files)
    for check in (check_requirements, check_settings, check_rules, check_cluster, check_exemptions):
        mistakes += check(files)
    if mistakes:
        raise PolicyError(mistakes)
    return Policy(
        requirements=files.requirements.value.requirements,
        settings=files.settings.value,
        cluster=files.cluster.value,
        parameters=parameters,
        paths=(files.requirements.path, files.settings.path, files.cluster.path),
        exemption_places=_places(files.settings),
        lock=lock,
        unready=unready,
    )


def _places(settings: PolicyDocument[PolicyFile]) -> tuple[Location, ...]:
    """Where each exemption stands; a policy outside of the tree is named by its folder alone."""
    count = len(settings.value.exemptions)
    found = (place_of(settings.root, ("exemptions", at, "rule")).location for at in range(count))
    path = settings.path if not settings.path.startswith("/") else "/".join(settings.path.split("/")[-2:])
    return tuple(replace(place, path=path) for place in found)


class _Reader:
    """Reads one file after the other and collects what is wrong."""

    def __init__(self, directory: Path, shown: str) -> None:
        self.directory = directory
        self.shown = shown
        self.mistakes: list[Mistake] = []

    def read(self, name: str, cls: type[T]) -> PolicyDocument[T] | None:
        shown = f"{self.shown}/{name}"
        node, mistakes = read_node(self.directory / name, shown)
        self.mistakes += mistakes
        if node is None:
            return None
        try:
            return PolicyDocument(shown, node, decode(cls, node))
        except DecodeError:
            self.mistakes += _why(cls, node)
            return None


def _why(cls: type[Any], node: Any) -> list[Mistake]:
    from opencode_policy.policy.explain import explain
    from opencode_policy.scalars import to_python

    found = explain(cls, to_python(node), node)
    if not found:
        raise AssertionError(f"a {cls.__name__} was declined without a reason")
    return found


def _shown(directory: Path, root: Path | None) -> str:
    if root is not None and directory.is_relative_to(root):
        directory = directory.relative_to(root)
    return directory.as_posix()

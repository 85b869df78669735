"""The engine and the policy, as commands use them: what the user got wrong becomes `RefusedError`."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from opencode_policy.cli import actions
from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.terminal import colour, width
from opencode_policy.cli.write import write_text
from opencode_policy.report.options import Options
from opencode_policy.report.registry import FOR_PEOPLE, LINKING, reporter
from opencode_policy.report.visible import visible

KEY_VARIABLE = "OPENCODE_POLICY_FINGERPRINT_KEY"
"""Names the key of fingerprints that several clones are to share."""

if TYPE_CHECKING:
    from opencode_policy.detect.fingerprint import Marker
    from opencode_policy.expand.flux import MakeBuilder
    from opencode_policy.loaded import Expanded, Loaded
    from opencode_policy.policy.mistakes import PolicyError
    from opencode_policy.policy.model import Policy
    from opencode_policy.report.view import View
    from opencode_policy.rules.base import Rule
    from opencode_policy.run import Run, Supplement
    from opencode_policy.waiving.order import Terms


def check(arguments: Namespace, supplement: Supplement | None = None) -> Run:
    """Run the engine, and a further kind of check where one is given.

    Raises RefusedError for a path, a name or a policy that cannot be used.
    """
    if getattr(arguments, "history", None) is not None:
        return _history(arguments)
    from opencode_policy import run

    paths = [Path(path) for path in arguments.paths] or [Path()]
    with _refusing():
        return run.check(
            paths,
            policy_directory=Path(arguments.policy) if arguments.policy else None,
            rules=arguments.rule,
            requirements=arguments.requirement,
            schema_folders=[Path(folder) for folder in arguments.schema_dir or ()],
            terms=terms(arguments),
            staged=getattr(arguments, "staged", False),
            mark=marker_of,
            supplement=supplement,
        )


def load(path: str, policy_directory: str | None) -> Loaded:
    """Build a tree to look at; raises RefusedError for a path or a policy that cannot be used."""
    from opencode_policy import loaded

    with _refusing():
        return loaded.load(Path(path), Path(policy_directory) if policy_directory else None)


def expanded(arguments: Namespace, builder: MakeBuilder) -> Expanded:
    """Expand the tree; raises RefusedError for a path or a policy that cannot be used."""
    from opencode_policy import loaded

    paths = [Path(path) for path in arguments.paths] or [Path()]
    directory = Path(arguments.policy) if arguments.policy else None
    with _refusing():
        return loaded.expanded(paths, policy_directory=directory, builder=builder)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what the engine refuses into a refusal of the command."""
    from opencode_policy.git.error import GitError
    from opencode_policy.policy.mistakes import PolicyError
    from opencode_policy.preparation import UsageError

    try:
        yield
    except (UsageError, GitError) as error:
        raise RefusedError(visible(str(error))) from error
    except PolicyError as error:
        raise _unusable(error) from error


def terms(arguments: Namespace) -> Terms:
    """The day and the baseline that the arguments give; the day of the machine where they give none."""
    from opencode_policy.cli.clock import today
    from opencode_policy.waiving.order import Terms

    day = arguments.today or today()
    if arguments.baseline is None:
        return Terms(day)
    from opencode_policy.cli.baseline_file import loaded

    return Terms(day, loaded(arguments.baseline, root(arguments)))


def root(arguments: Namespace) -> Path:
    """Root of the repository that the paths of the arguments lie in."""
    from opencode_policy.discover import find_root

    return find_root(Path((arguments.paths or ["."])[0]))


def marker_of(root: Path) -> Marker:
    """Makes the marks of secrets: by the key in the environment, else by that of the repository."""
    from opencode_policy.detect.fingerprint import marker

    return marker(lambda: _key(root))


def _key(root: Path) -> bytes:
    from opencode_policy.detect.fingerprint import SHORTEST_KEY

    given = os.environ.get(KEY_VARIABLE, "")
    if given:
        if len(given.encode()) < SHORTEST_KEY:
            raise RefusedError(f"{KEY_VARIABLE} is too short: a key has at least {SHORTEST_KEY} bytes")
        return given.encode()
    from opencode_policy.git.repository_key import repository_key

    return repository_key(root)


def _history(arguments: Namespace) -> Run:
    from opencode_policy.cli.history import check_history
    from opencode_policy.policy.mistakes import PolicyError

    try:
        return check_history(arguments, marker_of)
    except PolicyError as error:
        raise _unusable(error) from error


def policy(directory: str | None, rules: Mapping[str, type[Rule]]) -> Policy:
    """The policy of a folder, of the working directory, or the installed one, to read in.

    Raises RefusedError if it cannot be used.
    """
    return policy_in(directory, rules)[1]


def policy_in(directory: str | None, rules: Mapping[str, type[Rule]]) -> tuple[Path | None, Policy]:
    """The folder of the policy as well; None where there is none and a general one stands in."""
    from opencode_policy.discover import find_root
    from opencode_policy.policy.general import general_policy
    from opencode_policy.policy.load import find_policy, installed_policy, load_policy
    from opencode_policy.policy.mistakes import PolicyError
    from opencode_policy.rules.table import broken_plugins

    try:
        here = find_root(Path())
        found = find_policy(Path(directory) if directory else None, here) or installed_policy()
        if found is None:
            return None, general_policy(rules)
        return found, load_policy(found, rules, root=here, incomplete=bool(broken_plugins()))
    except PolicyError as error:
        raise _unusable(error) from error


def _unusable(error: PolicyError) -> RefusedError:
    """Every mistake of the policy, one to a line that begins with its place."""
    return RefusedError(f"the policy cannot be used\n{error}")


def view_of(run: Run) -> View:
    """What reporters may see of a run."""
    from opencode_policy.report.view import view

    return view(run.result, run.sources, run.catalogue, run.redactor)


def report(seen: View, targets: Iterable[Target], formats: Mapping[str, str], arguments: Namespace) -> None:
    """Write every report that was asked for."""
    show = frozenset(getattr(arguments, "show", None) or ())
    for target in targets:
        for_people = target.format in FOR_PEOPLE
        here = target.path == STANDARD_OUTPUT
        painted = for_people and colour(arguments.color, standard_output=here)
        options = Options(colour=painted, width=width(), show=show)
        text = reporter(formats[target.format])(seen, completed(options, target, arguments))
        write_text(target, actions.guarded(text, here=here and for_people), for_people=for_people)


def completed(options: Options, target: Target, arguments: Namespace) -> Options:
    """Options with what only some formats need, found out for those alone."""
    if target.format == "github":
        return replace(options, token=actions.token())
    if target.format in LINKING:
        return replace(options, links=actions.links())
    if target.format != "sarif":
        return options
    from opencode_policy.cli.checkout import checkout

    return replace(
        options,
        profile=arguments.sarif_profile,
        category=arguments.sarif_category,
        checkout=checkout(root(arguments)),
    )

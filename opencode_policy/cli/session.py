"""The engine and the policy, as commands use them: what the user got wrong becomes `RefusedError`."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.cli.targets import STANDARD_OUTPUT, Target
from opencode_policy.cli.terminal import colour, width
from opencode_policy.cli.write import write_text
from opencode_policy.report.options import Options
from opencode_policy.report.registry import FOR_PEOPLE, reporter
from opencode_policy.report.visible import visible

KEY_VARIABLE = "OPENCODE_POLICY_FINGERPRINT_KEY"
"""Names the key of fingerprints that several clones are to share."""

if TYPE_CHECKING:
    from opencode_policy.detect.fingerprint import Marker
    from opencode_policy.policy.mistakes import PolicyError
    from opencode_policy.policy.model import Policy
    from opencode_policy.report.view import View
    from opencode_policy.rules.base import Rule
    from opencode_policy.run import Run


def check(arguments: Namespace) -> Run:
    """Run the engine; raises RefusedError for a path, a name or a policy that cannot be used."""
    if getattr(arguments, "history", None) is not None:
        return _history(arguments)
    from opencode_policy import run
    from opencode_policy.git.error import GitError
    from opencode_policy.policy.mistakes import PolicyError

    paths = [Path(path) for path in arguments.paths] or [Path()]
    try:
        return run.check(
            paths,
            policy_directory=Path(arguments.policy) if arguments.policy else None,
            rules=arguments.rule,
            requirements=arguments.requirement,
            schema_folders=[Path(folder) for folder in arguments.schema_dir or ()],
            staged=getattr(arguments, "staged", False),
            mark=marker_of,
        )
    except (run.UsageError, GitError) as error:
        raise RefusedError(visible(str(error))) from error
    except PolicyError as error:
        raise _unusable(error) from error


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
    """The policy of the working directory, or of a folder; raises RefusedError if it cannot be used."""
    from opencode_policy.discover import find_root
    from opencode_policy.policy.load import find_policy, load_policy
    from opencode_policy.policy.mistakes import PolicyError
    from opencode_policy.rules.table import broken_plugins

    try:
        root = find_root(Path())
        found = find_policy(Path(directory) if directory else None, root)
        return load_policy(found, rules, root=root, incomplete=bool(broken_plugins()))
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
        text = reporter(formats[target.format])(seen, options)
        write_text(target, text, for_people=for_people)

"""The engine and the policy, as commands use them: what the user got wrong becomes `RefusedError`."""

from __future__ import annotations

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

if TYPE_CHECKING:
    from opencode_policy.policy.mistakes import PolicyError
    from opencode_policy.policy.model import Policy
    from opencode_policy.report.view import View
    from opencode_policy.rules.base import Rule
    from opencode_policy.run import Run, Supplement


def check(arguments: Namespace, supplement: Supplement | None = None) -> Run:
    """Run the engine, and a further kind of check where one is given.

    Raises RefusedError for a path, a name or a policy that cannot be used.
    """
    from opencode_policy import run
    from opencode_policy.policy.mistakes import PolicyError

    paths = [Path(path) for path in arguments.paths] or [Path()]
    try:
        return run.check(
            paths,
            policy_directory=Path(arguments.policy) if arguments.policy else None,
            rules=arguments.rule,
            requirements=arguments.requirement,
            schema_folders=[Path(folder) for folder in arguments.schema_dir or ()],
            supplement=supplement,
        )
    except run.UsageError as error:
        raise RefusedError(visible(str(error))) from error
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

"""From what containers run to what a rule says of it: shared by the rules on leaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from opencode_policy.leaks.sites import Run, names_of, runs_of
from opencode_policy.location import Location, Related
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown, location_of
from opencode_policy.tree import Tree

Problems = Callable[[Run], Iterable[Problem]]
Proofs = Callable[[Run], Proof | None]


def judged(tree: Tree, problems: Problems, proof: Proofs) -> Iterator[Outcome]:
    """What a rule says of all that runs: problems, and for what has none, its proof or why there is none.

    A script that several containers run is reported once, with the ways of all their secrets.
    """
    runs = [run for pod in tree.pods for run in runs_of(tree, pod)]
    found: dict[tuple[Location, str], Problem] = {}
    clean: list[Run] = []
    for run in runs:
        own = list(problems(run))
        for problem in own:
            key = (location_of(problem.at), problem.message)
            found[key] = _together(found.get(key), problem)
        if not own:
            clean.append(run)
    yield from found.values()
    yield from _proved(clean, proof)
    yield from _rest(tree, runs)


def _together(known: Problem | None, problem: Problem) -> Problem:
    if known is None:
        return problem
    related = tuple(dict.fromkeys((*known.related, *problem.related)))
    return Problem(problem.message, known.at, related, severity=known.severity and problem.severity)


def _proved(runs: list[Run], proof: Proofs) -> Iterator[Outcome]:
    for run in runs:
        followed = run.followed
        if followed.given_up and run.held:
            yield Unknown(f"{run.name} was not followed to its end: {followed.given_up}", run.at)
        elif not followed.errors and not run.unread:
            proved = proof(run)
            if proved is not None:
                yield proved


def _rest(tree: Tree, runs: list[Run]) -> Iterator[Outcome]:
    for workspace in tree.workspaces:
        if not workspace.pods:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
    if not any(run.held for run in runs):
        yield Irrelevant("no container of the tree holds a secret")


def leaks(run: Run, kind: str) -> Iterator[Problem]:
    """A run's leaks of a kind as problems; what is not certain is a warning."""
    for leak in run.leaks(kind):
        message = leak.words.format(names_of(leak.flows))
        severity = None if leak.certain else "warning"
        related = run.way(leak.flows)
        if leak.sink is not None:
            related = (*related, Related("this is where it gets out", run.location(leak.sink)))
        yield Problem(message, run.place(leak.place), related, severity=severity)

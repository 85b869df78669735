"""Rule script-unparsable."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.leaks.examples import ENTRY, with_container, with_script
from opencode_policy.leaks.sites import Run, runs_of
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.scalar_map import locate
from opencode_policy.tree import Tree


class ScriptUnparsable(Rule):
    """A script is no valid shell, or cannot be followed.

    A script that does not parse is followed as far as it goes. Text that is only known when it runs, a file
    that is not in the tree, or another language is no offence; where a secret is in reach, the rule says that
    it does not know.
    """

    severity = "error"
    requirements = ("SEC-03",)
    why = "The shell stops where its grammar ends, and what a check cannot read it cannot vouch for."
    fix = "Mend the syntax at the place that is named; sh -n finds it too."
    security_severity = 5.0
    suppressible = False
    good = (
        Example("an inline script", with_script("if true; then\n  echo a\nfi\n")),
        Example(
            "here-documents, case, functions",
            with_script(
                """\
f() {
  case $1 in
  a) cat <<EOF
it's
EOF
    ;;
  *) echo "(" ;;
  esac
}
f a
"""
            ),
        ),
        Example(
            "without a shell",
            with_container("command: [/opt/run]\n")
            .replace("volumes:", "dnsPolicy: Default\n      volumes:")
            .replace("- name: server", "- name: server\n          command: [/bin/sh, -c, 'exec serve']"),
        ),
    )
    bad = (
        Example(
            "a loop without an end",
            with_script(
                """\
for item in a b; do  # <- 'for' has no 'done'
  echo "$item"
"""
            ),
        ),
        Example(
            "a stray word",
            with_script(
                """\
if true; then
  echo a
fi
fi  # <- 'fi' is out of place
"""
            ),
        ),
        Example(
            "a quote that does not end",
            with_container(
                f"""\
command: [/bin/sh, -c]
args:
  - echo "hello  # <- the quote has no end
env:
{ENTRY}"""
            ),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        runs = [run for pod in tree.pods for run in runs_of(tree, pod)]
        outcomes = [outcome for run in runs for outcome in _judged(run)]
        yield from dict.fromkeys(outcomes)
        for workspace in tree.workspaces:
            if not workspace.pods:
                yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
        if not outcomes:
            yield Irrelevant("no container of the tree runs a script")


def _judged(run: Run) -> Iterator[Outcome]:
    followed = run.followed
    if followed.errors and run.text is not None:
        fault = followed.errors[0]
        yield Problem(fault.words, locate(run.text, fault.span.start, fault.span.end))
        return
    if run.held:
        yield from _unknown(run)
    if run.text is not None and not followed.given_up:
        yield Proof(
            f"{run.name} is valid shell and was followed through {followed.report.commands} commands", run.at
        )


def _unknown(run: Run) -> Iterator[Unknown]:
    """What could not be followed although a secret is in reach."""
    reach = f"{run.secrets} is in its reach"
    if run.unread:
        yield Unknown(f"{run.unread}: what it does is not known, and {reach}", run.at)
    if run.followed.given_up:
        yield Unknown(f"{run.name} was not followed to its end: {run.followed.given_up}", run.at)
    for blind in run.followed.report.blind.values():
        yield Unknown(f"{blind.words}, and {reach}", run.place(blind.place))

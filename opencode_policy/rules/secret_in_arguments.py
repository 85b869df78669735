"""Rule secret-in-arguments."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.leaks.examples import ENTRY, with_container, with_script
from opencode_policy.leaks.outcomes import judged, leaks
from opencode_policy.leaks.sites import Run, names_of
from opencode_policy.outcome import Outcome, Proof
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree


class SecretInArguments(Rule):
    """A program gets a secret as an argument.

    Commands of the shell itself (echo, printf, test and the like) are no programs; a URL that holds a secret
    is the business of token-in-url.
    """

    severity = "error"
    requirements = ("SEC-03",)
    why = (
        "The arguments of a process can be read by every other process of the pod, in /proc, and programs "
        "repeat them in their error messages."
    )
    fix = (
        "Hand the secret over by the environment, by standard input or by a file that only the program reads."
    )
    security_severity = 6.5
    suppressible = False
    good = (
        Example(
            "by the environment",
            with_script(
                "export GIT_TOKEN\n"
                "git -c credential.helper='!f() { echo \"password=$GIT_TOKEN\"; }; f' fetch\n"
            ),
        ),
        Example(
            "by standard input", with_script('printf %s "$GIT_TOKEN" | docker login -u x --password-stdin\n')
        ),
        Example(
            "commands of the shell itself",
            with_script('[ -n "$GIT_TOKEN" ] || exit 1\necho "$GIT_TOKEN" >/dev/null\n'),
        ),
        Example("a file's name", with_script("curl --config /secrets/curl https://api.example.org\n")),
        Example(
            "configuration by the environment",
            with_script(
                "export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraHeader\n"
                'export GIT_CONFIG_VALUE_0="Authorization: Bearer $GIT_TOKEN"\ngit fetch\n'
            ),
        ),
    )
    bad = (
        Example(
            "a header",
            with_script(
                """\
auth=$(printf 'x:%s' "$GIT_TOKEN" | base64)
git -c http.extraHeader="Authorization: Basic $auth" fetch  # <- git gets GIT_TOKEN as an argument
"""
            ),
        ),
        Example(
            "a program of its own",
            with_script(
                """\
/bin/echo "$GIT_TOKEN" >/dev/null  # <- echo gets GIT_TOKEN as an argument
env PASSWORD="$GIT_TOKEN" run-it  # <- env gets GIT_TOKEN as an argument
"""
            ),
        ),
        Example(
            "through xargs",
            with_script(
                """\
cat /secrets/token | xargs -n 1 login >/dev/null  # <- login gets /secrets as an argument
"""
            ),
        ),
        Example(
            "by the kubelet",
            with_container(
                f"""\
command: [/opt/login]
args:
  - --token=$(GIT_TOKEN)  # <- login gets GIT_TOKEN as an argument
env:
{ENTRY}"""
            ),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        yield from judged(tree, lambda run: leaks(run, "argument"), _proof)


def _proof(run: Run) -> Proof | None:
    if not run.held:
        return None
    handed = [item for item in run.followed.report.handovers.values() if item.how == "environment"]
    if run.text is None:
        return Proof(f"{run.container.name} gets {run.secrets} by no argument", run.at)
    for item in reversed(handed):
        words = f"{item.program} gets {names_of(item.flows)} by its environment, by no argument"
        return Proof(words, run.place(item.place))
    count = run.followed.report.programs
    return Proof(
        f"none of the {count} programs that {run.name} starts gets {run.secrets} by an argument", run.at
    )

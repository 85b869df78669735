"""Rule secret-in-output."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.leaks.examples import ENTRY, with_container, with_script
from opencode_policy.leaks.outcomes import judged, leaks
from opencode_policy.leaks.sites import Run
from opencode_policy.outcome import Outcome, Problem, Proof
from opencode_policy.rules.base import Example, Rule
from opencode_policy.shell.git_traces import TRACES, is_on
from opencode_policy.tree import Tree


class SecretInOutput(Rule):
    """A script prints a secret to the log.

    Standard output and standard error of a container are its log. A secret is followed through variables,
    files, pipes and functions; hashes, lengths and what tests say of it are not secret.
    """

    severity = "error"
    requirements = ("SEC-03",)
    why = "Whoever may read the log of a pod can read the secret, long after the Secret was changed."
    fix = "Do not print it; print that it is set, its length or its hash instead."
    security_severity = 8.0
    suppressible = False
    good = (
        Example("what is printed is no secret", with_script('echo "cloning $REPO_URL" >&2\n')),
        Example(
            "whether it is set, its length, its hash",
            with_script('echo "${GIT_TOKEN:+set} ${#GIT_TOKEN}"\nprintf %s "$GIT_TOKEN" | sha256sum\n'),
        ),
        Example("an error message that does not show it", with_script(': "${GIT_TOKEN:?not set}"\n')),
        Example("it goes to a file", with_script('umask 077\nprintf %s "$GIT_TOKEN" >/tmp/token\n')),
        Example(
            "into another program",
            with_script('printf %s "$GIT_TOKEN" | docker login -u x --password-stdin\n'),
        ),
        Example("to nowhere", with_script("cat /secrets/token >/dev/null 2>&1\n")),
        Example("masked", with_script('echo "https://x:$GIT_TOKEN@example.org" | sed "s/:[^@]*@/:***@/"\n')),
        Example(
            "git is told not to trace",
            with_script(
                "git clone https://example.org/n.git\n", env=ENTRY + "- {name: GIT_TRACE, value: '0'}\n"
            ),
        ),
    )
    bad = (
        Example(
            "by a function, over a file",
            with_script(
                """\
log() { printf '%s\\n' "$*" >&2; }
printf %s "$GIT_TOKEN" >/tmp/token
log "token: $(cat /tmp/token)"  # <- printf prints GIT_TOKEN to the log
"""
            ),
        ),
        Example(
            "the environment",
            with_script(
                """\
env | sort  # <- sort prints GIT_TOKEN to the log
export -p  # <- export -p prints GIT_TOKEN to the log
"""
            ),
        ),
        Example(
            "line by line",
            with_script(
                """\
while read -r line; do
  echo "$line"  # <- echo prints /secrets to the log
done </secrets/token
"""
            ),
        ),
        Example(
            "a tool that tells what it sends",
            with_script(
                """\
curl -K /secrets/curl -sv https://example.org  # <- curl -v prints the headers it sends, /secrets with them
"""
            ),
        ),
        Example(
            "git traces",
            with_container(
                f"""\
command: [/bin/sh, -c, git clone https://example.org/n.git]
env:
{ENTRY}\
- name: GIT_TRACE_CURL
  value: "1"  # <- GIT_TRACE_CURL makes git tell what it does, and GIT_TOKEN is within its reach
"""
            ),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        yield from judged(tree, _problems, _proof)


def _problems(run: Run) -> Iterator[Problem]:
    yield from leaks(run, "output")
    for entry in run.container.field["env"] if run.held else ():
        name, value = entry["name"].text, entry["value"]
        if name in TRACES and value and is_on(value.text):
            words = f"{name} makes git tell what it does, and {run.secrets} is within its reach"
            yield Problem(words, value)


def _proof(run: Run) -> Proof | None:
    if not run.held or run.text is None:
        return None
    count = run.followed.report.outputs
    return Proof(f"{run.name} writes to the log in {count} places, {run.secrets} in none", run.at)

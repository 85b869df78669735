"""Rule shell-tracing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from opencode_policy.leaks.examples import ENTRY, with_container, with_script
from opencode_policy.leaks.outcomes import judged
from opencode_policy.leaks.sites import Run, listed, names_of
from opencode_policy.location import Related
from opencode_policy.outcome import Outcome, Place, Problem, Proof
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree

if TYPE_CHECKING:
    from opencode_policy.taint.cells import Switch
    from opencode_policy.taint.report import Leak

_CLONE = """\
git -c credential.helper='!f() { echo "password=$GIT_TOKEN"; }; f' clone "$REPO_URL" /workspace/notes
"""


class ShellTracing(Rule):
    """A shell that can reach a secret traces its commands.

    A script is followed through everything that it does, so tracing is found however it is spelled. What is
    switched off again before a traced command shows a secret is no finding. An init container that holds no
    secret gets a warning: requirements forbid tracing there, and the next line may bring one in.
    """

    severity = "error"
    requirements = ("SEC-03",)
    why = (
        "A shell that traces writes each command to the log with its variables replaced by their values. "
        "Logs are kept, shipped and read by more people than the Secret is."
    )
    fix = "Remove what switches tracing on; for a while of debugging, switch it off before a secret is used."
    security_severity = 8.0
    suppressible = False
    good = (
        Example("nothing traces", with_script(_CLONE)),
        Example("tracing is switched off", with_script("set +x\n" + _CLONE)),
        Example(
            "it is off again before a secret is used",
            with_script("set -x\nmkdir -p /workspace\nset +x\n" + _CLONE),
        ),
        Example(
            "in a subshell that no secret reaches", with_script("(set -x; mkdir -p /workspace)\n" + _CLONE)
        ),
        Example(
            "an option of grep, of test and of chmod",
            with_script("grep -x a /etc/passwd\n[ -x /bin/git ] && chmod +x /tmp/a\n" + _CLONE),
        ),
        Example(
            "text that mentions it",
            with_script('# set -x\ncat <<EOF\nset -x\nEOF\necho "use set -x"\n' + _CLONE),
        ),
        Example("tracing goes nowhere", with_script("exec 2>/dev/null\nset -x\nx=$GIT_TOKEN\n")),
        Example("a known variable holds harmless options", with_script("flags=-eu\nset $flags\n" + _CLONE)),
    )
    bad = (
        Example(
            "a command with the token",
            with_script(
                """\
set -x  # <- set -x makes the shell print GIT_TOKEN to the log
curl -H "Authorization: Bearer $GIT_TOKEN" https://api.example.org
"""
            ),
        ),
        Example(
            "among other options, in a function",
            with_script(
                """\
debug() {
  set -euxo pipefail  # <- set -euxo makes the shell print GIT_TOKEN to the log
}
debug
token=$GIT_TOKEN
"""
            ),
        ),
        Example(
            "options from outside",
            with_script(
                """\
set -$SHELL_FLAGS  # <- set -… may switch tracing on, which prints GIT_TOKEN to the log
token=$(printf %s "$GIT_TOKEN")
"""
            ),
        ),
        Example(
            "it is never switched off",
            with_script(
                """\
set -o xtrace  # <- set -o xtrace stays on where the shell can reach GIT_TOKEN and /secrets
git clone "$REPO_URL" /workspace/notes
"""
            ),
        ),
        Example(
            "an option of the shell",
            with_container(
                f"""\
command:
  - /bin/sh
  - -exc  # <- the option -x of sh makes the shell print GIT_TOKEN to the log
  - token=$GIT_TOKEN
env:
{ENTRY}"""
            ),
        ),
        Example(
            "a variable that bash reads",
            with_script(
                "token=$GIT_TOKEN\n",
                command="[/bin/bash, -c]",
                env=ENTRY
                + """\
- name: SHELLOPTS
  value: xtrace  # <- SHELLOPTS makes the shell print GIT_TOKEN to the log
""",
            ),
        ),
        Example(
            "a file that is read in",
            {
                "kubernetes/apps/demo/demo/app/scripts.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data:
  clone.sh: |
    #!/bin/sh -e
    . /scripts/common.sh
    token=$(cat /secrets/token)
  common.sh: |
    set -x  # <- set -x makes the shell print /secrets to the log
""",
                "kubernetes/apps/demo/demo/app/deployment.yaml": with_container(
                    """\
command: [/scripts/clone.sh]
volumeMounts:
  - {name: secrets, mountPath: /secrets}
  - {name: scripts, mountPath: /scripts}
"""
                ).replace("volumes:", "volumes:\n        - {name: scripts, configMap: {name: scripts}}"),
            },
        ),
        Example(
            "an init container that holds no secret",
            with_script(
                """\
set -x  # <- set -x traces an init container; it holds no secret yet
mkdir -p /workspace
""",
                env="- {name: HOME, value: /tmp}\n",
            ).replace("volumeMounts:\n            - {name: secrets, mountPath: /secrets}", "tty: false"),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        yield from judged(tree, _problems, _proof)


def _problems(run: Run) -> Iterator[Problem]:
    for switch in run.followed.report.switched:
        place = _place(run, switch)
        leaks = [leak for leak in run.leaks("trace") if leak.switch == switch]
        if leaks:
            yield _shown(run, switch, leaks, place)
        elif switch in run.followed.report.tracing:
            words = f"{switch.words} stays on where the shell can reach {run.secrets}"
            yield Problem(words, place, severity="warning")
        elif not run.held and run.container.role == "init":
            words = f"{switch.words} traces an init container; it holds no secret yet"
            yield Problem(words, place, severity="warning")


def _place(run: Run, switch: Switch) -> Place:
    """Where a switch stands: of a variable of the manifest, there."""
    given = run.container.env(switch.words)["value"]
    return given if given else run.place(switch.place)


def _shown(run: Run, switch: Switch, leaks: list[Leak], place: Place) -> Problem:
    """Tracing that is on where a secret is expanded."""
    certain = any(leak.certain for leak in leaks)
    names = listed(list(dict.fromkeys(flow.secret.name for leak in leaks for flow in leak.flows)))
    related: list[Related] = []
    for leak in leaks:
        related += (Related(f"it prints {names_of(leak.flows)} here", run.location(leak.place)),)
        related += run.way(leak.flows)
    how = "makes the shell print" if certain else "may switch tracing on, which prints"
    return Problem(
        f"{switch.words} {how} {names} to the log",
        place,
        tuple(dict.fromkeys(related)),
        severity=None if certain else "warning",
    )


def _proof(run: Run) -> Proof | None:
    if not run.held or run.text is None:
        return None
    report = run.followed.report
    if report.switched:
        last = next(reversed(report.switched))
        words = f"{last.words} is off again before {run.name} uses {run.secrets}"
        return Proof(words, run.place(last.place))
    return Proof(f"none of the {report.commands} commands of {run.name} is traced", run.at)

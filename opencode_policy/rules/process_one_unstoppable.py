"""Rule process-one-unstoppable."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.opencode.server_command import PROGRAM
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.container_process import Process, passes_on_sigterm, process_of
from opencode_policy.pods.examples import deployment
from opencode_policy.pods.kubelet_environment import environment_of
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Pod
from opencode_policy.workspaces.subjects import no_server

_GRACE_SECONDS = 30
"""The API server's default for terminationGracePeriodSeconds."""

_ARGS = "args: [web]\n"


@dataclass(frozen=True, slots=True)
class Parameters:
    """How long a pod may take to end; `inits` are programs that pass signals on to what they start."""

    grace_at_least: int
    grace_at_most: int
    inits: tuple[str, ...] = ("catatonit", "dumb-init", "tini")


class ProcessOneUnstoppable(Rule):
    """The server runs as process 1 of its container, where it ignores SIGTERM.

    OpenCode has no handler for SIGTERM, and the kernel gives process 1 no default one (pid_namespaces(7)).
    """

    requirements = ("FLUX-01", "HA-01")
    why = (
        "The kubelet sends SIGTERM, waits for the whole grace period and then kills: with strategy Recreate "
        "every restart leaves the interface away for that long."
    )
    fix = "Set shareProcessNamespace: true in the pod's spec, or start the server by an init such as tini."
    Parameters = Parameters
    example_parameters = {"grace_at_least": 5, "grace_at_most": 120}
    good = (
        Example("the pause container is process 1", deployment(_ARGS, pod="shareProcessNamespace: true\n")),
        Example(
            "with a grace period of its own",
            deployment(_ARGS, pod="shareProcessNamespace: true\nterminationGracePeriodSeconds: 60\n"),
        ),
        Example("an init", deployment("command: [/usr/bin/tini, --, opencode]\nargs: [web]\n")),
        Example(
            "a shell that passes the signal on",
            deployment("""\
command: [sh, -c]
args:
  - |
    opencode web --port 4096 &
    pid=$!
    trap 'kill -TERM $pid' TERM INT
    wait $pid
"""),
        ),
        Example("the processes of the node", deployment(_ARGS, pod="hostPID: true\n")),
    )
    bad = (
        Example(
            "as the image starts it",
            deployment(_ARGS, pod="hostNetwork: false\n").replace(
                "template:\n    spec:",
                "template:\n    spec:  # <- opencode is process 1 and ignores SIGTERM: "
                "shareProcessNamespace is not true",
            ),
        ),
        Example(
            "switched off",
            deployment(
                _ARGS,
                pod="shareProcessNamespace: false  # <- opencode is process 1 and ignores SIGTERM: "
                "shareProcessNamespace is not true\n",
            ),
        ),
        Example(
            "a text is not true",
            deployment(
                _ARGS,
                pod='shareProcessNamespace: "true"  # <- opencode is process 1 and ignores SIGTERM: '
                "shareProcessNamespace is not true\n",
            ),
        ),
        Example(
            "a shell that replaces itself",
            deployment("""\
command:
  - sh
  - -c
  - exec opencode web  # <- sh is process 1 and passes no SIGTERM on: shareProcessNamespace is not true
"""),
        ),
        Example(
            "a trap that waits for a command in the foreground",
            deployment("""\
command:
  - sh
  - -c
  - trap 'kill 0' TERM; opencode web  # <- sh is process 1 and passes no SIGTERM on: \
shareProcessNamespace is not true
"""),
        ),
        Example(
            "no time to end",
            deployment(
                _ARGS,
                pod="""\
shareProcessNamespace: true
terminationGracePeriodSeconds: 0  # <- the pod has 0 seconds to end, it must be 5 to 120
""",
            ),
        ),
        Example(
            "a restart that takes an hour",
            deployment(
                _ARGS,
                pod="""\
shareProcessNamespace: true
terminationGracePeriodSeconds: 3600  # <- the pod has 3600 seconds to end, it must be 5 to 120
""",
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server = workspace.server
        if server is None:
            yield no_server(workspace)
            return
        environment = environment_of(workspace.tree, server)
        process = process_of(workspace.tree, environment, (PROGRAM,))
        problems = [*self._unstoppable(server.pod, process), *self._grace(server.pod)]
        yield from problems
        if not problems:
            yield self._stoppable(server.pod, process)

    def _unstoppable(self, pod: Pod, process: Process) -> Iterator[Problem]:
        if _shares(pod) is not None or self._behind_init(process) or process.program == "":
            return
        share = pod.spec["shareProcessNamespace"]
        if process.is_shell:
            if process.script is None or passes_on_sigterm(process.script, PROGRAM):
                return
            words = f"{process.program} is process 1 and passes no SIGTERM on"
            yield Problem(f"{words}: {share.path[-1]} is not true", process.script.argument)
        else:
            words = f"{process.program} is process 1 and ignores SIGTERM"
            yield Problem(f"{words}: {share.path[-1]} is not true", share)

    def _behind_init(self, process: Process) -> bool:
        return any(wrapper in self.parameters.inits for wrapper in process.wrappers)

    def _stoppable(self, pod: Pod, process: Process) -> Proof | Unknown:
        share = _shares(pod)
        if share is not None:
            return Proof("the server is not process 1, so SIGTERM ends it", share)
        at = process.words[0].at if process.words else pod.spec
        if self._behind_init(process) or process.script is not None:
            return Proof("what starts the server passes SIGTERM on to it", at)
        return Unknown("how the container starts its server is not in the files", at)

    def _grace(self, pod: Pod) -> Iterator[Problem]:
        given = pod.spec["terminationGracePeriodSeconds"]
        seconds = given.value if isinstance(given.value, int) else _GRACE_SECONDS
        least, most = self.parameters.grace_at_least, self.parameters.grace_at_most
        if not least <= seconds <= most:
            yield Problem(f"the pod has {seconds} seconds to end, it must be {least} to {most}", given)


def _shares(pod: Pod) -> Field | None:
    """The field by which the containers do not have a process namespace each."""
    fields = (pod.spec[name] for name in ("shareProcessNamespace", "hostPID"))
    return next((field for field in fields if field.value is True), None)

"""Rule probe-unsuitable."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.opencode.server_command import listening_port
from opencode_policy.opencode.server_paths import server_paths
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.examples import deployment
from opencode_policy.pods.probes import Target, is_opaque, patience_of, probes_of, unfit
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.same_fault import Fault, shared, subjects
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Container
from opencode_policy.workspaces.subjects import no_server

_HARM = {
    "startup": "the liveness probe kills a server that is still starting",
    "liveness": "a server that hangs is never started again",
    "readiness": "requests arrive before the server answers them",
}
_SERVER = """\
args: [web, --hostname, 0.0.0.0, --port, "4096"]
ports: [{name: http, containerPort: 4096}]
"""
_SOUND = """\
startupProbe:
  httpGet: &alive {path: /alive, port: http}
  periodSeconds: 2
  failureThreshold: 30
livenessProbe:
  httpGet: *alive
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: *alive
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the probes may ask for, and how patient they must be at least.

    `paths` answer without a password. `startup_seconds` is the time that the startup probe allows in all,
    `liveness_timeout` and `liveness_failures` are that probe's timeoutSeconds and failureThreshold,
    `readiness_seconds` is how long the server may be silent before the readiness probe fails.
    """

    paths: tuple[str, ...]
    startup_seconds: int
    liveness_timeout: int
    liveness_failures: int
    readiness_seconds: int
    required: tuple[str, ...] = ("startup", "liveness", "readiness")


class ProbeUnsuitable(Rule):
    """A probe of the server is missing, asks for the wrong thing, or is too impatient.

    With a password set, OpenCode answers 401 to everything, /global/health included, but a few files of its
    interface. A connection is accepted a second before the first request is answered.
    """

    requirements = ("FLUX-01", "HA-01")
    why = (
        "A probe that gets 401 fails for ever. A TCP probe passes while the server does not answer yet, or "
        "answers no more. While it puts its list of models together OpenCode answers nothing for seconds: an "
        "impatient liveness probe kills it then, with all that it was streaming."
    )
    fix = (
        "Give startup, liveness and readiness probe an httpGet of a path that needs no password, on the "
        "server's port, with the patience that the policy asks for."
    )
    Parameters = Parameters
    example_parameters = {
        "paths": ("/alive", "/icon.png"),
        "startup_seconds": 60,
        "liveness_timeout": 5,
        "liveness_failures": 6,
        "readiness_seconds": 15,
    }
    good = (
        Example("three probes of the same page", deployment(_SERVER + _SOUND)),
        Example(
            "by number, with another public page and a header of no importance",
            deployment(
                _SERVER
                + _SOUND.replace(
                    "{path: /alive, port: http}",
                    "{path: /icon.png, port: 4096, httpHeaders: [{name: Accept, value: '*/*'}]}",
                )
            ),
        ),
        Example(
            "a program that asks for the page",
            deployment(
                _SERVER
                + _SOUND.replace(
                    "  httpGet: *alive\n  timeout",
                    "  exec: {command: [wget, -q, -O, /dev/null, 'http://127.0.0.1:4096/alive']}\n  timeout",
                )
            ),
        ),
        Example(
            "patience by a long initial delay",
            deployment(
                _SERVER
                + _SOUND.replace("failureThreshold: 30", "failureThreshold: 10\n  initialDelaySeconds: 40")
            ),
        ),
        Example(
            "no readiness probe where none is required",
            deployment(_SERVER + _SOUND.partition("readinessProbe")[0]),
            parameters={"required": ["startup", "liveness"]},
        ),
    )
    bad = (
        Example(
            "a page that wants the password, for all three",
            deployment(
                _SERVER
                + _SOUND.replace(
                    "{path: /alive, port: http}",
                    """
    path: /global/health  # <- startup, liveness and readiness probe: /global/health wants the password, \
/alive does not
    port: http""",
                )
            ),
        ),
        Example(
            "a connection is no answer",
            deployment(
                _SERVER
                + _SOUND.replace(
                    "readinessProbe:\n  httpGet: *alive",
                    """\
readinessProbe:
  tcpSocket:  # <- readiness probe: a connection is accepted also while the server does not answer
    port: http""",
                )
            ),
        ),
        Example(
            "the password in the manifest",
            deployment(
                _SERVER
                + _SOUND.replace(
                    "readinessProbe:\n  httpGet: *alive",
                    """\
readinessProbe:
  httpGet:
    path: /alive
    port: http
    httpHeaders:
      - name: authorization  # <- readiness probe: this header shows the password to all who read the \
manifest
        value: Basic""",
                )
            ),
        ),
        Example(
            "other ports, host and scheme",
            deployment(
                _SERVER
                + """\
startupProbe:
  failureThreshold: 60
  httpGet:
    path: /alive
    port: htpp  # <- startup probe: the container has no port 'htpp'; did you mean 'http'?
livenessProbe:
  timeoutSeconds: 10
  failureThreshold: 6
  httpGet:
    path: /alive
    port: 4097  # <- liveness probe: port 4097 is asked, but the server listens on 4096
readinessProbe:
  httpGet:
    path: /alive
    port: http
    host: example.org  # <- readiness probe: example.org is asked instead of the pod
    scheme: HTTPS  # <- readiness probe: the server speaks HTTP, not HTTPS
"""
            ),
        ),
        Example(
            "impatience",
            deployment(
                _SERVER
                + """\
startupProbe:
  httpGet: &alive {path: /alive, port: http}
  failureThreshold: 5  # <- startup probe: it gives up after 50 seconds, it must allow 60
livenessProbe:
  httpGet: *alive
  failureThreshold: 1  # <- liveness probe: failureThreshold is 1, it must be at least 6
  timeoutSeconds: 2  # <- liveness probe: timeoutSeconds is 2, it must be at least 5
readinessProbe:
  httpGet: *alive
  failureThreshold: 1  # <- readiness probe: it fails after 10 seconds of silence, it must allow 15
"""
            ),
        ),
        Example(
            "the API server's defaults are impatient too",
            deployment(
                _SERVER
                + """\
startupProbe:  # <- startup probe: it gives up after 30 seconds, it must allow 60
  httpGet: &alive {path: /alive, port: http}
livenessProbe:  # <- liveness probe: timeoutSeconds is 1, it must be at least 5
  httpGet: *alive
  failureThreshold: 6
readinessProbe:
  httpGet: *alive
"""
            ),
        ),
        Example(
            "no startup probe",
            deployment(_SERVER + "livenessProbe:" + _SOUND.partition("livenessProbe:")[2])
            .replace("*alive", "{path: /alive, port: http}")
            .replace(
                "name: server",
                "name: server  # <- there is no startup probe: the liveness probe kills a server that is "
                "still starting",
            ),
        ),
        Example(
            "a program that asks for the wrong page",
            deployment(
                _SERVER
                + _SOUND.replace(
                    "  httpGet: *alive\n  timeout",
                    """\
  exec:
    command:
      - wget
      - http://localhost:4096/health  # <- liveness probe: /health wants the password, /alive does not
  timeout""",
                )
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server = workspace.server
        if server is None:
            yield no_server(workspace)
            return
        probes = probes_of(server)
        groups = shared(self._faults(probes, self._target(workspace, server)))
        problems = [*self._missing(probes)]
        problems += [Problem(f"{subjects(group)} probe: {group[0].words}", group[0].at) for group in groups]
        opaque = [probe for probe in probes.values() if is_opaque(probe)]
        yield from problems
        for probe in opaque:
            yield Unknown("what the program of this probe asks is not known", probe["exec"])
        if not problems and not opaque:
            words = "the probes ask for what needs no password, and are patient"
            yield Proof(words, probes[self.parameters.required[0]]["httpGet"]["path"])

    def _missing(self, probes: dict[str, Field]) -> Iterator[Problem]:
        for name in self.parameters.required:
            if not probes[name]:
                yield Problem(f"there is no {name} probe: {_HARM[name]}", probes[name])

    def _target(self, workspace: WorkspaceTree, server: Container) -> Target:
        port = listening_port(workspace.tree, server_paths(workspace.tree, server))
        names = {item["name"].text: item["containerPort"] for item in server.field["ports"]}
        return Target(self.parameters.paths, port, names)

    def _faults(self, probes: dict[str, Field], target: Target) -> Iterator[Fault]:
        for name, probe in probes.items():
            if probe:
                for words, at in [*unfit(probe, target), *self._impatient(name, probe)]:
                    yield Fault(name, words, at)

    def _impatient(self, name: str, probe: Field) -> Iterator[tuple[str, Field]]:
        wanted, given = self.parameters, patience_of(probe)
        failures, timeout = probe["failureThreshold"], probe["timeoutSeconds"]
        if name == "startup" and given.start < wanted.startup_seconds:
            yield f"it gives up after {given.start} seconds, it must allow {wanted.startup_seconds}", failures
        if name == "liveness" and given.failures < wanted.liveness_failures:
            least = wanted.liveness_failures
            yield f"failureThreshold is {given.failures}, it must be at least {least}", failures
        if name == "liveness" and given.timeout < wanted.liveness_timeout:
            least = wanted.liveness_timeout
            yield f"timeoutSeconds is {given.timeout}, it must be at least {least}", timeout
        if name == "readiness" and given.silence < wanted.readiness_seconds:
            least = wanted.readiness_seconds
            yield f"it fails after {given.silence} seconds of silence, it must allow {least}", failures

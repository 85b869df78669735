"""Rule probe-unsuitable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opencode_policy.nearest import hint
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pod_examples import deployment
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.server_command import listening_port
from opencode_policy.server_paths import server_paths
from opencode_policy.subjects import no_server
from opencode_policy.tree import WorkspaceTree

_URL = re.compile(r"(?P<scheme>https?)://(?P<host>[^\s/:'\"]+)(?::(?P<port>\d+))?(?P<path>/[^\s'\"?]*)?")
_PERIOD, _FAILURES, _TIMEOUT = 10, 3, 1
"""The API server's defaults for periodSeconds, failureThreshold and timeoutSeconds."""

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


@dataclass(frozen=True, slots=True)
class _Fault:
    probe: str
    words: str
    at: Field


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
        probes = {name: server.field[f"{name}Probe"] for name in _HARM}
        problems = [*_missing(probes, self.parameters.required)]
        port = listening_port(workspace.tree, server_paths(workspace.tree, server))
        ports = {item["name"].text: item["containerPort"] for item in server.field["ports"]}
        problems += _merged(self._faults(probes, port, ports))
        unknown = [probe for probe in probes.values() if _is_opaque(probe)]
        yield from problems
        for probe in unknown:
            yield Unknown("what the program of this probe asks is not known", probe["exec"])
        if not problems and not unknown:
            first = probes[self.parameters.required[0]]
            words = "the probes ask for what needs no password, and are patient"
            yield Proof(words, first["httpGet"]["path"])

    def _faults(
        self, probes: dict[str, Field], port: int | None, ports: dict[str, Field]
    ) -> Iterator[_Fault]:
        for name, probe in probes.items():
            if not probe:
                continue
            for words, at in [*self._asked(probe, port, ports), *self._patience(name, probe)]:
                yield _Fault(name, words, at)

    def _asked(self, probe: Field, port: int | None, ports: dict[str, Field]) -> Iterator[tuple[str, Field]]:
        if probe["tcpSocket"]:
            yield "a connection is accepted also while the server does not answer", probe["tcpSocket"]
        elif probe["grpc"]:
            yield "the server does not speak gRPC", probe["grpc"]
        elif probe["exec"]:
            yield from self._asked_by_program(probe["exec"], port)
        elif probe["httpGet"]:
            yield from self._asked_by_kubelet(probe["httpGet"], port, ports)
        else:
            yield "it asks nothing", probe

    def _asked_by_kubelet(
        self, get: Field, port: int | None, ports: dict[str, Field]
    ) -> Iterator[tuple[str, Field]]:
        yield from self._path(get["path"].text.partition("?")[0] or "/", get["path"])
        yield from _port(get["port"], port, ports)
        if get["host"].text:
            yield f"{get['host'].text} is asked instead of the pod", get["host"]
        if get["scheme"].text.upper() == "HTTPS":
            yield "the server speaks HTTP, not HTTPS", get["scheme"]
        for header in get["httpHeaders"]:
            if header["name"].text.lower() == "authorization":
                yield "this header shows the password to all who read the manifest", header["name"]

    def _asked_by_program(self, program: Field, port: int | None) -> Iterator[tuple[str, Field]]:
        for argument in program["command"]:
            for match in _URL.finditer(argument.text):
                yield from self._path(match["path"] or "/", argument)
                if match["scheme"] == "https":
                    yield "the server speaks HTTP, not HTTPS", argument
                if port is not None and int(match["port"] or 80) != port:
                    yield f"port {match['port'] or 80} is asked, but the server listens on {port}", argument

    def _path(self, path: str, at: Field) -> Iterator[tuple[str, Field]]:
        public = self.parameters.paths
        if path not in public:
            yield f"{path} wants the password, {public[0]} does not", at

    def _patience(self, name: str, probe: Field) -> Iterator[tuple[str, Field]]:
        wanted = self.parameters
        failures = _number(probe["failureThreshold"], _FAILURES)
        silence = _number(probe["periodSeconds"], _PERIOD) * failures
        allowed = silence + _number(probe["initialDelaySeconds"], 0)
        timeout = _number(probe["timeoutSeconds"], _TIMEOUT)
        if name == "startup" and allowed < wanted.startup_seconds:
            words = f"it gives up after {allowed} seconds, it must allow {wanted.startup_seconds}"
            yield words, probe["failureThreshold"]
        if name == "liveness" and failures < wanted.liveness_failures:
            words = f"failureThreshold is {failures}, it must be at least {wanted.liveness_failures}"
            yield words, probe["failureThreshold"]
        if name == "liveness" and timeout < wanted.liveness_timeout:
            words = f"timeoutSeconds is {timeout}, it must be at least {wanted.liveness_timeout}"
            yield words, probe["timeoutSeconds"]
        if name == "readiness" and silence < wanted.readiness_seconds:
            words = f"it fails after {silence} seconds of silence, it must allow {wanted.readiness_seconds}"
            yield words, probe["failureThreshold"]


def _missing(probes: dict[str, Field], required: Iterable[str]) -> Iterator[Problem]:
    for name in required:
        if not probes[name]:
            yield Problem(f"there is no {name} probe: {_HARM[name]}", probes[name])


def _is_opaque(probe: Field) -> bool:
    """Whether a probe runs a program and names no address, so that nothing is known of it."""
    command = [item.text for item in probe["exec"]["command"]]
    return bool(probe["exec"]) and not any(_URL.search(text) for text in command)


def _port(given: Field, port: int | None, ports: dict[str, Field]) -> Iterator[tuple[str, Field]]:
    asked = given.value
    if isinstance(asked, str) and asked not in ports:
        yield f"the container has no port '{asked}'{hint(asked, ports)}", given
    elif asked is None:
        yield "it names no port", given
    else:
        number = ports[asked].value if isinstance(asked, str) else asked
        if port is not None and number != port:
            yield f"port {number} is asked, but the server listens on {port}", given


def _number(field: Field, default: int) -> int:
    return field.value if isinstance(field.value, int) and field.value else default


def _merged(faults: Iterable[_Fault]) -> Iterator[Problem]:
    """One problem for all probes that share a fault at one place, as probes with an alias do."""
    groups: dict[tuple[object, str], list[_Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.at.location, fault.words), []).append(fault)
    for group in groups.values():
        *most, last = [fault.probe for fault in group]
        names = f"{', '.join(most)} and {last}" if most else last
        yield Problem(f"{names} probe: {group[0].words}", group[0].at)

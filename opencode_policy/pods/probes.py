"""What the probes of a container ask for, and how long they wait."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from opencode_policy.lean import dataclass
from opencode_policy.nearest import hint
from opencode_policy.resource import Field
from opencode_policy.workload import Container

PROBES = ("startup", "liveness", "readiness")
"""The probes of a container, in the order in which they begin to count."""

_URL = re.compile(r"(?P<scheme>https?)://(?P<host>[^\s/:'\"]+)(?::(?P<port>\d+))?(?P<path>/[^\s'\"?]*)?")
_PERIOD, _FAILURES, _TIMEOUT = 10, 3, 1
"""The API server's defaults for periodSeconds, failureThreshold and timeoutSeconds."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The seconds that a probe waits: for one answer, and in all."""

    timeout: int
    failures: int
    silence: int
    start: int


@dataclass(frozen=True, slots=True)
class Target:
    """What is there to be asked: the paths that answer without a password, and the server's ports."""

    paths: Sequence[str]
    port: int | None
    names: Mapping[str, Field]


def probes_of(container: Container) -> dict[str, Field]:
    """The probes by name, also those that are missing."""
    return {name: container.field[f"{name}Probe"] for name in PROBES}


def patience_of(probe: Field) -> Patience:
    """How long a probe waits; `start` counts the delay before it begins as well."""
    failures = _number(probe["failureThreshold"], _FAILURES)
    silence = _number(probe["periodSeconds"], _PERIOD) * failures
    start = silence + _number(probe["initialDelaySeconds"], 0)
    return Patience(_number(probe["timeoutSeconds"], _TIMEOUT), failures, silence, start)


def is_opaque(probe: Field) -> bool:
    """Whether a probe runs a program and names no address, so that nothing is known of it."""
    command = [item.text for item in probe["exec"]["command"]]
    return bool(probe["exec"]) and not any(_URL.search(text) for text in command)


def unfit(probe: Field, target: Target) -> Iterator[tuple[str, Field]]:
    """What is wrong with what a probe asks, and where."""
    if probe["tcpSocket"]:
        yield "a connection is accepted also while the server does not answer", probe["tcpSocket"]
    elif probe["grpc"]:
        yield "the server does not speak gRPC", probe["grpc"]
    elif probe["exec"]:
        yield from _asked_by_program(probe["exec"], target)
    elif probe["httpGet"]:
        yield from _asked_by_kubelet(probe["httpGet"], target)
    else:
        yield "it asks nothing", probe


def _asked_by_kubelet(get: Field, target: Target) -> Iterator[tuple[str, Field]]:
    yield from _path(get["path"].text.partition("?")[0] or "/", get["path"], target)
    yield from _port(get["port"], target)
    if get["host"].text:
        yield f"{get['host'].text} is asked instead of the pod", get["host"]
    if get["scheme"].text.upper() == "HTTPS":
        yield "the server speaks HTTP, not HTTPS", get["scheme"]
    for header in get["httpHeaders"]:
        if header["name"].text.lower() == "authorization":
            yield "this header shows the password to all who read the manifest", header["name"]


def _asked_by_program(program: Field, target: Target) -> Iterator[tuple[str, Field]]:
    for argument in program["command"]:
        for match in _URL.finditer(argument.text):
            port = int(match["port"] or 80)
            yield from _path(match["path"] or "/", argument, target)
            if match["scheme"] == "https":
                yield "the server speaks HTTP, not HTTPS", argument
            if target.port is not None and port != target.port:
                yield f"port {port} is asked, but the server listens on {target.port}", argument


def _path(path: str, at: Field, target: Target) -> Iterator[tuple[str, Field]]:
    if path not in target.paths:
        yield f"{path} wants the password, {target.paths[0]} does not", at


def _port(given: Field, target: Target) -> Iterator[tuple[str, Field]]:
    asked = given.value
    if isinstance(asked, str) and asked not in target.names:
        yield f"the container has no port '{asked}'{hint(asked, target.names)}", given
    elif asked is None:
        yield "it names no port", given
    else:
        number = target.names[asked].value if isinstance(asked, str) else asked
        if target.port is not None and number != target.port:
            yield f"port {number} is asked, but the server listens on {target.port}", given


def _number(field: Field, default: int) -> int:
    return field.value if isinstance(field.value, int) and field.value else default

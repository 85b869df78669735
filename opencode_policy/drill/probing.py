"""The kubelet's probes: asked as often, as patiently and at the address that the manifest says."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from opencode_policy.drill.http_client import Answer, Endpoint, request
from opencode_policy.drill.plan import ContainerPlan
from opencode_policy.drill.sandbox import Running, Sandbox
from opencode_policy.pods.probes import patience_of
from opencode_policy.resource import Field

_PERIOD = 10


@dataclass(frozen=True, slots=True)
class Probed:
    """How a probe ended: `fault` is empty for one that succeeded, `seconds` until then."""

    fault: str
    seconds: float
    at: Field


def wait_for(sandbox: Sandbox, container: ContainerPlan, running: Running, most: float) -> Probed:
    """Ask the startup probe, else the readiness probe, until it succeeds or gives up; at most so long."""
    field = container.field
    probe = field["startupProbe"] or field["readinessProbe"]
    begun = time.monotonic()
    patience = patience_of(probe)
    end = begun + min(most, patience.start if field["startupProbe"] else most)
    period = _number(probe["periodSeconds"], _PERIOD)
    last = Answer(0, error="never asked")
    while time.monotonic() < end:
        if running.poll() is not None:
            return Probed(f"the server ends with {running.poll()}", time.monotonic() - begun, probe)
        asked = time.monotonic()
        last = ask(sandbox, container, probe, patience.timeout)
        if 200 <= last.status < 400:
            return Probed("", time.monotonic() - begun, probe)
        # A failed probe is asked again after its period; the drill is a little less patient.
        time.sleep(max(0.0, min(period, 0.5) - (time.monotonic() - asked)))
    return Probed(f"the probe fails to the end, at last with {last}", time.monotonic() - begun, probe)


def ask(sandbox: Sandbox, container: ContainerPlan, probe: Field, seconds: float) -> Answer:
    """One probe; a TCP probe that connects counts as 200."""
    get = probe["httpGet"]
    if get:
        port = port_number(container, get["port"])
        headers = {item["name"].text: item["value"].text for item in get["httpHeaders"]}
        endpoint = Endpoint(sandbox.socket(port or 0))
        if not endpoint.path.exists():
            return Answer(0, error=f"nobody listens on the port {get['port'].text}")
        return request(endpoint, get["path"].text or "/", headers=headers, seconds=seconds)
    if probe["tcpSocket"]:
        return _connect(sandbox, port_number(container, probe["tcpSocket"]["port"]) or 0)
    if not probe:
        return _any_port(sandbox, container)
    return Answer(0, error="only httpGet and tcpSocket can be asked here")


def port_number(container: ContainerPlan, port: Field) -> int | None:
    """The number of a port given by number or name."""
    if isinstance(port.value, int):
        return port.value
    named = (item for item in container.field["ports"] if item["name"].text == port.text)
    value = next((item["containerPort"].value for item in named), None)
    return value if isinstance(value, int) else None


def _any_port(sandbox: Sandbox, container: ContainerPlan) -> Answer:
    ports = [item["containerPort"].value for item in container.field["ports"]]
    found = [_connect(sandbox, port) for port in ports if isinstance(port, int)]
    return found[0] if found else Answer(200)


def _connect(sandbox: Sandbox, port: int) -> Answer:
    """The relay accepts at once and hangs up when the Pod refuses."""
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(0.3)
        try:
            plain.connect(str(sandbox.socket(port)))
            return Answer(0, error="refused") if plain.recv(1) == b"" else Answer(200)
        except TimeoutError:
            return Answer(200)
        except OSError as error:
            return Answer(0, error=type(error).__name__)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether something comes true within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


def _number(field: Field, default: int) -> int:
    return field.value if isinstance(field.value, int) and field.value else default

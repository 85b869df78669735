"""A workspace's server as it runs: booted, started, ready by its probe, and reached by its route."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opencode_policy.drill import places
from opencode_policy.drill.bench import BOOT_SECONDS, Bench
from opencode_policy.drill.boot import Kubelet
from opencode_policy.drill.booting import failure
from opencode_policy.drill.http_client import Answer, Endpoint, basic, request
from opencode_policy.drill.plan import ContainerPlan
from opencode_policy.drill.probing import Probed, wait_for
from opencode_policy.drill.proxy import Limits, proxying
from opencode_policy.drill.sandbox import Running
from opencode_policy.outcome import Place
from opencode_policy.resource import Field, Resource
from opencode_policy.routing.routes import claims_of
from opencode_policy.routing.services import port_entry, selects, service_of, target_number
from opencode_policy.routing.timeouts import (
    ENVOY_CONNECTION_IDLE,
    ENVOY_REQUEST,
    ENVOY_STREAM_IDLE,
    effective_timeouts,
)


class NotServing(Exception):  # noqa: N818 - says what is, not what went wrong in the drill
    """Why there is no server; `at` is the place to look at, `earlier` tells that the boot failed already."""

    def __init__(self, words: str, at: Place, *, earlier: bool = False) -> None:
        super().__init__(words)
        self.at = at
        self.earlier = earlier


@dataclass(slots=True)
class Server:
    """A running server."""

    bench: Bench
    kubelet: Kubelet
    plan: ContainerPlan
    running: Running
    probed: Probed
    port: int

    @property
    def endpoint(self) -> Endpoint:
        """Its port, without the proxy."""
        return Endpoint(self.kubelet.sandbox.socket(self.port))

    @property
    def target(self) -> Path:
        """The socket to which the route leads; it may be that nobody is behind it."""
        way = route_target(self.bench)
        return self.kubelet.sandbox.socket(way[1] if way else self.port)

    @property
    def credentials(self) -> dict[str, str]:
        """The header with the password of the run."""
        settings = self.bench.settings.server
        password = self.bench.store.values.get(self.bench.workspace.spec.secrets.get("password", ""), "")
        return basic(settings.user if settings else "", password)

    def get(self, path: str, seconds: float = 60.0) -> Answer:
        """Ask with the password."""
        return request(self.endpoint, path, headers=self.credentials, seconds=seconds)

    def post(self, path: str, value: object, seconds: float = 60.0) -> Answer:
        """Send JSON with the password."""
        headers = {**self.credentials, "Content-Type": "application/json"}
        body = json.dumps(value).encode()
        return request(self.endpoint, path, method="POST", headers=headers, body=body, seconds=seconds)

    def json(self, path: str) -> Any:
        """An answer's JSON, None where there is none."""
        answer = self.get(path)
        try:
            return json.loads(answer.body) if answer.status == 200 else None
        except ValueError:
            return None

    def delete_pod(self) -> tuple[bool, float]:
        """As the kubelet ends a Pod: SIGTERM, the grace period, SIGKILL. Whether SIGTERM did it, and when."""
        begun = time.monotonic()
        self.running.signal(signal.SIGTERM)
        ended = self.running.wait(self.kubelet.plan.grace) is not None
        taken = time.monotonic() - begun
        self.running.kill()
        return ended, taken


@contextmanager
def serving_pod(bench: Bench) -> Iterator[Server]:
    """Boot and start a workspace. Raises NotServing where that fails."""
    with bench.pod() as kubelet:
        boot = kubelet.boot(BOOT_SECONDS)
        wrong = failure(bench, boot)
        if wrong is not None:
            raise NotServing(*wrong, earlier=True)
        kubelet.start_containers(boot)
        wrong = failure(bench, boot)
        if wrong is not None:
            raise NotServing(*wrong)
        plan = bench.server(kubelet.plan)
        running = boot.running[plan.name]
        probed = wait_for(kubelet.sandbox, plan, running, bench.settings.ready_seconds)
        if probed.fault:
            at: Place = probed.at if running.poll() is None else places.of_container(plan)
            raise NotServing(f"{probed.fault}: {bench.quoted(running.output())}", at)
        yield Server(bench, kubelet, plan, running, probed, _port(plan))


def _port(plan: ContainerPlan) -> int:
    """The first port that the container declares."""
    ports = [item["containerPort"].value for item in plan.field["ports"]]
    return next((port for port in ports if isinstance(port, int)), 0)


def route_target(bench: Bench) -> tuple[Resource, int] | None:
    """The route that serves the workspace's host, and the port of the Pod that it leads to."""
    pod = bench.workspace.pod
    for claim in claims_of(bench.workspace) if pod else ():
        for rule in claim.route["spec"]["rules"]:
            for reference in rule["backendRefs"]:
                port = _target(bench, claim.route, reference)
                if port is not None:
                    return claim.route, port
    return None


def _target(bench: Bench, route: Resource, reference: Field) -> int | None:
    tree, pod = bench.workspace.tree, bench.workspace.pod
    service = service_of(tree, route, reference)
    entry = port_entry(service, reference) if service else None
    if service is None or entry is None or pod is None or not selects(service, pod):
        return None
    return target_number(entry, pod)[0]


def limits_of(bench: Bench) -> tuple[Limits, Place] | None:
    """The timeouts on the way to the workspace, and what governs them; None where no route leads to it."""
    way = route_target(bench)
    if way is None:
        return None
    found = next(iter(effective_timeouts(bench.workspace.tree, way[0], bench.workspace.host)), None)
    if found is None:
        return None
    if found.request.is_malformed:
        raise NotServing("the request timeout is no duration", found.request.at or way[0])

    def seconds(value: Any, default: Any) -> float:
        return float((value.duration if value.duration is not None else default).milliseconds) / 1000

    limits = Limits(
        seconds(found.request, ENVOY_REQUEST),
        seconds(found.stream_idle, ENVOY_STREAM_IDLE),
        seconds(found.connection_idle, ENVOY_CONNECTION_IDLE),
        seconds(found.max_stream, ENVOY_REQUEST) if found.max_stream.duration else 0.0,
        seconds(found.max_connection, ENVOY_REQUEST) if found.max_connection.duration else 0.0,
    )
    own = found.layers.own
    return limits, found.request.at or (own["spec"] if own else way[0]["spec"])


@contextmanager
def through_proxy(bench: Bench, upstream: Any, limits: Limits) -> Iterator[Endpoint]:
    """Envoy before a socket, with a certificate for the workspace's host."""
    host = bench.workspace.host
    certificate = bench.authority.issue(bench.name, [host])
    envoy = bench.machine.programs["envoy"]
    with proxying(envoy, bench.folder / "envoy", host, upstream, certificate, limits) as socket:
        yield Endpoint(socket, host, bench.authority.certificate)

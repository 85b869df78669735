"""Envoy before a server, with the timeouts that take effect on the workspace's route.

The configuration is what Envoy Gateway 1.7 makes of a route (internal/xds/translator/route.go): `timeout` and
`idle_timeout` of the route, the idle timeout of the connection manager, WebSocket upgrades.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from opencode_policy.drill.certificates import Certificate
from opencode_policy.drill.sandbox import SandboxError

_HTTP = (
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)
_ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
_TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
_OPTIONS = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_START_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Timeouts in seconds; zero is none."""

    request: float
    stream_idle: float
    connection_idle: float
    max_stream: float = 0.0
    max_connection: float = 0.0

    def divided(self, factor: float) -> Limits:
        """All of them shorter by a factor."""
        return Limits(
            self.request / factor,
            self.stream_idle / factor,
            self.connection_idle / factor,
            self.max_stream / factor,
            self.max_connection / factor,
        )


def configuration(
    host: str, listen: Path, upstream: Path, certificate: Certificate, limits: Limits
) -> dict[str, object]:
    """Envoy's bootstrap."""
    action: dict[str, object] = {
        "cluster": "server",
        "timeout": _duration(limits.request),
        "idle_timeout": _duration(limits.stream_idle),
    }
    if limits.max_stream:
        action["max_stream_duration"] = {"max_stream_duration": _duration(limits.max_stream)}
    route = {"match": {"prefix": "/"}, "route": action}
    manager = {
        "@type": _HTTP,
        "stat_prefix": "drill",
        "stream_idle_timeout": _duration(limits.stream_idle),
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "route_config": {"virtual_hosts": [{"name": "host", "domains": [host], "routes": [route]}]},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}}],
    }
    pair = {"certificate_chain": _file(certificate.certificate), "private_key": _file(certificate.key)}
    tls = {"@type": _TLS, "common_tls_context": {"tls_certificates": [pair]}}
    chain = {
        "filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}],
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": tls},
    }
    listener = {"name": "https", "address": _pipe(listen), "filter_chains": [chain]}
    return {"static_resources": {"listeners": [listener], "clusters": [_cluster(upstream, limits)]}}


def _cluster(upstream: Path, limits: Limits) -> dict[str, object]:
    endpoint = {"endpoint": {"address": _pipe(upstream)}}
    common = {"idle_timeout": _duration(limits.connection_idle)}
    if limits.max_connection:
        common["max_connection_duration"] = _duration(limits.max_connection)
    options = {
        "@type": _OPTIONS,
        "explicit_http_config": {"http_protocol_options": {}},
        "common_http_protocol_options": common,
    }
    return {
        "name": "server",
        "connect_timeout": "5s",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options
        },
        "load_assignment": {"cluster_name": "server", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


@contextmanager
def proxying(
    envoy: Path, folder: Path, host: str, upstream: Path, certificate: Certificate, limits: Limits
) -> Iterator[Path]:
    """Run Envoy for as long as the block lasts; gives the socket it listens on."""
    folder.mkdir(parents=True, exist_ok=True)
    listen = folder / "https"
    listen.unlink(missing_ok=True)
    path = folder / "envoy.json"
    path.write_text(json.dumps(configuration(host, listen, upstream, certificate, limits)))
    command = [str(envoy), "--config-path", str(path), "--concurrency", "1", "--use-dynamic-base-id"]
    with (folder / "envoy.log").open("wb") as log:
        # Its standard input is a pipe of ours; the wrapper below ends it when the drill ends.
        process = subprocess.Popen(  # noqa: S603 - Envoy
            [*_guard(), *command, "--log-level", "warning"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        _wait(process, listen, folder / "envoy.log")
        yield listen
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)
        process.kill()
        process.wait()


def _guard() -> list[str]:
    """Setpriv makes the kernel kill Envoy when the thread that started it, and so the drill, is gone."""
    return ["setpriv", "--pdeathsig", "KILL", "--"]


def _wait(process: subprocess.Popen[bytes], listen: Path, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while not _accepts(listen):
        if process.poll() is not None or time.monotonic() > end:
            said = log.read_text(errors="replace").strip().splitlines()
            raise SandboxError(f"Envoy did not start: {said[-1][:200] if said else process.poll()}")
        time.sleep(0.05)


def _accepts(path: Path) -> bool:
    """Whether somebody listens on a socket; its file is there a little earlier."""
    with socket.socket(socket.AF_UNIX) as plain:
        try:
            plain.connect(str(path))
        except OSError:
            return False
        return True


def _duration(seconds: float) -> str:
    return f"{seconds:.3f}s"


def _file(path: Path) -> dict[str, str]:
    return {"filename": str(path)}


def _pipe(path: Path) -> dict[str, object]:
    return {"pipe": {"path": str(path)}}

"""HTTP over Unix sockets, with TLS or without: what curl and a browser would send."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `status` is 0 where there was none, and `error` then says why."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str = ""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def __str__(self) -> str:
        return str(self.status) if self.status else self.error


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect to: a socket, the host to name, and the authority to trust where TLS is spoken."""

    path: Path
    host: str = "localhost"
    authority: Path | None = None

    def connect(self, seconds: float) -> socket.socket:
        """A connection whose every step may take so many seconds. Raises OSError."""
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(seconds)
        try:
            plain.connect(str(self.path))
            if self.authority is None:
                return plain
            context = ssl.create_default_context(cafile=str(self.authority))
            return context.wrap_socket(plain, server_hostname=self.host)
        except OSError:
            plain.close()
            raise


class _Connection(http.client.HTTPConnection):
    def __init__(self, endpoint: Endpoint, seconds: float) -> None:
        super().__init__(endpoint.host, timeout=seconds)
        self._endpoint = endpoint
        self._seconds = seconds

    def connect(self) -> None:
        self.sock = self._endpoint.connect(self._seconds)


def request(
    endpoint: Endpoint,
    path: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = 10.0,
) -> Answer:
    """Ask once; a failure is an answer without a status."""
    connection, begun = _Connection(endpoint, seconds), time.monotonic()
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, error=_words(error), seconds=time.monotonic() - begun)
    finally:
        connection.close()
    return Answer(answer.status, dict(answer.headers), content, "", time.monotonic() - begun)


@dataclass(frozen=True, slots=True)
class Lived:
    """How a long connection went: the status of its answer, how long it lived, whether it was ended."""

    status: int
    seconds: float
    ended: bool


def stream(endpoint: Endpoint, path: str, headers: Mapping[str, str], seconds: float) -> Lived:
    """Read a stream of events for so many seconds."""
    return _long(endpoint, path, {"Accept": "text/event-stream", **headers}, seconds, wanted=200)


def web_socket(endpoint: Endpoint, path: str, headers: Mapping[str, str], seconds: float) -> Lived:
    """Open a WebSocket and say nothing for so many seconds."""
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(b"sixteen bytes...").decode(),
    }
    return _long(endpoint, path, {**upgrade, **headers}, seconds, wanted=101)


def _long(endpoint: Endpoint, path: str, headers: Mapping[str, str], seconds: float, *, wanted: int) -> Lived:
    lines = [f"GET {path} HTTP/1.1", f"Host: {endpoint.host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    begun = time.monotonic()
    try:
        with endpoint.connect(30.0) as connection:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            words = _head(connection).split()
            status = int(words[1]) if len(words) > 1 else 0
            begun = time.monotonic()
            ended = status != wanted or _closed(connection, begun + seconds)
    except OSError:
        return Lived(0, time.monotonic() - begun, ended=True)
    return Lived(status, time.monotonic() - begun, ended)


def _head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        try:
            piece = connection.recv(1)
        except OSError:
            return head
        if not piece:
            return head
        head += piece
    return head


def _closed(connection: socket.socket, end: float) -> bool:
    """Whether the other side ends a connection before a time; an answer in chunks ends with an empty one."""
    connection.settimeout(0.5)
    while time.monotonic() < end:
        try:
            piece = connection.recv(4096)
        except TimeoutError:
            continue
        except OSError:
            return True
        if not piece or piece.endswith(b"\r\n0\r\n\r\n") or piece == b"0\r\n\r\n":
            return True
    return False


def basic(user: str, password: str) -> dict[str, str]:
    """The header of HTTP Basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def _words(error: Exception) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__

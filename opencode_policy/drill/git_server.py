"""A git server over HTTPS on a Unix socket: `git http-backend` behind the token of a run.

It logs what it is asked, and on demand breaks off, dawdles or refuses.
"""

from __future__ import annotations

import base64
import os
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from opencode_policy.drill.certificates import Certificate

_PIECE = 8192


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its path, and whether it brought the token."""

    method: str
    path: str
    allowed: bool


@dataclass(slots=True)
class GitHost:
    """What the server serves, and how it behaves from the next request on.

    `cut_after` breaks every response off behind so many bytes, `pause` waits so many seconds between two
    pieces of it, `refuse` answers 401 to everybody.
    """

    root: Path
    git: str
    user: str
    token: str
    log: list[Request] = field(default_factory=list)
    cut_after: int | None = None
    pause: float = 0.0
    refuse: bool = False
    sent: int = 0

    def allows(self, header: str) -> bool:
        """Whether an Authorization header opens the repositories; without a token they are public."""
        wanted = base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
        return not self.refuse and (not self.token or header == f"Basic {wanted}")

    def behave(self) -> None:
        """Be a good server again."""
        self.cut_after, self.pause, self.refuse, self.sent = None, 0.0, False, 0
        self.log.clear()

    @property
    def pushes(self) -> Sequence[Request]:
        return [item for item in self.log if "receive-pack" in item.path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        host = self.server.host
        allowed = host.allows(self.headers.get("Authorization", ""))
        host.log.append(Request(self.command, self.path, allowed))
        body = self._body()
        if allowed:
            self._backend(host, body)
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()

    do_POST = do_GET  # noqa: N815 - the name that the base class looks up

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().strip() or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _backend(self, host: GitHost, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "GIT_PROJECT_ROOT": str(host.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": host.user,
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        command = [host.git, "-c", "safe.directory=*", "http-backend"]
        done = subprocess.run(  # noqa: S603 - git
            command, input=body, env=environment, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self._reply(host, int(headers.pop("Status", "200").split()[0]), headers, content)

    def _reply(self, host: GitHost, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        limit = len(content) if host.cut_after is None else max(0, host.cut_after - host.sent)
        for start in range(0, min(limit, len(content)), _PIECE):
            self.wfile.write(content[start : min(start + _PIECE, limit)])
            time.sleep(host.pause)
        host.sent += min(limit, len(content))
        if limit < len(content):
            self.close_connection = True

    def address_string(self) -> str:
        return "pod"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in the base class
        """The log is kept elsewhere."""


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, host: GitHost, certificate: Certificate) -> None:
        self.host = host
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate.certificate, certificate.key)
        super().__init__(str(path), _Handler)

    def get_request(self) -> tuple[Any, Any]:
        connection, _ = self.socket.accept()
        # The handshake belongs into the connection's own thread.
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), (
            "pod",
            0,
        )

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed half-way are what some drills are about."""


@contextmanager
def serving(path: Path, host: GitHost, certificate: Certificate) -> Iterator[None]:
    """Serve on a socket for as long as the block lasts."""
    server = _Server(path, host, certificate)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()

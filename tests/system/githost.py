"""A Git server over HTTPS that asks for a token, and can fail in the ways real ones do."""

from __future__ import annotations

import base64
import os
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Request:
    """One request as it came in; `authorization` is the header, undecoded."""

    method: str
    path: str
    authorization: str


@dataclass(slots=True)
class GitHost:
    """The server. The fields after `log` change how it behaves from the next request on."""

    root: Path
    certificate: Path
    token: str
    port: int = 0
    log: list[Request] = field(default_factory=list)
    refuse: int = 0  # answer everything with this status
    cut_after: int = 0  # break off every response longer than this many bytes
    pause: float = 0.0  # seconds between two pieces of 16 KiB
    hang: bool = False  # accept requests and never answer
    redirect: str = ""  # send everybody to this base URL
    closed: threading.Event = field(default_factory=threading.Event)

    def url(self, name: str) -> str:
        return f"https://localhost:{self.port}/{name}"

    @property
    def pushes(self) -> list[Request]:
        return [request for request in self.log if "receive-pack" in request.path]


class Handler(BaseHTTPRequestHandler):
    """Hands requests to `git http-backend`."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        host = self.server.host
        host.log.append(Request(self.command, self.path, self.headers.get("Authorization", "")))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if host.hang:
            host.closed.wait()
            self.close_connection = True
        elif host.redirect:
            self.reply(302, {"Location": host.redirect + self.path}, b"")
        elif host.refuse:
            self.reply(host.refuse, {}, b"")
        elif not self.allowed():
            self.reply(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
        else:
            self.reply(*self.backend(body))

    do_POST = do_GET  # noqa: N815 - the name that BaseHTTPRequestHandler looks up

    def allowed(self) -> bool:
        wanted = base64.b64encode(f"x-access-token:{self.server.host.token}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def backend(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.host.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "x-access-token",  # with it the backend would accept a push
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        command = ["git", "-c", "safe.directory=*", "http-backend"]
        answer = subprocess.run(command, input=body, env=environment, capture_output=True, check=True).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return int(headers.pop("Status", "200").split()[0]), headers, content

    def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        host = self.server.host
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if host.cut_after and len(body) > host.cut_after:
            body = body[: host.cut_after]
            self.close_connection = True
        for start in range(0, len(body), 16384):
            self.wfile.write(body[start : start + 16384])
            time.sleep(host.pause)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in the base class
        """Keeps the test output quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: GitHost) -> None:
        self.host = host
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(host.certificate)
        super().__init__(("127.0.0.1", 0), Handler)
        host.port = self.server_port

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        # The handshake belongs into the connection's own thread.
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed half-way is what some tests are about."""


@contextmanager
def serving(host: GitHost) -> Iterator[GitHost]:
    """Runs the server for as long as the block lasts."""
    server = Server(host)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        host.closed.set()
        server.shutdown()
        server.server_close()


def make_certificate(path: Path) -> Path:
    """A self-signed certificate for localhost, with its key, in one PEM file."""
    key = path.with_suffix(".key")
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *subject, "-keyout", str(key), "-out", str(path)],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path

"""A stand-in for a server whose model thinks for long: it is silent, then answers."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: text/plain\r\n\r\ndone"


@contextmanager
def answering_after(path: Path, seconds: float) -> Iterator[None]:
    """Answer every request on a socket after so many seconds, for as long as the block lasts."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(8)
        threading.Thread(target=_accept, args=(listener, seconds), daemon=True).start()
        yield
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, seconds: float) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_answer, args=(connection, seconds), daemon=True).start()


def _answer(connection: socket.socket, seconds: float) -> None:
    with connection, contextlib.suppress(OSError):
        connection.recv(65536)
        time.sleep(seconds)
        connection.sendall(_ANSWER)

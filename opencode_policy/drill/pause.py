"""The first process of a Pod's sandbox: it holds the Pod's network, and takes everything with it.

Runs alone (`python -I pause.py JSON`), in new user, network, PID, mount, IPC and UTS namespaces. It relays
from addresses of the Pod to sockets of the machine and back, says `ready`, and ends when its standard input
does: that is when the drill ends, however it ends. The kernel then kills every process of the Pod.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import struct
import sys
import threading

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1


def main(given: str) -> None:
    """Set the network up, then wait."""
    relays = json.loads(given)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # orphans of the Pod are ours; let the kernel reap them
    raise_loopback()
    for address, port, path in relays["outward"]:
        _serve(socket.create_server((address, port), backlog=64), socket.AF_UNIX, path)
    for path, address, port in relays["inward"]:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(64)
        _serve(listener, socket.AF_INET, (address, port))
    print("ready", flush=True)  # noqa: T201 - the drill waits for it
    while os.read(0, 4096):
        pass
    os._exit(0)


def raise_loopback() -> None:
    """Bring the interface lo up; a new network has it down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH", b"lo", 0)
        flags = struct.unpack("16sH", fcntl.ioctl(control, _GET_FLAGS, request))[1]
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sH", b"lo", flags | _UP))


def _serve(listener: socket.socket, family: int, target: object) -> None:
    threading.Thread(target=_accept, args=(listener, family, target), daemon=True).start()


def _accept(listener: socket.socket, family: int, target: object) -> None:
    while True:
        near, _ = listener.accept()
        threading.Thread(target=_relay, args=(near, family, target), daemon=True).start()


def _relay(near: socket.socket, family: int, target: object) -> None:
    far = socket.socket(family)
    try:
        far.connect(target)  # type: ignore[arg-type]
    except OSError:
        near.close()
        far.close()
        return
    back = threading.Thread(target=_copy, args=(far, near), daemon=True)
    back.start()
    _copy(near, far)
    back.join()
    near.close()
    far.close()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main(sys.argv[1])

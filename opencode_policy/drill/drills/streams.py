"""Drill streams."""

from __future__ import annotations

import json
from collections.abc import Iterator

from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.http_client import Endpoint, Lived, request, stream, web_socket
from opencode_policy.drill.proxy import Limits
from opencode_policy.drill.serving import NotServing, Server, limits_of, serving_pod, through_proxy
from opencode_policy.drill.slow_server import answering_after
from opencode_policy.outcome import Outcome, Place

_SECONDS = 4.0
"""How long each stream is watched."""
_STREAM_FACTOR, _SILENCE_FACTOR = 10, 100
"""Timeouts are divided: 4 s then stand for 40 s of a stream that speaks, and for 400 s of silence."""


class DrillStreams(Drill):
    """The proxy cuts an event stream, a terminal or an answer that is long in coming."""

    requirements = ("FLUX-09", "HA-09")
    why = "An answer that is cut off in its midst is lost, and what it cost with it."
    needs = ("server", "envoy")

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Watch streams of the real server and a slow answer through the proxy, at shortened timeouts."""
        bench.empty_volumes()
        try:
            way = limits_of(bench)
            if way is None:
                yield self.unknown(bench, "no route leads to the server", bench.workspace.anchor)
                return
            limits, at = way
            cut = list(self._of_server(bench, limits, at)) + list(self._slow(bench, limits, at))
        except NotServing as error:
            yield self.unknown(bench, f"there is no server: {error}", error.at)
            return
        yield from cut
        if not cut:
            spoken = f"with the route's timeouts at 1/{_STREAM_FACTOR} an event stream and a terminal"
            silent = f"at 1/{_SILENCE_FACTOR} the answer of a stand-in for a slow model"
            words = f"through Envoy, {spoken} lived {_SECONDS:.0f} s, and {silent} came after as many"
            yield self.proof(bench, words, at)

    def _of_server(self, bench: Bench, limits: Limits, at: Place) -> Iterator[Outcome]:
        scaled = limits.divided(_STREAM_FACTOR)
        with serving_pod(bench) as server, through_proxy(bench, server.target, scaled) as endpoint:
            server.get("/project/current")  # what a first request costs is not the proxy's affair
            lived = stream(endpoint, "/event", server.credentials, _SECONDS)
            if lived.ended:
                words = f"an event stream is cut after {lived.seconds * _STREAM_FACTOR:.0f} s"
                yield self.problem(bench, f"{words} (status {lived.status})", at)
            lived = self._terminal(server, endpoint)
            if lived.ended:
                words = f"a terminal is cut after {lived.seconds * _STREAM_FACTOR:.0f} s"
                yield self.problem(bench, f"{words} (status {lived.status})", at)

    def _terminal(self, server: Server, endpoint: Endpoint) -> Lived:
        made = server.post("/pty", {"command": "sh", "args": []})
        if made.status != 200:
            return Lived(made.status, 0.0, ended=True)
        path = f"/pty/{json.loads(made.body)['id']}/connect"
        return web_socket(endpoint, path, server.credentials, _SECONDS)

    def _slow(self, bench: Bench, limits: Limits, at: Place) -> Iterator[Outcome]:
        socket, scaled = bench.folder / "slow", limits.divided(_SILENCE_FACTOR)
        with answering_after(socket, _SECONDS), through_proxy(bench, socket, scaled) as endpoint:
            answer = request(endpoint, "/session/x/message", method="POST", body=b"{}", seconds=_SECONDS * 3)
        if answer.status != 200:
            taken = answer.seconds * _SILENCE_FACTOR
            words = f"an answer that is long in coming is cut after {taken:.0f} s: {answer}"
            yield self.problem(bench, words, at)

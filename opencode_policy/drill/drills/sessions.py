"""Drill sessions."""

from __future__ import annotations

import json
from collections.abc import Iterator

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.serving import NotServing, Server, serving_pod
from opencode_policy.opencode.server_paths import server_paths
from opencode_policy.outcome import Outcome, Place

_LOADS = ("FLUX-01", "HA-01")
_MODELS = ("FLUX-03", "HA-03")
_SESSIONS = ("FLUX-07", "HA-07")
_LOGIN = ("FLUX-08", "HA-08")
_PROVIDER = "github-copilot"
_SLOW = 0.5
"""Part of the grace period that a well-behaved server may take."""


class DrillSessions(Drill):
    """Sessions or the Copilot login are gone after the pod was deleted and made anew."""

    requirements = (*_SESSIONS, *_LOGIN, *_MODELS, *_LOADS)
    why = "That sessions outlive the pod is what the workspaces are for."
    needs = ("server",)

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Make a session, delete the pod, look for it; empty the volume, and it must be gone."""
        bench.empty_volumes()
        try:
            with serving_pod(bench) as server:
                session = self._session(server)
                before = connected(server)
                ended, taken = server.delete_pod()
            yield from self._ended(bench, server, ended=ended, taken=taken)
            if session is None:
                yield self.unknown(bench, "the server makes no session")
                return
            with serving_pod(bench) as server:
                listed, kept = self._listed(server, session), self._messages(server, session)
                after = connected(server)
                server.delete_pod()
            bench.empty_volumes()
            with serving_pod(bench) as server:
                ghost = self._listed(server, session)
                server.delete_pod()
            if ghost:
                yield self.unknown(
                    bench, "sessions are listed on an empty volume too, so the drill tells nothing"
                )
                return
            yield from self._sessions(bench, listed=listed, kept=kept)
            yield from self._provider(bench, before, after)
        except NotServing as error:
            yield self.unknown(bench, f"there is no server: {error}", error.at)

    def _session(self, server: Server) -> str | None:
        made = server.post("/session", {"title": "drill"})
        if made.status != 200:
            return None
        session = str(json.loads(made.body)["id"])
        text = {"noReply": True, "parts": [{"type": "text", "text": "a message of the drill"}]}
        server.post(f"/session/{session}/message", text)
        return session

    def _listed(self, server: Server, session: str) -> bool:
        return any(item.get("id") == session for item in server.json("/session") or ())

    def _messages(self, server: Server, session: str) -> bool:
        return "a message of the drill" in server.get(f"/session/{session}/message").text

    def _sessions(self, bench: Bench, *, listed: bool, kept: bool) -> Iterator[Outcome]:
        at = self._data_place(bench)
        if not listed or not kept:
            words = "a session" if not listed else "the message of a session"
            yield self.problem(
                bench, f"{words} is gone after the pod was deleted and made anew", at, *_SESSIONS
            )
        else:
            words = "a session with its message outlives the pod, and is gone with the volume"
            yield self.proof(bench, words, at, *_SESSIONS)

    def _provider(self, bench: Bench, before: list[str], after: list[str]) -> Iterator[Outcome]:
        at = places.of_secret(bench.workspace, "auth")
        if _PROVIDER not in before:
            words = f"the server is not connected to {_PROVIDER} with the login of the Secret"
            yield self.problem(bench, words, at, *_MODELS)
        elif _PROVIDER not in after:
            words = f"{_PROVIDER} is no longer connected after the pod was deleted and made anew"
            yield self.problem(bench, words, at, *_LOGIN)
        else:
            words = f"the server lists {_PROVIDER} as connected"
            yield self.proof(bench, words, at, *_MODELS)
            yield self.proof(bench, f"{words} after the pod was deleted and made anew", at, *_LOGIN)

    def _ended(self, bench: Bench, server: Server, *, ended: bool, taken: float) -> Iterator[Outcome]:
        pod, grace = server.kubelet.plan, server.kubelet.plan.grace
        spec = server.plan.field.resource.field.at("spec", "template", "spec")
        at = spec["shareProcessNamespace"] if spec["shareProcessNamespace"] else spec
        if not ended or taken > grace * _SLOW:
            first = "" if pod.shares_processes else ", as PID 1"
            words = f"the server ignores SIGTERM{first}: deleting the pod takes {taken:.0f} s"
            yield self.problem(bench, words, at, *_LOADS)
        else:
            words = f"SIGTERM ends the server in {taken:.1f} s of its {grace} s"
            yield self.proof(bench, words, at, *_LOADS)

    def _data_place(self, bench: Bench) -> Place:
        """The mount that the data directory lies on, else what decides the directory."""
        server = bench.workspace.server
        if server is None:
            return places.of_boot(bench.workspace)
        paths = server_paths(bench.workspace.tree, server)
        place = paths.place(paths.data)
        return place.at if place is not None else paths.data.at


def connected(server: Server) -> list[str]:
    """Providers that the server can use."""
    found = server.json("/provider") or {}
    return [str(name) for name in found.get("connected", ())]

"""Drill server."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.drill import places
from opencode_policy.drill.base import Drill
from opencode_policy.drill.bench import Bench
from opencode_policy.drill.http_client import Answer, Endpoint, basic, request
from opencode_policy.drill.probing import ask
from opencode_policy.drill.sampler import Sampler
from opencode_policy.drill.secret_store import made_up
from opencode_policy.drill.serving import NotServing, Server, limits_of, serving_pod, through_proxy
from opencode_policy.outcome import Outcome, Proof

_LOADS = ("FLUX-01", "HA-01")
_ASKS = ("FLUX-02", "HA-02")
_WORKS = ("FLUX-04", "HA-04")


class DrillServer(Drill):
    """The server does not come up behind its route, or answers without its password."""

    requirements = (*_LOADS, *_ASKS, *_WORKS, "SECR-02", "SEC-03")
    why = "A server that does not answer is no workspace; one that answers anybody is an open shell."
    security_severity = 9.0
    needs = ("server", "envoy")

    def drill(self, bench: Bench) -> Iterator[Outcome]:
        """Start it, ask it through the proxy with no password, wrong ones and the right one."""
        bench.empty_volumes()
        way = limits_of(bench)
        if way is None:
            at = bench.workspace.anchor or places.of_boot(bench.workspace)
            yield self.problem(bench, f"no route of {bench.workspace.host} leads here", at, *_LOADS)
            return
        try:
            with serving_pod(bench) as server:
                sampler = Sampler(server.running, bench.needles, in_environment=False, pause=0.05)
                with through_proxy(bench, server.target, way[0]) as endpoint:
                    page = self._page(bench, server, endpoint)
                    yield page
                    if isinstance(page, Proof):
                        yield from self._password(bench, server, endpoint)
                yield from self._probes(bench, server)
                yield from self._project(bench, server)
                yield from self._token(bench, server, sampler)
        except NotServing as error:
            if error.earlier:
                yield self.unknown(bench, f"the boot fails: {error}", None)
            else:
                yield self.problem(bench, f"the server does not come up: {error}", error.at, *_LOADS)

    def _page(self, bench: Bench, server: Server, endpoint: Endpoint) -> Outcome:
        settings, at = bench.settings.server, places.of_container(server.plan)
        answer = request(endpoint, "/", headers=server.credentials, seconds=30)
        if answer.status != 200 or (settings and settings.page not in answer.text):
            shown = f"{answer}" if answer.status != 200 else "another page"
            words = f"https://{endpoint.host}/ through the proxy answers {shown} to the right password"
            return self.problem(bench, words, at, *_LOADS)
        ready = f"ready in {server.probed.seconds:.1f} s"
        words = f"{ready}; https://{endpoint.host}/ through Envoy shows its page"
        return self.proof(bench, words, at, *_LOADS)

    def _password(self, bench: Bench, server: Server, endpoint: Endpoint) -> Iterator[Outcome]:
        settings = bench.settings.server
        if settings is None:
            return
        at, user = places.of_variable(server.plan, settings.variable), settings.user
        names = [item.secrets.get("password", "") for item in bench.workspace.policy.settings.workspaces]
        own = bench.workspace.spec.secrets.get("password", "")
        others = [bench.store.values[name] for name in names if name and name != own]
        callers = {"without credentials": {}, "with a wrong password": basic(user, made_up("password"))}
        if others:
            callers["with the password of another workspace"] = basic(user, others[0])
        for who, headers in callers.items():
            for path in ("/", "/session"):
                answer = request(endpoint, path, headers=headers, seconds=30)
                if answer.status != 401 or "www-authenticate" not in {
                    name.lower() for name in answer.headers
                }:
                    words = f"a caller {who} gets {answer} for {path} instead of 401 with a challenge"
                    yield self.problem(bench, words, at, *_ASKS)
                    return
        yield self.proof(bench, f"callers {', '.join(callers)} get 401 with a challenge", at, *_ASKS)
        if server.get("/session").status == 200:
            yield self.proof(bench, "the password that the Secret delivers opens the server", at, "SECR-02")
        else:
            yield self.problem(
                bench, "the password of the secret store does not open the server", at, "SECR-02"
            )

    def _probes(self, bench: Bench, server: Server) -> Iterator[Outcome]:
        for name in ("startupProbe", "livenessProbe", "readinessProbe"):
            probe = server.plan.field[name]
            if not probe:
                continue
            answer = ask(server.kubelet.sandbox, server.plan, probe, 10)
            if not 200 <= answer.status < 400:
                yield self.problem(bench, f"the {name} gets {answer} from a healthy server", probe, *_LOADS)
                return
        yield self.proof(bench, "its probes succeed, without any credentials", server.probed.at, *_LOADS)

    def _project(self, bench: Bench, server: Server) -> Iterator[Outcome]:
        """OpenCode files sessions by project; without git, or outside a clone, all land in `global`."""
        at, folder = places.of_working_directory(bench.workspace), server.plan.working_directory
        project = server.json("/project/current")
        if project is None:
            yield self.unknown(bench, "the server does not tell its project", at)
        elif project.get("id") == "global" or project.get("worktree") != folder:
            found = project.get("id") if project.get("id") == "global" else project.get("worktree")
            yield self.problem(
                bench, f"the server works in the project {found}, not in {folder}", at, *_WORKS
            )
        else:
            words = f"the server has git and works in the project of the clone in {folder}"
            yield self.proof(bench, words, at, *_WORKS)

    def _token(self, bench: Bench, server: Server, sampler: Sampler) -> Iterator[Outcome]:
        """The server has no use for the token, and whoever works in it can read its environment."""
        seen, at = sampler.stop(), places.of_secret(bench.workspace, "token")
        if not bench.token:
            return
        where = [f"in the {sighting.where} of {sighting.program}" for sighting in seen]
        where += (
            ["in its log"] if any(item.decode() in server.running.output() for item in bench.needles) else []
        )
        if where:
            words = f"the GitHub token stands {where[0]}, in the container {server.plan.name}"
            yield self.problem(bench, words, server.plan.field["env"], "SEC-03")
        elif sampler.looks:
            yield self.proof(bench, "the server never has the GitHub token", at, "SEC-03")


def challenges(answer: Answer) -> bool:
    """Whether an answer makes a browser ask for a password."""
    return any(name.lower() == "www-authenticate" for name in answer.headers)

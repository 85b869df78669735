"""Rule server-command-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.nearest import hint
from opencode_policy.opencode.configuration import Configuration, configuration_of
from opencode_policy.opencode.server_command import ANY_PORT, LOOPBACK, PROGRAM, ServerCommand, read_command
from opencode_policy.opencode.server_paths import server_paths
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.container_process import process_of, started_by
from opencode_policy.pods.duplicates import duplicates
from opencode_policy.pods.examples import deployment
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.shell.wrappers import base_name
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Container
from opencode_policy.workspaces.subjects import no_server

_GOOD = 'args: [web, --hostname, 0.0.0.0, --port, "4096"]\n'


@dataclass(frozen=True, slots=True)
class Parameters:
    """How the server is started; `entrypoint` is the image's, `commands` those that start a server."""

    port: int
    addresses: tuple[str, ...] = ("0.0.0.0", "::")  # noqa: S104 - the addresses that stand for all
    commands: tuple[str, ...] = ("web", "serve")
    entrypoint: tuple[str, ...] = (PROGRAM,)


class ServerCommandMismatch(Rule):
    """The server's container does not start OpenCode on the required address and port.

    A name given twice counts too: the API server refuses such a pod, and no server starts.
    """

    requirements = ("FLUX-01", "HA-01")
    why = (
        "OpenCode listens on 127.0.0.1 unless it is told otherwise, so that nothing outside the pod reaches "
        "it, and on another port where the usual one is taken. It exits on an option that it does not know."
    )
    fix = 'Start it with args: [web, --hostname, 0.0.0.0, --port, "4096"], the port in quotes.'
    Parameters = Parameters
    example_parameters = {"port": 4096}
    good = (
        Example("the image's entrypoint with arguments", deployment(_GOOD)),
        Example(
            "options in one piece, before the command",
            deployment(
                'args: ["--port=4096", "--hostname=::", --print-logs, serve, --log-level, INFO]\n'
                "ports: [{name: http, containerPort: 4096}]\n"
            ),
        ),
        Example(
            "a command of its own, behind an init",
            deployment(
                'command: [/sbin/tini, --, /usr/local/bin/opencode, web]\nargs: [--mdns, --port, "4096"]\n'
            ),
        ),
        Example(
            "the port comes from the environment",
            deployment(
                'args: [web, --hostname, 0.0.0.0, --port, $(PORT)]\nenv:\n  - {name: PORT, value: "4096"}\n'
            ),
        ),
        Example(
            "a shell script starts it",
            deployment("""\
command:
  - /bin/sh
  - -c
  - |
    cd /tmp
    exec opencode web --hostname "0.0.0.0" --port "${PORT:-4096}"
"""),
        ),
        Example(
            "the global configuration gives both",
            {
                "kubernetes/apps/demo/demo/app/manifest.yaml": deployment(
                    "args: [serve]\nenv: [{name: XDG_CONFIG_HOME, value: /etc/xdg}]\n"
                    "volumeMounts: [{name: config, mountPath: /etc/xdg/opencode}]\n",
                    volumes="- {name: config, configMap: {name: config}}\n",
                ),
                "kubernetes/apps/demo/demo/app/config.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data:
  opencode.json: |
    {"server": {"hostname": "0.0.0.0", "port": 4096}}
""",
            },
        ),
    )
    bad = (
        Example(
            "two mounts at one path",
            deployment(f"""\
{_GOOD}\
volumeMounts:
  - {{name: a, mountPath: /a}}
  - name: b
    mountPath: /a  # <- there is a second mount at /a
"""),
        ),
        Example(
            "only the pod itself reaches it, and on another port",
            deployment("""\
args:
  - web
  - --hostname
  - localhost  # <- the server listens on localhost instead of 0.0.0.0 or ::
  - --port=4097  # <- the server listens on port 4097 instead of 4096
"""),
        ),
        Example(
            "no address",
            deployment("""\
args: [web, --port, "4096"]  # <- without --hostname the server listens on 127.0.0.1 instead of 0.0.0.0 or ::
"""),
        ),
        Example(
            "no port",
            deployment("""\
args: [web, --mdns]  # <- without --port the server takes any port if the usual one is not free: it must \
be told 4096
"""),
        ),
        Example(
            "an option with a typo, one without its value, one too many",
            deployment("""\
args:
  - web
  - "--hostnmae=::"  # <- OpenCode has no option '--hostnmae' and exits; did you mean '--hostname'?
  - "--hostname=::"
  - --port  # <- '--port' has no value
  - --mdns
  - server  # <- OpenCode does not take the argument 'server' and exits
  - --log-level
  - info  # <- OpenCode has no log level 'info' and exits; did you mean 'INFO'?
"""),
        ),
        Example(
            "no server at all",
            deployment().replace(
                "server",
                "server  # <- without args opencode starts its terminal interface instead of a server",
            ),
        ),
        Example(
            "another command",
            deployment("""\
args:
  - wbe  # <- OpenCode is started as 'wbe' instead of web or serve; did you mean 'web'?
  - --hostname=0.0.0.0
  - --port=4096
"""),
        ),
        Example(
            "the entrypoint twice",
            deployment("""\
args:
  - opencode  # <- the image's entrypoint is opencode already: this one is its first argument
  - web
"""),
        ),
        Example(
            "another program",
            deployment("""\
command:
  - sleep  # <- the container starts sleep instead of opencode
  - infinity
"""),
        ),
        Example(
            "a script with a typo in a variable",
            deployment("""\
command:
  - sh
  - -c
  - |
    cd /tmp
    opencode web --hostname :: --port 4906 # <- the server listens on port 4906 instead of 4096
"""),
        ),
        Example(
            "the port of the container is another one",
            deployment(f"""\
{_GOOD}\
ports:
  - name: http
    containerPort: 8080  # <- the container's port is 8080, but the server listens on 4096
"""),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server = workspace.server
        if server is None:
            yield no_server(workspace)
            return
        refused = [Problem(item.message, item.at) for item in duplicates(server.pod)]
        yield from refused
        misshapen = _misshapen(server)
        if misshapen is not None:
            yield Unknown(f"{misshapen.dotted} has not the form that its schema asks for", misshapen)
            return
        for outcome in self._started(workspace, server):
            if not refused or not isinstance(outcome, Proof):
                yield outcome

    def _started(self, workspace: WorkspaceTree, server: Container) -> Iterator[Outcome]:
        paths = server_paths(workspace.tree, server)
        process = process_of(workspace.tree, paths.environment, self.parameters.entrypoint)
        program = base_name(self.parameters.entrypoint[0])
        starts = started_by(process, paths.environment, program)
        if not server.argv:
            words = f"without args {program} starts its terminal interface instead of a server"
            yield Problem(words, server.field["args"])
        elif starts:
            configuration = configuration_of(workspace.tree, paths)
            yield from self._judged(server, read_command(starts[-1]), configuration)
        elif process.is_shell or not process.program:
            yield Unknown(
                f"the script of {server.name} does not show how it starts {program}", server.argv[0]
            )
        else:
            words = f"the container starts {process.program} instead of {program}"
            yield Problem(words, process.words[0].at)

    def _judged(
        self, server: Container, command: ServerCommand, configuration: Configuration
    ) -> Iterator[Outcome]:
        if command.unknown is not None:
            yield Unknown(f"an argument of {server.name} is not in the files", command.unknown.at)
            return
        wrong = self._subcommand(server, command)
        if wrong is not None:
            yield wrong
            return
        problems = [Problem(fault.message, fault.at) for fault in command.faults]
        problems += self._address(command, configuration)
        problems += self._port(command, configuration)
        problems += self._container_port(server)
        yield from problems
        if not problems:
            port = command.listens("port", configuration)
            words = f"the server listens on port {self.parameters.port} of every address"
            yield Proof(words, port.at if port else server.field)

    def _subcommand(self, server: Container, command: ServerCommand) -> Problem | None:
        commands, program = self.parameters.commands, base_name(self.parameters.entrypoint[0])
        if not command.names:
            words = f"without {' or '.join(commands)} {program} starts its terminal interface"
            return Problem(words, server.argv[0])
        first = command.names[0]
        if first.text in commands:
            return None
        if first.text == program:
            words = f"the image's entrypoint is {program} already: this one is its first argument"
            return Problem(words, first.at)
        words = f"OpenCode is started as '{first.text}' instead of {' or '.join(commands)}"
        return Problem(words + hint(first.text or "", commands, cutoff=0.5), first.at)

    def _address(self, command: ServerCommand, configuration: Configuration) -> Iterator[Problem]:
        wanted = " or ".join(self.parameters.addresses)
        given = command.listens("hostname", configuration)
        if given is None:
            words = f"without --hostname the server listens on {LOOPBACK} instead of {wanted}"
            yield Problem(words, command.names[0].at)
        elif given.value and given.value not in self.parameters.addresses:
            yield Problem(f"the server listens on {given.value} instead of {wanted}", given.at)

    def _port(self, command: ServerCommand, configuration: Configuration) -> Iterator[Problem]:
        wanted = self.parameters.port
        given = command.listens("port", configuration)
        if given is None or given.value == ANY_PORT:
            words = "without --port the server takes any port if the usual one is not free"
            at = given.at if given else command.names[0].at
            yield Problem(f"{words}: it must be told {wanted}", at)
        elif given.value and given.value != str(wanted):
            yield Problem(f"the server listens on port {given.value} instead of {wanted}", given.at)

    def _container_port(self, server: Container) -> Iterator[Problem]:
        """The list of ports informs only, but a Service finds a port by the name that it has here."""
        ports = [port["containerPort"] for port in server.field["ports"]]
        wanted = self.parameters.port
        if ports and wanted not in [port.value for port in ports]:
            words = f"the container's port is {ports[0].text}, but the server listens on {wanted}"
            yield Problem(words, ports[0])


def _misshapen(server: Container) -> Field | None:
    """The part of `command` and `args` that is no list of texts, which then tell nothing."""
    for name in ("command", "args"):
        listed = server.field[name]
        if listed and not listed.is_list:
            return listed
        for item in listed:
            if not isinstance(item.value, str):
                return item
    return None

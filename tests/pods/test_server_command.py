"""The command line as OpenCode 1.18.33 was seen to read it."""

from __future__ import annotations

import pytest

from opencode_policy.opencode.configuration import Configuration
from opencode_policy.opencode.server_command import ServerCommand, listening_port, read_command
from opencode_policy.opencode.server_paths import server_paths
from opencode_policy.pods.container_process import Argument, Process
from opencode_policy.pods.examples import deployment

from .manifests import config_map, pod_with


def command(*words: str) -> ServerCommand:
    tree, pod = pod_with(deployment())
    assert tree
    arguments = [Argument(word, pod.spec) for word in ("opencode", *words)]
    return read_command(Process(tuple(arguments)))


def listens(*words: str) -> tuple[str | None, str | None]:
    given = [command(*words).listens(name, Configuration(())) for name in ("hostname", "port")]
    address, port = (option.value if option else None for option in given)
    return address, port


@pytest.mark.parametrize(
    ("words", "address", "port"),
    [
        (("serve", "--hostname", "0.0.0.0", "--port", "4096"), "0.0.0.0", "4096"),  # noqa: S104
        (("serve", "--port=4096", "--hostname=::"), "::", "4096"),
        (("--port", "4096", "--hostname", "::", "serve"), "::", "4096"),
        (("serve", "--mdns", "--port", "4096"), "0.0.0.0", "4096"),  # noqa: S104
        (("serve", "--mdns", "false"), None, None),
        (("serve", "--no-mdns"), None, None),
        (("serve", "--mdns=false"), None, None),
        (("serve", "--mdnsDomain", "a.local", "--port", "1"), None, "1"),
        (("serve", "--cors", "https://a", "https://b", "--port", "1"), None, "1"),
        (("serve", "--", "--port", "1"), None, None),
        (("serve", "--print-logs", "--pure", "--log-level", "INFO"), None, None),
    ],
)
def test_what_opencode_accepts(words: tuple[str, ...], address: str | None, port: str | None) -> None:
    found = command(*words)
    assert (listens(*words), found.faults) == ((address, port), [])
    assert [name.text for name in found.names] == ["serve"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--hostnmae", "::"), "OpenCode has no option '--hostnmae' and exits; did you mean '--hostname'?"),
        (("-p", "1"), "OpenCode has no option '-p' and exits"),
        (("extra",), "OpenCode does not take the argument 'extra' and exits"),
        (("--port", "1", "--port", "2"), "'--port' is given twice"),
        (("--port", "--mdns"), "'--port' has no value"),
        (("--port",), "'--port' has no value"),
        (("--hostname=",), "'--hostname' has no value"),
        (("--log-level", "info"), "OpenCode has no log level 'info' and exits; did you mean 'INFO'?"),
    ],
)
def test_what_opencode_does_not_accept(words: tuple[str, ...], message: str) -> None:
    assert message in [fault.message for fault in command("serve", *words).faults]


def port_of(container: str, *more: str, volumes: str = "") -> int | None:
    tree, pod = pod_with(deployment(container, volumes=volumes), *more)
    return listening_port(tree, server_paths(tree, pod.containers[0]))


def test_the_configuration_gives_what_no_option_gives() -> None:
    volume = "- {name: c, configMap: {name: c}}\n"
    mount = "env: [{name: HOME, value: /h}]\nvolumeMounts: [{name: c, mountPath: /h/.config/opencode}]\n"
    file = config_map("c", {"opencode.json": '{"server": {"port": 4500}}'})
    assert port_of("args: [web]\n" + mount, file, volumes=volume) == 4500
    assert port_of("args: [web, --port=4096]\n" + mount, file, volumes=volume) == 4096


@pytest.mark.parametrize(
    ("container", "port"),
    [
        ("args: [web, --port, '1']\n", 1),
        ("command: [/usr/bin/tini, -s, --, opencode, web, --port=2]\n", 2),
        ("command: [env, A=b, opencode, web, --port=3]\n", 3),
        ("command: [sh, -c, 'cd /x && exec opencode web --port $P']\nenv: [{name: P, value: '4'}]\n", 4),
        ("command: [sh, -ec, 'if true; then opencode web --port \"${P:-5}\"; fi']\n", 5),
        ("command: [sh, -c, 'opencode web --port $((2+4))']\n", None),
        ("command: [sh, -c, 'opencode web --port $NONE']\n", None),
        ("args: [web, --port, $(P)]\nenv: [{name: P, valueFrom: {secretKeyRef: {name: s, key: k}}}]\n", None),
        ("command: [sleep, '5']\n", None),
        ("command: [sh, /from/the/image.sh]\n", None),
    ],
)
def test_the_port_is_found_behind_wrappers_and_in_scripts(container: str, port: int | None) -> None:
    assert port_of(container) == port


def test_a_script_of_a_config_map_is_read() -> None:
    script = config_map("s", {"start.sh": "#!/bin/sh\nopencode web \\\n  --port 7\n"})
    container = "command: [/s/start.sh]\nvolumeMounts: [{name: s, mountPath: /s}]\n"
    volume = "- {name: s, configMap: {name: s}}\n"
    assert port_of(container, script, volumes=volume) == 7

"""Rule configuration-unusable."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.nearest import nearest
from opencode_policy.opencode.configuration import Configuration, configuration_of, is_on
from opencode_policy.opencode.configuration_directory import configuration_directories, directory_faults
from opencode_policy.opencode.server_paths import ServerPaths, server_paths
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.container_filesystem import Place
from opencode_policy.pods.examples import deployment
from opencode_policy.quantity import parse_quantity
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workspaces.subjects import no_server

_MANIFEST = "kubernetes/apps/demo/demo/app/manifest.yaml"
_CONFIG = "kubernetes/apps/demo/demo/app/config.yaml"
_CONTAINER = """\
env:
  - {name: XDG_CONFIG_HOME, value: /etc/xdg}
resources: {limits: {memory: 512Mi}}
volumeMounts:
  - {name: config, mountPath: /etc/xdg/opencode}
"""
_VOLUME = "- {name: config, configMap: {name: config}}\n"
_MOUNTED = deployment(_CONTAINER, volumes=_VOLUME)
_CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data:
  .gitignore: "*"
  opencode.json: |
    {"enabled_providers": ["a"]}  // comments are allowed
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the configuration has to achieve.

    `install_memory` is the memory limit from which on there is room for the package that OpenCode installs
    into a configuration directory that it may write to; `switches` are variables that must be `true`.
    """

    install_memory: str = "768Mi"
    switches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no quantity."""
        parse_quantity(self.install_memory)


class ConfigurationUnusable(Rule):
    """OpenCode's configuration directory is missing, broken, or makes the server fail.

    A directory that OpenCode may not write to must hold a .gitignore, because it writes one otherwise. Into
    a directory that it may write to it installs a package with all that this depends on.
    """

    requirements = ("FLUX-01", "HA-01")
    why = (
        "A read-only configuration directory without a .gitignore makes OpenCode answer 500 on every route "
        "of a project. A writable one makes it install some 95 MB at the first request, for which a small "
        "memory limit has no room. With a file that it cannot parse OpenCode does not start."
    )
    fix = (
        "Mount a ConfigMap with opencode.json and a .gitignore at $XDG_CONFIG_HOME/opencode, and set the "
        "variables that the policy lists to true."
    )
    Parameters = Parameters
    good = (
        Example("a ConfigMap with both files", {_MANIFEST: _MOUNTED, _CONFIG: _CONFIG_MAP}),
        Example(
            "below HOME, from a projected volume",
            {
                _MANIFEST: deployment(
                    "env: [{name: HOME, value: /home/demo}]\n"
                    "volumeMounts: [{name: config, mountPath: /home/demo/.config}]\n",
                    volumes="""\
- name: config
  projected:
    sources:
      - configMap:
          name: config
          items:
            - {key: .gitignore, path: opencode/.gitignore}
            - {key: opencode.json, path: opencode/opencode.jsonc}
""",
                ),
                _CONFIG: _CONFIG_MAP,
            },
        ),
        Example(
            "single files in the image's own directory, which user 1000 cannot write to",
            {
                _MANIFEST: deployment(
                    _CONTAINER.replace("opencode}", "opencode/opencode.json, subPath: opencode.json}"),
                    pod="securityContext: {runAsUser: 1000}\n",
                    volumes=_VOLUME,
                ),
                _CONFIG: _CONFIG_MAP,
            },
        ),
        Example(
            "a directory of OpenCode's own, and memory enough",
            deployment("resources: {limits: {memory: 2Gi}}\n"),
        ),
        Example("no limit on memory", deployment()),
        Example(
            "a switch in another spelling of yes",
            {
                _MANIFEST: _MOUNTED.replace("env:", "env:\n            - {name: A, value: 'TRUE'}"),
                _CONFIG: _CONFIG_MAP,
            },
            parameters={"switches": ["A"]},
        ),
    )
    bad = (
        Example(
            "a read-only directory without .gitignore",
            {
                _MANIFEST: _MOUNTED,
                _CONFIG: """\
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data:  # <- /etc/xdg/opencode is read-only and holds no .gitignore: OpenCode answers 500; did you mean \
'gitignore'?
  gitignore: "*"
  opencode.json: "{}"
""",
            },
        ),
        Example(
            "a comma is missing",
            {
                _MANIFEST: _MOUNTED,
                _CONFIG: """\
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data:
  .gitignore: "*"
  opencode.json: |
    {
      "share": "disabled"
      "autoupdate": false  // <- opencode.json is no JSON, so OpenCode does not start: '}' is missing at the \
end of the object, or ',' between its members
    }
""",
            },
        ),
        Example(
            "a file of another name, and one that is no text",
            {
                _MANIFEST: _MOUNTED,
                _CONFIG: """\
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data:  # <- the ConfigMap config holds no opencode.json; did you mean 'open-code.json'?
  .gitignore: "*"
  open-code.json: "{}"
  limit: 5  # <- 'limit' in the ConfigMap config is no text: the API server refuses it
""",
            },
        ),
        Example(
            "another ConfigMap",
            {
                _MANIFEST: deployment(
                    _CONTAINER,
                    volumes="""\
- name: config
  configMap:
    name: scripts  # <- the ConfigMap scripts holds neither opencode.json nor .gitignore
""",
                ),
                _CONFIG: """\
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data: {init.sh: "true"}
""",
            },
        ),
        Example(
            "a ConfigMap that does not exist",
            {
                _MANIFEST: deployment(
                    _CONTAINER,
                    volumes="""\
- name: config
  configMap:
    name: confg  # <- there is no ConfigMap demo/confg for /etc/xdg/opencode; did you mean 'config'?
""",
                ),
                _CONFIG: _CONFIG_MAP,
            },
        ),
        Example(
            "mounted where OpenCode does not look",
            {
                _MANIFEST: deployment(
                    """\
securityContext: {readOnlyRootFilesystem: true}
env:
  - {name: XDG_CONFIG_HOME, value: /etc/xdg}
volumeMounts:
  - name: config
    mountPath: /etc/xdg  # <- this opencode.json is not read: OpenCode looks in /etc/xdg/opencode
""",
                    volumes=_VOLUME,
                ),
                _CONFIG: _CONFIG_MAP,
            },
        ),
        Example(
            "nothing is mounted",
            deployment("""\
securityContext: {readOnlyRootFilesystem: true}
env:
  - name: HOME
    value: /home/demo  # <- nothing is mounted at /home/demo/.config/opencode, where OpenCode looks for its \
configuration
"""),
        ),
        Example(
            "a writable directory in 512Mi",
            deployment(
                """\
env:
  - {name: HOME, value: /home/demo}
resources: {limits: {memory: 512Mi}}
volumeMounts:
  - name: data
    mountPath: /home/demo  # <- OpenCode may write to /home/demo/.config/opencode and installs packages \
there, for which 512Mi are too little
""",
                volumes="- {name: data, emptyDir: {}}\n",
            ),
        ),
        Example(
            "a second directory and a file that is not there",
            {
                _MANIFEST: deployment(
                    f"""\
{_CONTAINER}\
  - name: tmp
    mountPath: /tmp  # <- OpenCode may write to /tmp and installs packages there, for which 512Mi are too \
little
""",
                    volumes=f"{_VOLUME}- {{name: tmp}}\n",
                ).replace(
                    "env:",
                    """\
env:
            - {name: OPENCODE_CONFIG_DIR, value: /tmp}
            - name: OPENCODE_CONFIG
              value: /etc/xdg/opencode.json  # <- there is no file /etc/xdg/opencode.json in the container""",
                ),
                _CONFIG: _CONFIG_MAP,
            },
        ),
        Example(
            "a switch with a typo, and one that is off",
            {
                _MANIFEST: _MOUNTED.replace(
                    "env:",
                    """\
env:
            - name: NO_UPDATES  # <- NO_UPDATE is not set, it must be true; did you mean 'NO_UPDATES'?
              value: "true"
            - name: OFF
              value: "yes"  # <- OFF is 'yes', OpenCode takes only true and 1 for yes""",
                ),
                _CONFIG: _CONFIG_MAP,
            },
            parameters={"switches": ["NO_UPDATE", "OFF"]},
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server = workspace.server
        if server is None:
            yield no_server(workspace)
            return
        paths = server_paths(workspace.tree, server)
        configuration = configuration_of(workspace.tree, paths)
        found: list[Outcome] = []
        for directory in configuration_directories(paths):
            found += directory_faults(workspace.tree, paths, directory, self.parameters.install_memory)
        found += _files(configuration)
        found += self._switches(paths)
        yield from found
        place = paths.place(paths.config)
        if not found and place is not None:
            yield Proof(_words(place), place.at if place.mount else paths.config.at)

    def _switches(self, paths: ServerPaths) -> Iterator[Outcome]:
        known = [name for name in paths.environment.variables if name not in self.parameters.switches]
        for name in self.parameters.switches:
            variable = paths.environment.get(name)
            if variable is None and paths.environment.closed:
                close = nearest(name, known)
                words = f"; did you mean '{close}'?" if close else ""
                at = paths.filesystem.container.env(close)["name"] if close else paths.environment.place(name)
                yield Problem(f"{name} is not set, it must be true{words}", at)
            elif variable is None or variable.value is None:
                yield Unknown(f"the value of {name} is not in the files", paths.environment.place(name))
            elif not is_on(paths, name):
                words = f"{name} is '{variable.value}', OpenCode takes only true and 1 for yes"
                yield Problem(words, variable.at)


def _files(configuration: Configuration) -> Iterator[Problem]:
    for file in configuration.files:
        name = file.path.rpartition("/")[2]
        if file.state == "absent":
            yield Problem(f"there is no file {file.path} in the container", file.at)
        elif file.error is not None:
            then = "does not start" if file.is_global else "answers no request"
            yield Problem(f"{name} is no JSON, so OpenCode {then}: {file.error}", file.error_location)
        elif file.root is not None and not isinstance(file.root.content, dict):
            yield Problem(f"{name} must hold a JSON object", file.location(file.root))


def _words(place: Place) -> str:
    if place.obstacle is None:
        return f"OpenCode may write to {place.path}, and its memory suffices for what it installs there"
    return f"OpenCode reads its configuration from {place.path}, which it cannot write to and need not"

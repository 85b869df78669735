"""Rule git-missing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.container_filesystem import Filesystem, Place
from opencode_policy.pods.examples import deployment
from opencode_policy.pods.kubelet_environment import Environment, environment_of
from opencode_policy.pods.mounted_files import file_at
from opencode_policy.pods.search_path import DEFAULT_PATH, SearchPath, search_path
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Container
from opencode_policy.workspaces.subjects import no_server

_SERVER = f"""\
image: example.org/server:1
env:
  - {{name: PATH, value: "{DEFAULT_PATH}:/tools/bin"}}
volumeMounts:
  - {{name: tools, mountPath: /tools, readOnly: true}}
"""
_INIT = """\
- name: install
  image: example.org/git:2
  command: [/bin/sh, /scripts/install.sh]
  env:
    - {name: TOOLS, value: /tools}
  volumeMounts:
    - {name: tools, mountPath: /tools}
    - {name: scripts, mountPath: /scripts}
"""
_VOLUMES = """\
- {name: tools, emptyDir: {}}
- {name: scripts, configMap: {name: scripts}}
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """How git comes into the server's container.

    `images` are repositories of images that have git. `installer` is the name of the script by which an init
    container of such an image copies it, `target_variable` the variable that tells it where, and `programs`
    the folder there that holds the program. `needed` are the folders of PATH that the server's image has
    programs in.
    """

    installer: str
    target_variable: str
    images: tuple[str, ...]
    programs: str = "bin"
    needed: tuple[str, ...] = ("/usr/local/bin", "/usr/bin", "/bin")


class GitMissing(Rule):
    """There is no git on the server's PATH."""

    requirements = ("FLUX-04", "HA-04")
    why = (
        "Without git OpenCode takes no directory for a repository: it files every session under the "
        "project `global`, lists none of those that it made with git, and its agent cannot commit. The "
        "official image has none."
    )
    fix = (
        "Let an init container copy git to a volume, mount that volume in the server, and put its folder "
        "last on PATH, behind all folders of the image."
    )
    Parameters = Parameters
    example_parameters = {
        "installer": "install.sh",
        "target_variable": "TOOLS",
        "images": ("example.org/git",),
    }
    good = (
        Example("a volume that an init container fills", deployment(_SERVER, init=_INIT, volumes=_VOLUMES)),
        Example("an image that has git", deployment("image: example.org/git:2.1@sha256:0\n")),
        Example(
            "the same volume at another path",
            deployment(_SERVER.replace("/tools", "/opt/tools/"), init=_INIT, volumes=_VOLUMES),
        ),
        Example(
            "a part of the volume",
            deployment(
                _SERVER.replace("/tools/bin", "/git").replace(
                    "mountPath: /tools", "mountPath: /git, subPath: bin"
                ),
                init=_INIT,
                volumes=_VOLUMES,
            ),
        ),
        Example(
            "the script is started by itself, PATH is put together",
            deployment(
                _SERVER.replace("  - {name: PATH", "  - {name: T, value: /tools}\n  - {name: PATH").replace(
                    ":/tools/bin", ":$(T)/bin"
                ),
                init=_INIT.replace("/bin/sh, ", ""),
                volumes=_VOLUMES,
            ),
        ),
    )
    bad = (
        Example(
            "PATH leaves the volume out",
            deployment(
                f"""\
env:
  - name: PATH
    value: {DEFAULT_PATH}:/tools  # <- PATH does not lead to the git that install puts into /tools/bin
volumeMounts:
  - {{name: tools, mountPath: /tools}}
""",
                init=_INIT,
                volumes=_VOLUMES,
            ),
        ),
        Example(
            "no PATH",
            deployment(
                """\
env: []  # <- PATH does not lead to the git that install puts into /tools/bin
volumeMounts:
  - {name: tools, mountPath: /tools}
""",
                init=_INIT,
                volumes=_VOLUMES,
            ),
        ),
        Example(
            "PATH without the folders of the image",
            deployment(
                """\
env:
  - name: PATH
    value: /usr/bin:/bin:/tools/bin  # <- PATH lacks /usr/local/bin, where the image has programs
volumeMounts:
  - {name: tools, mountPath: /tools}
""",
                init=_INIT,
                volumes=_VOLUMES,
            ),
        ),
        Example(
            "a volume hides the image's programs",
            deployment(
                f"""\
{_SERVER}\
  - name: tools
    mountPath: /usr/local  # <- the volume tools hides the programs of the image in /usr/local/bin
""",
                init=_INIT,
                volumes=_VOLUMES,
            ),
        ),
        Example(
            "another volume in its place",
            deployment(
                f"""\
env:
  - name: PATH
    value: {DEFAULT_PATH}:/tools/bin  # <- PATH does not lead to the git that install puts into /tools/bin
volumeMounts:
  - {{name: scripts, mountPath: /tools}}
""",
                init=_INIT,
                volumes=_VOLUMES,
            ),
        ),
        Example(
            "no init container installs it",
            deployment(_SERVER, volumes=_VOLUMES).replace(
                "name: server",
                "name: server  # <- nothing brings git into this container: no init container runs \
install.sh",
            ),
        ),
        Example(
            "the init container writes to its own image",
            deployment(
                _SERVER,
                init="""\
- name: install
  image: example.org/git:2
  command: [/scripts/install.sh]
  env:
    - name: TOOLS
      value: /opt/tools  # <- what install puts into /opt/tools is on no volume
  volumeMounts:
    - {name: scripts, mountPath: /scripts}
""",
                volumes=_VOLUMES,
            ),
        ),
        Example(
            "the init container cannot write",
            deployment(
                _SERVER,
                init="""\
- name: install
  image: example.org/git:2
  command: [/scripts/install.sh]
  env:
    - {name: TOOLS, value: /tools}
  volumeMounts:
    - {name: scripts, mountPath: /scripts}
    - name: tools
      mountPath: /tools
      readOnly: true  # <- install cannot put git in place: /tools/bin is mounted read-only
""",
                volumes=_VOLUMES,
            ),
        ),
        Example(
            "an image without git, and a variable without a value",
            deployment(
                _SERVER,
                init="""\
- name: install
  image: example.org/shell:1  # <- example.org/shell is not known to have git, as example.org/git is
  command: [sh, /scripts/install.sh]
  env:  # <- install.sh needs the variable TOOLS
    - name: TOOL
      value: /tools
  volumeMounts:
    - {name: scripts, mountPath: /scripts}
""",
                volumes=_VOLUMES,
            ),
        ),
        Example(
            "the ConfigMap has no such script",
            {
                "kubernetes/apps/demo/demo/app/manifest.yaml": deployment(
                    _SERVER,
                    init="""\
- name: install
  image: example.org/git:2
  command:
    - sh
    - /scripts/install.sh  # <- there is no file /scripts/install.sh in install
  env:
    - {name: TOOLS, value: /tools}
  volumeMounts:
    - {name: tools, mountPath: /tools}
    - {name: scripts, mountPath: /scripts}
""",
                    volumes=_VOLUMES,
                ),
                "kubernetes/apps/demo/demo/app/scripts.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data: {instal.sh: "true"}
""",
            },
        ),
        Example(
            "a sidecar is not done when the server starts",
            deployment(
                _SERVER,
                init=f"""\
{_INIT}\
  restartPolicy: Always  # <- install need not have ended when the server starts
""",
                volumes=_VOLUMES,
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server = workspace.server
        if server is None:
            yield no_server(workspace)
            return
        if self._has_git(server):
            yield Proof(f"the image {_repository(server.image.text)} has git", server.image)
            return
        installer = next(filter(self._installs, server.pod.init_containers), None)
        if installer is None:
            words = (
                f"nothing brings git into this container: no init container runs {self.parameters.installer}"
            )
            yield Problem(words, server.field)
            return
        environment = environment_of(workspace.tree, installer)
        found = [*self._installer_faults(workspace, installer, environment)]
        programs, path = self._programs(environment), search_path(workspace.tree, server)
        if programs is not None:
            found += self._path_faults(path, programs)
        yield from found
        if not found:
            yield Proof(f"PATH leads to the git that {installer.name} puts on the volume", path.at)

    def _has_git(self, container: Container) -> bool:
        return _repository(container.image.text) in map(_repository, self.parameters.images)

    def _installs(self, container: Container) -> bool:
        names = (posixpath.basename(argument.text) for argument in container.argv)
        return self.parameters.installer in names

    def _programs(self, environment: Environment) -> Place | None:
        """Where the init container puts the program; None where that is not known."""
        target = environment.value(self.parameters.target_variable)
        if not target or not target.startswith("/"):
            return None
        filesystem = Filesystem(environment.container, environment)
        return filesystem.place(posixpath.join(target, self.parameters.programs))

    def _installer_faults(
        self, workspace: WorkspaceTree, installer: Container, environment: Environment
    ) -> Iterator[Outcome]:
        if installer.role == "sidecar":
            words = f"{installer.name} need not have ended when the server starts"
            yield Problem(words, installer.field["restartPolicy"])
        if not self._has_git(installer):
            words = f"{_repository(installer.image.text)} is not known to have git"
            known = " or ".join(self.parameters.images)
            yield Problem(f"{words}, as {known} is", installer.image)
        yield from self._script(workspace, installer, environment)
        yield from self._target(installer, environment)

    def _script(
        self, workspace: WorkspaceTree, installer: Container, environment: Environment
    ) -> Iterator[Problem]:
        """The script is a file of the container, as far as ConfigMaps tell."""
        for argument in installer.argv:
            if posixpath.basename(argument.text) == self.parameters.installer and "/" in argument.text:
                place = Filesystem(installer, environment).place(argument.text)
                if file_at(workspace.tree, place).state == "absent":
                    yield Problem(f"there is no file {place.path} in {installer.name}", argument)

    def _target(self, installer: Container, environment: Environment) -> Iterator[Outcome]:
        variable = environment.get(self.parameters.target_variable)
        name, at = self.parameters.target_variable, environment.place(self.parameters.target_variable)
        programs = self._programs(environment)
        if variable is None and environment.closed:
            yield Problem(f"{self.parameters.installer} needs the variable {name}", at)
        elif variable is None or variable.value is None:
            yield Unknown(f"the value of {name} is not in the files", at)
        elif programs is None:
            yield Problem(f"{name} is '{variable.value}', which is no absolute path", at)
        elif programs.mount is None:
            yield Problem(f"what {installer.name} puts into {variable.value} is on no volume", at)
        elif programs.obstacle is not None:
            words = f"{installer.name} cannot put git in place: {programs.path} {programs.obstacle.words}"
            yield Problem(words, programs.at if programs.obstacle.at is None else programs.obstacle.at)

    def _path_faults(self, path: SearchPath, programs: Place) -> Iterator[Outcome]:
        if path.folders is None:
            yield Unknown("the value of PATH is not in the files", path.at)
            return
        missing = path.missing(self.parameters.needed)
        if missing:
            yield Problem(f"PATH lacks {', '.join(missing)}, where the image has programs", path.at)
        if programs.mount is not None and not path.leads_to(programs):
            words = f"PATH does not lead to the git that {programs.container.name} puts into {programs.path}"
            yield Problem(words, path.at)
        for place in path.hidden(self.parameters.needed):
            volume = place.mount.field["name"].text if place.mount else ""
            yield Problem(f"the volume {volume} hides the programs of the image in {place.path}", place.at)


def _repository(image: str) -> str:
    """An image's name without tag, digest and the registry that is understood."""
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        name = head
    return name.removeprefix("docker.io/").removeprefix("library/")

"""Rule image-unofficial."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import field

from opencode_policy.flux.kustomize_files import folder_label
from opencode_policy.flux.trees import areas, is_below
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.images import parse_image
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.source import Source
from opencode_policy.tree import Tree, WorkspaceTree

_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec:
  containers:
    - name: server
"""
_CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: demo}\n"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The image that the server must run, and where else the same images may be pulled from.

    `repository` is written without tag or digest. `mirrors` maps the beginning of a repository's name on a
    mirror to what it stands for (`r.lan/ghcr.io` to `ghcr.io`). `build_files` are names of
    files from which an image is built.
    """

    repository: str
    mirrors: Mapping[str, str] = field(default_factory=dict)
    build_files: tuple[str, ...] = ("Containerfile", "Dockerfile", "docker-bake.hcl")


class ImageUnofficial(Rule):
    """The server runs another image than the official one, or the tree builds an image of its own."""

    requirements = ("SCOPE-06",)
    why = (
        "An image of one's own needs a pipeline that builds it for every release, and somebody who watches "
        "for holes in it. An image of a stranger sees the password, the login and the repository."
    )
    fix = "Let the server's container name the official image, and add tools by an init container."
    Parameters = Parameters
    example_parameters = {"repository": "ghcr.io/acme/web"}
    good = (
        Example("the image with its tag", f"{_POD}      image: ghcr.io/acme/web:1.2.3\n"),
        Example(
            "an image of Docker Hub in a longer and in a shorter spelling",
            f"{_POD}      image: index.docker.io/library/server@sha256:{'0a' * 32}\n",
            parameters={"repository": "server"},
        ),
        Example(
            "the same image from a mirror that the policy names",
            f"{_POD}      image: r.lan/ghcr.io/acme/web:1.2.3\n",
            parameters={"mirrors": {"r.lan/ghcr.io": "ghcr.io"}},
        ),
        Example(
            "helpers may run other images, and other folders may build theirs",
            {
                "kubernetes/apps/demo/demo/app/deployment.yaml": f"""\
{_POD}\
      image: ghcr.io/acme/web:1.2.3
  initContainers:
    - name: prepare
      image: docker.io/alpine/git:2.54.0
""",
                "images/tool/Dockerfile": "FROM alpine\n",
                "kubernetes/apps/demo/docs/Dockerfile.md": "About images.\n",
            },
        ),
    )
    bad = (
        Example(
            "a copy under another owner",
            f"""\
{_POD}\
      image: ghcr.io/acne/web:1.2.3  # <- the server runs ghcr.io/acne/web instead of ghcr.io/acme/web
""",
        ),
        Example(
            "without its registry it is another image, of Docker Hub",
            f"""\
{_POD}\
      image: acme/web:1.2.3  # <- the server runs docker.io/acme/web instead of ghcr.io/acme/web
""",
        ),
        Example(
            "a mirror that the policy does not name",
            f"""\
{_POD}\
      image: r.lan/acme/web:1  # <- the server runs r.lan/acme/web instead of ghcr.io/acme/web
""",
        ),
        Example(
            "no image",
            """\
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec:
  containers:
    - name: server  # <- the server names no image, it must be ghcr.io/acme/web
      args: [web]
""",
        ),
        Example(
            "an image is built beside the workspaces",
            {
                "kubernetes/apps/demo/demo/app/settings.yaml": _CONFIG_MAP,
                "kubernetes/apps/demo/demo/server/Dockerfile": """\
# syntax=docker/dockerfile:1

FROM ghcr.io/acme/web:1.2.3  // <- an image is built here; the server must run ghcr.io/acme/web
RUN apk add git
""",
                "kubernetes/apps/demo/demo/server/git.Containerfile": """\
RUN true  // <- an image is built here; the server must run ghcr.io/acme/web
""",
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        if workspace.server is None:
            yield Unknown(f"{workspace.name} has no container {workspace.spec.container}", workspace.anchor)
        else:
            yield self._judged(workspace.server.image)

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        folders = (*areas(tree), *tree.policy.settings.scope.committed)
        found = [s for path, s in tree.sources.items() if is_below(path, folders) and self._builds(path)]
        for source in found:
            wanted = self.parameters.repository
            message = f"an image is built here; the server must run {wanted}"
            yield Problem(message, _first_instruction(source))
        for area in areas(tree) if not found else ():
            place = folder_label(tree, area)
            if place is not None:
                yield Proof(f"nothing below {area} builds an image", place)
            else:
                yield Unknown(f"there are no manifests below {area}")

    def _judged(self, image: Field) -> Outcome:
        wanted = self._repository(self.parameters.repository)
        if not image.text:
            return Problem(f"the server names no image, it must be {wanted}", image)
        if "${" in image.text:
            return Unknown("the image of the server holds a variable of unknown value", image)
        given = self._repository(image.text)
        if given == wanted:
            return Proof(f"the server runs {given}", image)
        return Problem(f"the server runs {given} instead of {wanted}", image)

    def _repository(self, text: str) -> str:
        """Registry and path of a reference; of one on a mirror those that it stands for."""
        name = parse_image(text).repository
        for prefix, original in self.parameters.mirrors.items():
            if name.startswith(f"{prefix}/"):
                return f"{original}{name[len(prefix) :]}"
        return name

    def _builds(self, path: str) -> bool:
        """Whether a file is named like `Dockerfile`, `Dockerfile.git` or `git.Dockerfile`."""
        name = posixpath.basename(path)
        documents = name.endswith((".md", ".txt", ".tmpl"))
        return not documents and any(
            name == known or name.startswith(f"{known}.") or name.endswith(f".{known}")
            for known in self.parameters.build_files
        )


def _first_instruction(source: Source) -> Location:
    """The FROM of a build file, else the first line that says anything."""
    numbers = range(1, len(source.line_starts) + 1)
    lines = [(number, source.line(number)) for number in numbers]
    written = [(n, text) for n, text in lines if text.strip() and not text.lstrip().startswith("#")]
    instructions = [item for item in written if item[1].lstrip().upper().startswith("FROM ")]
    number, text = next(iter([*instructions, *written, *lines]))
    start = len(text) - len(text.lstrip())
    return Location(source.path, number, start + 1, number, max(len(text.rstrip()), start) + 1)

"""Rule image-unpinned."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.location import Location
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.images import is_digest, is_release, is_tag, parse_image
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Pod

_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec:
"""


class ImageUnpinned(Rule):
    """A container's image may change without a commit: no tag, a moving one, or a digest that is none."""

    requirements = ("SCOPE-06",)
    why = (
        "Whichever node starts the pod next takes whatever the tag means that day. A release of the server "
        "that needs more memory, or that has another way of asking for the password, then arrives by itself."
    )
    fix = "Write a full version (`name:1.2.3`), a digest (`name@sha256:...`), or best of all both."
    good = (
        Example(
            "a full version, with and without a v",
            f"""\
{_POD}\
  initContainers:
    - name: prepare
      image: docker.io/alpine/git:v2.54.0
  containers:
    - name: server
      image: ghcr.io/example/server:1.18.33
      imagePullPolicy: Always
""",
        ),
        Example(
            "a digest decides, whatever tag stands before it",
            f"""\
{_POD}\
  containers:
    - name: server
      image: example/server:latest@sha256:{"0a" * 32}
    - name: second
      image: localhost:5000/server@sha256:{"0a" * 32}
""",
        ),
        Example(
            "a variant, a calendar version, a build of a date, a commit",
            f"""\
{_POD}\
  containers:
    - name: server
      image: example/server:1.18.33-alpine3.20
    - name: second
      image: example/second:2024.11.0
    - name: third
      image: debian:bookworm-20240110-slim
    - name: fourth
      image: example/fourth:sha-0a1b2c3
""",
        ),
        Example(
            "a registry with a port has no tag in its name",
            f"""\
{_POD}\
  containers:
    - name: server
      image: registry.example.org:5000/server:1.2.3
""",
        ),
    )
    bad = (
        Example(
            "no tag",
            f"""\
{_POD}\
  initContainers:
    - name: prepare
      image: registry.example.org:5000/git  # <- the image of prepare has no tag, which means latest
  containers:
    - name: server
      image: ghcr.io/example/server  # <- the image of server has no tag, which means latest
""",
        ),
        Example(
            "tags that move",
            f"""\
{_POD}\
  containers:
    - name: one
      image: example/one:latest  # <- the tag 'latest' of one moves: pin a release or a digest
    - name: two
      image: example/two:1  # <- the tag '1' of two moves: pin a release or a digest
    - name: three
      image: example/three:v2.4  # <- the tag 'v2.4' of three moves: pin a release or a digest
    - name: four
      image: example/four:1.18-alpine  # <- the tag '1.18-alpine' of four moves: pin a release or a digest
""",
        ),
        Example(
            "a digest cut short, a digest without its algorithm",
            f"""\
{_POD}\
  containers:
    - name: one
      image: example/one:1.2.3@sha256:0a0a  # <- the digest of one is not sha256: and 64 hexadecimal digits
    - name: two
      image: example/two@0a0a  # <- the digest of two is not sha256: and 64 hexadecimal digits
""",
        ),
        Example(
            "no image, half an image, and one that an alias repeats",
            f"""\
{_POD}\
  containers:
    - name: server  # <- server names no image
    - name: second
      image: "example/second:"  # <- the tag '' of second is none
    - name: third
      image: &image example/third  # <- the image of third has no tag, which means latest
    - name: fourth
      image: *image  # <- the image of fourth has no tag, which means latest
""",
        ),
        Example(
            "a volume that is an image",
            f"""\
{_POD}\
  containers:
    - name: server
      image: example/server:1.2.3
  volumes:
    - name: t
      image:
        reference: example/t:stable  # <- the tag 'stable' of the volume t moves: pin a release or a digest
""",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        if not workspace.pods:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
        seen: set[Location] = set()
        for pod in workspace.pods:
            for whose, image in _images(pod):
                if image.location not in seen:
                    seen.add(image.location)
                    yield _judged(whose, image)


def _images(pod: Pod) -> Iterator[tuple[str, Field]]:
    """Every image of a pod and whose it is; a volume may be one too (Kubernetes 1.31)."""
    for container in pod.all_containers:
        yield container.name or "a container", container.image
    for volume in pod.spec["volumes"]:
        if volume["image"]:
            yield f"the volume {volume['name'].text}", volume["image"]["reference"]


def _judged(whose: str, field: Field) -> Outcome:
    if not field.text:
        return Problem(f"{whose} names no image", field)
    if "${" in field.text:
        return Unknown(f"the image of {whose} holds a variable of unknown value", field)
    mistake = _mistake(whose, field.text)
    return Problem(mistake, field) if mistake else Proof(f"{whose} runs {field.text}", field)


def _mistake(whose: str, text: str) -> str:
    """Why a reference does not name one build for good; empty when it does."""
    image = parse_image(text)
    if "@" in text:
        wrong = f"the digest of {whose} is not sha256: and 64 hexadecimal digits"
        return "" if is_digest(image.digest) else wrong
    if not image.tag and not text.endswith(":"):
        return f"the image of {whose} has no tag, which means latest"
    if not is_tag(image.tag):
        return f"the tag '{image.tag}' of {whose} is none"
    if not is_release(image.tag):
        return f"the tag '{image.tag}' of {whose} moves: pin a release or a digest"
    return ""

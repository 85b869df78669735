"""Image references: registry, repository, tag and digest, as container runtimes read them.

Normalised as `github.com/distribution/reference` does: a first part without a dot, a colon or the name
`localhost` is no registry but belongs to a repository of Docker Hub, whose official images live in `library`.
"""

from __future__ import annotations

import re

from opencode_policy.lean import dataclass

DOCKER_HUB = "docker.io"
_HUB_NAMES = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_RELEASE = re.compile(r"(?<![\d.])\d++\.\d++\.\d++(?!\.x)", re.ASCII)
_DATED = re.compile(r"(?:^|\D)(?:19|20)\d{2}[-.]?[01]\d[-.]?[0-3]\d(?:$|\D)", re.ASCII)
_COMMIT = re.compile(r"(?:sha-|git-)?(?=[0-9a-f]*\d)[0-9a-f]{7,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Image:
    """A parsed reference. `tag` and `digest` are empty where they are not written."""

    registry: str
    path: str
    tag: str
    digest: str

    @property
    def repository(self) -> str:
        """Registry and path: `ghcr.io/owner/name`, `docker.io/library/alpine`."""
        return f"{self.registry}/{self.path}"


def parse_image(text: str) -> Image:
    """The parts of a reference; what is no valid reference is split all the same."""
    name, _, digest = text.strip().partition("@")
    head, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        head, tag = name, ""
    registry, slash, path = head.partition("/")
    if not slash or not ("." in registry or ":" in registry or registry == "localhost"):
        registry, path = DOCKER_HUB, head
    if registry in _HUB_NAMES:
        registry = DOCKER_HUB
        path = path if "/" in path else f"library/{path}"
    return Image(registry, path, tag, digest)


def is_digest(text: str) -> bool:
    """Whether a digest is one that a registry can serve: an algorithm and all of its hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None


def is_tag(text: str) -> bool:
    """Whether a text may be a tag at all."""
    return _TAG.fullmatch(text) is not None


def is_release(tag: str) -> bool:
    """Whether a tag says which build it is: a version of three numbers, a whole date, or a commit.

    No registry keeps a publisher from moving such a tag; by convention only shorter ones are moved.
    """
    return any(pattern.search(tag) for pattern in (_RELEASE, _DATED)) or bool(_COMMIT.fullmatch(tag))

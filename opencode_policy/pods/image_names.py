"""Names of container images."""

from __future__ import annotations

import re
from collections.abc import Iterable


def repository_of(image: str) -> str:
    """The image's repository: its name without tag and digest."""
    return re.sub(r":[\w.-]*$", "", image.partition("@")[0])


def is_one_of(image: str, names: Iterable[str]) -> bool:
    """Whether an image is one of some repositories, given with or without their registry."""
    repository = "/" + repository_of(image)
    return any(repository.endswith("/" + name) for name in names)

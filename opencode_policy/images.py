"""Image references: `registry/repository:tag@digest`."""

from __future__ import annotations


def repository(image: str) -> str:
    """An image without tag and digest; a colon before the last slash belongs to the registry's port."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"

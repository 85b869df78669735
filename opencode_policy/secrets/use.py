"""How a container gets the keys of Secrets: by environment variables and by files."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field
from opencode_policy.workload import Container, Mount


@dataclass(frozen=True, slots=True)
class SecretUse:
    """One key of a Secret inside a container; an empty `key` stands for all of them.

    `variable` is the environment variable that holds the value, or `path` the absolute path of the file (of
    the folder, where all keys are taken). `at` is the field that names the key, else the Secret. `prefix`
    stands before the name of every variable that `envFrom` makes.
    """

    container: Container
    secret: str
    key: str
    at: Field
    optional: bool
    variable: str = ""
    path: str = ""
    prefix: str = ""

    @property
    def optional_at(self) -> Field:
        """The field that makes the reference optional; missing where none does."""
        above = self.at
        while above.parent is not None and not above["optional"].exists:
            if above.path == self.container.pod.spec.path:
                break
            above = above.parent
        return above["optional"]

    def takes(self, secret: str, key: str) -> bool:
        """Whether this key of this Secret arrives by this use."""
        return self.secret == secret and self.key in ("", key)

    def arrives_at(self, key: str) -> str:
        """The variable or path at which a key arrives."""
        if self.path:
            return self.path if self.key else posixpath.join(self.path, key)
        return self.variable or self.prefix + key


def uses_of(container: Container) -> Iterator[SecretUse]:
    """Every way in which the container gets a key; a variable that a later entry overrides is none."""
    yield from _variables(container)
    yield from _bulk_variables(container)
    for mount in container.mounts:
        yield from _files(container, mount)


def _variables(container: Container) -> Iterator[SecretUse]:
    last = {entry["name"].text: entry for entry in container.field["env"]}
    for name, entry in last.items():
        reference = entry["valueFrom"]["secretKeyRef"]
        if reference:
            key, optional = reference["key"], reference["optional"].value is True
            yield SecretUse(container, reference["name"].text, key.text, key, optional, variable=name)


def _bulk_variables(container: Container) -> Iterator[SecretUse]:
    for entry in container.field["envFrom"]:
        reference = entry["secretRef"]
        if reference:
            name, optional = reference["name"], reference["optional"].value is True
            yield SecretUse(container, name.text, "", name, optional, prefix=entry["prefix"].text)


def _files(container: Container, mount: Mount) -> Iterator[SecretUse]:
    volume = mount.volume
    sources = [(volume["secret"], "secretName")]
    sources += [(source["secret"], "name") for source in volume["projected"]["sources"]]
    for source, name in sources:
        if source:
            yield from _files_of_source(container, mount, source, source[name])


def _files_of_source(container: Container, mount: Mount, source: Field, name: Field) -> Iterator[SecretUse]:
    optional = source["optional"].value is True
    items = [(item["key"].text, item["path"].text, item["key"]) for item in source["items"]]
    if not items:
        key = mount.sub_path.partition("/")[0]
        yield SecretUse(container, name.text, key, name, optional, path=mount.path)
    for key, file, at in items:
        below = posixpath.relpath(file, mount.sub_path) if mount.sub_path else file
        if not below.startswith(".."):
            path = posixpath.normpath(posixpath.join(mount.path, below))
            yield SecretUse(container, name.text, key, at, optional, path=path)

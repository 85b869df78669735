"""The configuration that an OpenCode server loads: its files in order, and what holds in the end.

packages/opencode/src/config/config.ts: the global directory, $OPENCODE_CONFIG, the project's own files
(unless $OPENCODE_DISABLE_PROJECT_CONFIG), $OPENCODE_CONFIG_DIR, $OPENCODE_CONFIG_CONTENT, /etc/opencode.
Objects are merged, lists replaced. With a global file that it cannot parse OpenCode does not start; with
another it answers 400 to every request (tried out with 1.18.33).
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.jsonc import Json, JsoncError, parse_jsonc
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import ScalarNode
from opencode_policy.opencode.server_paths import ServerPaths
from opencode_policy.pods.mounted_files import MountedFile, State, file_at
from opencode_policy.resource import Field
from opencode_policy.scalar_map import locate
from opencode_policy.tree import Tree

GLOBAL_FILES = ("config.json", "opencode.json", "opencode.jsonc")
"""Files of the global directory, the later one over the earlier."""

_DIRECTORY_FILES = GLOBAL_FILES[1:]
_MANAGED = "/etc/opencode"
_TRUE = ("true", "1")
"""What packages/core/src/flag/flag.ts takes for yes, in any case."""


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """One source: a file, or a variable that holds the text itself.

    `root` is its value, None where `state` is not `text` or `error` says what is wrong with it. `at` is the
    field that brings it in.
    """

    path: str
    is_global: bool
    state: State
    at: Field
    node: ScalarNode | None = None
    root: Json | None = None
    error: JsoncError | None = None

    def location(self, value: Json) -> Location:
        """Where a value of the file was written."""
        return locate(self.node, value.start, value.end) if self.node else self.at.location

    @property
    def error_location(self) -> Location:
        """Where the error is."""
        if self.node is None or self.error is None:
            return self.at.location
        return locate(self.node, self.error.start, self.error.end)


@dataclass(frozen=True, slots=True)
class Configuration:
    """All sources, in the order in which a later one overrides an earlier."""

    files: tuple[ConfigurationFile, ...]

    @property
    def unknown(self) -> ConfigurationFile | None:
        """The last source whose text is not in the files that were read."""
        return next((file for file in reversed(self.files) if file.state == "unknown"), None)

    def effective(self, *path: str, only_global: bool = False) -> tuple[ConfigurationFile, Json] | None:
        """The value that a setting has in the end, and the source it is from."""
        for file in reversed(self.files):
            value = file.root if file.is_global or not only_global else None
            for name in path:
                value = value.entries.get(name) if value else None
            if value is not None:
                return file, value
        return None


def configuration_of(tree: Tree, paths: ServerPaths) -> Configuration:
    """The configuration of the server that has these paths; the project's own files are not in sight."""
    return Configuration(tuple(_files(tree, paths)))


def is_on(paths: ServerPaths, variable: str) -> bool:
    """Whether OpenCode takes a variable for yes."""
    return (paths.environment.value(variable) or "").lower() in _TRUE


def _files(tree: Tree, paths: ServerPaths) -> Iterator[ConfigurationFile]:
    if paths.config.path is None:
        yield ConfigurationFile("", True, "unknown", paths.config.at)
    else:
        yield from _in_directory(tree, paths, paths.config.path, GLOBAL_FILES, paths.config.at)
    yield from _named(tree, paths, "OPENCODE_CONFIG", ())
    yield from _named(tree, paths, "OPENCODE_CONFIG_DIR", _DIRECTORY_FILES)
    yield from _inline(paths)
    yield from _in_directory(tree, paths, _MANAGED, _DIRECTORY_FILES, paths.config.at, is_global=False)


def _in_directory(
    tree: Tree, paths: ServerPaths, folder: str, names: tuple[str, ...], at: Field, *, is_global: bool = True
) -> Iterator[ConfigurationFile]:
    for name in names:
        place = paths.filesystem.place(f"{folder}/{name}")
        found = file_at(tree, place)
        if found.state != "absent":
            yield _read(place.path, found, place.at if place.mount else at, is_global=is_global)


def _named(
    tree: Tree, paths: ServerPaths, variable: str, names: tuple[str, ...]
) -> Iterator[ConfigurationFile]:
    """What a variable names: a file, or the files `names` of a directory."""
    given = paths.environment.get(variable)
    if given is None or given.value == "":
        return
    if given.value is None or not given.value.startswith("/"):
        yield ConfigurationFile(variable, False, "unknown", given.at)
    elif names:
        yield from _in_directory(tree, paths, given.value, names, given.at, is_global=False)
    else:
        place = paths.filesystem.place(given.value)
        yield _read(place.path, file_at(tree, place), given.at, is_global=False)


def _inline(paths: ServerPaths) -> Iterator[ConfigurationFile]:
    given = paths.environment.get("OPENCODE_CONFIG_CONTENT")
    if given is None or given.value == "":
        return
    if given.value is None:
        yield ConfigurationFile(given.name, False, "unknown", given.at)
        return
    node = given.at.node
    aligned = node if isinstance(node, ScalarNode) and node.value == given.value else None
    yield _parsed(given.name, given.value, given.at, aligned, is_global=False)


def _read(path: str, file: MountedFile, at: Field, *, is_global: bool) -> ConfigurationFile:
    if file.node is None:
        return ConfigurationFile(path, is_global, file.state, at)
    return _parsed(path, file.node.value, at, file.node, is_global=is_global)


def _parsed(
    path: str, text: str, at: Field, node: ScalarNode | None, *, is_global: bool
) -> ConfigurationFile:
    """An empty file is an empty configuration."""
    try:
        root = parse_jsonc(text) if text else Json({}, 0, 0)
    except JsoncError as error:
        return ConfigurationFile(path, is_global, "text", at, node, error=error)
    return ConfigurationFile(path, is_global, "text", at, node, root)

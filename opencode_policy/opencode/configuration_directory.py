"""The directories in which an OpenCode server looks for its configuration, and what makes it fail there.

OpenCode writes a .gitignore into each of them and installs a package there (packages/opencode/src/config/
config.ts): it puts up with EACCES, not with EROFS, and leaves out the installation where it may not write.
"""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.known_objects import in_inventory, names
from opencode_policy.location import Related
from opencode_policy.nearest import hint, nearest
from opencode_policy.opencode.configuration import GLOBAL_FILES
from opencode_policy.opencode.server_paths import Directory, ServerPaths
from opencode_policy.outcome import Outcome, Problem, Unknown
from opencode_policy.pods.container_filesystem import Place
from opencode_policy.pods.mounted_files import file_at
from opencode_policy.quantity import QuantityError, parse_quantity
from opencode_policy.resource import Field, Resource
from opencode_policy.tree import Tree
from opencode_policy.workload import Container

_IGNORE = ".gitignore"


def configuration_directories(paths: ServerPaths) -> Iterator[Directory]:
    """The global one, and the one that $OPENCODE_CONFIG_DIR adds."""
    yield paths.config
    given = paths.environment.get("OPENCODE_CONFIG_DIR")
    if given is not None and given.value != "":
        doubt = "" if given.value else f"the value of {given.name} is not in the files"
        yield Directory("config", given.value, given.name, given.at, doubt)


def directory_faults(
    tree: Tree, paths: ServerPaths, directory: Directory, install_memory: str
) -> Iterator[Outcome]:
    """What is wrong with one of them; `install_memory` is the limit that leaves room for the package."""
    place = paths.place(directory)
    if place is None:
        yield Unknown(directory.doubt, directory.at)
        return
    ignore = file_at(tree, paths.filesystem.place(directory.below(_IGNORE)))
    wrong = [*_absent_config_map(tree, place), *_another_config_map(ignore.config_map, place)]
    yield from wrong
    if wrong:
        return
    obstacle = place.obstacle
    if obstacle is None:
        yield from _install(directory, place, install_memory)
    elif obstacle.read_only and not paths.filesystem.is_there(place):
        yield _nowhere(tree, paths, directory)
    elif obstacle.read_only and ignore.state == "absent":
        yield _no_ignore(ignore.config_map, place)
    if ignore.config_map is not None:
        yield from _contents(ignore.config_map, place, needs_file=directory is paths.config)


def _install(directory: Directory, place: Place, install_memory: str) -> Iterator[Problem]:
    """What OpenCode installs into a directory that it may write to has to fit the memory limit."""
    limit = _memory_limit(place.container)
    if limit is not None and not _at_least(limit.text, install_memory):
        words = f"OpenCode may write to {place.path} and installs packages there"
        at = place.at if place.mount else directory.at
        yield Problem(f"{words}, for which {limit.text} are too little", at)


def _absent_config_map(tree: Tree, place: Place) -> Iterator[Outcome]:
    """The ConfigMap that should bring the directory in, where the tree does not have it."""
    reference = place.mount.volume["configMap"]["name"] if place.mount else None
    namespace = place.container.pod.workload.namespace
    if not reference or tree.get("ConfigMap", reference.text, namespace):
        return
    if in_inventory(tree, "ConfigMap", reference.text, namespace):
        yield Unknown(f"the contents of the ConfigMap {reference.text} are not in the files", reference)
        return
    words = f"there is no ConfigMap {namespace}/{reference.text} for {place.path}"
    yield Problem(words + hint(reference.text, names(tree, "ConfigMap", namespace)), reference)


def _another_config_map(config_map: Resource | None, place: Place) -> Iterator[Problem]:
    """A ConfigMap that is mounted as the directory and has nothing of it."""
    if config_map is None or place.mount is None or not place.is_mount_point:
        return
    if not {_IGNORE, *GLOBAL_FILES} & set(_keys(config_map)) and not _resembling(config_map):
        words = f"the ConfigMap {config_map.name} holds neither {GLOBAL_FILES[1]} nor {_IGNORE}"
        yield Problem(words, place.mount.volume["configMap"]["name"])


def _resembling(config_map: Resource) -> bool:
    return any(nearest(name, _keys(config_map)) for name in (_IGNORE, GLOBAL_FILES[1]))


def _nowhere(tree: Tree, paths: ServerPaths, directory: Directory) -> Problem:
    """Nothing is mounted at the directory; perhaps its file is mounted elsewhere."""
    for mount in paths.filesystem.container.mounts:
        for name in GLOBAL_FILES[1:]:
            if file_at(tree, paths.filesystem.place(f"{mount.path}/{name}")).state == "text":
                words = f"this {name} is not read: OpenCode looks in {directory.path}"
                related = (Related(f"because of {directory.variable}", directory.at.location),)
                return Problem(words, mount.field["mountPath"], related)
    words = f"nothing is mounted at {directory.path}, where OpenCode looks for its configuration"
    return Problem(words, directory.at)


def _no_ignore(config_map: Resource | None, place: Place) -> Problem:
    words = f"{place.path} is read-only and holds no {_IGNORE}: OpenCode answers 500"
    if config_map is None:
        return Problem(words, place.at)
    return Problem(words + hint(_IGNORE, _keys(config_map)), config_map["data"])


def _contents(config_map: Resource, place: Place, *, needs_file: bool) -> Iterator[Problem]:
    """The ConfigMap of the directory has a configuration, and texts only."""
    data = config_map["data"]
    if needs_file and place.is_mount_point and not set(_keys(config_map)) & set(GLOBAL_FILES):
        words = f"the ConfigMap {config_map.name} holds no {GLOBAL_FILES[1]}"
        yield Problem(words + hint(GLOBAL_FILES[1], _keys(config_map)), data)
    for key, value in data.entries():
        if not isinstance(value.value, str):
            words = f"'{key}' in the ConfigMap {config_map.name} is no text: the API server refuses it"
            yield Problem(words, value)


def _keys(config_map: Resource) -> list[str]:
    return [key for part in ("data", "binaryData") for key, _ in config_map[part].entries()]


def _memory_limit(server: Container) -> Field | None:
    """The limit on the container's memory, or on the whole pod's."""
    for owner in (server.field, server.pod.spec):
        limit = owner["resources"]["limits"]["memory"]
        if limit:
            return limit
    return None


def _at_least(given: str, wanted: str) -> bool:
    try:
        return parse_quantity(given) >= parse_quantity(wanted)
    except QuantityError:
        return True

"""What a container's processes find: environment variables, arguments, and files of its volumes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field
from opencode_policy.secrets.flow import flow_of
from opencode_policy.symbolic.files import FILE, FOLDER, Entry, Files
from opencode_policy.symbolic.places import Layout, Place, claim_templates, sub_path, volume_of
from opencode_policy.symbolic.symbols import Symbols, cleaned
from opencode_policy.tree import Tree
from opencode_policy.workload import Container, Mount, Pod

_PASSING = ("emptyDir", "configMap", "secret", "projected", "downwardAPI", "ephemeral", "image")
"""Kinds of volumes that end with the pod."""

ENTRYPOINTS = {"alpine/git": ["git"], "bitnami/git": [], "library/alpine": []}
"""What images run that are known to name a program: their Dockerfiles' ENTRYPOINT."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a pod starts: its number since the volumes were new, and the version of its Secrets' contents.

    With version 0 it does not matter which contents they are, so that fewer paths are told apart.
    """

    boot: int = 1
    secrets: int = 1


def variables_of(tree: Tree, container: Container, symbols: Symbols) -> dict[str, str]:
    """Environment by name; a value that comes from elsewhere is a symbol."""
    found: dict[str, str] = {}
    for entry in container.field["envFrom"]:
        found.update(_from_config_map(tree, container, entry))
    for entry in container.field["env"]:
        name = cleaned(entry["name"].text)
        if name:
            found[name] = _value(tree, container, entry, found, symbols)
    return found


def _from_config_map(tree: Tree, container: Container, entry: Field) -> dict[str, str]:
    resource = tree.get("ConfigMap", entry["configMapRef"]["name"].text, container.pod.workload.namespace)
    prefix = entry["prefix"].text
    values = resource["data"].entries() if resource else ()
    return {prefix + name: cleaned(value.text) for name, value in values}


def _value(tree: Tree, container: Container, entry: Field, before: dict[str, str], symbols: Symbols) -> str:
    source = entry["valueFrom"]
    if not source:
        return expanded(cleaned(entry["value"].text), before)
    reference = source["configMapKeyRef"]
    resource = tree.get("ConfigMap", reference["name"].text, container.pod.workload.namespace)
    if reference and resource is not None:
        return cleaned(resource["data"][reference["key"].text].text)
    return symbols.derived(f"the value of {entry['name'].text}", filled=True)


def open_environment(tree: Tree, container: Container) -> bool:
    """Whether variables may come from objects that are not in the tree."""
    for entry in container.field["envFrom"]:
        name = entry["configMapRef"]["name"].text
        if not name or tree.get("ConfigMap", name, container.pod.workload.namespace) is None:
            return True
    return False


def expanded(text: str, variables: dict[str, str]) -> str:
    """`$(NAME)` in the values and arguments of a container; `$$` stands for a dollar (Kubernetes API)."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return variables.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([A-Za-z_.-][\w.-]*)\)", value, text)


def entrypoint(container: Container) -> list[str]:
    """The program that the image starts where the manifest names none."""
    if container.field["command"]:
        return []
    name = container.image.text.partition("@")[0]
    base = re.sub(r":[\w.-]+$", "", name).removeprefix("docker.io/")
    return ENTRYPOINTS.get(base, [])


def persistent(pod: Pod) -> frozenset[str]:
    """Names of the volumes that outlive the pod."""
    names = {
        name
        for name, volume in pod.volumes.items()
        if volume["persistentVolumeClaim"] or not any(volume[kind].exists for kind in _PASSING)
    }
    for container in pod.all_containers:
        names.update(claim_templates(container))
    return frozenset(names)


def fresh_files(tree: Tree, pod: Pod, symbols: Symbols, start: Start) -> Files:
    """Files that a pod finds when it starts; at the first boot its persistent volumes are new."""
    kept = persistent(pod) if start.boot > 1 else frozenset()
    entries: dict[Place, Entry] = {}
    for container in pod.all_containers:
        layout = Layout(container)
        for mount in layout.mounts:
            volume = volume_of(mount)
            if volume not in kept:
                entries.update(_of_volume(tree, container, mount, symbols, start))
            entries.update(_points(layout, mount, kept=volume in kept))
    return Files(entries)


def _points(layout: Layout, mount: Mount, *, kept: bool) -> Iterator[tuple[Place, Entry]]:
    """Folders above a mount point, and the mounted folder of the volume."""
    path = posixpath.dirname(mount.path)
    while path not in ("", "/"):
        place = layout.place(path)
        if place.volume == layout.own:
            yield place, Entry(FOLDER)
        path = posixpath.dirname(path)
    folder = sub_path(mount)
    if folder and not kept and not any(mount.volume[kind] for kind in ("configMap", "secret", "projected")):
        yield Place(volume_of(mount), posixpath.normpath("/" + folder)), Entry(FOLDER, closed=True)


def _of_volume(
    tree: Tree, container: Container, mount: Mount, symbols: Symbols, start: Start
) -> Iterator[tuple[Place, Entry]]:
    volume, root = mount.volume, Place(volume_of(mount), "/")
    pod = container.pod
    if volume["configMap"]:
        yield from _config_map(tree, pod, volume["configMap"], root, start)
    elif volume["secret"]:
        yield from _secret(tree, pod, volume["secret"], root, symbols, start)
    elif volume["projected"]:
        for source in volume["projected"]["sources"]:
            yield from _config_map(tree, pod, source["configMap"], root, start)
            yield from _secret(tree, pod, source["secret"], root, symbols, start)
        yield root, Entry(FOLDER)
    elif volume["emptyDir"].exists or volume["persistentVolumeClaim"] or not volume:
        yield root, Entry(FOLDER, closed=True)


def _config_map(
    tree: Tree, pod: Pod, source: Field, root: Place, start: Start
) -> Iterator[tuple[Place, Entry]]:
    if not source:
        return
    resource = tree.get("ConfigMap", source["name"].text, pod.workload.namespace)
    yield root, Entry(FOLDER, closed=resource is not None)
    for key, value in resource["data"].entries() if resource else ():
        for path in _paths(source, key):
            yield root / path, Entry(FILE, cleaned(value.text), _mode(pod, source, key), since=start.boot)


def _secret(
    tree: Tree, pod: Pod, source: Field, root: Place, symbols: Symbols, start: Start
) -> Iterator[tuple[Place, Entry]]:
    if not source:
        return
    secret = source["secretName"].text or source["name"].text
    makers = flow_of(tree).makers(pod.workload.namespace, secret)
    items = [item["key"].text for item in source["items"]]
    known = bool(items) or (bool(makers) and not any(maker.opaque for maker in makers))
    yield root, Entry(FOLDER, closed=known)
    for key in items or [key for maker in makers for key in maker.keys]:
        content = secret_content(symbols, secret, key, start.secrets)
        for path in _paths(source, key):
            yield root / path, Entry(FILE, content, _mode(pod, source, key), since=start.boot)


def secret_content(symbols: Symbols, secret: str, key: str, version: int) -> str:
    """The contents of a key of a Secret; another version is another text."""
    rivalry = f"the key {key} of the Secret {secret}"
    if not version:
        return symbols.derived(rivalry, filled=True)
    return symbols.rival(f"version {version} of {rivalry}", rivalry)


def _paths(source: Field, key: str) -> list[str]:
    items = list(source["items"])
    if not items:
        return [key]
    return [item["path"].text for item in items if item["key"].text == key and item["path"].text]


def _mode(pod: Pod, source: Field, key: str) -> int:
    """Permission bits of a projected file: 0644 where nothing is said; an fsGroup may read it in any case."""
    given = [item["mode"].value for item in source["items"] if item["key"].text == key]
    given += [source["defaultMode"].value, (source.parent or source)["defaultMode"].value]
    mode = next((value for value in given if isinstance(value, int) and not isinstance(value, bool)), 0o644)
    return mode | 0o440 if pod.spec["securityContext"]["fsGroup"] else mode

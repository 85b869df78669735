"""Write a Flux home-cluster repository of any size, the same one for the same seed.

    python -m benchmarks.generate FOLDER [--files 5000] [--seed 1]

The files are shaped like those of public home-cluster repositories: half of them have at most about 30
lines, some have 300. References are valid: each folder's kustomization lists its files, each Flux
Kustomization's path exists, claims, secrets, routes and charts meet their counterparts.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.apps import App, draw_app, names, namespaces
from benchmarks.layout import Tree, app_files, namespace_files, platform_files

DEFAULT_FILES: Final = 5000
SMALLEST: Final = 60
"""Fewer YAML files than this cannot hold Flux, the platform and one namespace."""

_APPS_PER_NAMESPACE: Final = 24
_LARGEST_APP: Final = 16


def repository(files: int = DEFAULT_FILES, seed: int = 1) -> Tree:
    """Exactly `files` YAML files, and the scripts that some of them name, by relative path.

    Raises ValueError for fewer files than a repository needs.
    """
    if files < SMALLEST:
        raise ValueError(f"a repository has at least {SMALLEST} files")
    rng = Random(seed)
    tree = platform_files(rng)
    new_names, spaces = names(rng), namespaces()
    while (left := files - yaml_files(tree)) > 0:
        tree |= _namespace(rng, next(spaces), new_names, left)
    return dict(sorted(tree.items()))


def _namespace(rng: Random, name: str, new_names: Iterator[str], left: int) -> Tree:
    """A namespace of at most `left` files; it takes all of them where a further one would not fit."""
    tree: Tree = {}
    apps: list[App] = []
    left -= len(namespace_files(name, (), rng))
    while len(apps) < _APPS_PER_NAMESPACE:
        app = draw_app(rng, next(new_names), name)
        apps.append(app)
        added = app_files(app)
        room = left - yaml_files(added)
        last = room < 2 * _LARGEST_APP
        if last:
            added = _stretched(app, left)
        tree |= added
        left -= yaml_files(added)
        if last:
            break
    return tree | namespace_files(name, (app.name for app in apps), rng)


def _stretched(app: App, size: int) -> Tree:
    """The application with as many ConfigMaps more as make `size` YAML files."""
    plain = yaml_files(app_files(app))
    return app_files(app, more=size - plain)


def yaml_files(tree: Tree) -> int:
    """How many of the files are YAML."""
    return sum(path.endswith(".yaml") for path in tree)


def write(tree: Tree, folder: Path) -> None:
    """Write the tree below `folder`, which is made if it is missing."""
    for path, text in tree.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.generate", description="Write a Flux repository.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=DEFAULT_FILES, help="how many YAML files")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.files < SMALLEST:
        parser.error(f"a repository has at least {SMALLEST} files")
    tree = repository(options.files, options.seed)
    write(tree, options.folder)
    print(f"{yaml_files(tree)} YAML files in {options.folder}")


if __name__ == "__main__":
    main()

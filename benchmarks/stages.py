"""What expanding a tree and drawing its references costs, as a multiple of parsing it.

    python -m benchmarks.stages FOLDER [--rounds 7]

A process of its own, for these two are stages of one run: it prints one ratio a round, as JSON.
"""

import argparse
import gc
import json
import time
from pathlib import Path

from opencode_policy.discover import discover
from opencode_policy.graph.build import graph_of
from opencode_policy.parse import parse
from opencode_policy.pipeline import build_tree, is_manifest
from opencode_policy.policy.general import general_policy, with_variables
from opencode_policy.policy.model import Policy
from opencode_policy.rules.table import load_rules
from opencode_policy.source import Source

Sources = dict[str, Source]


def parsing(sources: Sources) -> float:
    """Seconds that the YAML of a tree takes to parse."""
    started = time.perf_counter()
    for path, source in sources.items():
        if is_manifest(path):
            parse(source)
    return time.perf_counter() - started


def everything(sources: Sources, policy: Policy) -> float:
    """Seconds for parsing, expansion and graph together."""
    started = time.perf_counter()
    tree, _ = build_tree(sources, policy)
    graph_of(tree)
    return time.perf_counter() - started


def ratios(folder: Path, rounds: int) -> list[float]:
    """Of each round: expansion and graph over parsing, after a first round that does not count.

    Raises SystemExit for a folder without manifests: its numbers would say nothing.
    """
    sources = discover([folder], folder).sources
    if not any(map(is_manifest, sources)):
        raise SystemExit(f"there are no manifests below {folder}")
    policy = with_variables(general_policy(load_rules()), (item.text for item in sources.values()))
    gc.disable()  # as the command does
    found = []
    for _ in range(rounds + 1):
        base = parsing(sources)
        found.append((everything(sources, policy) - base) / base)
        gc.collect()
    return found[1:]


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(prog="benchmarks.stages", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    print(json.dumps(ratios(options.folder.resolve(), options.rounds)))


if __name__ == "__main__":
    main()

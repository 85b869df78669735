"""Where a text stands in the containers of a pod: in what the manifest says, and in the scripts that run."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.outcome import Place
from opencode_policy.scripts import scripts_of
from opencode_policy.shell.script import parse_script
from opencode_policy.shell.traversal import words_of
from opencode_policy.tree import Tree
from opencode_policy.workload import Container, Pod


def places_of(tree: Tree, pod: Pod, text: str) -> Iterator[tuple[Container, Place]]:
    """Images, arguments, environment and scripts that contain a text; comments of a script do not count."""
    scripts = scripts_of(tree, pod)
    inline = {id(script.node) for script in scripts}
    for container in pod.all_containers:
        fields = [container.image, *container.argv]
        for entry in container.field["env"]:
            fields += [entry["name"], entry["value"]]
        yield from ((container, f) for f in fields if text in f.text and id(f.node) not in inline)
    for script in scripts:
        for start in _occurrences(script.text, text):
            yield script.container, script.location(start, start + len(text))


def _occurrences(script: str, text: str) -> list[int]:
    """Offsets of a text in a shell script, outside of its comments."""
    if text not in script:
        return []
    written = [word.span for word in words_of(parse_script(script).statements)]
    found = [at for at in range(len(script)) if script.startswith(text, at)]
    return [at for at in found if any(span.start <= at < span.end for span in written)]

"""Rule script-substituted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.flux.substituted import expressions, was_substituted
from opencode_policy.nodes import ScalarNode, walk
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.resource import Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.scripts import scripts_of
from opencode_policy.tree import Tree

_PROCESS = re.compile(r"(?<!\$)\$\$(?![\w{(?!@*#$-])")
_DEFAULTS = (":-", ":=", "=", ":?", ":+")


class ScriptSubstituted(Rule):
    """Flux replaces a parameter expansion of a shell script before the shell sees it.

    What is undefined and has no default is reported when the tree is expanded. Here is what Flux replaces
    without a word: an expansion with a default, a variable that the script sets itself, the process ID.
    """

    concern = "substitution"
    requirements = ("SEC-02",)
    why = (
        "Flux substitutes in every text of an object, scripts too. A default then always wins, a variable of "
        "the script loses its value, and two dollars become one; the script runs and does something else."
    )
    fix = (
        "Write $NAME without braces, double the dollar before the brace, or put the script into a ConfigMap "
        "with the annotation kustomize.toolkit.fluxcd.io/substitute: disabled."
    )
    good = (
        Example(
            "without braces, with doubled dollars, and a variable of Flux",
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
data:
  run.sh: |
    #!/bin/sh
    name=x
    echo "$HOME" "$name" "$(date)" "$1"
    echo "$${HOME:-/srv}" "${DOMAIN}"
""",
        ),
        Example(
            "substitution is switched off",
            """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: demo
  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}
data:
  run.sh: |
    #!/bin/sh
    echo "${HOME:-/srv}" $$
""",
        ),
        Example(
            "a default in what is no script",
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
data:
  size: "${SIZE:-small}"
  price: 5$$
  run.sh: |
    #!/bin/sh
    echo "$SIZE"
""",
        ),
    )
    bad = (
        Example(
            "a default always wins",
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
data:
  run.sh: |
    #!/bin/sh
    cd "${HOME:-/srv}"  # <- Flux puts the default of HOME here before the shell starts
    echo "${HOME:-/srv}"
""",
        ),
        Example(
            "a variable that the script sets itself, in an argument",
            """\
apiVersion: v1
kind: Pod
metadata: {name: demo}
spec:
  containers:
    - name: server
      image: alpine
      command: [/bin/sh, -c]
      args:
        - |
          DOMAIN=$(hostname)
          echo "${DOMAIN}"  # <- Flux puts its own DOMAIN here, and not the one that the script sets
""",
        ),
        Example(
            "the process ID",
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
data:
  run.sh: |  # <- of two dollars Flux leaves one: the shell does not see its process ID
    #!/bin/sh
    echo $$ > demo.pid
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        seen: set[int] = set()
        for resource, node in _scripts(tree):
            if id(node) in seen:
                continue
            seen.add(id(node))
            problems = list(_judged(tree, node)) if was_substituted(node) else []
            yield from dict.fromkeys(problems)
            if not problems:
                yield Proof(f"Flux leaves a script of {resource.id} to the shell", node.location)
        if not seen:
            yield Irrelevant("no object that is applied holds a shell script")


def _scripts(tree: Tree) -> Iterator[tuple[Resource, ScalarNode]]:
    """What containers run, and every text that begins as a script does."""
    for pod in tree.pods:
        for script in scripts_of(tree, pod):
            yield script.argument.resource, script.node
    for resource in tree.resources:
        if tree.applies(resource):
            for node in walk(resource.root):
                if node.value.startswith("#!") and "\n" in node.value:
                    yield resource, node


def _judged(tree: Tree, node: ScalarNode) -> Iterator[Problem]:
    for use in expressions(tree, node):
        if _is_set(node.value, use.name):
            message = f"Flux puts its own {use.name} here, and not the one that the script sets"
            yield Problem(message, use.location)
        elif use.operator.startswith(_DEFAULTS) and not _is_defined(tree, use.name):
            yield Problem(f"Flux puts the default of {use.name} here before the shell starts", use.location)
    start, end = node.span
    if _PROCESS.search(node.source.text, start, end):
        words = "of two dollars Flux leaves one: the shell does not see its process ID"
        yield Problem(words, node.location)


def _is_set(script: str, name: str) -> bool:
    """Whether the script gives the variable a value of its own."""
    pattern = rf"^[ \t]*(?:export[ \t]+|local[ \t]+|readonly[ \t]+)?{name}=|\bfor[ \t]+{name}\b|\bread\b[^\n;]*\b{name}\b"
    return not name.isdecimal() and re.search(pattern, script, re.MULTILINE) is not None


def _is_defined(tree: Tree, name: str) -> bool:
    """Whether Flux has the variable somewhere, so that the expression is meant for it."""
    return any(name in build.variables for build in tree.builds)

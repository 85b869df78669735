"""Rule schema-header-missing."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from opencode_policy.flux.kustomize_files import is_kustomization_file, kustomization_of, label
from opencode_policy.flux.trees import areas, is_below
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nodes import MappingNode, Node, ScalarNode
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.source import Source
from opencode_policy.tree import Tree

_HEADER = re.compile(r"#\s+yaml-language-server\s*:.*?\$schema=(?P<url>\S+)")
_KUSTOMIZE_GROUP = "kustomize.config.k8s.io"
_APP = "kubernetes/apps/demo/demo/app"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Address of the schema of each kind that needs a header, the kind written as `group/Kind`."""

    headers: Mapping[str, str]


class SchemaHeaderMissing(Rule):
    """A manifest does not begin with `---`, or lacks the comment that names its schema.

    The comment is one that yaml-language-server reads: it stands above the document it speaks of, begins
    its line, and has a blank behind the `#`.
    """

    severity = "warning"
    requirements = ("SEC-02",)
    why = (
        "With the comment every editor shows a misspelt field while it is typed; without it the API server "
        "says so after the commit, or drops the field in silence."
    )
    fix = "Begin the file with `---`, and write `# yaml-language-server: $schema=<address>` on the next line."
    Parameters = Parameters
    example_parameters = {
        "headers": {
            "external-secrets.io/ExternalSecret": "https://schemas.example.com/externalsecret.json",
            "kustomize.config.k8s.io/Component": "https://schemas.example.com/kustomization",
        }
    }
    good = (
        Example(
            "the header below the beginning",
            """\
---
# yaml-language-server: $schema=https://schemas.example.com/externalsecret.json
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo}
""",
        ),
        Example(
            "other comments around it, a second document with its own",
            """\
---
# What the server needs.

#   yaml-language-server : $schema=https://schemas.example.com/externalsecret.json
# One per workspace.
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo}
---
# yaml-language-server: $schema=https://schemas.example.com/externalsecret.json
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: second}
""",
        ),
        Example(
            "a kind that needs no header, and a file that is no YAML",
            {
                f"{_APP}/claim.yaml": """\
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
""",
                f"{_APP}/settings.json": '{"a": 1}\n',
                f"{_APP}/kustomization.yaml": "---\nresources: [claim.yaml]\n",
            },
        ),
        Example(
            "manifests of others, outside the folder of the workspaces",
            {"kubernetes/apps/other/service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"},
        ),
    )
    bad = (
        Example(
            "no header",
            """\
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret  # <- no header names the schema https://schemas.example.com/externalsecret.json
metadata: {name: demo}
""",
        ),
        Example(
            "the second document has none",
            """\
---
# yaml-language-server: $schema=https://schemas.example.com/externalsecret.json
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret  # <- no header names the schema https://schemas.example.com/externalsecret.json
metadata: {name: second}
""",
        ),
        Example(
            "another schema",
            """\
---
# yaml-language-server: $schema=https://x.example  # <- the header does not name https://schemas.example.com/a.json
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo}
""",
            parameters={
                "headers": {"external-secrets.io/ExternalSecret": "https://schemas.example.com/a.json"}
            },
        ),
        Example(
            "no blank behind the number sign: the editor does not see it",
            """\
---
#yaml-language-server: $schema=https://schemas.example.com/externalsecret.json
apiVersion: external-secrets.io/v1
kind: ExternalSecret  # <- no header names the schema https://schemas.example.com/externalsecret.json
metadata: {name: demo}
""",
        ),
        Example(
            "the file does not begin with its first document",
            """\
# Settings of the server.  # <- the file does not begin with '---'
---
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
""",
        ),
        Example(
            "a component whose header runs into its apiVersion",
            {
                "kubernetes/apps/demo/parts/kustomization.yaml": """\
---
# yaml-language-server: $schema=https://s.example/aapiVersion: v1  # <- the header does not name https://s.example/a
kind: Component
"""
            },
            parameters={"headers": {"kustomize.config.k8s.io/Component": "https://s.example/a"}},
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        for area in areas(tree):
            paths = [path for path in tree.manifests if _is_checked(tree, path, area)]
            problems = [problem for path in paths for problem in self._problems(tree, path)]
            yield from problems
            if not paths:
                yield Unknown(f"there are no manifests below {area}")
            elif not problems:
                at = label(tree, kustomization_of(tree, area) or paths[0])
                yield Proof(f"the {len(paths)} manifests below {area} name their schemas", at)

    def _problems(self, tree: Tree, path: str) -> Iterator[Problem]:
        source = tree.sources[path]
        if source.line(1).strip() != "---":
            place = source.location(0, len(source.line(1)))
            yield Problem("the file does not begin with '---'", place)
        for root in tree.document_roots(path):
            wanted = self.parameters.headers.get(_kind(path, root))
            if wanted is not None and isinstance(root, MappingNode):
                yield from _judged(source, root, wanted)


def _is_checked(tree: Tree, path: str, area: str) -> bool:
    name = posixpath.basename(path)
    is_yaml = name.endswith((".yaml", ".yml")) and not name.startswith(".")
    return is_yaml and is_below(path, (area,)) and any(True for _ in tree.document_roots(path))


def _kind(path: str, root: Node) -> str:
    """`group/Kind` of a document; a kustomization file may leave both out."""
    if not isinstance(root, MappingNode):
        return ""
    version, kind = (_text(root.get(name)) for name in ("apiVersion", "kind"))
    if is_kustomization_file(path):
        return f"{_KUSTOMIZE_GROUP}/{kind or 'Kustomization'}"
    group = version.rpartition("/")[0]
    return f"{group}/{kind}" if group else kind


def _text(node: Node | None) -> str:
    return node.value if isinstance(node, ScalarNode) else ""


def _judged(source: Source, root: MappingNode, wanted: str) -> Iterator[Problem]:
    found = list(_headers(source, root))
    if not found:
        first = next(iter(root.entries.values()), (root, root))
        place = root.get("kind") or first[0]
        yield Problem(f"no header names the schema {wanted}", place.location)
    elif all(url != wanted for url, _ in found):
        yield Problem(f"the header does not name {wanted}", found[0][1])


def _headers(source: Source, root: Node) -> Iterator[tuple[str, Location]]:
    """Schema and place of each header above a document: comments up to the line that begins it."""
    line = source.position(root.start.index)[0] - 1
    while line and not source.line(line).startswith("---"):
        text = source.line(line)
        if text.strip() and not text.lstrip().startswith("#"):
            return
        match = _HEADER.match(text)
        if match:
            yield match["url"], Location(source.path, line, 1, line, len(text) + 1)
        line -= 1

"""The folder of a kustomization: the files that it names, and what was wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.expand.files import Files, Outside
from opencode_policy.expand.kustomization_fields import MAX_ENTRIES
from opencode_policy.expand.refusal import NotEvaluated, OutsideTree, Refused
from opencode_policy.lean import dataclass
from opencode_policy.location import Diagnostic, Location
from opencode_policy.nodes import MappingNode, Node, ScalarNode, SequenceNode
from opencode_policy.parse import Document, Parsed
from opencode_policy.scalars import resolve
from opencode_policy.source import Source

_REMOTE = re.compile(r"[a-z+]+://|git@|github\.com[/:]|.*[?&]ref=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Folder:
    """What a kustomization in the folder `path` reads: `used` are the files, and it notes `diagnostics`."""

    files: Files
    path: str
    used: set[str]
    diagnostics: list[Diagnostic]

    def resolve(self, node: ScalarNode, path: str | None = None) -> str:
        """Path relative to the repository of a path that is written in a node.

        Raises `NotEvaluated` for a remote address, `OutsideTree` for a path that leaves the repository.
        """
        written = node.value if path is None else path
        if _REMOTE.match(written):
            message = f"'{_without_credentials(written)}' is remote and is not fetched"
            raise NotEvaluated(message, node.location)
        try:
            return self.files.resolve(self.path, written)
        except Outside:
            raise OutsideTree(f"'{written}' leads out of the repository", node.location) from None

    def file(self, node: ScalarNode, path: str | None = None) -> str:
        """Path of a file that exists; raises `Refused` where there is none."""
        found = self.resolve(node, path)
        if found not in self.files.sources:
            raise Refused(f"there is no file '{node.value if path is None else path}'", node.location)
        self.used.add(found)
        return found

    def any_file(self, node: ScalarNode, path: str) -> str:
        """Path of a file that exists, be it text or not; raises `Refused` where there is none."""
        found = self.resolve(node, path)
        if found in self.files.binaries:
            self.used.add(found)
            return found
        return self.file(node, path)

    def source(self, node: ScalarNode, path: str | None = None) -> Source:
        """The file that a node names."""
        return self.files.sources[self.file(node, path)]

    def documents(self, node: ScalarNode) -> list[Document]:
        """Documents of the YAML file that a node names; what cannot be read is refused."""
        return readable(self.files.documents(self.file(node)), node.location)

    def note(self, refusal: Refused) -> None:
        """Keep why a step was not made."""
        self.diagnostics.append(refusal.diagnostic)

    def mappings(self, root: MappingNode, key: str) -> Iterator[MappingNode]:
        """Entries of a list of mappings; what is none has been noted by the check of the file."""
        for item in entries_of(root, key):
            if isinstance(item, MappingNode):
                yield item


def readable(parsed: Parsed, place: Location) -> list[Document]:
    """Documents that are not empty. Raises `Refused` where the text is not YAML."""
    for diagnostic in parsed.diagnostics:
        if not parsed.complete:
            raise Refused(f"not readable: {diagnostic.message}", diagnostic.location)
    if not parsed.complete:
        raise Refused("not readable", place)
    return [document for document in parsed.documents if not is_empty(document.root)]


def is_empty(root: Node | None) -> bool:
    """Whether a document holds nothing."""
    return root is None or (isinstance(root, ScalarNode) and resolve(root) is None)


def items_of(node: Node | None) -> list[Node]:
    """Items of a list, nothing of anything else."""
    return node.items if isinstance(node, SequenceNode) else []


def entries_of(root: MappingNode, key: str) -> list[Node]:
    """Entries of a list of a kustomization; the first of them where there are too many."""
    return items_of(root.get(key))[:MAX_ENTRIES]


def _without_credentials(url: str) -> str:
    """A remote address as it may be shown: whatever stands before an @ is not."""
    return re.sub(r"//[^/@]*@", "//…@", url)

"""What each workspace calls its own, and a text with placeholders in place of it.

Two workspaces that differ only where they must read alike once their names, hosts, repositories and
secrets are replaced.
"""

from __future__ import annotations

import posixpath
import re
from functools import cached_property

from opencode_policy.lean import dataclass
from opencode_policy.tree import WorkspaceTree


@dataclass(eq=False)
class OwnNames:
    """The names of one workspace, by placeholder."""

    texts: dict[str, str]

    @classmethod
    def of(cls, workspace: WorkspaceTree) -> OwnNames:
        """Every name that the policy gives the workspace, and those that follow from it."""
        spec = workspace.spec
        repository = spec.repository.removesuffix(".git")
        texts = {f"secret {role}": name for role, name in spec.secrets.items()}
        texts |= {
            "workspace": spec.name,
            "namespace": spec.namespace,
            "folder": spec.path,
            "host": workspace.host,
            "written host": spec.host,
            "repository": repository,
            "clone": posixpath.basename(repository),
        }
        return cls({name: text for name, text in texts.items() if text})

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The longest name that fits, never a part of a word."""
        longest = sorted(set(self.texts.values()), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)" if longest else r"(?!)")

    @cached_property
    def _placeholders(self) -> dict[str, str]:
        return {text: f"\0{name}\0" for name, text in reversed(self.texts.items())}

    def masked(self, text: str) -> str:
        """The text with a placeholder for each of the names."""
        return self._pattern.sub(lambda found: self._placeholders[found[0]], text)

    def occur_in(self, text: str) -> bool:
        """Whether any of the names stands in a text."""
        return self._pattern.search(text) is not None

    def apart_from(self, others: list[OwnNames]) -> OwnNames:
        """The names that are this workspace's alone; what all have in common stays as it is."""
        own = {
            name: text
            for name, text in self.texts.items()
            if any(other.texts.get(name) != text for other in others)
        }
        return OwnNames(own)

    def common_with(self, others: list[OwnNames]) -> frozenset[str]:
        """Texts that all have in common, such as a namespace."""
        alone = self.apart_from(others).texts
        return frozenset(text for name, text in self.texts.items() if name not in alone)

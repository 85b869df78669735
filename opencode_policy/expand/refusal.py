"""Why a step of a build stops: what kustomize refuses, and what is not evaluated here."""

from __future__ import annotations

from opencode_policy.location import Diagnostic, Location, Related


class Refused(ValueError):  # noqa: N818 - a jump to where the diagnostic is noted, not an error of ours
    """What kustomize refuses to build; `code` is the id of the diagnostic that it becomes."""

    code = "kustomize-build-failed"

    def __init__(self, message: str, location: Location, *related: Related) -> None:
        super().__init__(message)
        self.location = location
        self.related = related

    @property
    def diagnostic(self) -> Diagnostic:
        return Diagnostic(self.code, str(self), self.location, self.related)


class NotEvaluated(Refused):
    """What kustomize builds and this tool does not."""

    code = "kustomize-unsupported"


class OutsideTree(Refused):
    """A path that leads out of the repository."""

    code = "path-outside-tree"


class Unmatched(Refused):
    """What kustomize does in silence, to no object at all."""

    code = "kustomize-target-unmatched"

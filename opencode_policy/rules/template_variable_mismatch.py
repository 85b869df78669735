"""Rule template-variable-mismatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from opencode_policy.expand.flux import FluxBuild
from opencode_policy.flux.examples import KUSTOMIZATION, PATH
from opencode_policy.graph.examples import anywhere
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.resource import Field
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_HEAD = f"{KUSTOMIZATION}  postBuild:\n    substitute:\n"
_FILES = {
    "kubernetes/apps/demo/demo/app/kustomization.yaml": "components: [../../../../templates/backup]\n",
    "kubernetes/templates/backup/kustomization.yaml": "kind: Component\nresources: [claim.yaml]\n",
    "kubernetes/templates/backup/claim.yaml": """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: "${APP}"}
spec: {resources: {requests: {storage: "${CAPACITY:=1Gi}"}}}
""",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Variables that templates take.

    `name_variable` must be the Kustomization's own name where it is set; `required` and `forbidden` are
    variables by the folder of the template whose users must set, or must not set them.
    """

    name_variable: str = ""
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forbidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class TemplateVariableMismatch(Rule):
    """A Flux Kustomization sets a variable of a shared template wrongly, or not at all."""

    requirements = ("SEC-02",)
    why = (
        "A shared template makes claims and backups by the names it is given: with the name of another app it "
        "takes that app's volume, with a default nobody wanted the volume is too small or the backup finds none."
    )
    fix = "Set the variable in postBuild.substitute as the template asks for it."
    Parameters = Parameters
    example_parameters = {
        "name_variable": "APP",
        "required": {"kubernetes/templates/backup": ["CAPACITY"]},
        "forbidden": {"kubernetes/templates/backup": ["CLAIM"]},
    }
    good = (
        anywhere("as the template asks", {PATH: f"{_HEAD}      APP: demo\n      CAPACITY: 5Gi\n", **_FILES}),
        anywhere("a template that is not used", {PATH: f"{_HEAD}      APP: demo\n"}),
    )
    bad = (
        anywhere(
            "the name of another app, and nothing said of the size",
            {
                PATH: _HEAD.replace(
                    "    substitute:",
                    "    substitute:  # <- demo uses kubernetes/templates/backup and does not set CAPACITY",
                )
                + "      APP: other  # <- APP is 'other' in the Kustomization demo\n",
                **_FILES,
            },
        ),
        anywhere(
            "a variable that the template cannot bear",
            {
                PATH: f"{_HEAD}      APP: demo\n      CAPACITY: 5Gi\n"
                "      CLAIM: old  # <- demo uses kubernetes/templates/backup and must not set CLAIM\n",
                **_FILES,
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        builds = [item for item in tree.builds if item.resource and self._concerns(item)]
        for build in builds:
            problems = [*self._name(build), *self._variables(build)]
            yield from problems
            if not problems and build.resource is not None:
                yield Proof(f"{build.name} sets the variables of its templates", build.resource["spec"])
        if not builds:
            yield Irrelevant("no Flux Kustomization sets a variable of a template that the policy names")

    def _concerns(self, build: FluxBuild) -> bool:
        named = bool(self.parameters.name_variable) and bool(_set(build, self.parameters.name_variable))
        return named or any(
            _uses(build, item) for item in (*self.parameters.required, *self.parameters.forbidden)
        )

    def _name(self, build: FluxBuild) -> Iterator[Problem]:
        name = self.parameters.name_variable
        value = _set(build, name) if name else None
        if value and value.text != build.name:
            yield Problem(f"{name} is '{value.text}' in the Kustomization {build.name}", value)

    def _variables(self, build: FluxBuild) -> Iterator[Problem]:
        for folder, names in self.parameters.required.items():
            for name in names if _uses(build, folder) else ():
                if not _set(build, name):
                    words = f"{build.name} uses {folder} and does not set {name}"
                    yield Problem(words, _set(build, name))
        for folder, names in self.parameters.forbidden.items():
            for name in names if _uses(build, folder) else ():
                if _set(build, name):
                    yield Problem(f"{build.name} uses {folder} and must not set {name}", _set(build, name))


def _set(build: FluxBuild, name: str) -> Field:
    """Where a Kustomization sets a variable itself."""
    assert build.resource is not None  # noqa: S101 - builds of the inventory are left out above
    return build.resource["spec"]["postBuild"]["substitute"][name]


def _uses(build: FluxBuild, folder: str) -> bool:
    return any(path.startswith(f"{folder}/") for path in build.files)

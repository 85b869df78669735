"""Rule provider-unlimited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opencode_policy.jsonc import Json
from opencode_policy.lean import dataclass
from opencode_policy.nearest import nearest
from opencode_policy.opencode.configuration import (
    Configuration,
    ConfigurationFile,
    configuration_of,
    is_on,
)
from opencode_policy.opencode.server_paths import ServerPaths, server_paths
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.examples import deployment
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workspaces.subjects import no_server

_ENABLED = "enabled_providers"
_DISABLED = "disabled_providers"
_NO_PROJECT = "OPENCODE_DISABLE_PROJECT_CONFIG"
_MANIFEST = "kubernetes/apps/demo/demo/app/manifest.yaml"
_CONFIG = "kubernetes/apps/demo/demo/app/config.yaml"
_CONTAINER = f"""\
env:
  - {{name: XDG_CONFIG_HOME, value: /etc/xdg}}
  - {{name: {_NO_PROJECT}, value: "true"}}
volumeMounts:
  - {{name: config, mountPath: /etc/xdg/opencode}}
"""
_VOLUME = "- {name: config, configMap: {name: config}}\n"


def _files(text: str, more: str = "") -> dict[str, str]:
    """The example's Deployment and its configuration; `more` are entries of the container's env."""
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return {
        _MANIFEST: deployment(_CONTAINER.replace("env:\n", f"env:\n{more}"), volumes=_VOLUME),
        _CONFIG: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\n"
        f"data:\n  opencode.json: |\n{lines}",
    }


@dataclass(frozen=True, slots=True)
class Parameters:
    """The providers that OpenCode may offer, by their names in models.dev, and no other."""

    providers: tuple[str, ...]


class ProviderUnlimited(Rule):
    """OpenCode offers other providers of models than the required ones.

    The last of its configuration files that has `enabled_providers` decides: lists are replaced, not merged.
    """

    requirements = ("FLUX-03", "HA-03")
    why = (
        "Without enabled_providers OpenCode lists the models of more than two hundred providers, an answer "
        "of 6.4 MB that does not fit a small memory limit, and connects to those that need no login: the "
        "wanted models are hard to find, or never appear."
    )
    fix = "Set enabled_providers in opencode.json to exactly the required providers."
    Parameters = Parameters
    example_parameters = {"providers": ("github-copilot",)}
    good = (
        Example("the list in opencode.json", _files('{"enabled_providers": ["github-copilot"]}')),
        Example(
            "with comments, and others switched off as well",
            _files("""\
{
  // nothing but Copilot
  "enabled_providers": ["github-copilot",],
  "disabled_providers": ["opencode"],
}
"""),
        ),
        Example(
            "in the environment, over a file that has another one",
            _files(
                '{"enabled_providers": ["openai"]}',
                """\
  - name: OPENCODE_CONFIG_CONTENT
    value: '{"enabled_providers": ["github-copilot"]}'
""",
            ),
        ),
        Example(
            "in a file that a variable names",
            {
                _MANIFEST: deployment(
                    f"""\
env:
  - {{name: OPENCODE_CONFIG, value: /etc/copilot.json}}
  - {{name: {_NO_PROJECT}, value: "1"}}
volumeMounts:
  - {{name: config, mountPath: /etc/copilot.json, subPath: opencode.json}}
""",
                    volumes=_VOLUME,
                ),
                _CONFIG: _files('{"enabled_providers": ["github-copilot"]}')[_CONFIG],
            },
        ),
        Example(
            "two of them in any order",
            _files('{"enabled_providers": ["b", "a"]}'),
            parameters={"providers": ["a", "b"]},
        ),
    )
    bad = (
        Example(
            "no list",
            _files("""\
{  // <- opencode.json has no enabled_providers, it must list github-copilot
  "share": "disabled"
}
"""),
        ),
        Example(
            "the name of the list has a typo",
            _files("""\
{
  "enabled_provider": ["github-copilot"]  // <- there is no enabled_providers; did you mean this one?
}
"""),
        ),
        Example(
            "another provider, and a typo",
            _files("""\
{
  "enabled_providers": [  // <- enabled_providers does not list github-copilot
    "github_copilot",  // <- enabled_providers lists github_copilot; did you mean 'github-copilot'?
    "opencode"  // <- enabled_providers lists opencode too
  ]
}
"""),
        ),
        Example(
            "switched off at the same time",
            _files("""\
{
  "enabled_providers": ["github-copilot"],
  "disabled_providers": ["github-copilot"]  // <- disabled_providers switches github-copilot off again
}
"""),
        ),
        Example(
            "no list at all but a text",
            _files("""\
{
  "enabled_providers": "github-copilot"  // <- enabled_providers must be a list of names
}
"""),
        ),
        Example(
            "the environment overrides the file",
            _files(
                '{"enabled_providers": ["github-copilot"]}',
                """\
  - name: OPENCODE_CONFIG_CONTENT
    value: |
      {"enabled_providers": [
        "github-copilot",
        "openai"]}  // <- enabled_providers lists openai too
""",
            ),
        ),
        Example(
            "a file that is no JSON",
            _files("""\
{
  enabled_providers: ["github-copilot"]  // <- a file that cannot be parsed does not limit OpenCode to \
github-copilot
}
"""),
        ),
        Example(
            "no configuration",
            deployment(
                """\
env:
  - name: XDG_CONFIG_HOME
    value: /etc/xdg  # <- nothing limits OpenCode to github-copilot: no opencode.json is mounted at \
/etc/xdg/opencode
"""
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server = workspace.server
        if server is None:
            yield no_server(workspace)
            return
        paths = server_paths(workspace.tree, server)
        configuration = configuration_of(workspace.tree, paths)
        unknown = configuration.unknown
        found = configuration.effective(_ENABLED)
        if unknown is not None and (found is None or _behind(configuration, unknown, found[0])):
            yield Unknown(f"what {unknown.path or 'the configuration'} holds is not in the files", unknown.at)
        elif found is None:
            yield self._missing(configuration, paths)
        else:
            yield from self._judged(configuration, paths, *found)

    def _judged(
        self, configuration: Configuration, paths: ServerPaths, file: ConfigurationFile, listed: Json
    ) -> Iterator[Outcome]:
        problems = [*self._listed(file, listed), *self._disabled(configuration)]
        yield from problems
        if problems:
            return
        if not is_on(paths, _NO_PROJECT):
            reason = (
                f"an opencode.json of the repository may replace enabled_providers: {_NO_PROJECT} is not true"
            )
            yield Unknown(reason, paths.environment.place(_NO_PROJECT))
        names = ", ".join(self.parameters.providers)
        yield Proof(f"OpenCode offers the models of {names} and no other", file.location(listed))

    def _listed(self, file: ConfigurationFile, listed: Json) -> Iterator[Problem]:
        """The list holds the required providers and nothing else."""
        if not isinstance(listed.content, tuple):
            yield Problem(f"{_ENABLED} must be a list of names", file.location(listed))
            return
        wanted = self.parameters.providers
        for name in _absent(wanted, listed.items):
            yield Problem(f"{_ENABLED} does not list {name}", file.location(listed))
        for item in listed.items:
            if item.content not in wanted:
                close = nearest(str(item.content), wanted)
                more = f"; did you mean '{close}'?" if close else " too"
                yield Problem(f"{_ENABLED} lists {item.content}{more}", file.location(item))

    def _disabled(self, configuration: Configuration) -> Iterator[Problem]:
        found = configuration.effective(_DISABLED)
        for item in found[1].items if found else ():
            if found and item.content in self.parameters.providers:
                words = f"{_DISABLED} switches {item.content} off again"
                yield Problem(words, found[0].location(item))

    def _missing(self, configuration: Configuration, paths: ServerPaths) -> Problem:
        """No source has the list: the last file that can be read is where it belongs."""
        wanted = ", ".join(self.parameters.providers)
        broken = next((file for file in configuration.files if file.error is not None), None)
        if broken is not None:
            words = f"a file that cannot be parsed does not limit OpenCode to {wanted}"
            return Problem(words, broken.error_location)
        readable = [file for file in configuration.files if file.root is not None]
        if not readable:
            place = f"no opencode.json is mounted at {paths.config.path}"
            return Problem(f"nothing limits OpenCode to {wanted}: {place}", paths.config.at)
        file = readable[-1]
        root = file.root or Json(None, 0, 0)
        close = nearest(_ENABLED, root.entries)
        if close:
            words = f"there is no {_ENABLED}; did you mean this one?"
            return Problem(words, file.location(root.entries[close]))
        name = file.path.rpartition("/")[2]
        words = f"{name} has no {_ENABLED}, it must list {wanted}"
        return Problem(words, file.location(Json(None, root.start, root.start + 1)))


def _behind(configuration: Configuration, one: ConfigurationFile, other: ConfigurationFile) -> bool:
    return configuration.files.index(one) > configuration.files.index(other)


def _absent(wanted: Sequence[str], items: Sequence[Json]) -> Iterator[str]:
    listed = [item.content for item in items]
    yield from (name for name in wanted if name not in listed)

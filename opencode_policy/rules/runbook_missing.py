"""Rule runbook-missing."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.markdown import Section, sections, visible
from opencode_policy.nearest import hint, nearest
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.flow import fetched
from opencode_policy.source import Source
from opencode_policy.tree import Tree, WorkspaceTree

_ROLE = "auth"
_PATH = re.compile(r"(?<![\w/.:-])(?:[\w.-]+/)*[\w.-]+\.sh\b")
_OPTION = re.compile(r"(?<!\S)--?[a-z][\w-]*")

_README = "scripts/README.md"
_SCRIPT = {"scripts/seed.sh": "case $1 in --all | --dry-run | demo) ;; esac\n"}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Where the manual stands and what it must say.

    `heading` is the title of the section; `script` the script that it must name; `everything` the argument
    that makes the script do all workspaces, `arguments` the one for each by its name (else the name itself);
    `topics` maps what must be told to texts of which one must occur, whatever the case of their letters.
    """

    path: str
    heading: str
    script: str
    topics: Mapping[str, tuple[str, ...]]
    everything: str = "--all"
    arguments: Mapping[str, str] = field(default_factory=dict)


class RunbookMissing(Rule):
    """The manual does not tell how to log in to Copilot again, or names what does not exist.

    Its section, the script, each workspace, the project of the secret store and the topics are looked for in
    what a reader sees; comments do not count.
    """

    requirements = ("OPS-04",)
    why = (
        "The login expires when nobody expects it, and the steps involve five programs. Whoever has to find "
        "them out then has a workspace without models meanwhile."
    )
    fix = (
        "Write the section, with the script's command line for every workspace and how to see that it worked."
    )
    Parameters = Parameters
    example_parameters = {
        "path": _README,
        "heading": "Renewing the login",
        "script": "scripts/seed.sh",
        "topics": {"the new login": ("auth login",), "the restart": ("Reloader", "rollout restart")},
    }
    good = (
        Example(
            "a section that says it all, in other letters and over a line break",
            {
                **_SCRIPT,
                _README: """\
# Scripts
## RENEWING the `login`
Run `opencode auth
login`, then `scripts/seed.sh --all`. reloader restarts the pod.
""",
            },
        ),
        Example(
            "the workspace by its name, in a block, below a heading of its own",
            {
                **_SCRIPT,
                _README: """\
Renewing the login
==================

## Steps

1. `opencode auth login`
2. in this folder:

   ```sh
   ./seed.sh --dry-run demo  # see first
   kubectl rollout restart deploy/demo
   ```
""",
            },
        ),
        Example(
            "the workspace by its variable in the store",
            {
                **_SCRIPT,
                _README: """\
# Renewing the login
After `opencode auth login`, `scripts/seed.sh` writes DEMO_AUTH; then Reloader acts.
See https://example.org/install.sh for the tool.
""",
            },
        ),
    )
    bad = (
        Example(
            "another heading",
            {
                **_SCRIPT,
                _README: """\
# Scripts
## Renewing the logins <!-- # <- no section is called 'Renewing the login'; did you mean this one?
-->
""",
            },
        ),
        Example(
            "the section is commented out",
            {
                **_SCRIPT,
                _README: """\
# Scripts <!-- # <- no section is called 'Renewing the login'
## Renewing the login
-->
""",
            },
        ),
        Example(
            "a script that does not exist, and no word of the rest",
            {
                **_SCRIPT,
                _README: """\
# Renewing the login <!-- # <- the section says nothing of the restart ('Reloader', 'rollout restart')
-->
`auth login`: `scripts/seeds.sh --all` <!-- # <- there is no scripts/seeds.sh; did you mean 'scripts/seed.sh'?
-->
""",
            },
        ),
        Example(
            "the script is named for nobody",
            {
                **_SCRIPT,
                _README: """\
# Renewing the login
Reloader, `auth login`, `scripts/seed.sh` <!-- # <- the section does not say how to renew the login of demo
-->
""",
            },
        ),
        Example(
            "an option that the script does not have",
            {
                **_SCRIPT,
                _README: """\
# Renewing the login
Reloader, `auth login`
`scripts/seed.sh --force demo` <!-- # <- scripts/seed.sh has no option '--force'
-->
""",
            },
        ),
        Example(
            "the script is not mentioned",
            {
                **_SCRIPT,
                _README: """\
# Renewing the login <!-- # <- the section does not name scripts/seed.sh
-->
Reloader, `auth login`
""",
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        path = self.parameters.path
        source = tree.sources.get(path)
        if source is None and all(workspace.build is None for workspace in tree.workspaces):
            yield Unknown("no workspace is in the tree, and no manual either")
            return
        if source is None:
            near = hint(path, [other for other in tree.sources if other.endswith(".md")])
            yield Problem(f"there is no {path}{near}", Location(path, 1, 1, 1, 1))
            return
        section = self._section(source)
        problems = self._problems(tree, source, section) if section else [self._untitled(source)]
        yield from problems
        if section is not None and not problems:
            wanted = self.parameters
            words = f"'{section.title}' names {wanted.script} and has its {len(wanted.topics)} topics"
            yield Proof(words, source.location(section.start, section.end))

    def _section(self, source: Source) -> Section | None:
        wanted = _folded(self.parameters.heading)
        return next((item for item in sections(source.text) if _folded(item.title) == wanted), None)

    def _untitled(self, source: Source) -> Problem:
        found = {item.title: item for item in reversed(sections(source.text))}
        near = nearest(self.parameters.heading, found)
        words = f"no section is called '{self.parameters.heading}'" + (
            "; did you mean this one?" if near else ""
        )
        first = next(reversed(found.values()), None)
        item = found[near] if near else first
        return Problem(words, source.location(item.start, item.end) if item else source.location(0, 0))

    def _problems(self, tree: Tree, source: Source, section: Section) -> list[Problem]:
        head = source.location(section.start, section.end)
        return [
            *self._script(tree, source, section, head),
            *self._topics(section, head),
            *_store(tree, source, head),
        ]

    def _script(self, tree: Tree, source: Source, section: Section, head: Location) -> Iterator[Problem]:
        """The script's name wherever it stands, and the arguments it gets."""
        script, mentions = self.parameters.script, []
        scripts = [path for path in tree.sources if path.endswith(".sh")]
        for offset, code in section.code():
            for found in _PATH.finditer(code):
                place = source.location(offset + found.start(), offset + found.end())
                if script in _meanings(source.path, found[0]) and script in tree.sources:
                    mentions.append((place, code[found.end() :]))
                    yield from self._options(tree, source, offset + found.end(), code[found.end() :])
                elif not any(path in tree.sources for path in _meanings(source.path, found[0])):
                    yield Problem(f"there is no {found[0]}{hint(found[0], scripts)}", place)
                    mentions.append((place, self.parameters.everything))
        if not mentions:
            yield Problem(f"the section does not name {script}", head)
            return
        for workspace in tree.workspaces:
            if not self._covers(workspace, section, [arguments for _, arguments in mentions]):
                words = f"the section does not say how to renew the login of {workspace.name}"
                yield Problem(words, mentions[0][0])

    def _options(self, tree: Tree, source: Source, offset: int, arguments: str) -> Iterator[Problem]:
        """Options that the text of the script does not know."""
        script = self.parameters.script
        for option in _OPTION.finditer(re.split(r"\s[#|;&]", arguments)[0]):
            if not _occurs(option[0], tree.sources[script].text):
                place = source.location(offset + option.start(), offset + option.end())
                yield Problem(f"{script} has no option '{option[0]}'", place)

    def _covers(self, workspace: WorkspaceTree, section: Section, commands: list[str]) -> bool:
        """Whether a reader learns how to do it for a workspace: by an argument, or by its variable."""
        own = self.parameters.arguments.get(workspace.name, workspace.name)
        words = {word for command in commands for word in command.split()}
        variable = workspace.spec.secrets.get(_ROLE, "")
        return bool({own, self.parameters.everything} & words) or _occurs(variable, section.text)

    def _topics(self, section: Section, head: Location) -> Iterator[Problem]:
        text = _folded(section.text)
        for topic, words in self.parameters.topics.items():
            if not any(_folded(word) in text for word in words):
                listed = ", ".join(f"'{word}'" for word in words)
                yield Problem(f"the section says nothing of {topic} ({listed})", head)


def _store(tree: Tree, source: Source, head: Location) -> Iterator[Problem]:
    """The project of the secret store that the logins come from, as the inventory has it."""
    used = {
        fetch.store.name
        for workspace in tree.workspaces
        for fetch in fetched(workspace)
        if fetch.name == workspace.spec.secrets.get(_ROLE)
    }
    for store in tree.cluster.secret_stores:
        if store.name in used and store.project and not _occurs(store.project, visible(source.text)):
            yield Problem(f"{source.path} does not name {store.project}, the project of {store.name}", head)


def _meanings(readme: str, written: str) -> tuple[str, str]:
    """A path as from the top of the repository, and as from the folder of the manual."""
    beside = posixpath.join(posixpath.dirname(readme), written)
    return posixpath.normpath(written), posixpath.normpath(beside)


def _occurs(word: str, text: str) -> bool:
    return bool(word) and re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())

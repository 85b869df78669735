"""Rule seed-script-defective."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.boot.login_file import ROLE
from opencode_policy.boot.seed_script import SeedRun, Write, runs
from opencode_policy.lean import dataclass
from opencode_policy.location import Location
from opencode_policy.nearest import hint
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.shell.interpreter import shebang
from opencode_policy.shell.script import parse_script
from opencode_policy.source import Source
from opencode_policy.tree import Tree

_SCRIPT = "scripts/seed.sh"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The script, the arguments with which it stores the login of every workspace, and where that must go."""

    path: str
    arguments: tuple[str, ...]
    project: str
    config: str


def _seed(body: str, head: str = "#!/bin/sh\nset -eu\n") -> dict[str, str]:
    return {_SCRIPT: head + body}


_READ = """\
file=${XDG_DATA_HOME:-$HOME/.local/share}/opencode/auth.json
jq -e '.["github-copilot"]' "$file" >/dev/null || { echo "$file holds no login" >&2; exit 1; }
login=$(cat "$file")
"""
_SCOPE = "--project home --config prd"
_COMPARED = f"""\
{_READ}\
current=$(doppler secrets get DEMO_AUTH --plain {_SCOPE})
[ "$current" = "$login" ] && exit 0
"""


class SeedScriptDefective(Rule):
    """The script that stores the Copilot login in Doppler is missing, or does that unsafely.

    It is run symbolically with the arguments of the policy, once with the usual data directory and once with
    another one, against a stand-in for the Doppler command.
    """

    requirements = ("SECR-04",)
    why = (
        "The login expires and must be stored again by hand, now and then and in a hurry. A script that "
        "stores what is no login breaks every workspace at once, one that writes at every call restarts "
        "them for nothing, and one that hands the login over as an argument shows it to every process of "
        "the machine."
    )
    fix = (
        "Read auth.json of OpenCode's data directory, let a JSON reader refuse what is no login, compare "
        "with what the variable holds, and store it by standard input: doppler secrets set NAME --silent "
        "<file."
    )
    Parameters = Parameters
    example_parameters = {"path": _SCRIPT, "arguments": (), "project": "home", "config": "prd"}
    good = (
        Example(
            "read, checked, compared, stored",
            _seed(f"""\
{_COMPARED}\
printf '%s\\n' "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --no-interactive --silent
"""),
        ),
        Example(
            "from the file, with a hash for the comparison",
            _seed("""\
export DOPPLER_PROJECT=home DOPPLER_CONFIG=prd
file=${XDG_DATA_HOME:-"$HOME/.local/share"}/opencode/auth.json
python3 -m json.tool "$file" >/dev/null
hash() { sha256sum | cut -d ' ' -f 1; }
if [ "$(doppler secrets get DEMO_AUTH --plain | hash)" != "$(hash <"$file")" ]; then
  doppler secrets set DEMO_AUTH --silent <"$file" >/dev/null
  echo "stored $(hash <"$file")"
fi
"""),
        ),
        Example(
            "a function for each workspace, the name by a case",
            {
                _SCRIPT: """\
#!/usr/bin/env bash
set -euo pipefail
data=${XDG_DATA_HOME:-$HOME/.local/share}
login=$(jq -c . "$data/opencode/auth.json") || exit 1
store() {
  case $1 in
  demo) name=DEMO_AUTH ;;
  other) name=OTHER_AUTH ;;
  *) echo "no such workspace: $1" >&2; exit 2 ;;
  esac
  if [[ $(doppler secrets get "$name" --plain -p home -c prd) == "$login" ]]; then return; fi
  doppler secrets set "$name" -p home -c prd --silent <<<"$login"
}
for workspace in "$@"; do store "$workspace"; done
"""
            },
            {"arguments": ("demo", "other")},
            workspaces=("demo", "other"),
        ),
    )
    bad = (
        Example(
            "as an argument, for every process to see",
            _seed(f"""\
{_COMPARED}\
doppler secrets set DEMO_AUTH="$login" {_SCOPE} --silent  \
# <- the login is among the arguments of doppler, where other processes see it
"""),
        ),
        Example(
            "doppler prints what it stores",
            _seed(f"""\
{_COMPARED}\
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE}  # <- without --silent doppler prints what it stores
"""),
        ),
        Example(
            "stored whether it changed or not",
            _seed(f"""\
{_READ}\
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent  \
# <- DEMO_AUTH is written without a look at what it holds
"""),
        ),
        Example(
            "compared with another variable",
            _seed(f"""\
{_READ}\
current=$(doppler secrets get OTHER_AUTH --plain {_SCOPE})
[ "$current" = "$login" ] && exit 0
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent  \
# <- DEMO_AUTH is written without a look at what it holds
echo "$login" | doppler secrets set OTHER_AUTH {_SCOPE} --silent
"""),
            workspaces=("demo",),
        ),
        Example(
            "nobody looked whether it is JSON",
            _seed(f"""\
login=$(cat "${{XDG_DATA_HOME:-$HOME/.local/share}}/opencode/auth.json")
[ "$(doppler secrets get DEMO_AUTH --plain {_SCOPE})" != "$login" ] || exit 0
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent  \
# <- the login is stored without a check that it is JSON
"""),
        ),
        Example(
            "the check is not heeded",
            _seed(
                f"""\
file=${{XDG_DATA_HOME:-$HOME/.local/share}}/opencode/auth.json
jq . "$file" >/dev/null
[ "$(doppler secrets get DEMO_AUTH --plain {_SCOPE})" = "$(cat "$file")" ] && exit 0
doppler secrets set DEMO_AUTH {_SCOPE} --silent <"$file"  \
# <- the login is stored without a check that it is JSON
""",
                head="#!/bin/sh\n",
            ),
        ),
        Example(
            "a misspelt name",
            _seed(f"""\
{_READ}\
[ "$(doppler secrets get DEMO_AUHT --plain {_SCOPE})" = "$login" ] && exit 0
echo "$login" | doppler secrets set DEMO_AUHT {_SCOPE} --silent  \
# <- nothing writes DEMO_AUTH; DEMO_AUHT is written here
"""),
        ),
        Example(
            "one workspace is forgotten",
            _seed(f"""\
{_COMPARED}\
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent  \
# <- nothing writes OTHER_AUTH; DEMO_AUTH is written here
"""),
            workspaces=("demo", "other"),
        ),
        Example(
            "another project, and the config left to chance",
            _seed(f"""\
{_READ}\
[ "$(doppler secrets get DEMO_AUTH --plain --project work)" = "$login" ] && exit 0
echo "$login" | doppler secrets set DEMO_AUTH --project work --silent  \
# <- DEMO_AUTH is written to the project work and no config instead of home/prd
"""),
        ),
        Example(
            "another file",
            _seed(f"""\
login=$(jq -c . "$HOME/.config/opencode/auth.json")
[ "$(doppler secrets get DEMO_AUTH --plain {_SCOPE})" = "$login" ] && exit 0
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent  \
# <- what is stored does not come from opencode/auth.json in the data directory
"""),
        ),
        Example(
            "the data directory may be elsewhere",
            _seed(f"""\
login=$(jq -c . "$HOME/.local/share/opencode/auth.json")
[ "$(doppler secrets get DEMO_AUTH --plain {_SCOPE})" = "$login" ] && exit 0
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent  \
# <- with XDG_DATA_HOME set, what is stored does not come from there
"""),
        ),
        Example(
            "traced, and printed",
            _seed(f"""\
set -x  # <- tracing prints the login
{_COMPARED}\
echo "storing $login"  # <- this prints the login
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent
"""),
        ),
        Example(
            "does not parse",
            _seed(f"""\
{_READ}\
if [ -n "$login" ]; then  # <- the shell cannot read the script from here on
  echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent
done
"""),
        ),
        Example(
            "no first line that names a shell",
            _seed(
                f"""\
{_COMPARED}\
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent
""",
                head="# Stores it.  # <- the first line names no shell: #!/bin/sh is missing\nset -eu\n",
            ),
        ),
        Example(
            "not executable",
            {
                "scripts/seed": f"""\
#!/bin/sh  # <- scripts/seed is not executable
set -eu
{_COMPARED}\
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent
"""
            },
            {"path": "scripts/seed"},
        ),
        Example(
            "stops at the arguments that the policy gives",
            _seed(f"""\
[ "${{1:-}}" = demo ] || {{ echo "which workspace?" >&2; exit 2; }}  \
# <- with these arguments the script stops here: which workspace?
{_COMPARED}\
echo "$login" | doppler secrets set DEMO_AUTH {_SCOPE} --silent
"""),
            {"arguments": ("--all",)},
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        path = self.parameters.path
        source = tree.sources.get(path)
        if source is None:
            near = hint(path, tree.sources)
            yield Problem(f"there is no {path}{near}", Location(path, 1, 1, 1, 1))
            return
        problems = [*_form(source)]
        if not problems or not parse_script(source.text).errors:
            problems += self._behaviour(tree, source)
        yield from problems

    def _behaviour(self, tree: Tree, source: Source) -> Iterator[Outcome]:
        usual, moved = runs(source, self.parameters.arguments)
        if usual.machine.overflow or moved.machine.overflow:
            yield Unknown("the script has more paths than can be followed", source.location(0, 0))
            return
        if not usual.finished:
            yield _stops(usual)
            return
        found: list[Outcome] = [Problem(words, event.where.location) for event, words in usual.leaks()]
        for workspace in tree.workspaces:
            name = workspace.spec.secrets.get(ROLE, "")
            found += self._stored(usual, moved, name) if name else ()
        yield from found

    def _stored(self, usual: SeedRun, moved: SeedRun, name: str) -> Iterator[Outcome]:
        """How one variable is written."""
        writes = usual.writes_of(name)
        if not writes:
            yield _never(usual, name)
        for write in writes:
            problems = [*self._scope(write), *_content(usual, moved, write)]
            yield from problems
            if not problems and not any(True for _ in usual.leaks()):
                yield Proof(f"{name} is written by standard input, if it holds something else", _at(write))

    def _scope(self, write: Write) -> Iterator[Problem]:
        project, config = write.line.values["project"], write.line.values["config"]
        wanted = self.parameters
        if (project, config) != (wanted.project, wanted.config):
            given = f"{_or_none('project', project)} and {_or_none('config', config)}"
            words = f"{write.line.name} is written to {given} instead of {wanted.project}/{wanted.config}"
            yield Problem(words, _at(write))


def _or_none(kind: str, text: str) -> str:
    return f"the {kind} {text}" if text else f"no {kind}"


def _at(write: Write) -> Location:
    return write.event.where.location


def _form(source: Source) -> Iterator[Outcome]:
    """What a file needs to be a script that somebody can call."""
    first = source.location(0, len(source.line(1)))
    if not source.executable:
        yield Problem(f"{source.path} is not executable", first)
    shell = shebang(source.text)
    if shell is None:
        yield Problem("the first line names no shell: #!/bin/sh is missing", first)
    elif shell.trace:
        yield Problem("tracing prints the login", first)
    for fault in parse_script(source.text).errors[:1]:
        at = source.location(fault.span.start, fault.span.end)
        yield Problem("the shell cannot read the script from here on", at)


def _stops(run: SeedRun) -> Problem:
    ending = run.endings[0]
    said = run.symbols.words(ending.said)
    at = ending.stopped.location if ending.stopped else run.source.location(0, 0)
    return Problem("with these arguments the script stops here" + (f": {said}" if said else ""), at)


def _never(run: SeedRun, name: str) -> Problem:
    """A variable that nothing writes."""
    others = {write.line.name: write for write in run.writes}
    if others:
        close = min(others, key=lambda other: (hint(other, [name]) == "", other))
        words = f"nothing writes {name}; {run.symbols.words(close)} is written here"
        return Problem(words, _at(others[close]))
    return Problem(f"nothing writes {name}", run.last_command)


def _content(usual: SeedRun, moved: SeedRun, write: Write) -> Iterator[Problem]:
    """What is written, and after which look at it."""
    name, at = write.line.name, _at(write)
    if not write.line.by_input:
        if not usual.reveals(" ".join(write.event.argv)):
            yield Problem(f"{name} does not get its value by standard input", at)
        return
    if not usual.from_login(write.event.stdin or ""):
        yield Problem("what is stored does not come from opencode/auth.json in the data directory", at)
        return
    if not any(moved.from_login(other.event.stdin or "") for other in moved.writes_of(name)):
        yield Problem("with XDG_DATA_HOME set, what is stored does not come from there", at)
    if not usual.compared(write):
        yield Problem(f"{name} is written without a look at what it holds", at)
    if not usual.checked(write):
        yield Problem("the login is stored without a check that it is JSON", at)

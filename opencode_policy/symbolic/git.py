"""Git: what a call does to a clone, and what it tells about one."""

from __future__ import annotations

from collections.abc import Callable

from opencode_policy.lean import replace
from opencode_policy.shell.git_line import GitLine, joined, read_git_line, repository_name
from opencode_policy.symbolic.events import GitRun, Probed
from opencode_policy.symbolic.files import ABSENT, FOLDER, REPOSITORY, Entry, Files
from opencode_policy.symbolic.machine import Invocation, note
from opencode_policy.symbolic.places import Place
from opencode_policy.symbolic.state import State
from opencode_policy.symbolic.symbols import is_known

_NEEDS_COMMIT = frozenset({"log", "show", "describe", "rev-list", "show-ref", "diff-index", "name-rev"})
_QUERIES = _NEEDS_COMMIT | {
    "rev-parse", "status", "diff", "branch", "symbolic-ref", "config", "ls-files", "cat-file", "for-each-ref",
    "fsck", "var", "check-ref-format", "tag", "ls-tree", "version", "help", "check-ignore", "merge-base",
}  # fmt: skip
_REPOSITORY_ONLY = frozenset(
    {"--git-dir", "--absolute-git-dir", "--is-inside-work-tree", "--is-inside-git-dir", "--show-toplevel",
     "--is-bare-repository", "--git-common-dir", "--show-prefix", "--show-cdup", "--is-shallow-repository"}
)  # fmt: skip
_FINISHES = frozenset({"checkout", "reset", "switch", "merge", "rebase", "restore", "read-tree"})


def git(invocation: Invocation) -> None:
    """Run git."""
    state = invocation.state
    line = read_git_line(invocation.arguments, state.directory, state.variables)
    run = _COMMANDS.get(line.subcommand)
    if not line.subcommand:  # git --version
        invocation.write(invocation.machine.symbols.derived("git", *line.arguments, filled=True) + "\n")
        invocation.end(0)
    elif run is not None:
        run(invocation, line)
    elif line.subcommand in _QUERIES or line.subcommand.startswith("-"):
        _query(invocation, line)
    else:
        _change(invocation, line)


def _note(invocation: Invocation, line: GitLine, **known: object) -> None:
    state = invocation.state
    remote = next(iter(line.operands()), "")
    event = GitRun(
        invocation.saying(line.subcommand),
        state.assumed,
        line.subcommand,
        line.arguments,
        invocation.place(line.directory),
        remote=remote,
        settings=line.settings,
        local=_is_local(invocation, remote),
        files=state.files,
    )
    note(state, replace(event, **known))  # type: ignore[arg-type]


def _is_local(invocation: Invocation, remote: str) -> bool:
    if remote.startswith(("/", "./", "../", "file:")):
        return True
    return bool(remote) and invocation.entry(remote).kind in (FOLDER, REPOSITORY)


def _found(invocation: Invocation, line: GitLine) -> tuple[Place, Entry] | None:
    """The clone that a call works in, None where there is none."""
    place = invocation.place(line.directory)
    files = invocation.state.files
    if line.exact:
        entry = files.look(place)
        return (place, entry) if entry.kind == REPOSITORY else None
    if files.look(place).exists is False:
        return None
    return files.repository_at(place)


def _missing(invocation: Invocation, line: GitLine) -> bool:
    """Whether there is certainly no clone where a call works."""
    place = invocation.place(line.directory)
    entry = invocation.state.files.look(place)
    return entry.kind == ABSENT or (entry.kind == FOLDER and entry.closed and place.known)


def _clone(invocation: Invocation, line: GitLine) -> None:
    state, given = invocation.state, line.operands()
    url = given[0] if given else ""
    path = given[1] if len(given) > 1 else repository_name(url)
    full = joined(line.directory, path)
    place = invocation.place(full)
    full_before = state.files.empty(place) is False and place.path != "/"
    done = not full_before and not invocation.read_only(full)
    _note(invocation, line, target=place, path=full, remote=url, done=done)
    if not done:
        invocation.end(128)
        return
    bare = bool({"--bare", "--mirror"} & set(line.arguments))
    entry = Entry(FOLDER) if bare else Entry(REPOSITORY, origin=url, since=state.boot)
    state.files = state.files.put(place, entry)
    invocation.end(0)


def _init(invocation: Invocation, line: GitLine) -> None:
    given = line.operands()
    path = joined(line.directory, given[0]) if given else line.directory
    place, state = invocation.place(path), invocation.state
    _note(invocation, line, target=place, path=path)
    if "--bare" in line.arguments:
        state.files = state.files.put(place, Entry(FOLDER))
    elif state.files.look(place).kind != REPOSITORY:
        state.files = state.files.put(place, Entry(REPOSITORY, complete=False, since=state.boot))
    invocation.end(0)


def _transfer(invocation: Invocation, line: GitLine) -> None:
    """`fetch`, `pull` and `remote update`."""
    found = _found(invocation, line)
    failed = found is None and _missing(invocation, line)
    _note(invocation, line, done=not failed)
    if failed:
        invocation.end(128)
        return
    if found is not None and not found[1].complete:
        pulled = line.subcommand == "pull"
        url = next(iter(line.operands()), "")
        origin = url if "/" in url or not is_known(url) else found[1].origin
        _put(invocation.state, found[0], found[1]._replace(fetched=True, complete=pulled, origin=origin))
    invocation.end(0)


def _remote(invocation: Invocation, line: GitLine) -> None:
    found, words = _found(invocation, line), line.operands()
    if words[:1] in (["update"], ["show"], ["prune"]):
        _transfer(invocation, line)
        return
    if words[:1] == ["get-url"] and found is not None:
        _origin(invocation, line, found)
    if words[:1] in (["add"], ["set-url"]) and len(words) > 2:
        _note(invocation, line, remote=words[2])
        if (found is not None and words[1] in ("origin", found[1].origin)) or (found and not found[1].origin):
            _put(invocation.state, found[0], found[1]._replace(origin=words[2]))
    invocation.end(128 if found is None and _missing(invocation, line) else 0)


def _origin(invocation: Invocation, line: GitLine, found: tuple[Place, Entry]) -> None:
    """Tell where a clone comes from."""
    _probed(invocation, line, found[0], holds=True)
    invocation.write(found[1].origin + "\n")


def _probed(invocation: Invocation, line: GitLine, place: Place, *, holds: bool) -> None:
    assumed = invocation.state.assumed
    note(invocation.state, Probed(invocation.spoken, assumed, place, line.directory, holds, query=True))


def _change(invocation: Invocation, line: GitLine) -> None:
    """Everything that works on a clone and is no query."""
    found = _found(invocation, line)
    failed = found is None and _missing(invocation, line)
    _note(invocation, line, done=not failed)
    if found is not None and line.subcommand in _FINISHES and found[1].fetched:
        _put(invocation.state, found[0], found[1]._replace(complete=True))
    invocation.end(128 if failed else 0)


def _config(invocation: Invocation, line: GitLine) -> None:
    """`git config`: the URL of the origin is known; all that is set is an event."""
    words = [word for word in line.operands() if word not in ("get", "set")]
    found = _found(invocation, line)
    if len(words) > 1:
        _note(invocation, line, remote="")
        if words[0] == "remote.origin.url" and found is not None:
            _put(invocation.state, found[0], found[1]._replace(origin=words[1]))
        invocation.end(0)
    elif words == ["remote.origin.url"] and found is not None:
        _origin(invocation, line, found)
        invocation.end(0)
    else:
        _query(invocation, line)


def _list_remote(invocation: Invocation, line: GitLine) -> None:
    _note(invocation, line)
    invocation.write(invocation.machine.symbols.fresh("the output of git ls-remote"))
    invocation.end(0)


def _query(invocation: Invocation, line: GitLine) -> None:
    found = _found(invocation, line)
    holds = None if found is None else _answers(line, found[1])
    if found is None and _missing(invocation, line):
        holds = False
    if holds is not None:
        place = found[0] if found else invocation.place(line.directory)
        _probed(invocation, line, place, holds=holds)
    if holds is not False:
        _answer(invocation, line)
    invocation.end(None if holds is None else 0 if holds else 128)


def _answers(line: GitLine, entry: Entry) -> bool | None:
    """Whether a query of a clone succeeds; of one that broke off, if it asks for no commit."""
    if entry.damaged:
        return False
    if entry.complete:
        return None if line.subcommand in ("diff", "config", "fsck", "ls-files", "check-ignore") else True
    words = [word for word in line.arguments if not word.startswith("-") or word in _REPOSITORY_ONLY]
    if line.subcommand == "rev-parse":
        return not any(word not in _REPOSITORY_ONLY for word in words)
    if line.subcommand in _NEEDS_COMMIT or line.subcommand in ("cat-file", "ls-tree", "merge-base"):
        return False
    if line.subcommand == "diff":
        return False if words else None
    return None if line.subcommand in ("config", "ls-files", "check-ignore", "tag") else True


def _answer(invocation: Invocation, line: GitLine) -> None:
    symbols = invocation.machine.symbols
    words = set(line.arguments)
    if "--is-inside-work-tree" in words:
        invocation.write("true\n")
    elif "--is-bare-repository" in words:
        invocation.write("false\n")
    elif "--show-toplevel" in words:
        invocation.write(line.directory + "\n")
    elif not words & {"-q", "--quiet"} or line.subcommand in ("rev-parse", "symbolic-ref"):
        filled = line.subcommand in ("rev-parse", "symbolic-ref", "log", "describe")
        invocation.write(symbols.fresh(f"the output of git {line.subcommand}", filled=filled) + "\n" * filled)


def _put(state: State, place: Place, entry: Entry) -> None:
    entries = dict(state.files.entries)
    entries[place] = entry
    state.files = Files(entries)


_COMMANDS: dict[str, Callable[[Invocation, GitLine], None]] = {
    "clone": _clone,
    "init": _init,
    "fetch": _transfer,
    "pull": _transfer,
    "remote": _remote,
    "config": _config,
    "ls-remote": _list_remote,
}

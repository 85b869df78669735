"""Programs that change files: what lies where after them."""

from __future__ import annotations

import posixpath

from opencode_policy.symbolic.events import Removed, Wrote
from opencode_policy.symbolic.files import ABSENT, FILE, FOLDER, REPOSITORY, UNKNOWN, Entry
from opencode_policy.symbolic.machine import Invocation, Program, note
from opencode_policy.symbolic.permissions import octal, symbolic_mode
from opencode_policy.symbolic.places import Place

_VALUED = {"install": frozenset("mogtS"), "cp": frozenset("tS"), "mv": frozenset("tS"), "ln": frozenset("tS")}


def _operands(invocation: Invocation) -> tuple[list[str], list[str], dict[str, str]]:
    """Operands, single options, and the values of those that take one."""
    valued = _VALUED.get(invocation.name, frozenset())
    given: list[str] = []
    options: list[str] = []
    values: dict[str, str] = {}
    words = iter(invocation.arguments)
    for word in words:
        if word == "--":
            given += words
        elif word.startswith("--"):
            name, _, value = word[2:].partition("=")
            options.append(name)
            values[name] = value
        elif word.startswith("-") and len(word) > 1:
            letters, value = _cluster(word[1:], valued)
            options += letters
            if letters and letters[-1] in valued:
                values[letters[-1]] = value or next(words, "")
        else:
            given.append(word)
    return given, options, values


def _cluster(text: str, valued: frozenset[str]) -> tuple[list[str], str]:
    for index, letter in enumerate(text):
        if letter in valued:
            return list(text[: index + 1]), text[index + 1 :]
    return list(text), ""


def _remove(invocation: Invocation) -> None:
    given, options, _ = _operands(invocation)
    status = 0
    for path in given:
        if "*" in path:
            continue
        place, entry = invocation.place(path), invocation.entry(path)
        if entry.kind == ABSENT:
            status = status if "f" in options else 1
        elif invocation.read_only(path) or (entry.is_folder and not {"r", "R", "recursive"} & set(options)):
            status = 1
        else:
            _take_away(invocation, place)
    invocation.end(status)


def _take_away(invocation: Invocation, place: Place) -> None:
    state = invocation.state
    if place.known:
        note(state, Removed(invocation.spoken, state.assumed, place))
    clone = state.files.look(place.parent)
    state.files = state.files.remove(place)
    if place.name == ".git" and clone.kind == REPOSITORY:
        state.files = state.files.put(place.parent, Entry(FOLDER, closed=not clone.complete))


def _remove_folder(invocation: Invocation) -> None:
    given, _, _ = _operands(invocation)
    for path in given:
        empty = invocation.state.files.empty(invocation.place(path))
        if invocation.entry(path).exists is False or empty is False:
            invocation.end(1)
            return
        if empty is None:
            invocation.end(None)
            return
        invocation.state.files = invocation.state.files.remove(invocation.place(path))
    invocation.end(0)


def _make_folder(invocation: Invocation) -> None:
    given, options, _ = _operands(invocation)
    state = invocation.state
    status = 0
    for path in given:
        if invocation.read_only(path) or (
            invocation.entry(path).exists and "p" not in options and "parents" not in options
        ):
            status = 1
        else:
            state.files = state.files.make_folder(invocation.place(path))
    invocation.end(status)


def _move(invocation: Invocation) -> None:
    given, options, values = _operands(invocation)
    sources, target = _targets(given, values)
    for source in sources:
        goal = _goal(invocation, source, target, inside="T" not in options)
        origin, entry = invocation.place(source), invocation.entry(source)
        into_itself = invocation.place(goal).below(origin)
        if invocation.read_only(goal) or entry.kind == ABSENT or into_itself or _full(invocation, goal):
            invocation.end(1)
            return
        if "n" in options and invocation.entry(goal).exists:
            continue
        _moved(invocation, origin, invocation.place(goal), goal)
    invocation.end(0)


def _full(invocation: Invocation, path: str) -> bool:
    """Whether there is a folder with something in it, which a rename does not replace."""
    empty = invocation.state.files.empty(invocation.place(path))
    return bool(invocation.entry(path).is_folder) and empty is False


def _moved(invocation: Invocation, source: Place, target: Place, path: str) -> None:
    state = invocation.state
    clone = state.files.look(source.parent)
    if source.name == ".git" and target.name == ".git" and clone.kind == REPOSITORY:
        state.files = state.files.put(target.parent, clone).remove(source.parent)
        return
    state.files = state.files.move(source, target)
    entry = state.files.look(target)
    if entry.kind == FILE:
        note(state, Wrote(invocation.spoken, state.assumed, target, path, entry.content, entry.mode))


def _targets(given: list[str], values: dict[str, str]) -> tuple[list[str], str]:
    folder = values.get("t") or values.get("target-directory")
    if folder:
        return given, folder
    return given[:-1], given[-1] if given else ""


def _goal(invocation: Invocation, source: str, target: str, *, inside: bool = True) -> str:
    """Where a file goes: into the target, if that is a folder."""
    if inside and invocation.entry(target).is_folder and not source.endswith("/."):
        return posixpath.join(target, posixpath.basename(source.rstrip("/")))
    return target


def _copy(invocation: Invocation) -> None:
    given, options, values = _operands(invocation)
    sources, target = _targets(given, values)
    for source in sources:
        if "*" in source:
            continue
        goal = _goal(invocation, source, target, inside="T" not in options)
        entry = invocation.entry(source)
        if entry.kind == ABSENT or invocation.read_only(goal):
            invocation.end(1)
            return
        old = invocation.entry(goal)
        older = old.kind == FILE and entry.kind == FILE and old.since >= entry.since
        if ({"n", "no-clobber"} & set(options) and old.exists) or ("u" in options and older):
            continue
        if entry.is_folder:
            files = invocation.state.files
            invocation.state.files = files.copy(invocation.place(source), invocation.place(goal))
        else:
            _copied(invocation, source, goal, kept=bool({"p", "a", "archive"} & set(options)))
    invocation.end(0)


def _copied(invocation: Invocation, source: str, goal: str, *, kept: bool) -> None:
    """A new file has the permissions of the old one, less what the umask takes."""
    machine, state = invocation.machine, invocation.state
    entry, old = invocation.entry(source), invocation.entry(goal)
    content = machine.content(state, source)
    mode = entry.mode
    if old.kind == FILE and not kept:
        mode = old.mode
    elif mode is not None and not kept:
        mode &= ~state.umask
    new = Entry(FILE, content, mode, since=state.boot)
    machine.put_file(state, invocation.place(goal), goal, new, invocation.where)


def _install(invocation: Invocation) -> None:
    given, options, values = _operands(invocation)
    mode = octal(values.get("m") or values.get("mode") or "755")
    if "d" in options or "directory" in options:
        for path in given:
            invocation.state.files = invocation.state.files.make_folder(invocation.place(path))
        invocation.end(0)
        return
    sources, target = _targets(given, values)
    for source in sources:
        content = invocation.machine.content(invocation.state, source)
        goal = _goal(invocation, source, target)
        if content is None or invocation.read_only(goal):
            invocation.end(1)
            return
        new = Entry(FILE, content, mode, since=invocation.state.boot)
        invocation.machine.put_file(invocation.state, invocation.place(goal), goal, new, invocation.where)
    invocation.end(0)


def _change_mode(invocation: Invocation) -> None:
    given, _, _ = _operands(invocation)
    state = invocation.state
    for path in given[1:]:
        entry = invocation.entry(path)
        if entry.kind == FILE:
            mode = symbolic_mode(given[0], entry.mode)
            new = entry._replace(mode=mode)
            invocation.machine.put_file(state, invocation.place(path), path, new, invocation.where)
    invocation.end(0)


def _touch(invocation: Invocation) -> None:
    given, _, _ = _operands(invocation)
    for path in given:
        if invocation.entry(path).kind in (ABSENT, UNKNOWN) and not invocation.read_only(path):
            invocation.machine.write_file(invocation.state, path, "", invocation.where)
    invocation.end(0)


def _link(invocation: Invocation) -> None:
    """A link is as good as a copy, but its target stays what it is."""
    given, options, values = _operands(invocation)
    sources, target = _targets(given, values)
    for source in sources:
        goal = _goal(invocation, source, target, inside=not {"n", "T"} & set(options))
        entry = invocation.entry(source)
        if entry.kind == FILE:
            content = invocation.machine.content(invocation.state, source)
            new = Entry(FILE, content, entry.mode, since=invocation.state.boot)
            invocation.machine.put_file(invocation.state, invocation.place(goal), goal, new, invocation.where)
        else:
            files = invocation.state.files
            invocation.state.files = files.copy(invocation.place(source), invocation.place(goal))
    invocation.end(0)


def _compare(invocation: Invocation) -> None:
    """`cmp` and `diff`: whether two files are the same."""
    given, _, _ = _operands(invocation)
    texts = [
        invocation.state.stdin if path == "-" else invocation.machine.content(invocation.state, path)
        for path in given[:2]
    ]
    if len(texts) < 2 or texts[0] is None or texts[1] is None:
        invocation.end(2)
        return
    same = invocation.machine.equal(invocation.state, texts[0], texts[1])
    about = invocation.machine.symbols.sources(texts[0], texts[1])
    invocation.end(None if same is None else int(not same), about)


def _succeed(invocation: Invocation) -> None:
    invocation.end(0)


FILE_PROGRAMS: dict[str, Program] = {
    "rm": _remove, "unlink": _remove, "rmdir": _remove_folder, "mkdir": _make_folder, "mv": _move,
    "cp": _copy, "install": _install, "chmod": _change_mode, "touch": _touch, "ln": _link,
    "cmp": _compare, "diff": _compare, "chown": _succeed, "chgrp": _succeed,
}  # fmt: skip

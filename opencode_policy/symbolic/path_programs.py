"""Programs that tell about paths: their parts, and what lies there."""

from __future__ import annotations

import posixpath

from opencode_policy.symbolic.events import Probed
from opencode_policy.symbolic.files import FOLDER, REPOSITORY
from opencode_policy.symbolic.machine import Invocation, Program, note
from opencode_policy.symbolic.symbols import is_known


def _dirname(invocation: Invocation) -> None:
    path = invocation.arguments[-1] if invocation.arguments else ""
    invocation.write((posixpath.dirname(path.rstrip("/")) or ("/" if path.startswith("/") else ".")) + "\n")
    invocation.end(0)


def _basename(invocation: Invocation) -> None:
    words = [word for word in invocation.arguments if not word.startswith("-")]
    name = words[0].rstrip("/").rpartition("/")[2] if words else ""
    if not is_known(name):
        name = invocation.machine.symbols.derived("basename", *words)
    elif len(words) > 1 and name != words[1]:
        name = name.removesuffix(words[1])
    invocation.write(name + "\n")
    invocation.end(0)


def _realpath(invocation: Invocation) -> None:
    words = [word for word in invocation.arguments if not word.startswith("-")]
    path = words[-1] if words else "."
    full = path if path.startswith("/") else posixpath.join(invocation.state.directory, path)
    invocation.write(posixpath.normpath(full) + "\n")
    invocation.end(0)


def _listed(invocation: Invocation) -> None:
    """`ls`: names of a folder's entries, as far as they are known."""
    state, symbols = invocation.state, invocation.machine.symbols
    paths = [word for word in invocation.arguments if not word.startswith("-")] or ["."]
    hidden = any(set("aA") & set(word) for word in invocation.arguments if word.startswith("-"))
    entry, place = invocation.entry(paths[0]), invocation.place(paths[0])
    names = [name for name in state.files.children(place) if hidden or not name.startswith(".")]
    if entry.exists is not None:
        note(state, Probed(invocation.spoken, state.assumed, place, paths[0], entry.exists))
    if entry.exists is False:
        invocation.end(2)
        return
    if entry.kind == FOLDER and entry.closed and place.path != "/":
        invocation.write("".join(f"{name}\n" for name in names))
    elif entry.kind == REPOSITORY:
        rest = symbols.derived("the working tree", str(place), filled=True)
        listing = (".git\n" if hidden else "") + (rest if entry.complete else "")
        invocation.write(listing)
    else:
        invocation.write(symbols.derived("ls", str(place)))
    invocation.end(0)


def _find(invocation: Invocation) -> None:
    """`find FOLDER`, as a question whether there is anything in it."""
    paths = [word for word in invocation.arguments if not word.startswith("-")]
    asks_more = {"-name", "-exec", "-delete", "-newer", "-path", "-execdir"} & set(invocation.arguments)
    if not paths or asks_more:
        found = invocation.machine.symbols.fresh("the output of find", *invocation.words)
        invocation.write(found)
        invocation.doubt(found)
        return
    state, place, entry = invocation.state, invocation.place(paths[0]), invocation.entry(paths[0])
    if entry.exists is not None:
        note(state, Probed(invocation.spoken, state.assumed, place, paths[0], entry.exists))
    if entry.exists is False:
        invocation.end(1)
        return
    own = "" if "-mindepth" in invocation.arguments else f"{paths[0]}\n"
    empty = state.files.empty(place) if place.path != "/" else None
    inside = invocation.machine.symbols.derived("find", str(place), filled=empty is False)
    invocation.write(own + ("" if empty else inside))
    invocation.end(0)


def _mktemp(invocation: Invocation) -> None:
    path = invocation.machine.symbols.fresh("a temporary path", filled=True)
    place = invocation.place(path)
    if "-d" in invocation.arguments:
        invocation.state.files = invocation.state.files.make_folder(place)
    invocation.write(path + "\n")
    invocation.end(0)


PATH_PROGRAMS: dict[str, Program] = {
    "dirname": _dirname, "basename": _basename, "realpath": _realpath, "readlink": _realpath,
    "ls": _listed, "find": _find, "mktemp": _mktemp,
}  # fmt: skip

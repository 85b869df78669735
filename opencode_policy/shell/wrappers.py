"""Commands that run another command: `env`, `exec`, `timeout`, `xargs`, ... and what they run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from opencode_policy.lean import dataclass
from opencode_policy.shell.holes import UNKNOWN


@dataclass(frozen=True, slots=True)
class _Wrapper:
    """How to find the command: options with values, operands before it, whether assignments may precede."""

    letters: str = ""
    names: frozenset[str] = frozenset()
    operands: int = 0
    assignments: bool = False
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The command that is run in the end.

    `items` pairs the text of each of its words with the word's index in the original list; it is empty if
    the wrapper runs nothing (`env` alone, `command -v git`). `assignments` are those of `env` and `sudo`,
    `wrappers` the names taken off, outermost first.
    """

    items: tuple[tuple[str, int], ...]
    assignments: tuple[tuple[str, int], ...] = ()
    wrappers: tuple[str, ...] = ()


_SETPRIV = frozenset({"--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set"})
# From the manual pages of POSIX, GNU coreutils and findutils, util-linux, sudo, and of small init programs.
_WRAPPERS = {
    "builtin": _Wrapper(),
    "busybox": _Wrapper(),
    "catatonit": _Wrapper(),
    "chroot": _Wrapper(operands=1),
    "command": _Wrapper(asks="vV"),
    "doas": _Wrapper(letters="uC"),
    "dumb-init": _Wrapper(letters="r", names=frozenset({"--rewrite"})),
    "env": _Wrapper("uC", frozenset({"--unset", "--chdir"}), assignments=True),
    "exec": _Wrapper(letters="a"),
    "flock": _Wrapper(letters="wE", operands=1),
    "gosu": _Wrapper(operands=1),
    "ionice": _Wrapper(letters="cn"),
    "nice": _Wrapper("n", frozenset({"--adjustment"})),
    "nohup": _Wrapper(),
    "setpriv": _Wrapper(names=_SETPRIV),
    "setsid": _Wrapper(),
    "stdbuf": _Wrapper("ioe", frozenset({"--input", "--output", "--error"})),
    "su-exec": _Wrapper(operands=1),
    "sudo": _Wrapper("ugpCRTDhrt", frozenset({"--user", "--group"}), assignments=True, asks="lvV"),
    "time": _Wrapper("fo", frozenset({"--format", "--output"})),
    "timeout": _Wrapper("ks", frozenset({"--kill-after", "--signal"}), operands=1),
    "tini": _Wrapper(letters="pe"),
    "toybox": _Wrapper(),
    "xargs": _Wrapper(
        "InLPsdEa", frozenset({"--max-args", "--max-procs", "--replace", "--delimiter", "--arg-file"})
    ),
}


def base_name(text: str) -> str:
    """Return the last component of a command's path."""
    return text.rsplit("/", 1)[-1]


def unwrap(words: Sequence[str]) -> Unwrapped:
    """Find the command that `words` run in the end; a word with unknown text is a name like any other."""
    return _unwrapped(tuple(words))


@lru_cache(maxsize=4096)
def _unwrapped(words: tuple[str, ...]) -> Unwrapped:
    items = [(text, index) for index, text in enumerate(words)]
    assignments: list[tuple[str, int]] = []
    wrappers: list[str] = []
    while items and (wrapper := _WRAPPERS.get(base_name(items[0][0]))):
        wrappers.append(base_name(items[0][0]))
        items = _behind(wrapper, items, assignments)
    return Unwrapped(tuple(items), tuple(assignments), tuple(wrappers))


def _behind(
    wrapper: _Wrapper, items: list[tuple[str, int]], assignments: list[tuple[str, int]]
) -> list[tuple[str, int]]:
    items = items[1:]
    while items and items[0][0].startswith("-") and items[0][0] != "--":
        option, _ = items[0]
        if not option.startswith("--") and set(option[1:2]) & set(wrapper.asks):
            return []
        split = _split_string(option, items) if wrapper.assignments else None
        items = split if split is not None else items[1 + _takes_value(wrapper, option) :]
    items = items[1:] if items and items[0][0] == "--" else items
    while wrapper.assignments and items and "=" in items[0][0].partition(UNKNOWN)[0]:
        assignments.append(items.pop(0))
    return items[wrapper.operands :]


def _split_string(option: str, items: list[tuple[str, int]]) -> list[tuple[str, int]] | None:
    """`env -S 'a b'` runs a command given in one string (GNU coreutils)."""
    for prefix in ("-S", "--split-string=", "-vS"):
        if option.startswith(prefix):
            text, rest = option.removeprefix(prefix), items[1:]
            index = items[0][1]
            if not text and rest:
                (text, index), *rest = rest
            return [(word, index) for word in text.split()] + rest
    return None


def _takes_value(wrapper: _Wrapper, option: str) -> bool:
    """Tell whether an option's value is the next word: `-n 5`, not `-n5` or `--signal=TERM`."""
    if option.startswith("--"):
        return option in wrapper.names
    return option[-1] in wrapper.letters and not set(option[1:-1]) & set(wrapper.letters)

"""Programs that work on text: what they print, as far as it follows from what they are given."""

from __future__ import annotations

import re

from opencode_policy.symbolic.builtins import BUILTINS
from opencode_policy.symbolic.conditions import test
from opencode_policy.symbolic.file_programs import FILE_PROGRAMS
from opencode_policy.symbolic.files import FILE
from opencode_policy.symbolic.git import git
from opencode_policy.symbolic.machine import Invocation, Program
from opencode_policy.symbolic.path_programs import PATH_PROGRAMS

_FILTERS = frozenset(
    {
        "awk", "b2sum", "base64", "cksum", "cut", "fold", "gawk", "gojq", "grep", "head", "hexdump", "jq",
        "md5sum", "mawk", "node", "od", "openssl", "paste", "perl", "python", "python3", "rev", "ruby",
        "sed", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shasum", "sort", "strings",
        "sum", "tac", "tail", "tr", "uniq", "wc", "xxd", "yq",
    }
)  # fmt: skip
"""Programs whose output depends on nothing but their arguments, input and files."""
_KEEPING = frozenset({"cut", "grep", "head", "rev", "sort", "tac", "tail", "tr", "uniq"})
"""Filters that make nothing of nothing."""

_SUMS = re.compile(r"(b2|md5|sha\d+|cksum|shasum)(sum)?$")
_FIRST_FIELD = re.compile(r"cut (-d ? ?-f ?1|-f ?1 -d ? ?|-c ?1-\d+)|awk \{\s*print \$1;?\s*\}")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "0": "\0", '"': '"'}


def run_unknown(invocation: Invocation) -> None:
    """A program of which nothing is known but its name."""
    state, symbols = invocation.state, invocation.machine.symbols
    about = [*invocation.words, state.stdin or "", *_contents(invocation)]
    if invocation.name in _FILTERS:
        _filter(invocation)
        return
    invocation.write(symbols.fresh(f"the output of {symbols.words(invocation.name)}", *about))
    invocation.doubt(*about)


def _contents(invocation: Invocation) -> list[str]:
    """Contents of the arguments that are files."""
    found = []
    for word in invocation.arguments:
        entry = invocation.entry(word) if "/" in word else None
        if entry is not None and entry.kind == FILE:
            found.append(invocation.machine.content(invocation.state, word) or "")
    return found


def _filter(invocation: Invocation) -> None:
    state, symbols = invocation.state, invocation.machine.symbols
    files = _contents(invocation)
    sums = _SUMS.match(invocation.name) is not None
    if sums and "-c" in invocation.arguments:
        _verify(invocation)
        return
    given = files or [state.stdin or ""]
    if files and state.stdin and not sums:  # `awk -f PROGRAM <INPUT`
        given = [*files, state.stdin]
    missing = [
        word for word in invocation.arguments if word.startswith("/") and not invocation.entry(word).exists
    ]
    if missing and sums and invocation.entry(missing[0]).exists is False:
        invocation.end(1)
        return
    words = [word for word in invocation.arguments if not sums or word.startswith("-")]
    if given == [""] and invocation.name in _KEEPING:
        output = ""
    elif _FIRST_FIELD.fullmatch(" ".join([invocation.name, *words])) and symbols.solid(given[0]):
        output = given[0].split(maxsplit=1)[0] if given[0].strip() else ""
    else:
        output = symbols.derived(" ".join([invocation.name, *words]), *given, solid=sums)
    if sums:
        names = [word for word in invocation.arguments if not word.startswith("-")] or ["-"]
        output += f"  {names[0]}\n"
    quiet = invocation.name == "grep" and any(re.fullmatch(r"-\w*[qlLc]\w*|--quiet", word) for word in words)
    invocation.write("" if quiet else output)
    if sums or invocation.name in ("cut", "head", "tail", "tr", "sed", "sort", "uniq", "wc", "base64"):
        invocation.end(0)
    else:
        invocation.doubt(*given)


def _verify(invocation: Invocation) -> None:
    """`sha256sum -c FILE`: whether a file still is what it was."""
    listed = [
        invocation.machine.content(invocation.state, word) for word in invocation.arguments if word[0] != "-"
    ]
    text = listed[0] if listed else invocation.state.stdin
    if text is None:
        invocation.end(1)
        return
    noted, _, path = text.strip().partition("  ")
    now = invocation.machine.content(invocation.state, path) if path else None
    if now is None:
        invocation.end(None)
        return
    program = invocation.name
    same = invocation.machine.equal(invocation.state, noted, invocation.machine.symbols.derived(program, now))
    invocation.end(None if same is None else int(not same), invocation.machine.symbols.sources(text, now))


def _echo(invocation: Invocation) -> None:
    words = invocation.arguments
    newline = "\n"
    while words and re.fullmatch(r"-[neE]+", words[0]):
        newline = "" if "n" in words[0] else newline
        words = words[1:]
    invocation.write(" ".join(words) + newline)
    invocation.end(0)


def _printf(invocation: Invocation) -> None:
    words = [word for word in invocation.arguments if word != "--"]
    if words[:1] == ["-v"] and len(words) > 2:
        invocation.state.variables[words[1]] = formatted(words[2], words[3:])
    elif words:
        invocation.write(formatted(words[0], words[1:]))
    invocation.end(0)


def formatted(form: str, arguments: list[str]) -> str:
    """What `printf FORMAT ARGUMENT...` prints; the format is used again while arguments are left."""
    rest = list(arguments)
    output = _once(form, rest)
    while rest and "%" in form.replace("%%", ""):
        before = len(rest)
        output += _once(form, rest)
        if len(rest) == before:
            break
    return output


def _once(form: str, rest: list[str]) -> str:
    def convert(match: re.Match[str]) -> str:
        if match[1]:
            return _ESCAPES.get(match[1], "\\" + match[1])
        if match[2] == "%":
            return "%"
        return rest.pop(0) if rest else ("0" if match[2] in "di" else "")

    return re.sub(r"\\(.)|%[-+ #0-9.]*([%sbcdiqux])", convert, form, flags=re.DOTALL)


def _cat(invocation: Invocation) -> None:
    state = invocation.state
    paths = [word for word in invocation.arguments if word == "-" or not word.startswith("-")]
    if not paths:
        paths = ["-"]
    status = 0
    for path in paths:
        text = (state.stdin or "") if path in ("-", "/dev/stdin") else invocation.machine.content(state, path)
        if text is None:
            status = 1
        else:
            invocation.write(text)
    invocation.end(status)


def _tee(invocation: Invocation) -> None:
    state = invocation.state
    words = [word for word in invocation.arguments if not word.startswith("-")]
    append = any(word.startswith("-") and "a" in word for word in invocation.arguments)
    for path in words:
        if not path.startswith("/dev/"):
            invocation.machine.write_file(state, path, state.stdin, invocation.where, append=append)
    invocation.write(state.stdin or "")
    invocation.end(0)


def _date(invocation: Invocation) -> None:
    invocation.write(invocation.machine.symbols.fresh(f"the output of {invocation.name}", filled=True) + "\n")
    invocation.end(0)


def _sequence(invocation: Invocation) -> None:
    numbers = [int(word) for word in invocation.arguments if re.fullmatch(r"-?\d{1,4}", word)]
    if len(numbers) == len(invocation.arguments) and len(numbers) in (1, 2):
        first, last = (1, numbers[0]) if len(numbers) == 1 else numbers
        invocation.write("".join(f"{number}\n" for number in range(first, min(last, first + 100) + 1)))
        invocation.end(0)
    else:
        run_unknown(invocation)


PROGRAMS: dict[str, Program] = {
    **BUILTINS, **FILE_PROGRAMS, **PATH_PROGRAMS,
    "[": test, "[[": test, "test": test, "git": git, "echo": _echo, "printf": _printf, "cat": _cat,
    "tee": _tee, "date": _date, "hostname": _date, "id": _date, "uname": _date, "whoami": _date,
    "nproc": _date, "seq": _sequence,
}  # fmt: skip
"""Every program that is known, by name."""

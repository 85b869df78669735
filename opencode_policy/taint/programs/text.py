"""Programs that read text and print some form of it."""

from __future__ import annotations

import re

from opencode_policy.shell.holes import SECRET, UNKNOWN, has_holes
from opencode_policy.taint.invocation import Invocation
from opencode_policy.taint.parameters import HARMLESS_LENGTH
from opencode_policy.taint.programs import awk as awk_programs
from opencode_policy.taint.programs import sed as sed_programs
from opencode_policy.taint.programs.operands import blurred, content, flags, operands, show, values_of
from opencode_policy.taint.values import ANYTHING, NOTHING, Flows, Value, merged
from opencode_policy.taint.words import Argument

_BLANK = re.compile(r"(?:\\[nrt]|\[:(?:space|blank|cntrl):\]|\s)+")
_SIMPLE_FIELD = re.compile(r"\s*\{\s*print\s+\$(\d+)\s*;?\s*\}\s*")


def same(call: Invocation) -> None:
    """Print what is read, unchanged: `cat`."""
    show(call, content(call, operands(call)))


def some(call: Invocation) -> None:
    """Print some form of what is read or given."""
    show(call, blurred(content(call, operands(call)), call.flows))


def some_but_first(call: Invocation) -> None:
    """The same for a program whose first operand is a program or pattern: `jq`."""
    show(call, blurred(content(call, _behind_first(call)), call.flows))


def number(call: Invocation) -> None:
    """Print what does not lead back to what is read: a hash, a number, a name."""
    call.say(ANYTHING)


def nothing(call: Invocation) -> None:
    """Print nothing."""
    call.say(NOTHING)


def _behind_first(call: Invocation) -> list[Argument]:
    given = any(re.match(r"-[ef]|--(?:regexp|file|expression)", text) for text in call.texts)
    return operands(call)[0 if given else 1 :]


# --- parts of lines ------------------------------------------------------------------------------------


def head(call: Invocation) -> None:
    """Print the first lines; a few characters of a secret are none."""
    count = re.search(r"(?:-c ?|--bytes=)(\d+)\b", " ".join(call.texts))
    value = content(call, operands(call))
    show(call, ANYTHING if count and int(count[1]) <= HARMLESS_LENGTH else value)


def cut(call: Invocation) -> None:
    """Print a field or some characters of each line."""
    value = content(call, operands(call))
    options = " ".join(call.texts)
    characters = re.search(r"-[cb] ?(?:(\d+)-)?(\d+)(?![\d,-])", options) or re.search(
        r"-[cb] ?()-(\d+)", options
    )
    fields = re.search(r"-f ?(\d+)(?![\d,-])", options)
    delimiter = re.search(r"-d ?(\S)|-d( )", options)
    if characters and int(characters[2]) - int(characters[1] or 1) < HARMLESS_LENGTH:
        show(call, ANYTHING)
    elif fields and not (delimiter and has_holes(delimiter[0])):
        sign = (delimiter[1] or " ") if delimiter else "\t"
        show(call, value.mapped(lambda text: _field(text, sign, int(fields[1]))))
    else:
        show(call, blurred(value))


def _field(text: str, sign: str | None, index: int) -> str:
    """A field of each line; a line without the sign is printed as it is, if a sign is given."""
    found = []
    for line in text.splitlines():
        parts = line.split(sign)
        if index <= len(parts):
            found.append(parts[index - 1] if index else line)
        elif len(parts) == 1 and sign:
            found.append(line)
    return "".join(part + "\n" for part in found)


def tr(call: Invocation) -> None:
    """Replace or delete characters: only of known ones is it followed."""
    value, given = call.stdin(), [argument.skeleton for argument in operands(call)]
    letters = flags(call)
    if "d" in letters and given and _BLANK.fullmatch(given[0]):
        show(call, value.mapped(lambda text: re.sub(r"[^\S ]" if " " not in given[0] else r"\s", "", text)))
    elif not letters and len(given) == 2 and all(_character(text) for text in given):
        old, new = map(_character, given)
        show(call, value.mapped(lambda text: text.replace(old, new)))
    elif "d" in letters and given and re.fullmatch(r"\\0+", given[0]):
        show(call, value.mapped(lambda text: text.replace("\0", "")))
    else:
        show(call, blurred(value))


def _character(text: str) -> str:
    """The one character that an operand of `tr` stands for."""
    known = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\0": "\0", "\\000": "\0", "\\00": "\0"}
    return known.get(text, text if len(text) == 1 and not has_holes(text) else "")


# --- patterns --------------------------------------------------------------------------------------------


def grep(call: Invocation) -> None:
    """Print lines that match."""
    letters = flags(call)
    if set(letters) & set("qclL") or {"--quiet", "--silent", "--count", "--files-with-matches"} & set(
        call.texts
    ):
        call.say(ANYTHING)
        return
    files = _behind_first(call)
    below = merged(*(_below(call, item.skeleton) for item in files)) if set(letters) & set("rR") else ()
    value = content(call, files)
    lines = _kept(call, value, letters)
    show(call, blurred(value, below) if lines is None or below else lines)


def _kept(call: Invocation, value: Value, letters: str) -> Value | None:
    """The lines of a text that match; None when the pattern is not known, or not all of a line is printed."""
    given = [*values_of(call, "-e"), *operands(call)[:1]]
    pattern = _regular(given[0].skeleton, extended="E" in letters or call.name == "egrep") if given else None
    if pattern is None or set(letters) & set("oABCnHP"):
        return None
    return value.mapped(lambda text: _matching(text, pattern, inverted="v" in letters))


def _matching(text: str, pattern: re.Pattern[str], *, inverted: bool) -> str:
    kept = []
    for line in text.splitlines():
        known = line.replace(SECRET, "Zz9_Zz9")
        sure = UNKNOWN not in line or bool(pattern.search(known.replace(UNKNOWN, "")))
        if not sure or bool(pattern.search(known.replace(UNKNOWN, ""))) is not inverted:
            kept.append(line)
    return "".join(line + "\n" for line in kept)


def _regular(text: str, *, extended: bool) -> re.Pattern[str] | None:
    """A regular expression of grep as one of Python, as far as both spell it alike."""
    if has_holes(text) or (not extended and re.search(r"[(){}+?|]", text)):
        return None
    try:
        return re.compile(text)
    except re.error:
        return None


def _below(call: Invocation, folder: str) -> Flows:
    """Secrets in files of a folder, at any depth."""
    prefix = call.machine.path(folder).rstrip("/") + "/"
    paths = [path for path in call.machine.world.secret_paths if path.startswith(prefix)]
    return merged(*(call.machine.content(path).flows for path in paths))


def sed(call: Invocation) -> None:
    """Substitute; what is more than that may leave a secret as it is."""
    files = _behind_first(call)
    value = content(call, files)
    given = [item.text for item in values_of(call, "-e", "-Ee", "-re")]
    changed = sed_programs.substituted(value, given or [item.text for item in operands(call)[:1]])
    show(call, blurred(value, call.flows) if changed is None else changed)
    if any(re.match(r"-i|--in-place", text) for text in call.texts):
        for item in files:
            held = call.machine.content(item.skeleton)
            call.machine.store(item.skeleton, blurred(held, call.flows), call.place)


def awk(call: Invocation) -> None:
    """Run a program of which is known whether it prints what it reads."""
    given = values_of(call, "-f")
    files = operands(call)
    program: str | None
    if given:
        file = call.machine.world.read(given[0].skeleton)
        program = file.text if file else None
    else:
        program, files = (files[0].skeleton if files else None), files[1:]
    value = content(call, files)
    simple = _SIMPLE_FIELD.fullmatch(program) if program else None
    separator = re.search(r"-F ?(\S)", " ".join(call.texts))
    if program is None or has_holes(program):
        show(call, blurred(value, call.flows))
    elif not awk_programs.prints(program):
        call.say(NOTHING)
    elif simple:
        sign = separator[1] if separator else None
        show(call, value.mapped(lambda text: _field(text, sign, int(simple[1]))))
    elif not awk_programs.prints_input(program):
        show(call, blurred(ANYTHING, merged(call.flows, _environment(call, program))))
    else:
        show(call, blurred(value, merged(call.flows, _environment(call, program))))


def _environment(call: Invocation, program: str) -> Flows:
    """What a program may print of the environment."""
    return call.machine.all_flows(exported_only=True) if "ENVIRON" in program else ()

"""Programs that read text and print text, and what of a secret remains in it.

A program of which nothing is known prints, perhaps, what it reads. What it gets by its environment it is
trusted with: it needs it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from opencode_policy.shell.holes import SECRET, has_holes
from opencode_policy.shell.wrappers import base_name
from opencode_policy.taint.awk import prints
from opencode_policy.taint.cells import Key, Stored, Target
from opencode_policy.taint.commands import Invocation
from opencode_policy.taint.parameters import HARMLESS_LENGTH
from opencode_policy.taint.sed import substituted
from opencode_policy.taint.streams import targets_of, write
from opencode_policy.taint.values import (
    ANYTHING,
    NOTHING,
    Flows,
    Text,
    Value,
    altered,
    concatenated,
    joined,
    merged,
    secret,
)
from opencode_policy.taint.words import Argument

# Options of the programs below that take the next argument for their value.
_VALUED = {
    "head": "nc", "tail": "nc", "cut": "dfcb", "sort": "tkSTo", "sed": "ef", "grep": "efmABC", "tr": "",
    "base64": "w", "fold": "w", "awk": "Ffv", "gawk": "Ffv", "mawk": "Ffv", "jq": "", "od": "AtNj",
    "xxd": "lcs",    "nl": "bdfhilnsvw", "split": "abn", "paste": "d",
}  # fmt: skip


def _operands(call: Invocation) -> list[Argument]:
    """Arguments that are neither options nor values of options."""
    found: list[Argument] = []
    valued = _VALUED.get(base_name(call.name), "")
    skip = ended = False
    for argument in call.args:
        text = argument.skeleton
        if skip:
            skip = False
        elif not ended and text == "--":
            ended = True
        elif not ended and text.startswith("-") and len(text) > 1:
            skip = len(text) == 2 and text[1] in valued
        else:
            found.append(argument)
    return found


def _content(call: Invocation, files: list[Argument]) -> Value:
    """What the program reads: its files, or standard input."""
    if not files:
        return call.stdin()
    values = [call.stdin() if item.skeleton == "-" else call.machine.content(item.skeleton) for item in files]
    place = call.machine.frame.place(call.span)
    return concatenated([value.with_hop(place, f"is read by {base_name(call.name)}") for value in values])


def _print(call: Invocation, value: Value) -> None:
    at = next((a.span for a in call.args if call.machine.content(a.skeleton).flows), call.span)
    call.say(value, f"{base_name(call.name)} prints {{}} to the log", at=at)


def _blurred(value: Value, more: Flows = ()) -> Value:
    flows = merged(value.flows, more)
    return secret(flows) if flows else ANYTHING


def _cat(call: Invocation) -> None:
    _print(call, _content(call, _operands(call)))


def _filter(call: Invocation) -> None:
    """Prints some form of what it reads or is given."""
    _print(call, _blurred(_content(call, _operands(call)), call.flows))


def _second(call: Invocation) -> list[Argument]:
    """Operands behind the first, which is a program, a pattern or the like."""
    given = any(re.fullmatch(r"-[ef].*|--(?:regexp|file|expression)(?:=.*)?", text) for text in call.texts)
    return _operands(call)[0 if given else 1 :]


def _scripted(call: Invocation) -> None:
    _print(call, _blurred(_content(call, _second(call)), call.flows))


def _grep(call: Invocation) -> None:
    letters = "".join(text for text in call.texts if re.fullmatch(r"-[A-Za-z]+", text))
    if set(letters) & set("qclL") or {"--quiet", "--silent", "--count"} & set(call.texts):
        call.say(ANYTHING, "")
        return
    files = _second(call)
    if set(letters) & set("rR"):
        flows = merged(*(_below(call, item.skeleton) for item in files))
        _print(call, _blurred(_content(call, files), flows))
    else:
        _print(call, _blurred(_content(call, files)))


def _below(call: Invocation, folder: str) -> Flows:
    """Secrets in files of a folder, at any depth."""
    paths = [path for path in call.machine.world.secret_paths if path.startswith(folder.rstrip("/") + "/")]
    return merged(*(call.machine.content(path).flows for path in paths))


def _tr(call: Invocation) -> None:
    value = call.stdin()
    if any(text.startswith("-") and "d" in text for text in call.texts) and not call.flows:
        deleted = _operands(call)[-1].skeleton if _operands(call) else ""
        blank = deleted in ("\n", "\\n", "\\r", "\\r\\n", "[:space:]", "\\n\\r", " ")
        _print(call, value.mapped(lambda text: re.sub(r"\s", "", text)) if blank else _blurred(value))
    else:
        _print(call, _blurred(value))


def _cut(call: Invocation) -> None:
    value = _content(call, _operands(call))
    joined_options = " ".join(call.texts)
    characters = re.search(r"-[cb] ?(?:1?-)?(\d+)\b(?!-)", joined_options)
    fields = re.search(r"-f ?(\d+)(?![\d,-])", joined_options)
    delimiter = re.search(r"-d ?(\S)", joined_options)
    if characters and int(characters[1]) <= HARMLESS_LENGTH:
        _print(call, ANYTHING)
    elif fields and delimiter and not has_holes(delimiter[1]):
        _print(call, value.mapped(lambda text: _field(text, delimiter[1], int(fields[1]))))
    else:
        _print(call, _blurred(value))


def _field(text: str, delimiter: str, number: int) -> str:
    lines = [line.split(delimiter) for line in text.splitlines()]
    return "".join((parts[number - 1] if len(parts) >= number else parts[0] * (len(parts) == 1)) + "\n"
                   for parts in lines)  # fmt: skip


def _head(call: Invocation) -> None:
    value = _content(call, _operands(call))
    count = re.search(r"(?:-c ?|--bytes=)(\d+)\b", " ".join(call.texts))
    _print(call, ANYTHING if count and int(count[1]) <= HARMLESS_LENGTH else value)


def _sed(call: Invocation) -> None:
    value = _content(call, _second(call))
    expressions = _expressions(call)
    changed = substituted(value, expressions) if expressions else None
    _print(call, _blurred(value, call.flows) if changed is None else changed)
    if any(re.match(r"-i|--in-place", text) for text in call.texts):
        for item in _second(call):
            held = call.machine.content(item.skeleton)
            call.machine.store(item.skeleton, _blurred(held, call.flows), call.machine.frame.place(call.span))


def _expressions(call: Invocation) -> list[Text]:
    given = [
        a.text
        for a, before in zip(call.args[1:], call.args, strict=False)
        if before.skeleton in ("-e", "-re", "-Ee")
    ]
    return given or [argument.text for argument in _operands(call)[:1]]


def _awk(call: Invocation) -> None:
    """Awk prints only by `print`, `printf`, a pattern without action, or another program."""
    given = [a for a, before in zip(call.args[1:], call.args, strict=False) if before.skeleton == "-f"]
    if given:
        file = call.machine.world.read(given[0].skeleton)
        program, files = (file.text if file else None), _operands(call)
    else:
        operands = _operands(call)
        program, files = (operands[0].skeleton if operands else None), operands[1:]
    silent = program is not None and not has_holes(program) and not prints(program)
    if silent:
        call.say(NOTHING, "")
    else:
        _print(call, _blurred(_content(call, files), call.flows))


def _tee(call: Invocation) -> None:
    value = call.stdin()
    place = call.machine.frame.place(call.span)
    for item in _operands(call):
        targets = targets_of(call.machine, Value((item.text,)))
        if write(call.machine, targets, value, place):
            call.machine.leak("output", item.span, "tee prints {} to the log", value.flows)
    _print(call, value)


def _env(call: Invocation) -> None:
    """`env` alone prints the environment."""
    lines = _listed(call, [text for text in call.texts if not text.startswith("-") and "=" not in text])
    call.say(lines, f"{base_name(call.name)} prints {{}} to the log")


def _listed(call: Invocation, names: list[str]) -> Value:
    machine = call.machine
    if names:
        return joined([machine.variable(name).value for name in names if not has_holes(name)] or [ANYTHING])
    flows = machine.all_flows(exported_only=True)
    variables = [(name, cell.value) for name, cell in machine.state.of_kind("variable") if cell.exported]
    if len(variables) > 50 or len(flows) > 8:
        return secret(flows)
    lines = [altered(text, f"{name}={text.skeleton}\n") for name, value in variables if value.flows
             for text in value.texts[:1]]  # fmt: skip
    more = [Text(f"PATH={ANYTHING.texts[0].skeleton}\n")]
    if machine.world.anywhere:
        more.append(Text(f"{SECRET}\n", machine.world.anywhere))
    return concatenated([Value((line,)) for line in (*lines, *more)])


def _digest(call: Invocation) -> None:
    """What it prints of a secret does not lead back to it: a hash, a number, a name."""
    call.say(ANYTHING, "")


def _silent(call: Invocation) -> None:
    call.say(NOTHING, "")


def _copied(call: Invocation) -> None:
    """`cp`, `mv`, `ln`, `install`: the target holds what the source held."""
    machine, files = (
        call.machine,
        [a for a in _operands(call) if not has_holes(a.skeleton[:1]) or "/" in a.skeleton],
    )
    call.say(NOTHING, "")
    if len(files) < 2:
        return
    target = files[-1].skeleton
    for item in files[:-1]:
        stored: Stored = machine.state.get(Key("file", item.skeleton))
        if stored.value.flows or stored.written:
            into = target.rstrip("/") + "/" + item.skeleton.rpartition("/")[2]
            paths = [into] if target.endswith("/") or len(files) > 2 else [target, into]
            for path in paths:
                machine.store(path, stored.value, machine.frame.place(call.span))
        if base_name(call.name) == "mv":
            machine.state.set(Key("file", item.skeleton), Stored(NOTHING))


def _removed(call: Invocation) -> None:
    for item in _operands(call):
        if not has_holes(item.skeleton[:1]):
            call.machine.state.set(Key("file", item.skeleton), Stored(NOTHING))


def _dd(call: Invocation) -> None:
    source = next((t[3:] for t in call.texts if t.startswith("if=")), None)
    target = next((t[3:] for t in call.texts if t.startswith("of=")), None)
    value = call.machine.content(source) if source else call.stdin()
    if target:
        path = Value((Text(target),))
        if write(call.machine, targets_of(call.machine, path), value, call.machine.frame.place(call.span)):
            call.machine.leak("output", call.span, "dd prints {} to the log", value.flows)
    else:
        _print(call, value)


def _consumed(call: Invocation) -> None:
    """Takes a secret on its input and keeps it to itself."""
    call.say(ANYTHING, "")


def unknown(call: Invocation) -> None:
    """A program of which nothing is known: it may print what it reads."""
    piped = call.stdin().flows
    keeps = any(text.endswith(("-stdin", "-with-token")) or text == "login" for text in call.texts)
    if piped and not keeps:
        call.say(secret(piped), f"{_name(call)} may print {{}}, which it reads, to the log", certain=False)
    elif call.flows and Target("log") not in call.machine.descriptor("1"):
        call.say(secret(call.flows), "")
    else:
        call.say(ANYTHING, "")


def _name(call: Invocation) -> str:
    return "a program" if has_holes(call.name) else base_name(call.name)


def _table(handler: Callable[[Invocation], None], names: str) -> dict[str, Callable[[Invocation], None]]:
    return dict.fromkeys(names.split(), handler)


FILTERS: dict[str, Callable[[Invocation], None]] = {
    **_table(_cat, "cat zcat bzcat xzcat"),
    **_table(_filter, "tac sort uniq rev fold fmt nl od xxd hexdump base64 base32 strings paste column "
             "envsubst iconv gzip gunzip dos2unix expand pr shuf less more echo printf expr comm diff join "
             "tail openssl uuencode factor"),
    **_table(_scripted, "jq yq perl"),
    **_table(_grep, "grep egrep fgrep rg"),
    **_table(_digest, "wc "
             "sha1sum sha224sum sha256sum sha384sum sha512sum md5sum b2sum cksum sum shasum stat ls du "
             "find basename dirname realpath readlink date id whoami hostname uname mktemp file test [ "
             "htpasswd ldd which nproc df ps"),
    **_table(_silent, "true false sleep mkdir rmdir touch chmod chown chgrp cmp kill sync mount umount "
             "mkfifo chpasswd passwd ssh-add ssh-keyscan apk apt-get tar unzip"),
    **_table(_copied, "cp mv ln install"),
    **_table(_removed, "rm shred unlink"),
    "awk": _awk, "gawk": _awk, "mawk": _awk, "cut": _cut, "dd": _dd, "env": _env, "head": _head,
    "printenv": _env, "sed": _sed, "tee": _tee, "tr": _tr, "gpg": _consumed, "kubectl": _consumed,
}  # fmt: skip

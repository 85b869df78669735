"""Constant evaluation: what the simulation makes of a script is what a shell makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.symbolic.running import BUSYBOX, real, simulated

SCRIPTS = {
    "assignment": "a=b; echo $a",
    "assignment from another": 'a=x; b="$a/y"; echo "$b"',
    "append in a loop": 'for i in 1 2 3; do s="$s $i"; done; echo "$s"',
    "name put together": 'f=${XDG_DATA_HOME:-$HOME/.local/share}/opencode/auth; f=$f.json; echo "$f"',
    "default of an unset variable": "echo ${NONE:-default} ${NONE-default} ${EMPTY:-x} ${EMPTY-y}",
    "default that assigns": 'echo "${NONE:=given}"; echo "$NONE"',
    "alternative": "echo ${URL:+set} ${NONE:+set} ${EMPTY:+set} ${EMPTY+set}",
    "alternative of two words": 'set -- ${URL:+--branch "main x"}; echo $# "$2"',
    "shortest suffix": 'p=/a/b/c; echo "${p%/*}" "${p%/}" "${p%%/*}"',
    "longest prefix": 'p=/a/b/c.tar.gz; echo "${p##*/}" "${p#*.}" "${p##*.}"',
    "scheme and host": 'h=${URL#https://}; echo "${h%%/*}" "${h#*/}" "${URL%.git}"',
    "quoted pattern": 'p="a*b*"; echo "${p%"*"}"',
    "pattern that begins with a blank": 'h="abc  file"; echo "${h%% *}"',
    "length": "echo ${#URL} ${#EMPTY}",
    "case on a constant": "case $URL in http://*) echo plain ;; https://*) echo secure ;; esac",
    "case with alternatives": (
        "for x in flux ha other; do case $x in flux | ha) echo $x ;; *) echo none ;; esac; done"
    ),
    "case with classes": (
        "for x in abc a.c 'a b' A_1; do case $x in *[!A-Za-z0-9.]*) echo bad ;; *) echo ok ;; esac; done"
    ),
    "case with quotes in a pattern": (
        "x='a${b'; case $x in *\"\\${\"*) echo reference ;; *) echo plain ;; esac"
    ),
    "function with arguments": 'f() { echo "$2-$1" $#; }; f a "b c"',
    "function that sets": "f() { x=$1; }; f 5; echo $x",
    "local variable": "x=1; f() { local x=2; echo $x; }; f; echo $x",
    "return status": "f() { return 3; }; f; echo $?",
    "all arguments": 'set -- "a b" c; for x in "$@"; do echo "<$x>"; done; echo "$*" $#',
    "shift": "set -- a b c; shift; echo $1 $#; shift 2; echo $#",
    "options by a loop": (
        "set -- --all x; while [ $# -gt 0 ]; do case $1 in --all) a=1 ;; "
        "*) r=$1 ;; esac; shift; done; echo $a $r"
    ),
    "field splitting": 'l="a  b c"; for x in $l; do echo "<$x>"; done; set -- $l; echo $#',
    "empty fields": 'set -- $EMPTY "$EMPTY" ""; echo $#',
    "command substitution": 'echo "$(echo a; echo b)"; x=$(printf "%s" hi); echo "$x"',
    "trailing newlines are lost": 'x=$(printf "a\\n\\n"); echo "[$x]"',
    "status of a substitution": "x=$(false) || echo failed; y=$(true) && echo fine",
    "dirname and basename": 'echo "$(dirname /a/b/c)" "$(basename /a/b/c.git .git)" "$(basename /a/b/)"',
    "printf": "printf '%s=%s\\n' a 1 b 2; printf '%d%%\\n' 5",
    "test of strings": (
        '[ a = a ] && echo 1; [ a != a ] || echo 2; [ -z "$EMPTY" ] && echo 3; [ -n "$URL" ] && echo 4'
    ),
    "test of numbers": "[ 3 -gt 2 ] && echo 1; [ 2 -ge 3 ] || echo 2; [ 1 -eq 01 ] && echo 3",
    "test with and and or": (
        "[ a = a -a b = c ] || echo 1; [ a = b -o c = c ] && echo 2; [ ! a = b ] && echo 3"
    ),
    "test of nothing": '[ ] || echo 1; [ "" ] || echo 2; [ x ] && echo 3; [ -n ] && echo 4',
    "lists from the left": "true || echo a && echo b; false && echo c || echo d",
    "negation": "! true || echo 1; ! false && echo 2; if ! false; then echo 3; fi",
    "elif": "if false; then echo a; elif true; then echo b; else echo c; fi",
    "arithmetic": "i=3; echo $((i + 1)) $(( (i - 1) * 2 )) $((i > 2)); i=$((i+1)); echo $i",
    "counting loop": (
        "i=0; while [ $i -lt 5 ]; do i=$((i + 1)); [ $i -eq 2 ] && continue; "
        "[ $i -eq 4 ] && break; echo $i; done"
    ),
    "until": "i=0; until [ $i -ge 3 ]; do i=$((i + 1)); done; echo $i",
    "subshell keeps its variables": "x=1; (x=2; echo $x); echo $x",
    "group does not": "x=1; { x=2; }; echo $x",
    "subshell that exits": "(exit 4); echo $?; (exit 0) && echo on",
    "errexit": "set -e; echo a; false; echo b",
    "errexit spares conditions": (
        "set -e; if false; then :; fi; false || true; ! true; false && true; echo end"
    ),
    "errexit in a function that is tested": "set -e; f() { false; echo on; }; f && echo yes; echo end",
    "errexit after a substitution": "set -e; x=$(false); echo never",
    "unset variable under set -u": "set -u; echo ${NONE:-ok}; echo $NONE; echo never",
    "message of an unset variable": 'echo a; : "${NONE:?must be set}"; echo never',
    "here-document": "cat <<END\nurl: $URL\nEND\ncat <<'END'\nurl: $URL\nEND",
    "pipe": 'echo "a b" | while read -r x y; do echo "$y $x"; done',
    "read from a here-document": 'read -r a b <<END\none two three\nEND\necho "$b"',
    "eval": "a=b; eval \"$a=5\"; eval 'echo $b'",
    "another shell": 'export A=1; B=2; sh -c \'echo "$A" "${B:-none}" "$0" "$1"\' zero one',
    "assignment for one command": "A=1 sh -c 'echo $A'; echo \"${A:-gone}\"",
    "exec ends the script": "echo a; exec echo b; echo never",
    "exit in a function": "f() { exit 7; }; f; echo never",
    "trap is no command": "trap 'echo bye' INT; echo on",
    "home": "echo ~/x ~ '~' \"~/x\"; cd /usr/../tmp; pwd",
    "semicolons and comments": "a=1; # b=2\necho $a '#' \\# # end",
    "line continuation": "echo a \\\n  b",
    "quotes side by side": 'a=x; echo \'it\'"\'s"" $a"',
    "dollar signs": "echo \"\\$HOME\" '$HOME' $ a$",
    "empty function argument": 'f() { echo "$# <$1>"; }; f ""; f',
    "output of a function in a test": 'kind() { echo main; }; [ "$(kind)" = main ] && echo yes',
    "ls of what is known": "mkdir -p /tmp/none-$$ && cd /tmp && echo made",
}


@pytest.mark.parametrize("script", [pytest.param(text, id=name) for name, text in SCRIPTS.items()])
def test_as_dash_does(script: str, tmp_path: Path) -> None:
    output, status = real(script, tmp_path)
    found, code = simulated(script)
    assert found == output
    assert code is None or code == status


@pytest.mark.skipif(BUSYBOX is None, reason="busybox is not installed")
@pytest.mark.parametrize("script", [pytest.param(text, id=name) for name, text in SCRIPTS.items()])
def test_as_busybox_does(script: str, tmp_path: Path) -> None:
    output, _ = real(script, tmp_path, busybox=True)
    assert simulated(script)[0] == output

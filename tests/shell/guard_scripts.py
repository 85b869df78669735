"""Init scripts as people write them, each with what becomes of the clone.

`first` is whether an empty volume gets a clone, `later` whether a start that finds one leaves it alone and off
the network, `repaired` whether a start that finds a clone which broke off makes it whole (None where the script
has no clone of its own to break off). The tests prove these labels by running the scripts.
"""

from __future__ import annotations

from dataclasses import dataclass

CLONE = 'git clone -q "$REPO_URL" "$REPO_DIR"'
ATOMIC = """\
rm -rf "$REPO_DIR.partial"
git clone -q "$REPO_URL" "$REPO_DIR.partial"
mv "$REPO_DIR.partial" "$REPO_DIR"
"""


@dataclass(frozen=True)
class Script:
    """A script, and what is true of it."""

    name: str
    text: str
    first: bool = True
    later: bool = True
    repaired: bool | None = True
    open: bool = False
    """Whether nobody can say without running it."""
    refused: bool = False
    """Whether git refuses to clone at every later start, which is then all there is to say."""


def _indented(text: str, prefix: str = "  ") -> str:
    return "".join(prefix + line + "\n" for line in text.splitlines())


SOUND = (
    Script(
        "if ! -d, clone aside and rename",
        f'set -e\nif [ ! -d "$REPO_DIR/.git" ]; then\n{_indented(ATOMIC)}fi\n',
    ),
    Script("test -d in an or list", f'set -eu\n[ -d "$REPO_DIR/.git" ] || {{\n{_indented(ATOMIC)}}}\n'),
    Script("test -e", f'set -e\ntest -e "$REPO_DIR/.git" || {{\n{_indented(ATOMIC)}}}\n'),
    Script("negated test", f'set -e\nif ! test -d "$REPO_DIR"; then\n{_indented(ATOMIC)}fi\n'),
    Script("early exit", f'set -e\n[ -d "$REPO_DIR" ] && exit 0\n{ATOMIC}'),
    Script(
        "early exit in an if", f'set -e\nif [ -d "$REPO_DIR/.git" ]; then echo there; exit 0; fi\n{ATOMIC}'
    ),
    Script(
        "function with an early return",
        f'set -e\nmain() {{\n  [ -e "$REPO_DIR" ] && return 0\n{_indented(ATOMIC)}}}\nmain\n',
    ),
    Script(
        "predicate function",
        f'set -e\nhas_clone() {{ [ -d "$1/.git" ]; }}\nhas_clone "$REPO_DIR" || {{\n{_indented(ATOMIC)}}}\n',
    ),
    Script(
        "predicate that asks git",
        'set -e\nis_clone() { git -C "$1" rev-parse --verify -q HEAD >/dev/null 2>&1; }\n'
        f'if ! is_clone "$REPO_DIR"; then\n{_indented(ATOMIC)}fi\n',
    ),
    Script(
        "work tree by its output",
        'set -e\nif [ "$(git -C "$REPO_DIR" rev-parse --is-inside-work-tree 2>/dev/null)" != true ]; then\n'
        f"{_indented(ATOMIC)}fi\n",
    ),
    Script(
        "else branch",
        f'set -e\nif [ -d "$REPO_DIR/.git" ]; then\n  echo "left as it is"\nelse\n{_indented(ATOMIC)}fi\n',
    ),
    Script(
        "elif stops at a stray folder",
        'set -e\nif [ -d "$REPO_DIR/.git" ]; then\n  echo there\nelif [ -e "$REPO_DIR" ]; then\n  echo stray >&2\n  exit 1\n'
        f"else\n{_indented(ATOMIC)}fi\n",
    ),
    Script(
        "case on a command's output",
        'set -e\nstate=absent\n[ -d "$REPO_DIR/.git" ] && state=present\ncase $state in\npresent) ;;\n*)\n'
        f"{_indented(ATOMIC)};;\nesac\n",
    ),
    Script(
        "double brackets",
        f'set -e\nif test -d "$REPO_DIR" && test -f "$REPO_DIR/.git/HEAD"; then exit 0; fi\n{ATOMIC}',
    ),
    Script(
        "variables for everything",
        'set -eu\nbase=${REPO_DIR%/*}\nname=${REPO_DIR##*/}\ntarget=$base/$name\ntmp="$base/.$name.tmp"\n'
        'if [ ! -d "$target" ]; then\n  rm -rf "$tmp"\n  git clone -q -- "$REPO_URL" "$tmp"\n  mv "$tmp" "$target"\nfi\n',
    ),
    Script(
        "cd first",
        'set -e\ncd "$(dirname "$REPO_DIR")"\nname=$(basename "$REPO_DIR")\nif [ ! -d "$name" ]; then\n'
        '  rm -rf partial\n  git clone -q "$REPO_URL" partial\n  mv partial "$name"\nfi\n',
    ),
    Script(
        "subshell",
        f'set -e\n(\n  [ ! -d "$REPO_DIR/.git" ] || exit 0\n{_indented(ATOMIC)})\n',
    ),
    Script(
        "flag set by a function",
        'set -e\nneeded=yes\nlook() {\n  if [ -d "$REPO_DIR/.git" ]; then needed=no; fi\n}\nlook\n'
        f'if [ "$needed" = yes ]; then\n{_indented(ATOMIC)}fi\n',
    ),
    Script(
        "status in a variable",
        'rc=0\ngit -C "$REPO_DIR" rev-parse HEAD >/dev/null 2>&1 || rc=$?\nif [ "$rc" -ne 0 ]; then\n'
        f"{_indented(ATOMIC)}fi\n",
    ),
    Script(
        "HEAD check, clone in place, remains removed",
        'set -e\nif ! git -C "$REPO_DIR" rev-parse --verify -q HEAD >/dev/null 2>&1; then\n'
        f'  rm -rf "$REPO_DIR"\n  {CLONE}\nfi\n',
    ),
    Script(
        "marker beside the clone",
        'set -e\nmark=${REPO_DIR%/*}/.cloned\nif [ ! -f "$mark" ]; then\n  rm -rf "$REPO_DIR"\n'
        f'  {CLONE}\n  touch "$mark"\nfi\n',
    ),
    Script(
        "marker inside the clone",
        'set -e\nif [ ! -f "$REPO_DIR/.git/cloned" ]; then\n  rm -rf "$REPO_DIR"\n'
        f'  {CLONE}\n  touch "$REPO_DIR/.git/cloned"\nfi\n',
    ),
    Script(
        "origin compared",
        'set -e\nif [ "$(git -C "$REPO_DIR" remote get-url origin 2>/dev/null)" = "$REPO_URL" ]; then exit 0; fi\n'
        f"{ATOMIC}",
    ),
    Script(
        "retried",
        'set -e\nif [ ! -d "$REPO_DIR" ]; then\n  rm -rf "$REPO_DIR.new"\n'
        '  for try in 1 2 3; do\n    git clone -q "$REPO_URL" "$REPO_DIR.new" && break\n    rm -rf "$REPO_DIR.new"\n  done\n'
        '  mv "$REPO_DIR.new" "$REPO_DIR"\nfi\n',
    ),
    Script(
        "until it works",
        'set -e\nif [ ! -d "$REPO_DIR" ]; then\n  rm -rf "$REPO_DIR.new"\n'
        '  until git clone -q "$REPO_URL" "$REPO_DIR.new"; do rm -rf "$REPO_DIR.new"; done\n'
        '  mv "$REPO_DIR.new" "$REPO_DIR"\nfi\n',
    ),
    Script(
        "options before and after the URL",
        'set -e\n[ -d "$REPO_DIR/.git" ] || {\n  rm -rf "$REPO_DIR.p"\n'
        '  git -c core.fsync=all clone -q -o origin --no-tags --depth 1 --single-branch "$REPO_URL" "$REPO_DIR.p" &&\n'
        '    mv "$REPO_DIR.p" "$REPO_DIR"\n}\n',
    ),
    Script(
        "unset branch",
        'set -eu\n[ -d "$REPO_DIR/.git" ] || {\n  rm -rf "$REPO_DIR.p"\n'
        '  git clone -q ${REPO_BRANCH:+--branch "$REPO_BRANCH"} -- "$REPO_URL" "$REPO_DIR.p"\n'
        '  mv "$REPO_DIR.p" "$REPO_DIR"\n}\n',
    ),
    Script(
        "init, fetch, check out",
        'set -e\nif ! git -C "$REPO_DIR" rev-parse --verify -q HEAD >/dev/null 2>&1; then\n  rm -rf "$REPO_DIR"\n'
        '  git init -q "$REPO_DIR"\n  git -C "$REPO_DIR" remote add origin "$REPO_URL"\n'
        '  git -C "$REPO_DIR" fetch -q origin\n  git -C "$REPO_DIR" checkout -q -b main origin/main\nfi\n',
    ),
    Script(
        "empty folder by its listing",
        f'set -e\nmkdir -p "$REPO_DIR"\nif [ -z "$(ls -A "$REPO_DIR")" ]; then\n  rmdir "$REPO_DIR"\n{_indented(ATOMIC)}fi\n',
    ),
    Script(
        "pull behind a switch that is off",
        'set -e\nif [ -d "$REPO_DIR/.git" ]; then\n  if [ "${PULL:-false}" = true ]; then git -C "$REPO_DIR" pull -q --ff-only; fi\n'
        f"else\n{_indented(ATOMIC)}fi\n",
    ),
    Script(
        "eval and sh -c",
        'set -e\nif ! sh -c \'test -d "$0/.git"\' "$REPO_DIR"; then\n  rm -rf "$REPO_DIR.p"\n'
        '  eval "git clone -q \\"$REPO_URL\\" \\"$REPO_DIR.p\\""\n  mv "$REPO_DIR.p" "$REPO_DIR"\nfi\n',
    ),
    Script(
        "token by a helper, as an exec in a subshell",
        'set -eu\nwith_token() { exec git -c credential.helper= "$@"; }\n'
        'if [ ! -e "$REPO_DIR" ]; then\n  rm -rf "$REPO_DIR.p"\n'
        '  (with_token clone -q -- "$REPO_URL" "$REPO_DIR.p") || { echo failed >&2; exit 1; }\n'
        '  mv "$REPO_DIR.p" "$REPO_DIR"\nfi\n',
    ),
    Script(
        "log to stderr, negated group", f'set -e\n! [ -d "$REPO_DIR" ] && {{\n{_indented(ATOMIC)}}}\nexit 0\n'
    ),
    Script(
        "positional parameters",
        'set -e\nset -- "$REPO_URL" "$REPO_DIR"\nif [ ! -d "$2/.git" ]; then\n  rm -rf "$2.p"\n  git clone -q "$1" "$2.p"\n  mv "$2.p" "$2"\nfi\n',
    ),
    Script(
        "loop over one repository",
        'set -e\nfor dir in "$REPO_DIR"; do\n  [ -d "$dir/.git" ] && continue\n  rm -rf "$dir.p"\n  git clone -q "$REPO_URL" "$dir.p"\n'
        '  mv "$dir.p" "$dir"\ndone\n',
    ),
    Script(
        "temporary folder on the volume",
        'set -e\nif [ ! -d "$REPO_DIR" ]; then\n  tmp=$(mktemp -d)\n  git clone -q "$REPO_URL" "$tmp/clone"\n'
        '  cp -a "$tmp/clone" "$REPO_DIR.p"\n  mv "$REPO_DIR.p" "$REPO_DIR"\n  rm -rf "$tmp"\nfi\n',
        repaired=None,
    ),
)

UNSOUND = (
    Script("no guard", f"set -e\n{CLONE}\n", later=False, refused=True, repaired=False),
    Script("no guard, failure swallowed", f"{CLONE} || true\n", later=False, repaired=False),
    Script(
        "inverted",
        f'set -e\nif [ -d "$REPO_DIR/.git" ]; then\n  {CLONE}\nfi\n',
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "inverted list",
        f'[ -d "$REPO_DIR/.git" ] && {CLONE}\nexit 0\n',
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "folder made before it is tested",
        f'set -e\nmkdir -p "$REPO_DIR"\n[ -d "$REPO_DIR" ] || {CLONE}\n',
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "another folder tested",
        f'set -e\n[ -d "$HOME/.git" ] || {CLONE}\n',
        later=False,
        refused=True,
        repaired=False,
    ),
    Script(
        "misspelt variable",
        f'[ -d "$REPODIR/.git" ] || {CLONE}\n',
        later=False,
        refused=True,
        repaired=False,
    ),
    Script("clone in place, .git tested", f'set -e\n[ -d "$REPO_DIR/.git" ] || {CLONE}\n', repaired=False),
    Script(
        "clone in place, folder tested",
        f'set -e\nif [ ! -d "$REPO_DIR" ]; then {CLONE}; fi\n',
        repaired=False,
    ),
    Script(
        "clone in place, work tree asked for",
        f'set -e\ngit -C "$REPO_DIR" rev-parse --is-inside-work-tree >/dev/null 2>&1 || {CLONE}\n',
        repaired=False,
    ),
    Script(
        "clone in place, HEAD checked, nothing removed",
        f'set -e\ngit -C "$REPO_DIR" rev-parse -q --verify HEAD >/dev/null 2>&1 || {CLONE}\n',
        repaired=False,
    ),
    Script(
        "clone aside, remains not removed",
        'set -e\nif [ ! -d "$REPO_DIR" ]; then\n  git clone -q "$REPO_URL" "$REPO_DIR.p"\n  mv "$REPO_DIR.p" "$REPO_DIR"\nfi\n',
        repaired=False,
    ),
    Script("removed and cloned at every start", f'set -e\nrm -rf "$REPO_DIR"\n{CLONE}\n', later=False),
    Script(
        "renewed at every start",
        'set -e\nrm -rf "$REPO_DIR.new"\ngit clone -q "$REPO_URL" "$REPO_DIR.new"\nrm -rf "$REPO_DIR"\nmv "$REPO_DIR.new" "$REPO_DIR"\n',
        later=False,
    ),
    Script(
        "fetch at every start",
        f'set -e\nif [ ! -d "$REPO_DIR" ]; then\n{_indented(ATOMIC)}fi\ngit -C "$REPO_DIR" fetch -q\n',
        later=False,
    ),
    Script(
        "pull where there is a clone",
        f'set -e\nif [ -d "$REPO_DIR/.git" ]; then\n  git -C "$REPO_DIR" pull -q --ff-only\nelse\n{_indented(ATOMIC)}fi\n',
        later=False,
    ),
    Script(
        "remote asked before the guard",
        f'set -e\ngit ls-remote "$REPO_URL" >/dev/null\nif [ ! -d "$REPO_DIR" ]; then\n{_indented(ATOMIC)}fi\n',
        later=False,
    ),
    Script(
        "reset at every start",
        f'set -e\nif [ ! -d "$REPO_DIR" ]; then\n{_indented(ATOMIC)}fi\ngit -C "$REPO_DIR" reset -q --hard\n',
        later=False,
    ),
    Script(
        "cleaned at every start",
        f'set -e\nif [ ! -d "$REPO_DIR" ]; then\n{_indented(ATOMIC)}fi\ncd "$REPO_DIR"\ngit clean -fdq\n',
        later=False,
    ),
    Script(
        "no clone at all",
        'set -e\nmkdir -p "$REPO_DIR"\necho ready\n',
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "clone in a function that nobody calls",
        f"set -e\nclone() {{ {CLONE}; }}\necho ready\n",
        first=False,
        later=False,
        repaired=None,
    ),
    Script("clone in a comment", f"# {CLONE}\necho ready\n", first=False, later=False, repaired=None),
    Script("clone in a string", f"echo '{CLONE}'\n", first=False, later=False, repaired=None),
    Script("clone behind false", f"if false; then {CLONE}; fi\n", first=False, later=False, repaired=None),
    Script(
        "stops before it clones",
        f'set -eu\n: "${{BRANCH:?not set}}"\n[ -d "$REPO_DIR" ] || {CLONE}\n',
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "set -e ends it at a failing test",
        f'set -e\n[ -d "$REPO_DIR/.git" ]\n{CLONE}\n',
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "initialised only",
        'set -e\nif [ ! -d "$REPO_DIR/.git" ]; then\n  git init -q "$REPO_DIR"\n  git -C "$REPO_DIR" remote add origin "$REPO_URL"\nfi\n',
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "mark set before the clone is whole",
        'set -e\nmark=${REPO_DIR%/*}/.cloned\nif [ ! -f "$mark" ]; then\n  touch "$mark"\n'
        f'  rm -rf "$REPO_DIR"\n  {CLONE}\nfi\n',
        repaired=False,
    ),
    Script(
        "switch that is on",
        f'set -e\nif [ ! -d "$REPO_DIR" ]; then\n{_indented(ATOMIC)}fi\n'
        '[ "${PULL:-true}" = false ] || git -C "$REPO_DIR" fetch -q\n',
        later=False,
    ),
)

OPEN = (
    Script(
        "guard that only the repository can answer",
        f'set -e\nif [ ! -f "$REPO_DIR/README.md" ]; then\n  rm -rf "$REPO_DIR"\n{_indented(ATOMIC)}fi\n',
        open=True,
    ),
    Script(
        "clone on some days",
        f'set -e\nif [ "$(date +%u)" = 7 ] && [ ! -d "$REPO_DIR" ]; then\n{_indented(ATOMIC)}fi\n',
        open=True,
    ),
    Script(
        "program that nobody knows",
        f'set -e\nif needs-clone "$REPO_DIR"; then\n{_indented(ATOMIC)}fi\n',
        open=True,
    ),
)

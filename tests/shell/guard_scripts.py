"""Init scripts as people write them, each with what becomes of the clone.

`first` is whether an empty volume gets a clone, `later` whether a start that finds one leaves it alone and
off the network, `repaired` whether a start that finds a clone which broke off makes it whole (None where the
script has no clone of its own to break off). The tests prove these labels by running the scripts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    """A script, and what is true of it.

    `open` marks what nobody can say without running it, `refused` that git refuses to clone at every later
    start, which is then all there is to say.
    """

    name: str
    text: str
    first: bool = True
    later: bool = True
    repaired: bool | None = True
    open: bool = False
    refused: bool = False


SOUND = (
    Script(
        "if ! -d, clone aside and rename",
        """\
set -e
if [ ! -d "$REPO_DIR/.git" ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
    ),
    Script(
        "test -d in an or list",
        """\
set -eu
[ -d "$REPO_DIR/.git" ] || {
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
}
""",
    ),
    Script(
        "test -e",
        """\
set -e
test -e "$REPO_DIR/.git" || {
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
}
""",
    ),
    Script(
        "negated test",
        """\
set -e
if ! test -d "$REPO_DIR"; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
    ),
    Script(
        "early exit",
        """\
set -e
[ -d "$REPO_DIR" ] && exit 0
rm -rf "$REPO_DIR.partial"
git clone -q "$REPO_URL" "$REPO_DIR.partial"
mv "$REPO_DIR.partial" "$REPO_DIR"
""",
    ),
    Script(
        "early exit in an if",
        """\
set -e
if [ -d "$REPO_DIR/.git" ]; then echo there; exit 0; fi
rm -rf "$REPO_DIR.partial"
git clone -q "$REPO_URL" "$REPO_DIR.partial"
mv "$REPO_DIR.partial" "$REPO_DIR"
""",
    ),
    Script(
        "function with an early return",
        """\
set -e
main() {
  [ -e "$REPO_DIR" ] && return 0
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
}
main
""",
    ),
    Script(
        "predicate function",
        """\
set -e
has_clone() { [ -d "$1/.git" ]; }
has_clone "$REPO_DIR" || {
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
}
""",
    ),
    Script(
        "predicate that asks git",
        """\
set -e
is_clone() { git -C "$1" rev-parse --verify -q HEAD >/dev/null 2>&1; }
if ! is_clone "$REPO_DIR"; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
    ),
    Script(
        "work tree by its output",
        """\
set -e
if [ "$(git -C "$REPO_DIR" rev-parse --is-inside-work-tree 2>/dev/null)" != true ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
    ),
    Script(
        "else branch",
        """\
set -e
if [ -d "$REPO_DIR/.git" ]; then
  echo "left as it is"
else
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
    ),
    Script(
        "elif stops at a stray folder",
        """\
set -e
if [ -d "$REPO_DIR/.git" ]; then
  echo there
elif [ -e "$REPO_DIR" ]; then
  echo stray >&2
  exit 1
else
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
    ),
    Script(
        "case on a command's output",
        """\
set -e
state=absent
[ -d "$REPO_DIR/.git" ] && state=present
case $state in
present) ;;
*)
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
;;
esac
""",
    ),
    Script(
        "double brackets",
        """\
set -e
if test -d "$REPO_DIR" && test -f "$REPO_DIR/.git/HEAD"; then exit 0; fi
rm -rf "$REPO_DIR.partial"
git clone -q "$REPO_URL" "$REPO_DIR.partial"
mv "$REPO_DIR.partial" "$REPO_DIR"
""",
    ),
    Script(
        "variables for everything",
        """\
set -eu
base=${REPO_DIR%/*}
name=${REPO_DIR##*/}
target=$base/$name
tmp="$base/.$name.tmp"
if [ ! -d "$target" ]; then
  rm -rf "$tmp"
  git clone -q -- "$REPO_URL" "$tmp"
  mv "$tmp" "$target"
fi
""",
    ),
    Script(
        "cd first",
        """\
set -e
cd "$(dirname "$REPO_DIR")"
name=$(basename "$REPO_DIR")
if [ ! -d "$name" ]; then
  rm -rf partial
  git clone -q "$REPO_URL" partial
  mv partial "$name"
fi
""",
    ),
    Script(
        "subshell",
        """\
set -e
(
  [ ! -d "$REPO_DIR/.git" ] || exit 0
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
)
""",
    ),
    Script(
        "flag set by a function",
        """\
set -e
needed=yes
look() {
  if [ -d "$REPO_DIR/.git" ]; then needed=no; fi
}
look
if [ "$needed" = yes ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
    ),
    Script(
        "status in a variable",
        """\
rc=0
git -C "$REPO_DIR" rev-parse HEAD >/dev/null 2>&1 || rc=$?
if [ "$rc" -ne 0 ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
    ),
    Script(
        "HEAD check, clone in place, remains removed",
        """\
set -e
if ! git -C "$REPO_DIR" rev-parse --verify -q HEAD >/dev/null 2>&1; then
  rm -rf "$REPO_DIR"
  git clone -q "$REPO_URL" "$REPO_DIR"
fi
""",
    ),
    Script(
        "marker beside the clone",
        """\
set -e
mark=${REPO_DIR%/*}/.cloned
if [ ! -f "$mark" ]; then
  rm -rf "$REPO_DIR"
  git clone -q "$REPO_URL" "$REPO_DIR"
  touch "$mark"
fi
""",
    ),
    Script(
        "marker inside the clone",
        """\
set -e
if [ ! -f "$REPO_DIR/.git/cloned" ]; then
  rm -rf "$REPO_DIR"
  git clone -q "$REPO_URL" "$REPO_DIR"
  touch "$REPO_DIR/.git/cloned"
fi
""",
    ),
    Script(
        "origin compared",
        """\
set -e
if [ "$(git -C "$REPO_DIR" remote get-url origin 2>/dev/null)" = "$REPO_URL" ]; then exit 0; fi
rm -rf "$REPO_DIR.partial"
git clone -q "$REPO_URL" "$REPO_DIR.partial"
mv "$REPO_DIR.partial" "$REPO_DIR"
""",
    ),
    Script(
        "retried",
        """\
set -e
if [ ! -d "$REPO_DIR" ]; then
  rm -rf "$REPO_DIR.new"
  for try in 1 2 3; do
    git clone -q "$REPO_URL" "$REPO_DIR.new" && break
    rm -rf "$REPO_DIR.new"
  done
  mv "$REPO_DIR.new" "$REPO_DIR"
fi
""",
    ),
    Script(
        "until it works",
        """\
set -e
if [ ! -d "$REPO_DIR" ]; then
  rm -rf "$REPO_DIR.new"
  until git clone -q "$REPO_URL" "$REPO_DIR.new"; do rm -rf "$REPO_DIR.new"; done
  mv "$REPO_DIR.new" "$REPO_DIR"
fi
""",
    ),
    Script(
        "options before and after the URL",
        """\
set -e
[ -d "$REPO_DIR/.git" ] || {
  rm -rf "$REPO_DIR.p"
  git -c core.fsync=all clone -q -o origin --no-tags --depth 1 --single-branch "$REPO_URL" "$REPO_DIR.p" &&
    mv "$REPO_DIR.p" "$REPO_DIR"
}
""",
    ),
    Script(
        "unset branch",
        """\
set -eu
[ -d "$REPO_DIR/.git" ] || {
  rm -rf "$REPO_DIR.p"
  git clone -q ${REPO_BRANCH:+--branch "$REPO_BRANCH"} -- "$REPO_URL" "$REPO_DIR.p"
  mv "$REPO_DIR.p" "$REPO_DIR"
}
""",
    ),
    Script(
        "init, fetch, check out",
        """\
set -e
if ! git -C "$REPO_DIR" rev-parse --verify -q HEAD >/dev/null 2>&1; then
  rm -rf "$REPO_DIR"
  git init -q "$REPO_DIR"
  git -C "$REPO_DIR" remote add origin "$REPO_URL"
  git -C "$REPO_DIR" fetch -q origin
  git -C "$REPO_DIR" checkout -q -b main origin/main
fi
""",
    ),
    Script(
        "empty folder by its listing",
        """\
set -e
mkdir -p "$REPO_DIR"
if [ -z "$(ls -A "$REPO_DIR")" ]; then
  rmdir "$REPO_DIR"
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
    ),
    Script(
        "pull behind a switch that is off",
        """\
set -e
if [ -d "$REPO_DIR/.git" ]; then
  if [ "${PULL:-false}" = true ]; then git -C "$REPO_DIR" pull -q --ff-only; fi
else
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
    ),
    Script(
        "eval and sh -c",
        """\
set -e
if ! sh -c 'test -d "$0/.git"' "$REPO_DIR"; then
  rm -rf "$REPO_DIR.p"
  eval "git clone -q \\"$REPO_URL\\" \\"$REPO_DIR.p\\""
  mv "$REPO_DIR.p" "$REPO_DIR"
fi
""",
    ),
    Script(
        "token by a helper, as an exec in a subshell",
        """\
set -eu
with_token() { exec git -c credential.helper= "$@"; }
if [ ! -e "$REPO_DIR" ]; then
  rm -rf "$REPO_DIR.p"
  (with_token clone -q -- "$REPO_URL" "$REPO_DIR.p") || { echo failed >&2; exit 1; }
  mv "$REPO_DIR.p" "$REPO_DIR"
fi
""",
    ),
    Script(
        "log to stderr, negated group",
        """\
set -e
! [ -d "$REPO_DIR" ] && {
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
}
exit 0
""",
    ),
    Script(
        "positional parameters",
        """\
set -e
set -- "$REPO_URL" "$REPO_DIR"
if [ ! -d "$2/.git" ]; then
  rm -rf "$2.p"
  git clone -q "$1" "$2.p"
  mv "$2.p" "$2"
fi
""",
    ),
    Script(
        "loop over one repository",
        """\
set -e
for dir in "$REPO_DIR"; do
  [ -d "$dir/.git" ] && continue
  rm -rf "$dir.p"
  git clone -q "$REPO_URL" "$dir.p"
  mv "$dir.p" "$dir"
done
""",
    ),
    Script(
        "temporary folder on the volume",
        """\
set -e
if [ ! -d "$REPO_DIR" ]; then
  tmp=$(mktemp -d)
  git clone -q "$REPO_URL" "$tmp/clone"
  cp -a "$tmp/clone" "$REPO_DIR.p"
  mv "$REPO_DIR.p" "$REPO_DIR"
  rm -rf "$tmp"
fi
""",
        repaired=None,
    ),
    Script(
        "tried a few times",
        """\
set -e
[ -e "$REPO_DIR" ] && exit 0
rm -rf "$REPO_DIR.t"
n=0
until git clone -q "$REPO_URL" "$REPO_DIR.t"; do
  n=$((n + 1))
  [ "$n" -ge 5 ] && exit 1
  sleep 5
  rm -rf "$REPO_DIR.t"
done
mv "$REPO_DIR.t" "$REPO_DIR"
""",
    ),
    Script(
        "a trap that cleans up",
        """\
set -eu
tmp="$REPO_DIR.tmp"
trap 'rm -rf "$tmp"' EXIT
if [ ! -d "$REPO_DIR/.git" ]; then
  rm -rf "$tmp"
  git clone -q "$REPO_URL" "$tmp"
  mv "$tmp" "$REPO_DIR"
fi
""",
    ),
    Script(
        "relative paths",
        """\
cd "${REPO_DIR%/*}" || exit 1
[ -d notes/.git ] && { echo there; exit 0; }
rm -rf notes.tmp
git clone -q "$REPO_URL" notes.tmp && mv notes.tmp notes
""",
    ),
)

UNSOUND = (
    Script(
        "no guard",
        """\
set -e
git clone -q "$REPO_URL" "$REPO_DIR"
""",
        later=False,
        repaired=False,
        refused=True,
    ),
    Script(
        "no guard, failure swallowed",
        """\
git clone -q "$REPO_URL" "$REPO_DIR" || true
""",
        later=False,
        repaired=False,
    ),
    Script(
        "inverted",
        """\
set -e
if [ -d "$REPO_DIR/.git" ]; then
  git clone -q "$REPO_URL" "$REPO_DIR"
fi
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "inverted list",
        """\
[ -d "$REPO_DIR/.git" ] && git clone -q "$REPO_URL" "$REPO_DIR"
exit 0
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "folder made before it is tested",
        """\
set -e
mkdir -p "$REPO_DIR"
[ -d "$REPO_DIR" ] || git clone -q "$REPO_URL" "$REPO_DIR"
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "another folder tested",
        """\
set -e
[ -d "$HOME/.git" ] || git clone -q "$REPO_URL" "$REPO_DIR"
""",
        later=False,
        repaired=False,
        refused=True,
    ),
    Script(
        "misspelt variable",
        """\
[ -d "$REPODIR/.git" ] || git clone -q "$REPO_URL" "$REPO_DIR"
""",
        later=False,
        repaired=False,
        refused=True,
    ),
    Script(
        "clone in place, .git tested",
        """\
set -e
[ -d "$REPO_DIR/.git" ] || git clone -q "$REPO_URL" "$REPO_DIR"
""",
        repaired=False,
    ),
    Script(
        "clone in place, folder tested",
        """\
set -e
if [ ! -d "$REPO_DIR" ]; then git clone -q "$REPO_URL" "$REPO_DIR"; fi
""",
        repaired=False,
    ),
    Script(
        "clone in place, work tree asked for",
        """\
set -e
git -C "$REPO_DIR" rev-parse --is-inside-work-tree >/dev/null 2>&1 || git clone -q "$REPO_URL" "$REPO_DIR"
""",
        repaired=False,
    ),
    Script(
        "clone in place, HEAD checked, nothing removed",
        """\
set -e
git -C "$REPO_DIR" rev-parse -q --verify HEAD >/dev/null 2>&1 || git clone -q "$REPO_URL" "$REPO_DIR"
""",
        repaired=False,
    ),
    Script(
        "clone aside, remains not removed",
        """\
set -e
if [ ! -d "$REPO_DIR" ]; then
  git clone -q "$REPO_URL" "$REPO_DIR.p"
  mv "$REPO_DIR.p" "$REPO_DIR"
fi
""",
        repaired=False,
    ),
    Script(
        "removed and cloned at every start",
        """\
set -e
rm -rf "$REPO_DIR"
git clone -q "$REPO_URL" "$REPO_DIR"
""",
        later=False,
    ),
    Script(
        "renewed at every start",
        """\
set -e
rm -rf "$REPO_DIR.new"
git clone -q "$REPO_URL" "$REPO_DIR.new"
rm -rf "$REPO_DIR"
mv "$REPO_DIR.new" "$REPO_DIR"
""",
        later=False,
    ),
    Script(
        "fetch at every start",
        """\
set -e
if [ ! -d "$REPO_DIR" ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
git -C "$REPO_DIR" fetch -q
""",
        later=False,
    ),
    Script(
        "pull where there is a clone",
        """\
set -e
if [ -d "$REPO_DIR/.git" ]; then
  git -C "$REPO_DIR" pull -q --ff-only
else
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
        later=False,
    ),
    Script(
        "remote asked before the guard",
        """\
set -e
git ls-remote "$REPO_URL" >/dev/null
if [ ! -d "$REPO_DIR" ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
        later=False,
    ),
    Script(
        "reset at every start",
        """\
set -e
if [ ! -d "$REPO_DIR" ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
git -C "$REPO_DIR" reset -q --hard
""",
        later=False,
    ),
    Script(
        "cleaned at every start",
        """\
set -e
if [ ! -d "$REPO_DIR" ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
cd "$REPO_DIR"
git clean -fdq
""",
        later=False,
    ),
    Script(
        "no clone at all",
        """\
set -e
mkdir -p "$REPO_DIR"
echo ready
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "clone in a function that nobody calls",
        """\
set -e
clone() { git clone -q "$REPO_URL" "$REPO_DIR"; }
echo ready
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "clone in a comment",
        """\
# git clone -q "$REPO_URL" "$REPO_DIR"
echo ready
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "clone in a string",
        """\
echo 'git clone -q "$REPO_URL" "$REPO_DIR"'
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "clone behind false",
        """\
if false; then git clone -q "$REPO_URL" "$REPO_DIR"; fi
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "stops before it clones",
        """\
set -eu
: "${BRANCH:?not set}"
[ -d "$REPO_DIR" ] || git clone -q "$REPO_URL" "$REPO_DIR"
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "set -e ends it at a failing test",
        """\
set -e
[ -d "$REPO_DIR/.git" ]
git clone -q "$REPO_URL" "$REPO_DIR"
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "initialised only",
        """\
set -e
if [ ! -d "$REPO_DIR/.git" ]; then
  git init -q "$REPO_DIR"
  git -C "$REPO_DIR" remote add origin "$REPO_URL"
fi
""",
        first=False,
        later=False,
        repaired=None,
    ),
    Script(
        "mark set before the clone is whole",
        """\
set -e
mark=${REPO_DIR%/*}/.cloned
if [ ! -f "$mark" ]; then
  touch "$mark"
  rm -rf "$REPO_DIR"
  git clone -q "$REPO_URL" "$REPO_DIR"
fi
""",
        repaired=False,
    ),
    Script(
        "switch that is on",
        """\
set -e
if [ ! -d "$REPO_DIR" ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
[ "${PULL:-true}" = false ] || git -C "$REPO_DIR" fetch -q
""",
        later=False,
    ),
    Script(
        "clone in place, an empty folder looked for",
        """\
set -eu
mkdir -p "$REPO_DIR"
if [ -z "$(find "$REPO_DIR" -mindepth 1 -maxdepth 1)" ]; then
  git clone -q "$REPO_URL" "$REPO_DIR"
fi
""",
        repaired=False,
    ),
)

OPEN = (
    Script(
        "guard that only the repository can answer",
        """\
set -e
if [ ! -f "$REPO_DIR/README.md" ]; then
  rm -rf "$REPO_DIR"
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
        open=True,
    ),
    Script(
        "clone on some days",
        """\
set -e
if [ "$(date +%u)" = 7 ] && [ ! -d "$REPO_DIR" ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
        open=True,
    ),
    Script(
        "program that nobody knows",
        """\
set -e
if needs-clone "$REPO_DIR"; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
""",
        open=True,
    ),
)

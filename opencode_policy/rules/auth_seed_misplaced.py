"""Rule auth-seed-misplaced."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.boot.boots import boots_of
from opencode_policy.boot.examples import starting
from opencode_policy.boot.login_kept import kept
from opencode_policy.boot.login_seed import LoginSeed, delivered
from opencode_policy.outcome import Outcome, Unknown
from opencode_policy.requirement_tags import tag_of
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree

_HASHED = """\
set -eu
umask 077
file=$HOME/.local/share/opencode/auth.json
mark=$file.sha256
seed_hash() { sha256sum <"$SEED" | cut -d ' ' -f 1; }
if [ ! -s "$file" ] || [ "$(cat "$mark" 2>/dev/null)" != "$(seed_hash)" ]; then
  mkdir -p "${file%/*}"
  cat "$SEED" >"$file.new"
  mv "$file.new" "$file"
  seed_hash >"$mark"
fi
"""


_HOME = "              value: /home/user"
_DATA = "            - name: XDG_DATA_HOME\n              value: /workspace/data"


class AuthSeedMisplaced(Rule):
    """The Secret's Copilot login does not arrive where OpenCode looks for it, or replaces a newer one there.

    The scripts of the pod are run symbolically: on an empty volume, on one with a login that was made in the
    interface, and on that with a new login in the Secret.
    """

    requirements = ("FLUX-03", "FLUX-08", "HA-03", "HA-08")
    why = (
        "OpenCode reads opencode/auth.json below its data directory and says nothing where it is not "
        "there. It writes the file itself when somebody logs in; a start that copies the Secret over it "
        "undoes that, and a start that never does leaves a login that has expired."
    )
    fix = (
        "Copy the Secret's file to the data directory of the server, with permissions 0600, when there is "
        "none or when the Secret has changed since the last copy: keep a hash of it beside the file."
    )
    good = (
        Example("by a hash of the Secret", starting(_HASHED)),
        Example(
            "the name put together, the hash by another program, in functions",
            starting("""\
set -eu
place() {
  rm -f "$1.new"
  (umask 077; cat >"$1.new")
  mv -f "$1.new" "$1"
}
seed() {
  login=${XDG_DATA_HOME:-$HOME/.local/share}/opencode/auth
  login=$login.json
  now=$(md5sum "$SEED")
  now=${now%% *}
  [ -r "$login" ] && [ "$now" = "$(cat "$login.md5" 2>/dev/null || true)" ] && return 0
  mkdir -p "$(dirname "$login")"
  place "$login" <"$SEED"
  printf '%s\\n' "$now" >"$login.md5"
}
seed
"""),
        ),
        Example(
            "a login that is checked before it is used",
            starting("""\
set -eu
file=$HOME/.local/share/opencode/auth.json
usable() { [ -s "$1" ] && jq -e . "$1" >/dev/null 2>&1; }
usable "$SEED" || { echo "no usable login in the Secret" >&2; exit 0; }
if ! usable "$file" || ! sha256sum -c "$file.sum" >/dev/null 2>&1; then
  install -D -m 0600 "$SEED" "$file"
  sha256sum "$SEED" >"$file.sum"
fi
"""),
        ),
        Example(
            "a copy of the Secret kept beside it",
            starting("""\
set -e
dir=$HOME/.local/share/opencode
mkdir -p "$dir"
if [ ! -e "$dir/auth.json" ] || ! cmp -s "$SEED" "$dir/.seed"; then
  cp "$SEED" "$dir/auth.json"
  cp "$SEED" "$dir/.seed"
  chmod 600 "$dir/auth.json" "$dir/.seed"
fi
"""),
        ),
        Example(
            "another data directory, the same in both containers",
            starting(
                _HASHED.replace("$HOME/.local/share", "/workspace/data"),
                changed=(_HOME, f"{_HOME}\n{_DATA}"),
            ),
        ),
        Example(
            "a Secret in place of the file has nothing to be put anywhere",
            starting(
                "exit 0\n",
                changed=(
                    "      volumes:\n",
                    """\
            - name: login
              subPath: auth.json
              mountPath: /home/user/.local/share/opencode/auth.json
      volumes:
""",
                ),
            ),
        ),
    )
    bad = (
        Example(
            "copied at every start",
            starting("""\
set -eu
umask 077
mkdir -p "$HOME/.local/share/opencode"
cat "$SEED" >"$HOME/.local/share/opencode/auth.json"  \
# <- every start replaces the login by the Secret's: one that was made in the interface is lost
"""),
        ),
        Example(
            "replaced whenever it is another than the Secret's",
            starting("""\
set -eu
file=$HOME/.local/share/opencode/auth.json
if ! cmp -s "$SEED" "$file"; then
  install -D -m 600 "$SEED" "$file"  \
# <- every start replaces the login by the Secret's: one that was made in the interface is lost
fi
"""),
        ),
        Example(
            "a mounted Secret is younger than any file",
            starting("""\
set -eu
file=$HOME/.local/share/opencode/auth.json
[ "$SEED" -nt "$file" ] && install -D -m 600 "$SEED" "$file"  \
# <- every start replaces the login by the Secret's: one that was made in the interface is lost
"""),
        ),
        Example(
            "never again",
            starting("""\
set -eu
file=$HOME/.local/share/opencode/auth.json
[ -e "$file" ] || install -D -m 600 "$SEED" "$file"  \
# <- a new login in the Secret is never put in place while there is an old one
"""),
        ),
        Example(
            "the home of somebody else",
            starting(
                _HASHED,
                changed=('value: "/home/user"', "value: /root"),
                said="the login goes to /root/.local/share/opencode/auth.json, but the server reads "
                "/home/user/.local/share/opencode/auth.json",
            ),
        ),
        Example(
            "another data directory for the server alone",
            starting(
                _HASHED,
                changed=(_HOME, f"{_HOME}\n{_DATA}"),
                said="the login goes to /home/user/.local/share/opencode/auth.json, but the server reads "
                "/workspace/data/opencode/auth.json",
            ),
        ),
        Example(
            "another name",
            starting("""\
set -eu
umask 077
dir=$HOME/.local/share/opencode
[ -e "$dir/auth.json" ] && exit 0
mkdir -p "$dir"
cat "$SEED" >"$dir/auth.jsn"  \
# <- the login goes to /home/user/.local/share/opencode/auth.jsn, but the server reads \
/home/user/.local/share/opencode/auth.json
"""),
        ),
        Example(
            "the script looks for another file",
            starting(
                '[ -s "$SEED" ] || exit 0\n' + _HASHED,
                changed=("value: /secrets/auth.json", "value: /secrets/login.json"),
                said="SEED names /secrets/login.json, but the login is mounted at /secrets/auth.json",
            ),
        ),
        Example(
            "the script is told of none",
            starting(
                '[ -n "${SEED:-}" ] || exit 0\n' + _HASHED,
                changed=("value: /secrets/auth.json", 'value: ""'),
                said="nothing puts the login of /secrets/auth.json at "
                "/home/user/.local/share/opencode/auth.json",
            ),
        ),
        Example(
            "for everybody to read",
            starting("""\
set -eu
file=$HOME/.local/share/opencode/auth.json
mkdir -p "${file%/*}"
if ! sha256sum -c "$file.sum"; then
  cat "$SEED" >"$file"  # <- others can read the login: its permissions are 0644 instead of 0600
  sha256sum "$SEED" >"$file.sum"
fi
"""),
        ),
        Example(
            "a copy keeps the permissions of a Secret",
            starting(
                """\
set -eu
umask 077
file=$HOME/.local/share/opencode/auth.json
mkdir -p "${file%/*}"
if ! sha256sum -c "$file.sum"; then
  cp "$SEED" "$file"  # <- OpenCode cannot write the login: its permissions are 0400 instead of 0600
  sha256sum "$SEED" >"$file.sum"
fi
""",
                changed=(
                    "            secretName: keys",
                    "            secretName: keys\n            defaultMode: 0440",
                ),
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        boots = boots_of(workspace)
        if boots is None or boots.login is None:
            yield Unknown(
                f"where the server of {workspace.name} looks for its login is not known", workspace.anchor
            )
        elif not boots.seeds:
            yield Unknown(
                f"no container of {workspace.name} finds the Secret's login in a file", workspace.anchor
            )
        else:
            seed = LoginSeed(boots, boots.login, tuple(boots.seeds))
            yield from delivered(seed, tag_of(workspace, "FLUX-03", "HA-03"))
            yield from kept(seed, tag_of(workspace, "FLUX-08", "HA-08"))

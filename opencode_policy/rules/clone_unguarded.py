"""Rule clone-unguarded."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.boot.boots import boots_of
from opencode_policy.boot.clone_left_alone import later_boots
from opencode_policy.boot.clones import first_boot
from opencode_policy.boot.examples import GUARDED, starting
from opencode_policy.outcome import Outcome, Unknown
from opencode_policy.requirement_tags import tag_of
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree


class CloneUnguarded(Rule):
    """An empty volume gets no clone, or one that has a clone is not left as it is.

    The scripts of the pod are run symbolically, on every path they can take: on an empty volume, on what that
    start leaves, on a clone that broke off, and on one in which git does not work.
    """

    requirements = ("FLUX-05", "FLUX-06", "HA-05", "HA-06")
    why = (
        "Without a clone the server starts in a folder that does not exist. A clone that is made again "
        "takes uncommitted work with it, and a start that needs the network waits for it. A clone gets "
        "its .git long before it is whole, so that one which broke off is easily taken for a finished "
        "one."
    )
    fix = (
        "Clone under another name and rename it when it is whole; do so only where the clone is not there "
        "yet. Remove nothing but that other name, and keep all that goes to the network behind the same "
        "test."
    )
    good = (
        Example("cloned aside and renamed", starting(GUARDED)),
        Example(
            "a function that asks git, and an early return",
            starting("""\
set -eu
whole() { git -C "$1" rev-parse -q --verify HEAD >/dev/null 2>&1; }
main() {
  if whole "$REPO_DIR"; then
    echo "left as it is"
    return
  fi
  rm -rf "$REPO_DIR.new"
  git clone -q -- "$REPO_URL" "$REPO_DIR.new" || { echo "cannot clone" >&2; exit 1; }
  mv "$REPO_DIR.new" "$REPO_DIR"
}
main "$@"
"""),
        ),
        Example(
            "in the same container as the server, by its own command",
            starting(
                "exit 0\n",
                changed=(
                    "          args: [web]\n",
                    """\
          command:
            - /bin/sh
            - -euc
            - |
              test -e "$0" || { rm -rf "$0.new"; git clone "$1" "$0.new"; mv "$0.new" "$0"; }
              exec server web
            - /workspace/notes
            - https://github.com/example/notes.git
""",
                ),
            ),
        ),
        Example(
            "a pull behind a switch that is off is another rule's business",
            starting(f"""\
{GUARDED}\
case ${{PULL:-false}} in
true) git -C "$REPO_DIR" pull -q --ff-only || echo "no pull this time" >&2 ;;
esac
"""),
        ),
        Example(
            "what the script cannot know of is not held against it",
            starting(f"""\
{GUARDED}\
command -v git-lfs >/dev/null && echo "with large files"
exit 0
"""),
        ),
    )
    bad = (
        Example(
            "no test, so that the second start fails",
            starting("""\
set -e
git clone "$REPO_URL" "$REPO_DIR"  \
# <- every later start stops here: /workspace/notes is there already, and git refuses it
"""),
        ),
        Example(
            "the test looks at another folder",
            starting("""\
set -e
if [ ! -d "$HOME/.git" ]; then
  git clone "$REPO_URL" "$REPO_DIR"  \
# <- every later start stops here: /workspace/notes is there already, and git refuses it
fi
"""),
        ),
        Example(
            "the test is the wrong way round",
            starting("""\
if [ -d "$REPO_DIR/.git" ]; then
  git clone "$REPO_URL" "$REPO_DIR"  \
# <- on an empty volume this clone is never reached: it depends on `[ -d "$REPO_DIR/.git" ]`
fi
"""),
        ),
        Example(
            "a folder that is made before it is looked for",
            starting("""\
mkdir -p "$REPO_DIR"
[ -e "$REPO_DIR" ] || git clone "$REPO_URL" "$REPO_DIR"  \
# <- on an empty volume this clone is never reached: it depends on `[ -e "$REPO_DIR" ]`
"""),
        ),
        Example(
            "a clone that broke off has a .git, too",
            starting("""\
set -e
[ -d "$REPO_DIR/.git" ] ||  \
# <- a clone that broke off passes for a whole one: `[ -d "$REPO_DIR/.git" ]` does not tell them apart
  git clone "$REPO_URL" "$REPO_DIR"
"""),
        ),
        Example(
            "what a clone that broke off leaves is not removed",
            starting("""\
set -e
if [ ! -e "$REPO_DIR" ]; then
  git clone "$REPO_URL" "$REPO_DIR.new"  \
# <- after a clone that broke off every start stops, because /workspace/notes.new is there already
  mv "$REPO_DIR.new" "$REPO_DIR"
fi
"""),
        ),
        Example(
            "cloned anew at every start",
            starting("""\
set -e
rm -rf "$REPO_DIR"  # <- every start removes /workspace/notes, and all work in it
git clone "$REPO_URL" "$REPO_DIR"  \
# <- every start clones again to /workspace/notes: nothing keeps it from that
"""),
        ),
        Example(
            "removed when git does not work, for whatever reason",
            starting(f"""\
set -e
git -C "$REPO_DIR" rev-parse HEAD >/dev/null || rm -rf "$REPO_DIR"  \
# <- removes /workspace/notes when git does not work there, and with it whatever work is in it
{GUARDED}"""),
        ),
        Example(
            "work thrown away, and the network asked, at every start",
            starting(f"""\
{GUARDED}\
git -C "$REPO_DIR" fetch -q origin  # <- every start goes to the network: git fetch
git -C "$REPO_DIR" reset -q --hard  # <- every start throws uncommitted work away: git reset
"""),
        ),
        Example(
            "a package installed at every start",
            starting(f"""\
apk add -q git  # <- every start goes to the network: apk
sleep 5  # <- every start waits for 5 seconds
{GUARDED}"""),
        ),
        Example(
            "a variable that nobody sets",
            starting(
                """\
set -eu
[ -n "${REPO_PATH:-}" ] || { echo "not set: REPO_PATH" >&2; exit 1; }
[ -e "$REPO_DIR" ] || git clone "$REPO_URL" "$REPO_DIR"
""",
                changed=("          env:\n", "          env:"),
                said="on an empty volume prepare stops before it clones: not set: REPO_PATH\n",
            ),
        ),
        Example(
            "the clone goes beside the volume",
            starting(
                GUARDED,
                changed=("value: /workspace/notes", "value: /workspaces/notes"),
                said="the clone goes to /workspaces/notes, which is on no volume that outlives the pod",
            ),
        ),
        Example(
            "the root of a volume is not empty",
            starting(
                """\
set -e
[ -d "$REPO_DIR/.git" ] || git clone "$REPO_URL" "$REPO_DIR"  \
# <- the clone goes to the root of a volume: a new volume may hold lost+found, and git refuses a folder \
that is not empty
""",
                changed=(
                    "data, mountPath: /workspace, subPath: workspace",
                    "data, mountPath: /workspace/notes",
                ),
            ),
        ),
        Example(
            "nothing clones",
            starting(
                "echo 'git clone \"$REPO_URL\"' # git clone\n",
                changed=("      initContainers:\n", "      initContainers:"),
                said="no container of demo clones a repository: an empty volume stays empty\n",
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        boots = boots_of(workspace)
        if boots is None:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
            return
        yield from first_boot(boots, tag_of(workspace, "FLUX-05", "HA-05"))
        yield from later_boots(boots, tag_of(workspace, "FLUX-06", "HA-06"))

"""Rule repository-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.boot.boots import Boots, boots_of
from opencode_policy.boot.clones import Cloned, cloned, given_by
from opencode_policy.boot.examples import GUARDED, starting
from opencode_policy.outcome import Outcome, Place, Problem, Proof, Unknown
from opencode_policy.repository_url import RepositoryUrl, parse_repository_url
from opencode_policy.rules.base import Example, Rule
from opencode_policy.symbolic.symbols import is_known
from opencode_policy.tree import WorkspaceTree

_URL = "value: https://github.com/example/notes.git"


class RepositoryMismatch(Rule):
    """A workspace clones another repository than its own, or by a way that it cannot go.

    Hosts, and a `.git` at the end, are compared as servers do; credentials in the address are another rule's.
    """

    requirements = ("FLUX-04", "FLUX-05", "HA-04", "HA-05")
    why = (
        "The two workspaces are made from one pattern. The address of the other one, left over in a copy, "
        "gives a workspace that works well, on the wrong repository; its token may even be allowed to "
        "read it."
    )
    fix = "Clone the repository that the policy names for the workspace, over https."
    good = (
        Example("the address comes from the environment", starting(GUARDED)),
        Example(
            "without .git, the host in capitals",
            starting(GUARDED, changed=(_URL, "value: https://GitHub.com/example/notes/")),
        ),
        Example(
            "put together in the script",
            starting("""\
owner=example
base=https://github.com/$owner
[ -e "$REPO_DIR" ] || git clone "$base/notes.git" "$REPO_DIR"
"""),
        ),
        Example(
            "a user name in the address says nothing of the repository",
            starting(GUARDED, changed=(_URL, "value: https://git@github.com/example/notes.git")),
        ),
        Example(
            "another repository beside it, for a tool",
            starting(f"""\
{GUARDED}\
[ -e /workspace/tool ] || git clone https://github.com/example/tool /workspace/tool
"""),
        ),
    )
    bad = (
        Example(
            "another owner",
            starting(
                GUARDED,
                changed=(_URL, "value: https://github.com/exampel/notes.git"),
                said="demo clones https://github.com/exampel/notes instead of https://github.com/example/notes",
            ),
        ),
        Example(
            "the other workspace's repository",
            starting(
                GUARDED,
                changed=(_URL, "value: https://github.com/example/other-notes.git"),
                said="demo clones the repository of other: https://github.com/example/other-notes instead of "
                "https://github.com/example/notes",
            ),
            workspaces=("demo", "other"),
        ),
        Example(
            "by SSH, with a key that no pod has",
            starting(
                GUARDED,
                changed=(_URL, "value: git@github.com:example/notes.git"),
                said="demo clones over ssh instead of https://github.com/example/notes",
            ),
        ),
        Example(
            "unencrypted",
            starting(
                GUARDED,
                changed=(_URL, "value: http://github.com/example/notes.git"),
                said="demo clones over http instead of https://github.com/example/notes",
            ),
        ),
        Example(
            "written out in the script",
            starting("""\
set -e
[ -e "$REPO_DIR" ] ||
  git clone https://github.com/example/note.git "$REPO_DIR"  \
# <- demo clones https://github.com/example/note instead of https://github.com/example/notes
"""),
        ),
        Example(
            "changed after the clone",
            starting(f"""\
{GUARDED}\
git -C "$REPO_DIR" remote set-url origin https://github.com/example/fork.git  \
# <- demo clones https://github.com/example/fork instead of https://github.com/example/notes
"""),
        ),
        Example(
            "a folder named after the other repository",
            starting(
                GUARDED,
                changed=("value: /workspace/notes", "value: /workspace/other-notes"),
                said="the clone of notes lies in a folder named after the repository of other",
            ),
            workspaces=("demo", "other"),
        ),
        Example(
            "a folder of this machine",
            starting(
                GUARDED,
                changed=(_URL, "value: /workspace/mirror/notes"),
                said="demo clones '/workspace/mirror/notes' instead of https://github.com/example/notes",
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        boots = boots_of(workspace)
        clones = cloned(boots) if boots else []
        if boots is None or not clones:
            yield Unknown(
                f"{workspace.name} makes no clone whose address could be compared", workspace.anchor
            )
            return
        judged = [list(_judged(workspace, boots, clone)) for clone in clones]
        fine = [outcomes for outcomes in judged if not any(isinstance(item, Problem) for item in outcomes)]
        at_work = [clone.at_work for clone in clones]
        for outcomes, chosen in zip(judged, at_work, strict=True):
            if chosen or (not any(at_work) and (outcomes in fine or not fine)):
                yield from outcomes


def _judged(workspace: WorkspaceTree, boots: Boots, clone: Cloned) -> Iterator[Outcome]:
    container = boots.first.container_of(clone.event.where)
    place = given_by(container, clone.url) or clone.event.where.location
    wanted = parse_repository_url(workspace.spec.repository)
    found = parse_repository_url(clone.url)
    shown = boots.simulation.symbols.words(clone.url)
    if wanted is None or not is_known(clone.url.rpartition("@")[2]):
        yield Unknown(f"the address that is cloned is not known in full: {shown.rpartition('@')[2]}", place)
    elif found is None or not found.same_repository(wanted):
        yield Problem(_message(workspace, found, shown, wanted), place)
    elif found.scheme != wanted.scheme:
        yield Problem(f"{workspace.name} clones over {found.scheme} instead of {wanted.shown}", place)
    else:
        yield from _named(workspace, boots, clone, wanted, place)


def _message(workspace: WorkspaceTree, found: RepositoryUrl | None, shown: str, wanted: RepositoryUrl) -> str:
    if found is None:
        return f"{workspace.name} clones '{shown}' instead of {wanted.shown}"
    for other in _others(workspace):
        theirs = parse_repository_url(other.spec.repository)
        if theirs is not None and found.same_repository(theirs):
            words = f"clones the repository of {other.name}: {found.shown}"
            return f"{workspace.name} {words} instead of {wanted.shown}"
    return f"{workspace.name} clones {found.shown} instead of {wanted.shown}"


def _others(workspace: WorkspaceTree) -> list[WorkspaceTree]:
    return [other for other in workspace.tree.workspaces if other.name != workspace.name]


def _named(
    workspace: WorkspaceTree, boots: Boots, clone: Cloned, wanted: RepositoryUrl, place: Place
) -> Iterator[Outcome]:
    """A folder may have any name but that of another workspace's repository."""
    for other in _others(workspace):
        theirs = parse_repository_url(other.spec.repository)
        if theirs is not None and theirs.name == clone.name != wanted.name:
            container = boots.first.container_of(clone.event.where)
            message = (
                f"the clone of {wanted.name} lies in a folder named after the repository of {other.name}"
            )
            at = given_by(container, clone.path) or clone.event.where.location
            yield Problem(message, at, severity="warning")
            return
    yield Proof(f"{workspace.name} clones {wanted.shown}", place)

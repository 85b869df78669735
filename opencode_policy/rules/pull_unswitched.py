"""Rule pull-unswitched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencode_policy.boot.boots import Boots, boots_of
from opencode_policy.boot.examples import GUARDED, starting
from opencode_policy.boot.pod_scripts import PodScript, pod_scripts
from opencode_policy.boot.pulls import (
    Update,
    entry_of,
    forwards_only,
    scripts_of_pod,
    updates,
    updating_calls,
)
from opencode_policy.boot.unread_processes import unread_processes
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.pods.image_names import is_one_of
from opencode_policy.pods.other_pods import pods_beside, stray_pods
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree, WorkspaceTree
from opencode_policy.workload import Pod

_CAN, _ONLY = "AUTO-01", "SCOPE-04"
_SWITCHED = f"""\
{GUARDED}\
if [ "${{PULL:-false}}" = true ]; then
  git -C "$REPO_DIR" pull -q --ff-only
fi
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Images that keep a clone up to date by themselves, with or without their registry."""

    images: tuple[str, ...]


def _env(text: str, said: str = "") -> tuple[str, str]:
    """A further variable of the init container."""
    before, expected = "            - name: SEED", f"  # <- {said}" if said else ""
    return before, f"            - name: PULL\n              {text}{expected}\n{before}"


class PullUnswitched(Rule):
    """A clone is brought up to date without being asked to, or cannot be.

    The scripts are run symbolically on a volume that has a clone, with every variable left open that may be a
    switch; then as the manifest has it.
    """

    requirements = (_CAN, _ONLY)
    why = (
        "Whoever left work in the clone does not expect it to change under them at the next start. So a "
        "pull must wait to be switched on, and must then refuse whatever is more than a fast-forward."
    )
    fix = (
        "Let the start script run git pull --ff-only (or git fetch and git merge --ff-only) only where an "
        "environment variable asks for it, and leave that variable off."
    )
    Parameters = Parameters
    example_parameters = {"images": ("git-sync/git-sync",)}
    good = (
        Example("off, because the script says so where nothing is said", starting(_SWITCHED)),
        Example("off in the manifest", starting(_SWITCHED, changed=_env('value: "false"'))),
        Example(
            "fetched and merged in a function, by a case",
            starting(f"""\
{GUARDED}\
update() {{
  git -C "$REPO_DIR" fetch -q origin || return 1
  git -C "$REPO_DIR" merge -q --ff-only FETCH_HEAD
}}
case ${{PULL:-no}} in
yes | on) update || echo "no pull this time" >&2 ;;
esac
"""),
        ),
        Example(
            "a branch beside the switch",
            starting(f"""\
{GUARDED}\
[ "${{PULL:-}}" != 1 ] || git -C "$REPO_DIR" -c pull.ff=only pull -q ${{BRANCH:+origin "$BRANCH"}}
"""),
        ),
        Example(
            "a job that is suspended",
            starting(
                _SWITCHED,
                further="""\
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: pull}
spec:
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - {name: pull, image: example.org/git, command: [git, -C, /workspace/notes, pull]}
""",
            ),
        ),
    )
    bad = (
        Example(
            "nothing switches it",
            starting(f"""\
{GUARDED}\
git -C "$REPO_DIR" pull -q --ff-only  # <- every start brings the clone up to date: nothing switches this off
"""),
        ),
        Example(
            "switched on in the manifest",
            starting(
                _SWITCHED,
                changed=_env(
                    'value: "true"', "PULL is switched on here: every start brings the clone up to date"
                ),
            ),
        ),
        Example(
            "on, unless somebody switches it off",
            starting(f"""\
{GUARDED}\
if [ "${{PULL:-true}}" = true ]; then  # <- every start brings the clone up to date unless PULL forbids it
  git -C "$REPO_DIR" pull -q --ff-only
fi
"""),
        ),
        Example(
            "more than a fast-forward",
            starting(f"""\
{GUARDED}\
if [ "${{PULL:-false}}" = true ]; then
  git -C "$REPO_DIR" pull -q --rebase  # <- git pull may do more than a fast-forward: say --ff-only
fi
"""),
        ),
        Example(
            "local work thrown away",
            starting(f"""\
{GUARDED}\
if [ "${{PULL:-false}}" = true ]; then
  git -C "$REPO_DIR" fetch -q
  git -C "$REPO_DIR" reset --hard origin/main  \
# <- git reset may do more than a fast-forward: say git merge --ff-only
fi
"""),
        ),
        Example(
            "nothing can pull",
            starting(
                GUARDED,
                changed=("      initContainers:\n", "      initContainers:"),
                said="no start can bring the clone up to date: nothing pulls\n",
            ),
        ),
        Example(
            "a function that nobody calls",
            starting(f"""\
{GUARDED}\
update() {{
  git -C "$REPO_DIR" pull -q --ff-only  # <- no start can bring the clone up to date: this is never reached
}}
"""),
        ),
        Example(
            "by a timetable, by an image made for it, before the pod ends",
            starting(
                _SWITCHED,
                changed=(
                    "          args: [web]\n",
                    """\
          args: [web]
          lifecycle:
            preStop:
              exec:
                command: [git, pull]  # <- server brings the clone up to date at other times than at a start
        - name: sync
          image: registry.k8s.io/git-sync/git-sync:v4.4.0  # <- sync keeps the clone up to date by itself
""",
                ),
                further="""\
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: pull}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: pull
              image: example.org/git
              command:
                - sh
                - -c
                - cd /workspace/notes && git pull  # <- the CronJob pull brings the clone up to date by itself
""",
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        boots = boots_of(workspace)
        if boots is None:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
            return
        scripts = scripts_of_pod(boots)
        others = [*_elsewhere(scripts), *self._images(boots.pod)]
        for pod in pods_beside(workspace, boots.pod):
            others += self._by_itself(workspace.tree, pod)
        yield from others
        unread = next(unread_processes(workspace.tree, boots.pod), None)
        if not updating_calls(scripts) and unread is not None:
            yield Unknown(unread.words, unread.at)
        elif not updating_calls(scripts):
            yield from _never(boots, sound=not others)
        elif boots.clone is None or boots.second is None or boots.second.overflow:
            yield Unknown("no start leaves a clone that could be brought up to date", workspace.anchor)
        else:
            yield from _judged(boots, scripts, sound=not others)

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        found = [problem for pod in stray_pods(tree) for problem in self._by_itself(tree, pod)]
        yield from found
        if not found:
            yield Irrelevant("no other pod of the workspaces' namespaces touches a clone")

    def _by_itself(self, tree: Tree, pod: Pod) -> Iterator[Problem]:
        """What a pod does that is no start of a workspace."""
        for script, call in updating_calls(pod_scripts(tree, pod))[:1]:
            message = f"the {pod.workload.kind} {pod.workload.name} brings the clone up to date by itself"
            yield Problem(message, script.location(call.span), requirement=_ONLY)
        yield from self._images(pod)

    def _images(self, pod: Pod) -> Iterator[Problem]:
        for container in pod.all_containers:
            if is_one_of(container.image.text, self.parameters.images):
                message = f"{container.name} keeps the clone up to date by itself"
                yield Problem(message, container.image, requirement=_ONLY)


def _elsewhere(scripts: Iterable[PodScript]) -> Iterator[Problem]:
    """Pulls in hooks and probes that run when no start is under way."""
    late = [script for script in scripts if script.late]
    for script, call in updating_calls(late):
        message = f"{script.container.name} brings the clone up to date at other times than at a start"
        yield Problem(message, script.location(call.span), requirement=_ONLY)


def _never(boots: Boots, *, sound: bool) -> Iterator[Outcome]:
    lists = (boots.pod.spec["initContainers"], boots.pod.spec["containers"])
    place = next((field for field in lists if field), boots.pod.spec)
    yield Problem("no start can bring the clone up to date: nothing pulls", place, requirement=_CAN)
    if sound:
        yield Proof(f"nothing in the pod of {boots.pod.workload.name} pulls", place, _ONLY)


def _judged(boots: Boots, scripts: tuple[PodScript, ...], *, sound: bool) -> Iterator[Outcome]:
    found = updates(boots)
    if not found:
        script, call = updating_calls(scripts)[0]
        place = script.location(call.span)
        message = "no start can bring the clone up to date: this is never reached"
        yield Problem(message, place, requirement=_CAN)
        if sound:
            yield Proof("no start reaches what would bring the clone up to date", place, _ONLY)
    unswitched = [update for update in found if update.asked is None]
    for update in unswitched[:1]:
        message = "every start brings the clone up to date: nothing switches this off"
        yield Problem(message, update.event.where.location)
    for update in () if unswitched else found[:1]:
        yield from _switch(boots, update, sound=sound)
    yield from _forwarding(found, sound=not unswitched)


def _switch(boots: Boots, update: Update, *, sound: bool) -> Iterator[Outcome]:
    """How the switch stands."""
    entry = entry_of(boots, update)
    asked = update.asked.where.location if update.asked else update.event.where.location
    if update.on and entry is not None:
        message = f"{update.switch} is switched on here: every start brings the clone up to date"
        yield Problem(message, entry, requirement=_ONLY)
    elif update.on:
        yield Problem(f"every start brings the clone up to date unless {update.switch} forbids it", asked)
    elif sound:
        words = f"is {entry.text}" if entry is not None else "is not set"
        yield Proof(f"no start pulls: {update.switch} {words}", entry if entry is not None else asked, _ONLY)


def _forwarding(found: tuple[Update, ...], *, sound: bool) -> Iterator[Outcome]:
    """What is switched on must be a fast-forward and no more."""
    more = [update.event for update in found if not forwards_only(update.event)]
    for event in more:
        say = "--ff-only" if event.subcommand in ("pull", "merge") else "git merge --ff-only"
        message = f"git {event.subcommand} may do more than a fast-forward: say {say}"
        yield Problem(message, event.where.location, requirement=_CAN)
    for update in found[:1] if sound and not more else ():
        yield Proof(f"{update.switch} switches a fast-forward on", update.event.where.location, _CAN)

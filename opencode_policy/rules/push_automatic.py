"""Rule push-automatic."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.boot.examples import GUARDED, starting
from opencode_policy.boot.pushes import Push, is_script, pushes_of_config_map, pushes_of_pod, pushes_of_source
from opencode_policy.lean import dataclass
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof, Unknown
from opencode_policy.pods.image_names import is_one_of
from opencode_policy.pods.other_pods import stray_pods
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree, WorkspaceTree
from opencode_policy.workload import Pod


@dataclass(frozen=True, slots=True)
class Parameters:
    """Images that push by themselves, with or without their registry."""

    images: tuple[str, ...]


class PushAutomatic(Rule):
    """A script, a job or a container pushes to git on its own.

    Every command counts, reached or not: those of init containers, containers, hooks and probes, of jobs, of
    scripts in ConfigMaps and in the repository, and of what these hand to another shell.
    """

    requirements = ("SCOPE-02",)
    why = (
        "What is pushed without a person is nobody's decision: half-done work, the work of two sessions "
        "at once, or what a prompt talked the agent into."
    )
    fix = "Remove the push. A person pushes from the terminal, when the work is done."
    Parameters = Parameters
    example_parameters = {"images": ("gitwatch",)}
    good = (
        Example("a script that clones", starting(GUARDED)),
        Example(
            "a push in words only",
            starting(f"""\
# git push origin main
echo "to publish: git push"
cat <<'EOF'
git push
EOF
push=no
{GUARDED}"""),
        ),
        Example(
            "settings of a push, and a rehearsal",
            starting(f"""\
{GUARDED}\
git -C "$REPO_DIR" config push.default simple
git -C "$REPO_DIR" remote set-url --push origin no-push
git -C "$REPO_DIR" push --dry-run || true
"""),
        ),
        Example(
            "a command of another name",
            starting(f"""\
{GUARDED}\
push() {{ echo "$1"; }}
push main
git -C "$REPO_DIR" stash push
gh pr list
"""),
        ),
    )
    bad = (
        Example(
            "at the end of the start",
            starting(f"""\
{GUARDED}\
git -C "$REPO_DIR" push origin HEAD  # <- git push: nothing may push on its own
"""),
        ),
        Example(
            "behind a function, a variable, a wrapper, another shell",
            starting(f"""\
{GUARDED}\
run() {{ git -C "$REPO_DIR" "$@"; }}
run push -q  # <- git push: nothing may push on its own
action=push
git "$action"  # <- git push: nothing may push on its own
timeout 30 /usr/bin/git push || true  # <- git push: nothing may push on its own
sh -c 'cd /workspace/notes && git push'  # <- git push: nothing may push on its own
if false; then git send-pack origin; fi  # <- git send-pack: nothing may push on its own
"""),
        ),
        Example(
            "an alias, a hook, a trap, a host's own program",
            starting(f"""\
{GUARDED}\
git config --global alias.save 'push --all'
git save  # <- git push: nothing may push on its own
cat >"$REPO_DIR/.git/hooks/post-commit" <<'EOF'  # <- a hook with git push: nothing may push on its own
#!/bin/sh
git push
EOF
trap 'git push' EXIT  # <- git push: nothing may push on its own
gh pr create --fill  # <- gh pr create: nothing may push on its own
"""),
        ),
        Example(
            "before the pod ends, and beside the server",
            starting(
                GUARDED,
                changed=(
                    "          args: [web]\n",
                    """\
          args: [web]
          lifecycle:
            preStop:
              exec:
                command: [git, -C, /workspace/notes, push]  # <- git push: nothing may push on its own
        - name: watch
          image: docker.io/gitwatch:1.0  # <- watch pushes by itself
""",
                ),
            ),
        ),
        Example(
            "by a timetable, and in a script of a ConfigMap",
            starting(
                GUARDED,
                further="""\
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: push}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: push
              image: example.org/kubectl
              command:
                - kubectl  # <- git push: nothing may push on its own
                - exec
                - deploy/demo
                - --
                - git
                - push
---
apiVersion: v1
kind: ConfigMap
metadata: {name: tools}
data:
  save.sh: |
    git commit -am "$(date)" && git push  # <- git push: nothing may push on its own
""",
            ),
        ),
        Example(
            "a script of the repository",
            {
                "kubernetes/apps/demo/demo/app/manifest.yaml": starting(GUARDED),
                "kubernetes/apps/demo/demo/app/publish.sh": """\
#!/bin/sh
git add -A
git commit -m "$1" && git push  # <- git push: nothing may push on its own
""",
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        if not workspace.pods:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
            return
        problems = [problem for pod in workspace.pods for problem in self._of_pod(workspace.tree, pod)]
        for resource in workspace.of_kind("ConfigMap"):
            problems += map(_problem, pushes_of_config_map(resource))
        yield from problems
        if not problems:
            yield Proof(f"no command of {workspace.name} pushes", workspace.pods[0].spec)

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        scripts = [source for path, source in tree.sources.items() if is_script(path, source.text)]
        problems = [_problem(push) for source in scripts for push in pushes_of_source(source)]
        for pod in stray_pods(tree):
            problems += self._of_pod(tree, pod)
        yield from problems
        for source in () if problems else scripts:
            yield Proof("no command of this script pushes", source.location(0, 0))
        if not scripts and not problems:
            yield Irrelevant("the repository has no scripts of its own")

    def _of_pod(self, tree: Tree, pod: Pod) -> Iterator[Problem]:
        yield from map(_problem, pushes_of_pod(tree, pod))
        for container in pod.all_containers:
            if is_one_of(container.image.text, self.parameters.images):
                yield Problem(f"{container.name} pushes by itself", container.image)


def _problem(push: Push) -> Problem:
    return Problem(f"{push.command}: nothing may push on its own", push.at)

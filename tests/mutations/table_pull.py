"""Ways to pull without being asked, to be unable to pull, and to push."""

from __future__ import annotations

from tests.mutations.harness import APPS, Mutation

INIT = f"{APPS}/components/workspace/init-workspace.sh"
SEED = "scripts/seed-copilot-auth.sh"
FLUX = f"{APPS}/opencode-flux/app/deployment.yaml"
HA = f"{APPS}/opencode-ha/app/deployment.yaml"
FLUX_RESOURCES = f"{APPS}/opencode-flux/app/kustomization.yaml"
HA_RESOURCES = f"{APPS}/opencode-ha/app/kustomization.yaml"
_SERVER = '          args: [web, --hostname, 0.0.0.0, --port, "4096"]\n'
_CRON_JOB = """\
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: sync
spec:
  schedule: "0 * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: sync
              image: docker.io/alpine/git:v2.54.0
              command: [/bin/sh, -c]
              args:
                - |
                  cd /workspace/k8s-cluster
                  git COMMAND
"""


def _hook(name: str, command: str) -> str:
    handler = f"            {name}:\n              exec:\n                command: {command}\n"
    return f"{_SERVER}          lifecycle:\n{handler}"


PULL = [
    Mutation(
        "SCOPE-04",
        "switched on in one workspace",
        "pull-unswitched",
        FLUX,
        'value: "false"',
        'value: "true"',
        line='value: "true"',
        message="WORKSPACE_PULL is switched on here: every start brings the clone up to date",
        also=("workspace-drift",),
    ),
    Mutation(
        "SCOPE-04",
        "switched on where nothing is said",
        "pull-unswitched",
        INIT,
        "${WORKSPACE_PULL:-false}",
        "${WORKSPACE_PULL:-true}",
        line="",
        more=((HA, '            - name: WORKSPACE_PULL\n              value: "false"\n', ""),),
        also=("workspace-drift",),
    ),
    Mutation(
        "SCOPE-04",
        "a switch that nobody asks",
        "pull-unswitched",
        INIT,
        "    case ${WORKSPACE_PULL:-false} in\n",
        "    case true in\n",
        line="",
        also=("clone-unguarded",),
    ),
    Mutation(
        "SCOPE-04",
        "off means on",
        "pull-unswitched",
        INIT,
        "    false) return 0 ;;\n    true) ;;\n",
        "    true) return 0 ;;\n    false) ;;\n",
        line='value: "false"',
        at=HA,
    ),
    Mutation(
        "AUTO-01",
        "a merge of any kind",
        "pull-unswitched",
        INIT,
        "merge -q --ff-only",
        "merge -q",
        line="work_git merge -q",
        message="git merge may do more than a fast-forward: say --ff-only",
    ),
    Mutation(
        "AUTO-01",
        "a rebase",
        "pull-unswitched",
        INIT,
        "merge -q --ff-only",
        "rebase -q",
        line="work_git rebase -q",
        message="git rebase may do more than a fast-forward: say git merge --ff-only",
    ),
    Mutation(
        "AUTO-01",
        "local work is given up",
        "pull-unswitched",
        INIT,
        "merge -q --ff-only",
        "reset -q --hard",
        line="work_git reset -q --hard",
    ),
    Mutation(
        "AUTO-01",
        "nothing asks for what is new",
        "pull-unswitched",
        INIT,
        '        fetch_update || complain "no pull this time"\n',
        "",
        line="work_git merge",
        message="no start can bring the clone up to date: this is never reached",
    ),
    Mutation(
        "AUTO-01",
        "the script has no pull at all",
        "pull-unswitched",
        INIT,
        """\
    work_git fetch -q --no-tags "$1" "+refs/heads/theirs:refs/remotes/origin/$branch" || return 1
    work_git merge -q --ff-only "refs/remotes/origin/$branch" ||
        refuse "the clone has gone its own way, or a file is in the way"
""",
        "    :\n",
        line="      initContainers:",
        at=FLUX,
        message="no start can bring the clone up to date: nothing pulls",
    ),
    Mutation(
        "SCOPE-04",
        "when the server has started",
        "pull-unswitched",
        HA,
        _SERVER,
        _hook("postStart", "[git, pull, --ff-only]"),
        line="command: [git, pull",
        also=("workspace-drift", "clone-unguarded"),
    ),
    Mutation(
        "SCOPE-04",
        "before the server ends",
        "pull-unswitched",
        FLUX,
        _SERVER,
        _hook("preStop", "[/bin/sh, -c, git pull --ff-only]"),
        line="git pull --ff-only",
        message="opencode brings the clone up to date at other times than at a start",
        also=("workspace-drift",),
    ),
    Mutation(
        "SCOPE-04",
        "by a timetable",
        "pull-unswitched",
        f"{APPS}/opencode-flux/app/sync.yaml",
        create=True,
        new=_CRON_JOB.replace("COMMAND", "pull --ff-only"),
        more=((FLUX_RESOURCES, "resources:\n", "resources:\n  - ./sync.yaml\n"),),
        line="git pull",
        message="the CronJob sync brings the clone up to date by itself",
        also=(
            "workspace-drift",
            "resources-mismatch",
            "server-unexpected",
            "pipeline-coupled",
            "image-unpinned",
        ),
    ),
    Mutation(
        "SCOPE-04",
        "a sidecar that keeps the clone in step",
        "pull-unswitched",
        HA,
        "      containers:\n",
        """\
      containers:
        - name: git-sync
          image: registry.k8s.io/git-sync/git-sync:v4.4.2
""",
        line="image: registry.k8s.io/git-sync",
        message="git-sync keeps the clone up to date by itself",
        also=(
            "workspace-drift",
            "resources-mismatch",
            "server-unexpected",
            "image-unofficial",
            "image-unpinned",
        ),
    ),
]


PUSH = [
    Mutation(
        "SCOPE-02",
        "at the end of a start",
        "push-automatic",
        INIT,
        "    check_owner\n    seed_login\n",
        "    check_owner\n    work_git push -q\n    seed_login\n",
        line="work_git push -q",
        message="git push: nothing may push on its own",
        also=("clone-unguarded",),
    ),
    Mutation(
        "SCOPE-02",
        "in a function that nobody calls",
        "push-automatic",
        INIT,
        "# --- second stage",
        'publish() { git -C "$REPO_DIR" push origin HEAD; }\n\n# --- second stage',
        line="publish()",
    ),
    Mutation(
        "SCOPE-02",
        "before the server ends",
        "push-automatic",
        HA,
        _SERVER,
        _hook("preStop", "[/bin/sh, -c, git commit -qam wip && git push -q]"),
        line="git push -q",
        also=("workspace-drift",),
    ),
    Mutation(
        "SCOPE-02",
        "by a timetable",
        "push-automatic",
        f"{APPS}/opencode-ha/app/sync.yaml",
        create=True,
        new=_CRON_JOB.replace("COMMAND", "push --all"),
        more=((HA_RESOURCES, "resources:\n", "resources:\n  - ./sync.yaml\n"),),
        line="git push",
        also=(
            "workspace-drift",
            "resources-mismatch",
            "server-unexpected",
            "pipeline-coupled",
            "image-unpinned",
        ),
    ),
    Mutation(
        "SCOPE-02",
        "a hook in the clone",
        "push-automatic",
        INIT,
        "    check_owner\n    seed_login\n",
        "    check_owner\n    printf '#!/bin/sh\\ngit push -q\\n"
        '\' >"$REPO_DIR/.git/hooks/post-commit"\n    seed_login\n',
        line="hooks/post-commit",
        message="a hook with git push: nothing may push on its own",
    ),
    Mutation(
        "SCOPE-02",
        "a new script of the repository",
        "push-automatic",
        "scripts/publish.sh",
        create=True,
        new='#!/bin/sh\nset -eu\nfor dir in "$@"; do\n    git -C "$dir" push\ndone\n',
        executable=True,
        line='git -C "$dir" push',
    ),
    Mutation(
        "SCOPE-02",
        "the script that stores the login",
        "push-automatic",
        SEED,
        '\nmain "$@"\n',
        '\nmain "$@"\ncd "$(dirname "$0")/.." && git push\n',
        line="git push",
        also=("seed-script-defective",),
    ),
    Mutation(
        "SCOPE-02",
        "a program of the git host",
        "push-automatic",
        INIT,
        "    check_owner\n    seed_login\n",
        "    check_owner\n    gh pr create --fill || :\n    seed_login\n",
        line="gh pr create",
        message="gh pr create: nothing may push on its own",
    ),
    Mutation(
        "SCOPE-02",
        "a sidecar that commits and pushes",
        "push-automatic",
        FLUX,
        "      containers:\n",
        "      containers:\n        - name: watch\n          image: docker.io/gitwatch/gitwatch:0.4\n",
        line="image: docker.io/gitwatch",
        message="watch pushes by itself",
        also=(
            "workspace-drift",
            "resources-mismatch",
            "server-unexpected",
            "image-unofficial",
            "image-unpinned",
        ),
    ),
]

MUTATIONS: list[Mutation] = [*PULL, *PUSH]

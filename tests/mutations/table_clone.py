"""Ways to break the clone, the Copilot login, pulls and pushes, and the script that stores the login."""

from __future__ import annotations

from tests.mutations.harness import APPS, Mutation

INIT = f"{APPS}/components/workspace/init-workspace.sh"
TOOLS = f"{APPS}/components/workspace/install-git.sh"
SEED = "scripts/seed-copilot-auth.sh"
FLUX = f"{APPS}/opencode-flux/app/deployment.yaml"
HA = f"{APPS}/opencode-ha/app/deployment.yaml"
FLUX_RESOURCES = f"{APPS}/opencode-flux/app/kustomization.yaml"
HA_RESOURCES = f"{APPS}/opencode-ha/app/kustomization.yaml"

_GUARD = "    if clone_is_there; then\n"
_INIT_HOME = """\
            - name: HOME
              value: /home/opencode
            - name: REPO_URL
"""
_INIT_WORKSPACE = """\
            - name: data
              mountPath: /workspace
              subPath: workspace
            - name: scripts
"""
_SERVER = '          args: [web, --hostname, 0.0.0.0, --port, "4096"]\n'
_SEEDED = """\
    elif ! is_json "$login" || [ "$(cat "$mark" 2>/dev/null)" != "$(seed_hash)" ]; then
"""
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
    return f"{_SERVER}          lifecycle:\n            {name}:\n              exec:\n                command: {command}\n"


def _first(message: str) -> str:
    return f"on an empty volume init-workspace stops before it clones: init-workspace: {message}"


FIRST_BOOT = [
    Mutation(
        "FLUX-05",
        "the guard is the wrong way round",
        "clone-unguarded",
        INIT,
        _GUARD,
        _GUARD.replace("if ", "if ! "),
        line="(git_with_token clone",
    ),
    Mutation(
        "HA-05",
        "the clone is commented out",
        "clone-unguarded",
        INIT,
        "    else\n        clone\n    fi\n",
        "    else\n        : # clone\n    fi\n",
        line="(git_with_token clone",
        message="on an empty volume this clone is never reached",
    ),
    Mutation(
        "FLUX-05",
        "nothing calls main",
        "clone-unguarded",
        INIT,
        '\nmain "$@"\n',
        "\n",
        line="(git_with_token clone",
        also=("auth-seed-misplaced",),
    ),
    Mutation(
        "FLUX-05",
        "what broke off is not removed",
        "clone-unguarded",
        INIT,
        '    rm -rf "$partial"\n',
        "",
        line="(git_with_token clone",
        message="after a clone that broke off every start stops, because /workspace/k8s-cluster.partial is there "
        "already",
    ),
    Mutation(
        "HA-05",
        "the partial name is that of the clone",
        "clone-unguarded",
        INIT,
        "    partial=$REPO_DIR.partial\n",
        "    partial=$REPO_DIR\n",
        line='mv "$partial" "$REPO_DIR"',
    ),
    Mutation(
        "FLUX-05",
        "the address is misspelt",
        "clone-unguarded",
        FLUX,
        "            - name: REPO_URL\n",
        "            - name: REPO_ULR\n",
        line="          env:",
        message=_first("not set: REPO_URL"),
    ),
    Mutation(
        "HA-05",
        "the folder is missing",
        "clone-unguarded",
        HA,
        "            - name: REPO_DIR\n              value: /workspace/home-assistant-config\n",
        "",
        line="          env:",
        message=_first("not set: REPO_DIR"),
    ),
    Mutation(
        "FLUX-05",
        "the address is empty",
        "clone-unguarded",
        FLUX,
        "value: https://github.com/jbaker48/k8s-cluster.git",
        'value: ""',
        line='value: ""',
        message=_first("not set: REPO_URL"),
    ),
    Mutation(
        "FLUX-05",
        "the token has another name",
        "clone-unguarded",
        FLUX,
        "            - name: GITHUB_TOKEN\n",
        "            - name: PAT\n",
        line="          env:",
        message=_first("not set: GITHUB_TOKEN (needed to clone)"),
        also=("secret-role-undelivered",),
    ),
    Mutation(
        "FLUX-05",
        "the address is one for SSH",
        "clone-unguarded",
        FLUX,
        "https://github.com/jbaker48/k8s-cluster.git",
        "git@github.com:jbaker48/k8s-cluster.git",
        line="value: git@github.com",
        message=_first("REPO_URL must be https://host/path"),
    ),
    Mutation(
        "HA-05",
        "the address is not encrypted",
        "clone-unguarded",
        HA,
        "https://github.com/jbaker48/home-assistant-config.git",
        "http://github.com/jbaker48/home-assistant-config.git",
        line="value: http://github.com",
        message=_first("REPO_URL must be https://host/path"),
    ),
    Mutation(
        "FLUX-05",
        "the clone goes to the root of the volume",
        "clone-unguarded",
        FLUX,
        "            - name: REPO_DIR\n              value: /workspace/k8s-cluster\n",
        "            - name: REPO_DIR\n              value: /workspace\n",
        line="value: /workspace",
        message=_first("REPO_DIR must be absolute and below a volume's root"),
        also=("working-directory-mismatch",),
    ),
    Mutation(
        "HA-05",
        "the volume is mounted beside the clone",
        "clone-unguarded",
        HA,
        _INIT_WORKSPACE,
        _INIT_WORKSPACE.replace("/workspace\n", "/workspaces\n"),
        line="value: /workspace/home-assistant-config",
        message="the clone goes to /workspace/home-assistant-config, which is on no volume that outlives the pod",
        also=("working-directory-mismatch", "session-data-unpersisted"),
    ),
    Mutation(
        "FLUX-05",
        "the clone goes to /tmp",
        "clone-unguarded",
        FLUX,
        "            - name: REPO_DIR\n              value: /workspace/k8s-cluster\n",
        "            - name: REPO_DIR\n              value: /tmp/k8s-cluster\n",
        line="value: /tmp/k8s-cluster",
        message="the clone goes to /tmp/k8s-cluster, which is on no volume that outlives the pod",
        also=("working-directory-mismatch",),
    ),
    Mutation(
        "HA-05",
        "the init container runs the other script",
        "clone-unguarded",
        HA,
        "command: [/bin/sh, /scripts/init-workspace.sh]",
        "command: [/bin/sh, /scripts/install-git.sh]",
        line="          env:",
        also=("pull-unswitched",),
        message="on an empty volume init-workspace stops before it clones: install-git: not set: TOOLS_DIR",
    ),
    Mutation(
        "FLUX-05",
        "a step that fails before the clone",
        "clone-unguarded",
        INIT,
        "first_stage() {\n    check_environment\n",
        'first_stage() {\n    check_environment\n    [ -d "$REPO_DIR" ]\n',
        line='    [ -d "$REPO_DIR" ]',
    ),
]

LATER_BOOTS = [
    Mutation(
        "FLUX-06",
        "a clone counts as none",
        "clone-unguarded",
        INIT,
        '    elif has_commit "$REPO_DIR"; then\n        return 0\n',
        '    elif has_commit "$REPO_DIR"; then\n        return 1\n',
        line="(git_with_token clone",
        message="every start clones again to /workspace/k8s-cluster.partial: nothing keeps it from that",
        also=("pull-unswitched",),
    ),
    Mutation(
        "HA-06",
        "the guard is always false",
        "clone-unguarded",
        INIT,
        _GUARD,
        "    if false; then\n",
        line="(git_with_token clone",
        also=("pull-unswitched",),
    ),
    Mutation(
        "FLUX-06",
        "removed at every start",
        "clone-unguarded",
        INIT,
        _GUARD,
        f'    rm -rf "$REPO_DIR"\n{_GUARD}',
        line='    rm -rf "$REPO_DIR"',
        message="every start removes /workspace/k8s-cluster, and all work in it",
        also=("pull-unswitched",),
    ),
    Mutation(
        "HA-06",
        "every clone is a leftover",
        "clone-unguarded",
        INIT,
        "is_leftover() {\n",
        "is_leftover() {\n    return 0\n",
        line='        rm -rf "$REPO_DIR"',
        message="every start removes /workspace/home-assistant-config, and all work in it",
        also=("pull-unswitched",),
    ),
    Mutation(
        "FLUX-06",
        "the clone is never renamed",
        "clone-unguarded",
        INIT,
        '    mv "$partial" "$REPO_DIR"\n',
        "",
        line='    rm -rf "$partial"',
        also=("pull-unswitched",),
    ),
    Mutation(
        "HA-06",
        "what is no usable clone is removed",
        "clone-unguarded",
        INIT,
        '    die "$REPO_DIR exists but is not a usable clone; nothing was changed: repair it or move it away"\n',
        '    rm -rf "$REPO_DIR"\n    return 1\n',
        line='    rm -rf "$REPO_DIR"\n'.strip("\n"),
        message="removes /workspace/home-assistant-config when git does not work there, and with it whatever "
        "work is in it",
    ),
    Mutation(
        "FLUX-06",
        "fetched at every start",
        "clone-unguarded",
        INIT,
        "    check_owner\n    seed_login\n",
        '    check_owner\n    git -C "$REPO_DIR" fetch -q\n    seed_login\n',
        line='git -C "$REPO_DIR" fetch',
        message="every start goes to the network: git fetch",
    ),
    Mutation(
        "HA-06",
        "the server is asked before the volume is looked at",
        "clone-unguarded",
        INIT,
        _GUARD,
        f'    (git_with_token ls-remote "$REPO_URL" >/dev/null) || die "no network"\n{_GUARD}',
        line="git_with_token ls-remote",
        message="every start goes to the network: git ls-remote",
    ),
    Mutation(
        "FLUX-06",
        "git is installed at every start",
        "clone-unguarded",
        TOOLS,
        "main() {\n",
        "main() {\n    apk add --no-cache git\n",
        line="apk add",
        message="every start goes to the network: apk",
    ),
    Mutation(
        "HA-06",
        "a start waits for the network",
        "clone-unguarded",
        INIT,
        _GUARD,
        f"    sleep 10\n{_GUARD}",
        line="    sleep 10",
        message="every start waits for 10 seconds",
    ),
    Mutation(
        "FLUX-06",
        "work is thrown away",
        "clone-unguarded",
        INIT,
        "    check_owner\n    seed_login\n",
        "    check_owner\n    work_git reset -q --hard\n    seed_login\n",
        line="work_git reset -q --hard",
        message="every start throws uncommitted work away: git reset",
    ),
    Mutation(
        "HA-06",
        "untracked files are swept out",
        "clone-unguarded",
        INIT,
        "    check_owner\n    seed_login\n",
        "    check_owner\n    work_git clean -fdq\n    seed_login\n",
        line="work_git clean",
        message="every start throws uncommitted work away: git clean",
    ),
]

REPOSITORY = [
    Mutation(
        "FLUX-04",
        "the address of the other workspace",
        "repository-mismatch",
        FLUX,
        "https://github.com/jbaker48/k8s-cluster.git",
        "https://github.com/jbaker48/home-assistant-config.git",
        line="value: https://github.com/jbaker48/home-assistant-config.git",
        message="opencode-flux clones the repository of opencode-ha: "
        "https://github.com/jbaker48/home-assistant-config instead of https://github.com/jbaker48/k8s-cluster",
    ),
    Mutation(
        "HA-05",
        "the address of the other workspace",
        "repository-mismatch",
        HA,
        "https://github.com/jbaker48/home-assistant-config.git",
        "https://github.com/jbaker48/k8s-cluster.git",
        line="value: https://github.com/jbaker48/k8s-cluster.git",
    ),
    Mutation(
        "HA-04",
        "an owner who has another name now",
        "repository-mismatch",
        HA,
        "jbaker48/home-assistant-config.git",
        "angryninja48/home-assistant-config.git",
        line="angryninja48",
        message="opencode-ha clones https://github.com/angryninja48/home-assistant-config instead of "
        "https://github.com/jbaker48/home-assistant-config",
    ),
    Mutation(
        "FLUX-05",
        "a misspelt repository",
        "repository-mismatch",
        FLUX,
        "jbaker48/k8s-cluster.git",
        "jbaker48/k8s-clusters.git",
        line="k8s-clusters.git",
    ),
    Mutation(
        "FLUX-04",
        "another host",
        "repository-mismatch",
        FLUX,
        "https://github.com/",
        "https://gitlab.com/",
        line="https://gitlab.com/",
    ),
    Mutation(
        "HA-04",
        "an address that the script has for all",
        "repository-mismatch",
        INIT,
        '-- "$REPO_URL" "$partial")',
        '-- https://github.com/jbaker48/k8s-cluster.git "$partial")',
        line="(git_with_token clone",
        also=("pull-unswitched",),
    ),
    Mutation(
        "HA-04",
        "the folder of the other workspace",
        "repository-mismatch",
        HA,
        "value: /workspace/home-assistant-config",
        "value: /workspace/k8s-cluster",
        line="value: /workspace/k8s-cluster",
        message="the clone of home-assistant-config lies in a folder named after the repository of opencode-flux",
        also=("working-directory-mismatch",),
    ),
]

LOGIN = [
    Mutation(
        "FLUX-03",
        "the script looks for another file",
        "auth-seed-misplaced",
        FLUX,
        "value: /secrets/copilot-login",
        "value: /secrets/copilot-auth",
        line="value: /secrets/copilot-auth",
        message="COPILOT_SEED names /secrets/copilot-auth, but the login is mounted at /secrets/copilot-login",
    ),
    Mutation(
        "HA-03",
        "the Secret's file has another name",
        "auth-seed-misplaced",
        HA,
        "path: copilot-login",
        "path: login",
        line="value: /secrets/copilot-login",
        message="COPILOT_SEED names /secrets/copilot-login, but the login is mounted at /secrets/login",
    ),
    Mutation(
        "FLUX-03",
        "the script is not told of the login",
        "auth-seed-misplaced",
        FLUX,
        "            - name: COPILOT_SEED\n              value: /secrets/copilot-login\n",
        "",
        line="          env:",
        message="nothing puts the login of /secrets/copilot-login at "
        "/home/opencode/.local/share/opencode/auth.json",
    ),
    Mutation(
        "HA-03",
        "the script is told of an empty path",
        "auth-seed-misplaced",
        HA,
        "value: /secrets/copilot-login",
        'value: ""',
        line='value: ""',
    ),
    Mutation(
        "HA-03",
        "another home in the init container",
        "auth-seed-misplaced",
        HA,
        _INIT_HOME,
        _INIT_HOME.replace("/home/opencode", "/root"),
        line="value: /root",
        message="the login goes to /root/.local/share/opencode/auth.json, but the server reads "
        "/home/opencode/.local/share/opencode/auth.json",
    ),
    Mutation(
        "HA-03",
        "the home of the init container is left to the image",
        "auth-seed-misplaced",
        HA,
        _INIT_HOME,
        "            - name: REPO_URL\n",
        line='replace "$login" <"$COPILOT_SEED"',
        at=INIT,
        message="the login goes to .../.local/share/opencode/auth.json, but the server reads "
        "/home/opencode/.local/share/opencode/auth.json",
    ),
    Mutation(
        "FLUX-03",
        "another data directory for the server",
        "auth-seed-misplaced",
        FLUX,
        "            - name: XDG_CACHE_HOME\n",
        "            - name: XDG_DATA_HOME\n              value: /var/cache\n            - name: XDG_CACHE_HOME\n",
        line="              value: /var/cache",
        message="the login goes to /home/opencode/.local/share/opencode/auth.json, but the server reads "
        "/var/cache/opencode/auth.json",
        also=("session-data-unpersisted", "auth-unpersisted"),
    ),
    Mutation(
        "FLUX-03",
        "another name for the file",
        "auth-seed-misplaced",
        INIT,
        "    login=$login.json\n",
        "    login=$login.jsn\n",
        line='replace "$login" <"$COPILOT_SEED"',
    ),
    Mutation(
        "HA-03",
        "another folder for the file",
        "auth-seed-misplaced",
        INIT,
        "/opencode/auth\n",
        "/opencode-ha/auth\n",
        line='replace "$login" <"$COPILOT_SEED"',
    ),
    Mutation(
        "FLUX-03",
        "the step is left out",
        "auth-seed-misplaced",
        INIT,
        "    check_owner\n    seed_login\n",
        "    check_owner\n",
        line="          env:",
        at=FLUX,
    ),
    Mutation(
        "HA-03",
        "the home is another volume in the init container",
        "auth-seed-misplaced",
        HA,
        """\
            - name: data
              mountPath: /home/opencode
              subPath: home
            - name: data
              mountPath: /workspace
              subPath: workspace
            - name: scripts
""",
        """\
            - name: tmp
              mountPath: /home/opencode
            - name: data
              mountPath: /workspace
              subPath: workspace
            - name: scripts
""",
        line='replace "$login" <"$COPILOT_SEED"',
        at=INIT,
    ),
    Mutation(
        "FLUX-08",
        "copied at every start",
        "auth-seed-misplaced",
        INIT,
        _SEEDED,
        "    else\n",
        line='replace "$login" <"$COPILOT_SEED"',
        message="every start replaces the login by the Secret's: one that was made in the interface is lost",
    ),
    Mutation(
        "HA-08",
        "compared with the file itself",
        "auth-seed-misplaced",
        INIT,
        '"$(cat "$mark" 2>/dev/null)" !=',
        '"$(sha256sum <"$login" | cut -d \' \' -f 1)" !=',
        line='replace "$login" <"$COPILOT_SEED"',
    ),
    Mutation(
        "FLUX-08",
        "the hash is not kept",
        "auth-seed-misplaced",
        INIT,
        '    seed_hash | replace "$mark"\n',
        "",
        line='replace "$login" <"$COPILOT_SEED"',
    ),
    Mutation(
        "HA-08",
        "never put in place again",
        "auth-seed-misplaced",
        INIT,
        _SEEDED,
        '    elif ! is_json "$login"; then\n',
        line='is_json "$login"',
        message="a new login in the Secret is never put in place while there is an old one",
    ),
    Mutation(
        "FLUX-08",
        "for everybody to read",
        "auth-seed-misplaced",
        INIT,
        "umask 077\n",
        "umask 022\n",
        line='replace "$login" <"$COPILOT_SEED"',
        message="others can read the login: its permissions are 0644 instead of 0600",
    ),
    Mutation(
        "HA-08",
        "a copy that OpenCode cannot write",
        "auth-seed-misplaced",
        INIT,
        '    replace "$login" <"$COPILOT_SEED"\n',
        '    cp "$COPILOT_SEED" "$login"\n',
        line='cp "$COPILOT_SEED"',
        message="OpenCode cannot write the login: its permissions are 0400 instead of 0600",
    ),
    Mutation(
        "HA-08",
        "the login from the environment",
        "auth-seed-misplaced",
        HA,
        "            - name: XDG_CACHE_HOME\n",
        """\
            - name: OPENCODE_AUTH_CONTENT
              valueFrom:
                secretKeyRef:
                  name: opencode-ha-secret
                  key: copilot-login
            - name: XDG_CACHE_HOME
""",
        line="- name: OPENCODE_AUTH_CONTENT",
        message="OPENCODE_AUTH_CONTENT takes the place of the login file: a login made in the interface is lost",
        also=("clone-token-in-server", "secret-role-undelivered"),
    ),
]

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
        "    check_owner\n    printf '#!/bin/sh\\ngit push -q\\n' >\"$REPO_DIR/.git/hooks/post-commit\"\n    seed_login\n",
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

STORING = [
    Mutation("SECR-04", "the script is gone", "seed-script-defective", SEED, message=f"there is no {SEED}"),
    Mutation(
        "SECR-04",
        "the script cannot be called",
        "seed-script-defective",
        SEED,
        "#!/bin/sh",
        "#!/bin/sh",
        executable=False,
        line="#!/bin/sh",
        message=f"{SEED} is not executable",
    ),
    Mutation(
        "SECR-04",
        "the first line is gone",
        "seed-script-defective",
        SEED,
        "#!/bin/sh\n# Puts",
        "# Puts",
        line="# Puts",
        message="the first line names no shell: #!/bin/sh is missing",
    ),
    Mutation(
        "SECR-04",
        "an if without its end",
        "seed-script-defective",
        SEED,
        '        store "$name"\n    fi\n',
        '        store "$name"\n',
        line="",
        also=("script-unparsable",),
    ),
    Mutation(
        "SECR-04",
        "the login is an argument",
        "seed-script-defective",
        SEED,
        '    printf \'%s\\n\' "$login" |\n        doppler secrets set "$1" ',
        '    doppler secrets set "$1=$login" ',
        line="doppler secrets set",
        message="the login is among the arguments of doppler, where other processes see it",
        also=("secret-in-arguments",),
    ),
    Mutation(
        "SECR-04",
        "doppler may print it",
        "seed-script-defective",
        SEED,
        "--no-interactive --silent >/dev/null ||",
        "--no-interactive ||",
        line="doppler secrets set",
        message="without --silent doppler prints what it stores",
    ),
    Mutation(
        "SECR-04",
        "a misspelt variable",
        "seed-script-defective",
        SEED,
        "flux) name=OPENCODE_FLUX_COPILOT_AUTH_JSON",
        "flux) name=OPENCODE_FLUX_COPILOT_AUTH",
        line="doppler secrets set",
        message="nothing writes OPENCODE_FLUX_COPILOT_AUTH_JSON; OPENCODE_FLUX_COPILOT_AUTH is written here",
    ),
    Mutation(
        "SECR-04",
        "one workspace for both",
        "seed-script-defective",
        SEED,
        "*) name=OPENCODE_HA_COPILOT_AUTH_JSON",
        "*) name=OPENCODE_FLUX_COPILOT_AUTH_JSON",
        line="doppler secrets set",
    ),
    Mutation(
        "SECR-04",
        "one workspace is left out",
        "seed-script-defective",
        SEED,
        '--all) workspaces="flux ha"',
        '--all) workspaces="flux"',
        line="doppler secrets set",
        message="nothing writes OPENCODE_HA_COPILOT_AUTH_JSON; OPENCODE_FLUX_COPILOT_AUTH_JSON is written here",
    ),
    Mutation(
        "SECR-04",
        "written whatever it holds",
        "seed-script-defective",
        SEED,
        '    if [ "$current" = "$login" ]; then\n',
        "    if false; then\n",
        line="doppler secrets set",
        message="OPENCODE_FLUX_COPILOT_AUTH_JSON is written without a look at what it holds",
    ),
    Mutation(
        "SECR-04",
        "compared with another variable",
        "seed-script-defective",
        SEED,
        'current=$(get "$name" --plain)',
        "current=$(get OPENCODE_HA_PASSWORD --plain)",
        line="doppler secrets set",
        message="OPENCODE_HA_COPILOT_AUTH_JSON is written without a look at what it holds",
    ),
    Mutation(
        "SECR-04",
        "traced",
        "seed-script-defective",
        SEED,
        "set -eu\n",
        "set -eux\n",
        line="set -eux",
        message="tracing prints the login",
        also=("shell-tracing",),
    ),
    Mutation(
        "SECR-04",
        "another name for the file",
        "seed-script-defective",
        SEED,
        "    file=${XDG_DATA_HOME:-${HOME:-}/.local/share}/opencode/auth.json\n",
        "    file=${XDG_DATA_HOME:-${HOME:-}/.local/share}/opencode/auth.jsonc\n",
        line="doppler secrets set",
        message="what is stored does not come from opencode/auth.json in the data directory",
    ),
    Mutation(
        "SECR-04",
        "the usual data directory only",
        "seed-script-defective",
        SEED,
        "file=${XDG_DATA_HOME:-${HOME:-}/.local/share}/opencode",
        "file=${HOME:-}/.local/share/opencode",
        line="doppler secrets set",
        message="with XDG_DATA_HOME set, what is stored does not come from there",
    ),
    Mutation(
        "SECR-04",
        "printed for a check",
        "seed-script-defective",
        SEED,
        "    current=$(get",
        '    say "$login"\n    current=$(get',
        line="printf",
        message="this prints the login",
    ),
    Mutation(
        "SECR-04",
        "another project",
        "seed-script-defective",
        SEED,
        "project=${DOPPLER_PROJECT:-k3s-cluster}",
        "project=${DOPPLER_PROJECT:-k8s-cluster}",
        line="doppler secrets set",
        message="OPENCODE_FLUX_COPILOT_AUTH_JSON is written to the project k8s-cluster and the config prd "
        "instead of k3s-cluster/prd",
    ),
    Mutation(
        "SECR-04",
        "nobody looks whether it is JSON",
        "seed-script-defective",
        SEED,
        'login=$(copilot_entry <"$file")',
        'login=$(cat "$file")',
        line="doppler secrets set",
        message="the login is stored without a check that it is JSON",
    ),
]

MUTATIONS: list[Mutation] = [*FIRST_BOOT, *LATER_BOOTS, *REPOSITORY, *LOGIN, *PULL, *PUSH, *STORING]

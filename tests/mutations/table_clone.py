"""Ways to break the clone of a workspace: at the first start, at later ones, and whose it is."""

from __future__ import annotations

from tests.mutations.harness import APPS, Mutation

INIT = f"{APPS}/components/workspace/init-workspace.sh"
TOOLS = f"{APPS}/components/workspace/install-git.sh"
FLUX = f"{APPS}/opencode-flux/app/deployment.yaml"
HA = f"{APPS}/opencode-ha/app/deployment.yaml"
_GUARD = "    if clone_is_there; then\n"
_INIT_WORKSPACE = """\
            - name: data
              mountPath: /workspace
              subPath: workspace
            - name: scripts
"""


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
        message="after a clone that broke off every start stops, because "
        "/workspace/k8s-cluster.partial is there "
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
        also=("working-directory-mismatch",),
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
        message="the clone goes to /workspace/home-assistant-config, which is on no volume that "
        "outlives the pod",
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
        '    die "$REPO_DIR exists but is not a usable clone; nothing was changed: '
        'repair it or move it away"\n',
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
        "https://github.com/jbaker48/home-assistant-config instead of "
        "https://github.com/jbaker48/k8s-cluster",
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
        message="the clone of home-assistant-config lies in a folder named after the repository "
        "of opencode-flux",
        also=("working-directory-mismatch",),
    ),
]

MUTATIONS: list[Mutation] = [*FIRST_BOOT, *LATER_BOOTS, *REPOSITORY]

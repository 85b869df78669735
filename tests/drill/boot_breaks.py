"""Ways to break what happens before the server starts."""

from __future__ import annotations

from .harness import APP, DEPLOYMENT, SCRIPT, Break

SEED = "scripts/seed-copilot-auth.sh"
SECRET = f"{APP}/externalsecret.yaml"
REPOSITORY = "https://github.com/jbaker48/k8s-cluster.git"
OTHER = "https://github.com/jbaker48/home-assistant-config.git"

FIRST = [
    Break(
        "the repositories swapped",
        "first-boot",
        ("FLUX-04", "FLUX-05"),
        ((DEPLOYMENT, REPOSITORY, OTHER),),
        "clones another repository than",
        SCRIPT,
    ),
    Break(
        "another working directory",
        "first-boot",
        ("FLUX-04",),
        ((DEPLOYMENT, "workingDir: /workspace/k8s-cluster", "workingDir: /workspace/cluster"),),
        "the server's working directory /workspace/cluster holds no clone: there is no such directory",
        DEPLOYMENT,
    ),
    Break(
        "the clone made elsewhere",
        "first-boot",
        ("FLUX-04",),
        ((DEPLOYMENT, "value: /workspace/k8s-cluster", "value: /workspace/clone"),),
        "holds no clone: there is no such directory",
        DEPLOYMENT,
    ),
    Break(
        "another subPath in the init container",
        "first-boot",
        ("FLUX-04",),
        (
            (
                DEPLOYMENT,
                "subPath: workspace\n            - name: scripts",
                "subPath: space\n            - name: scripts",
            ),
        ),
        "holds no clone",
        DEPLOYMENT,
    ),
    Break(
        "the token's variable renamed",
        "first-boot",
        ("FLUX-05",),
        ((DEPLOYMENT, "- name: GITHUB_TOKEN", "- name: GH_PAT"),),
        "init-workspace ends with 1 and says 'init-workspace: not set: GITHUB_TOKEN",
        DEPLOYMENT,
    ),
    Break(
        "a key that the Secret does not have",
        "first-boot",
        ("FLUX-05",),
        ((DEPLOYMENT, "key: github-pat", "key: github-token"),),
        "couldn't find key github-token in Secret opencode/opencode-flux-secret",
        DEPLOYMENT,
    ),
    Break(
        "a name that Doppler does not have",
        "first-boot",
        ("FLUX-05",),
        ((SECRET, "OPENCODE_FLUX_GITHUB_PAT", "OPENCODE_FLUX_GITHUB_TOKEN"),),
        'secret "opencode-flux-secret" not found',
        DEPLOYMENT,
    ),
    Break(
        "a store that is not there",
        "first-boot",
        ("FLUX-05",),
        ((SECRET, "name: doppler-secrets", "name: doppler"),),
        'secret "opencode-flux-secret" not found',
        DEPLOYMENT,
    ),
    Break(
        "an ExternalSecret of a version that is not served",
        "first-boot",
        ("FLUX-05",),
        ((SECRET, "apiVersion: external-secrets.io/v1\n", "apiVersion: external-secrets.io/v1beta1\n"),),
        'secret "opencode-flux-secret" not found',
        DEPLOYMENT,
    ),
    Break(
        "no fsGroup",
        "first-boot",
        ("FLUX-05",),
        ((DEPLOYMENT, "        fsGroup: 1000\n", ""),),
        "could not clone",
        DEPLOYMENT,
    ),
    Break(
        "a shell that the image does not have",
        "first-boot",
        ("FLUX-05",),
        (
            (
                DEPLOYMENT,
                "command: [/bin/sh, /scripts/init-workspace.sh]",
                "command: [/bin/bash, /scripts/init-workspace.sh]",
            ),
        ),
        "execvp /bin/bash",
        DEPLOYMENT,
    ),
    Break(
        "a ConfigMap that is not there",
        "first-boot",
        ("FLUX-05",),
        ((DEPLOYMENT, "name: opencode-flux-scripts", "name: opencode-flux-script"),),
        'configmap "opencode-flux-script" not found',
        DEPLOYMENT,
    ),
    Break(
        "a volume that does not last",
        "first-boot",
        ("FLUX-04", "FLUX-05", "SECR-03"),
        ((DEPLOYMENT, "persistentVolumeClaim:\n            claimName: *app", "emptyDir: {}"),),
        "no complete clone is on the volume",
        SCRIPT,
    ),
    Break(
        "a container that would be root",
        "first-boot",
        ("FLUX-05",),
        ((DEPLOYMENT, "        runAsUser: 1000\n", ""),),
        "container has runAsNonRoot and image will run as root",
        DEPLOYMENT,
    ),
    Break(
        "the login not seeded",
        "first-boot",
        ("SECR-03",),
        ((DEPLOYMENT, "- name: COPILOT_SEED", "- name: COPILOT_LOGIN"),),
        "there is no Copilot login where OpenCode looks for it",
        DEPLOYMENT,
    ),
    Break(
        "the login under another name",
        "first-boot",
        ("SECR-03",),
        ((DEPLOYMENT, "                path: copilot-login", "                path: copilot_login"),),
        "there is no Copilot login yet: log in through the UI",
        "",
    ),
    Break(
        "a login that others may read",
        "first-boot",
        ("SECR-03",),
        ((SCRIPT, "umask 077", "umask 022"),),
        "its mode is 0644",
        DEPLOYMENT,
    ),
    Break(
        "the server looks for logins elsewhere",
        "first-boot",
        ("SECR-03",),
        (
            (
                DEPLOYMENT,
                "- name: XDG_CACHE_HOME\n",
                "- name: XDG_DATA_HOME\n              value: /workspace\n            - name: XDG_CACHE_HOME\n",
            ),
        ),
        "there is no Copilot login where OpenCode looks for it",
        DEPLOYMENT,
    ),
]

LATER = [
    Break(
        "no guard before the clone",
        "second-boot",
        ("FLUX-06",),
        ((SCRIPT, "if clone_is_there; then\n        say", "if false; then\n        say"),),
        "asks the git server",
        SCRIPT,
    ),
    Break(
        "a slow boot",
        "second-boot",
        ("FLUX-06",),
        ((SCRIPT, "second_stage() {\n", "second_stage() {\n    sleep 3\n"),),
        "takes",
        "",
    ),
    Break(
        "work thrown away",
        "second-boot",
        ("FLUX-06",),
        ((SCRIPT, "second_stage() {\n", 'second_stage() {\n    git -C "$REPO_DIR" reset -q --hard\n'),),
        "loses what was not committed: README.md",
        SCRIPT,
    ),
    Break(
        "new files thrown away",
        "second-boot",
        ("FLUX-06",),
        ((SCRIPT, "second_stage() {\n", 'second_stage() {\n    git -C "$REPO_DIR" clean -q -f -d\n'),),
        "loses what was not committed: untracked.txt",
        SCRIPT,
    ),
    Break(
        "the pull always on",
        "second-boot",
        ("FLUX-06",),
        ((DEPLOYMENT, 'value: "false"', 'value: "true"'),),
        "asks the git server",
        "",
    ),
    Break(
        "a failed clone passes",
        "cut-clone",
        ("FLUX-05",),
        ((SCRIPT, 'die "could not clone $REPO_URL; the next start tries again"', "exit 0"),),
        "passes as complete",
        SCRIPT,
    ),
    Break(
        "half a clone passes",
        "power-loss",
        ("FLUX-05",),
        (
            (SCRIPT, "partial=$REPO_DIR.partial", "partial=$REPO_DIR"),
            (SCRIPT, 'mv "$partial" "$REPO_DIR"', ":"),
            (SCRIPT, "if clone_is_there; then", 'if [ -d "$REPO_DIR/.git" ]; then'),
        ),
        "",
        "",
    ),
    Break(
        "half a clone is never repaired",
        "power-loss",
        ("FLUX-05",),
        (
            (SCRIPT, "partial=$REPO_DIR.partial", "partial=$REPO_DIR"),
            (SCRIPT, 'mv "$partial" "$REPO_DIR"', ":"),
            (SCRIPT, '    rm -rf "$partial"\n', ""),
            (SCRIPT, "elif is_leftover; then", "elif false; then"),
        ),
        "the next boot fails",
        SCRIPT,
    ),
    Break(
        "an error that says nothing",
        "boot-errors",
        ("FLUX-05",),
        ((SCRIPT, 'complain() { say "$@" >&2; }', "complain() { :; }\nexec 2>/dev/null >&2"),),
        "says nothing",
        SCRIPT,
    ),
    Break(
        "an error that passes",
        "boot-errors",
        ("FLUX-05",),
        ((SCRIPT, 'die "could not clone $REPO_URL; the next start tries again"', "exit 0"),),
        "the init containers end well although there is no clone",
        SCRIPT,
    ),
]

TOKEN = [
    Break(
        "a traced shell",
        "token",
        ("SEC-03",),
        ((SCRIPT, "set -eu\n", "set -eux\n"),),
        "the log of init-workspace shows the token",
        "",
    ),
    Break(
        "the token in the URL",
        "token",
        ("SEC-03",),
        (
            (
                SCRIPT,
                '-- "$REPO_URL" "$partial"',
                '-- "https://x-access-token:$token@${REPO_URL#https://}" "$partial"',
            ),
        ),
        "the token stands in the arguments of git",
        "",
    ),
    Break(
        "the token printed",
        "token",
        ("SEC-03",),
        ((SCRIPT, "    unset GITHUB_TOKEN\n", '    echo "$token"\n    unset GITHUB_TOKEN\n'),),
        "the log of init-workspace shows the token",
        "",
    ),
    Break(
        "the token in a header",
        "token",
        ("SEC-03",),
        (
            (
                SCRIPT,
                "exec git -c credential.helper=",
                'exec git -c "http.extraHeader=Authorization: Basic $(printf "x-access-token:%s" "$token" | base64 | tr -d "\\n")" -c credential.helper=',
            ),
        ),
        "the token stands in the arguments of git",
        "",
    ),
    Break(
        "the token on the volume",
        "token",
        ("SEC-03",),
        (
            (
                SCRIPT,
                "    unset GITHUB_TOKEN\n",
                '    printf "https://x-access-token:%s@github.com\\n" "$token" >"$HOME/.git-credentials"\n    unset GITHUB_TOKEN\n',
            ),
        ),
        "the token stands on the volume, in home/.git-credentials",
        SCRIPT,
    ),
]

LOGIN = [
    Break(
        "the login overwritten at every boot",
        "login",
        ("FLUX-08",),
        (
            (
                SCRIPT,
                """elif ! is_json "$login" || [ "$(cat "$mark" 2>/dev/null)" != "$(seed_hash)" ]; then""",
                "else",
            ),
        ),
        "a boot overwrites a login that was rewritten",
        DEPLOYMENT,
    ),
    Break(
        "a new Secret never arrives",
        "login",
        ("OPS-01",),
        (
            (
                SCRIPT,
                """elif ! is_json "$login" || [ "$(cat "$mark" 2>/dev/null)" != "$(seed_hash)" ]; then""",
                'elif ! is_json "$login"; then',
            ),
        ),
        "after a change of the Secret a boot keeps the old login",
        DEPLOYMENT,
    ),
    Break(
        "a malformed login is taken",
        "login",
        ("SECR-03",),
        ((SCRIPT, "    wanted=$(seed_problem)\n", "    wanted=\n"),),
        "a boot takes a malformed login from the Secret",
        DEPLOYMENT,
    ),
    Break(
        "the pull is off and happens",
        "pull",
        ("AUTO-01", "SCOPE-04"),
        ((DEPLOYMENT, 'value: "false"', 'value: "true"'),),
        "with the pull switched off a boot asks the git server",
        SCRIPT,
    ),
    Break(
        "the pull does nothing",
        "pull",
        ("AUTO-01",),
        ((SCRIPT, "    true) ;;\n", "    true) return 0 ;;\n"),),
        "a boot does not bring a clean clone up to date",
        SCRIPT,
    ),
    Break(
        "the pull resets the clone",
        "pull",
        ("AUTO-01",),
        (
            (SCRIPT, '    [ -z "$changes" ] || refuse "there are uncommitted changes" || return 1\n', ""),
            (SCRIPT, "work_git merge -q --ff-only", "work_git reset -q --hard"),
        ),
        "a boot changes a clone with work that was not committed",
        SCRIPT,
    ),
    Break(
        "a failed pull keeps the workspace from starting",
        "pull",
        ("AUTO-01",),
        (
            (
                SCRIPT,
                'fetch_update || complain "no pull this time"',
                'fetch_update || die "no pull this time"',
            ),
        ),
        "the workspace does not start",
        SCRIPT,
    ),
    Break(
        "the script stores under another name",
        "seed-script",
        ("SECR-04",),
        ((SEED, "name=OPENCODE_FLUX_COPILOT_AUTH_JSON", "name=OPENCODE_FLUX_COPILOT_AUTH"),),
        "it does not store OPENCODE_FLUX_COPILOT_AUTH_JSON",
        SEED,
    ),
    Break(
        "the script prints the login",
        "seed-script",
        ("SECR-04",),
        ((SEED, " --no-interactive --silent >/dev/null", " --no-interactive"),),
        "it shows the login in its output",
        SEED,
    ),
    Break(
        "the Secret does not take the stored login",
        "seed-script",
        ("SECR-03",),
        ((SECRET, "OPENCODE_FLUX_COPILOT_AUTH_JSON", "OPENCODE_HA_COPILOT_AUTH_JSON"),),
        "another login arrives than the script was given",
        "",
    ),
]

BREAKS = [*FIRST, *LATER, *TOKEN, *LOGIN]

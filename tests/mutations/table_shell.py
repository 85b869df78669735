"""Ways to let a secret of the workspaces out by a script or a command (SEC-03)."""

from __future__ import annotations

from tests.mutations.harness import APPS, Mutation

INIT = f"{APPS}/components/workspace/init-workspace.sh"
INSTALL = f"{APPS}/components/workspace/install-git.sh"
FLUX = f"{APPS}/opencode-flux/app/deployment.yaml"
HA = f"{APPS}/opencode-ha/app/deployment.yaml"

_START = "command: [/bin/sh, /scripts/init-workspace.sh]"
_HELPER = (
    """helper='!f() { test "$1" = get || exit 0; """
    """printf "username=x-access-token\\npassword=%s\\n" "$GITHUB_TOKEN"; }; f'"""
)
_SERVER = "args: [web, --hostname, 0.0.0.0, --port"
_URL_ENTRY = """\
            - name: HOME
              value: /home/opencode
            - name: REPO_URL
"""
_FIRST_ENTRY = """\
            - name: GITHUB_TOKEN
              valueFrom:
                secretKeyRef:
                  name: opencode-flux-secret
                  key: github-pat
"""
_ENTRY = "            - name: GITHUB_TOKEN\n"


def _traced(what: str, old: str, new: str, line: str, message: str = "", path: str = INIT) -> Mutation:
    return Mutation("SEC-03", what, "shell-tracing", path, old, new, line, message=message)


def _printed(what: str, old: str, new: str, line: str, message: str = "", path: str = INIT) -> Mutation:
    return Mutation("SEC-03", what, "secret-in-output", path, old, new, line, message=message)


_TRACING = [
    _traced(
        "set -x at the top",
        "set -eu\numask 077\n",
        "set -eux\numask 077\n",
        "set -eux",
        "set -eux makes the shell print GITHUB_TOKEN to the log",
    ),
    _traced(
        "set -x on a line of its own",
        "umask 077\n\nsay()",
        "umask 077\nset -x\n\nsay()",
        "set -x",
        "set -x makes the shell print GITHUB_TOKEN to the log",
    ),
    _traced(
        "set -o xtrace",
        'main "$@"',
        'set -o xtrace\nmain "$@"',
        "set -o xtrace",
        "set -o xtrace makes the shell print GITHUB_TOKEN to the log",
    ),
    _traced(
        "before the token is taken",
        "    take_token\n    update=",
        "    set -x\n    take_token\n    update=",
        "set -x",
    ),
    _traced(
        "inside the function that exports it",
        "    GITHUB_TOKEN=$token\n",
        "    set -x\n    GITHUB_TOKEN=$token\n",
        "set -x",
    ),
    _traced(
        "switched on when debugging is asked for",
        "set -eu\n",
        'set -eu\n[ -z "${DEBUG:-}" ] || set -x\n',
        "set -x",
    ),
    _traced(
        "flags from a variable",
        "set -eu\n",
        "set -eu ${SHELL_FLAGS:-}\n",
        "SHELL_FLAGS",
        "set -eu … may switch tracing on, which prints GITHUB_TOKEN to the log",
    ),
    _traced(
        "the shebang counts for nothing here, the option does",
        _START,
        "command: [/bin/sh, -x, /scripts/init-workspace.sh]",
        "-x",
        "the option -x of sh makes the shell print GITHUB_TOKEN to the log",
        FLUX,
    ),
    _traced(
        "combined options of the shell",
        _START,
        "command: [/bin/sh, -eux, /scripts/init-workspace.sh]",
        "-eux",
        "the option -x of sh makes the shell print GITHUB_TOKEN to the log",
        HA,
    ),
    _traced(
        "-o xtrace behind a wrapper",
        _START,
        "command: [/usr/bin/env, sh, -o, xtrace, /scripts/init-workspace.sh]",
        "xtrace",
        "",
        HA,
    ),
    _traced(
        "an inline script that starts the file",
        _START,
        'command: [/bin/sh, -c, "set -x; . /scripts/init-workspace.sh"]',
        "set -x",
        "",
        FLUX,
    ),
    _traced(
        "the second shell traces",
        '"$0" second-stage "$update"',
        '-x "$0" second-stage "$update"',
        "-x",
        "the option -x of sh stays on where the shell can reach GITHUB_TOKEN and /secrets/copilot-login",
    ),
    _traced(
        "the other init container",
        "set -eu\numask 022\n",
        "set -eux\numask 022\n",
        "set -eux",
        "set -eux traces an init container; it holds no secret yet",
        INSTALL,
    ),
    _traced(
        "after the token was used, to the end",
        "    check_owner\n    seed_login",
        "    set -x\n    check_owner\n    seed_login",
        "set -x",
    ),
    _traced("through eval", "take_token() {\n", "take_token() {\n    eval 'set -x'\n", "eval"),
]

_URLS = [
    Mutation(
        "SEC-03",
        "the token in the clone URL",
        "token-in-url",
        INIT,
        '-- "$REPO_URL" "$partial")',
        '-- "https://x-access-token:$token@${REPO_URL#https://}" "$partial")',
        "x-access-token:$token@",
        message="git gets a URL that holds GITHUB_TOKEN",
    ),
    Mutation(
        "SEC-03",
        "the token in a variable with the URL",
        "token-in-url",
        INIT,
        "    partial=$REPO_DIR.partial\n",
        '    partial=$REPO_DIR.partial\n    REPO_URL="https://$token@$host/$path"\n',
        '"$REPO_URL" "$partial"',
        also=("secret-in-output",),
    ),
    Mutation(
        "SEC-03",
        "set-url after the clone",
        "token-in-url",
        INIT,
        '    mv "$partial" "$REPO_DIR"\n',
        '    mv "$partial" "$REPO_DIR"\n    clone_git remote set-url origin "https://x:$token@$host/$path"\n',
        "remote set-url",
    ),
    Mutation(
        "SEC-03",
        "insteadOf",
        "token-in-url",
        INIT,
        "exec git -c credential.helper= ",
        'exec git -c "url.https://x:$token@$host/.insteadOf=https://$host/" -c credential.helper= ',
        "insteadOf",
    ),
    Mutation(
        "SEC-03",
        "the kubelet puts the token into the URL",
        "token-in-url",
        FLUX,
        "              value: https://github.com/jbaker48/k8s-cluster.git",
        "              value: https://x-access-token:$(GITHUB_TOKEN)@github.com/jbaker48/k8s-cluster.git",
        "x-access-token",
        message="REPO_URL is a URL that holds GITHUB_TOKEN",
        more=(
            (
                FLUX,
                _URL_ENTRY,
                _FIRST_ENTRY + _URL_ENTRY,
            ),
        ),
    ),
    Mutation(
        "SEC-03",
        "a password in the manifest's URL",
        "token-in-url",
        HA,
        "value: https://github.com/jbaker48/home-assistant-config.git",
        "value: https://bot:hunter2@github.com/jbaker48/home-assistant-config.git",
        "hunter2",
        message="REPO_URL is a URL that holds the password in REPO_URL",
    ),
]

_OUTPUT = [
    _printed(
        "the token in a message",
        'say "cloning $REPO_URL to $REPO_DIR"',
        'say "cloning $REPO_URL with $token"',
        'say "cloning',
        "printf prints GITHUB_TOKEN to the log",
    ),
    _printed(
        "echo for debugging",
        "    unset GITHUB_TOKEN\n",
        '    echo "$GITHUB_TOKEN"\n    unset GITHUB_TOKEN\n',
        'echo "$GITHUB_TOKEN"',
        "echo prints GITHUB_TOKEN to the log",
    ),
    _printed(
        "to standard error",
        "    unset GITHUB_TOKEN\n",
        '    echo "$token" >&2\n    unset GITHUB_TOKEN\n',
        "echo",
    ),
    _printed(
        "the environment",
        "first_stage() {\n",
        "first_stage() {\n    env | sort >&2\n",
        "env | sort",
        "sort prints GITHUB_TOKEN to the log",
    ),
    _printed("export -p", "first_stage() {\n", "first_stage() {\n    export -p\n", "export -p"),
    _printed("a bare set", "    take_token\n    update=", "    take_token\n    set\n    update=", "    set"),
    _printed(
        "base64 is no protection",
        "    unset GITHUB_TOKEN\n",
        '    printf %s "$token" | base64\n    unset GITHUB_TOKEN\n',
        "base64",
    ),
    _printed(
        "an error message",
        '[ -n "$token" ] || die "not set: GITHUB_TOKEN (needed to clone)"',
        ': "${REPO_BRANCH:?not set, with $token}"',
        "REPO_BRANCH:?",
    ),
    _printed(
        "the login",
        '    replace "$login" <"$COPILOT_SEED"\n',
        '    tee "$login" <"$COPILOT_SEED"\n',
        "tee",
        "tee prints /secrets/copilot-login to the log",
    ),
    _printed(
        "the file on the volume",
        '    say "the Copilot login of the Secret is in place"',
        '    cat "$login"',
        'cat "$login"',
        "cat prints /secrets/copilot-login to the log",
    ),
    _printed(
        "git traces curl",
        "export GIT_CONFIG_GLOBAL=/dev/null",
        "export GIT_CURL_VERBOSE=1 GIT_CONFIG_GLOBAL=/dev/null",
        "exec git",
        "GIT_CURL_VERBOSE makes git tell what it does, and GITHUB_TOKEN is within its reach",
    ),
    Mutation(
        "SEC-03",
        "git traces, by the manifest",
        "secret-in-output",
        FLUX,
        _ENTRY,
        '            - name: GIT_TRACE\n              value: "1"\n' + _ENTRY,
        '"1"',
    ),
    Mutation(
        "SEC-03",
        "a hook prints the password",
        "secret-in-output",
        HA,
        "          ports:\n",
        "          lifecycle:\n            postStart:\n              exec:\n"
        "                command: [printenv, OPENCODE_SERVER_PASSWORD]\n          ports:\n",
        "printenv",
        message="printenv prints OPENCODE_SERVER_PASSWORD to the log",
    ),
]

_ARGUMENTS = [
    Mutation(
        "SEC-03",
        "an extra header",
        "secret-in-arguments",
        INIT,
        "exec git -c credential.helper= ",
        'exec git -c "http.extraHeader=Authorization: Bearer $token" -c credential.helper= ',
        "extraHeader",
        message="git gets GITHUB_TOKEN as an argument",
    ),
    Mutation(
        "SEC-03",
        "double quotes around the helper",
        "secret-in-arguments",
        INIT,
        _HELPER,
        'helper="!f() { echo password=$GITHUB_TOKEN; }; f"',
        "credential.$origin.helper=$helper",
    ),
    Mutation(
        "SEC-03",
        "curl with the token",
        "secret-in-arguments",
        INIT,
        "clone() {\n",
        'clone() {\n    curl -fsS -H "Authorization: Bearer $token" https://api.github.com/user >/dev/null\n',
        "curl",
    ),
    Mutation(
        "SEC-03",
        "a password in args",
        "secret-in-arguments",
        FLUX,
        _SERVER,
        'args: [web, "--password=$(OPENCODE_SERVER_PASSWORD)", --hostname, 0.0.0.0, --port',
        "--password=",
        message="the image's program gets OPENCODE_SERVER_PASSWORD as an argument",
    ),
    Mutation(
        "SEC-03",
        "env sets the token",
        "secret-in-arguments",
        INIT,
        "    GITHUB_TOKEN=$token\n    export GITHUB_TOKEN\n",
        "    unset GITHUB_TOKEN\n",
        "exec env",
        more=(
            (
                INIT,
                "exec git -c credential.helper= ",
                'exec env GITHUB_TOKEN="$token" git -c credential.helper= ',
            ),
        ),
    ),
]

_UNPARSABLE = [
    Mutation(
        "SEC-03",
        "a missing fi",
        "script-unparsable",
        INIT,
        "        clone\n    fi\n",
        "        clone\n",
        "if clone_is_there",
        message="'if' has no 'fi'",
    ),
    Mutation("SEC-03", "a quote too many", "script-unparsable", INIT, 'main "$@"', 'main "$@""'),
    Mutation(
        "SEC-03",
        "a stray done",
        "script-unparsable",
        INSTALL,
        "\nmain\n",
        "\nmain\ndone\n",
        "done",
        message="'done' is out of place",
    ),
]

MUTATIONS: list[Mutation] = [*_TRACING, *_URLS, *_OUTPUT, *_ARGUMENTS, *_UNPARSABLE]

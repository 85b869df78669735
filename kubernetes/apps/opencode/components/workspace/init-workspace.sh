#!/bin/sh
# Makes a workspace volume ready for the OpenCode server: a clone of the repository and a Copilot
# login. The init container runs it at every boot; a boot that finds both does no network I/O.
#
#   REPO_URL         https URL of the repository, without credentials
#   REPO_DIR         where the clone belongs: a directory below the volume's root
#   REPO_BRANCH      branch to clone (default: the repository's own default branch)
#   GITHUB_TOKEN     read access to the repository; needed for a clone or a pull only
#   COPILOT_SEED     file with the login from the Secret; empty: seed nothing
#   WORKSPACE_PULL   "true": fast-forward an existing clone (default: leave it alone)
#   PULL_TIMEOUT     seconds that a pull may wait for the network (default 30)
#   HOME, XDG_DATA_HOME, TMPDIR as usual
#
# Whoever works in the pod, the agent included, can write to the volume, and so can set hooks,
# filters and URL rewrites in the clone. The script therefore has two stages. The first holds the
# token and runs only commands that execute nothing from the volume. Then it replaces itself by the
# second, in whose process the token is no longer to be found, not even in /proc/self/environ.
set -eu
umask 077

say() { printf 'init-workspace: %s\n' "$*"; }
complain() { say "$@" >&2; }
die() {
    complain "$@"
    exit 1
}

# Only this script configures its git: nothing of ~/.gitconfig or of the image may redirect it.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_TRACE_REDACT=1

clone_git() { git --git-dir="$REPO_DIR/.git" "$@"; }

main() {
    case ${1-} in
    '') first_stage ;;
    second-stage) second_stage "${2-}" ;;
    *) die "takes no arguments" ;;
    esac
}

first_stage() {
    check_environment
    take_token
    update=
    if clone_is_there; then
        say "$REPO_DIR is there, left as it is"
        fetch_update || complain "no pull this time"
    else
        clone
    fi
    exec "$(this_shell)" "$0" second-stage "$update"
}

# With its path: a busybox that prefers its applets "executes" a plain `sh` in the same process,
# whose /proc/self/environ stays what it was.
this_shell() {
    shell=$(tr '\000' '\n' <"/proc/$$/cmdline" | head -n 1)
    case $shell in
    /*) echo "$shell" ;;
    *) echo /bin/sh ;;
    esac
}

second_stage() {
    if [ -n "$1" ]; then
        fast_forward "$1" || complain "no pull this time"
        rm -rf "$1"
    fi
    check_owner
    seed_login
}

# --- first stage: with the token -------------------------------------------------------------

check_environment() {
    missing=
    [ -n "${REPO_URL:=}" ] || missing="$missing REPO_URL"
    [ -n "${REPO_DIR:=}" ] || missing="$missing REPO_DIR"
    [ -n "${HOME:-}" ] || missing="$missing HOME"
    [ -z "$missing" ] || die "not set:$missing"
    check_url
    case $REPO_DIR in
    *//* | */ | */. | */.. | */./* | */../*) die "REPO_DIR must be a plain path" ;;
    /*/*) ;;
    *) die "REPO_DIR must be absolute and below a volume's root" ;;
    esac
}

# Sets `origin`, the scheme and host of REPO_URL. The URL itself is not printed: what is wrong with
# it may be that it holds a password.
check_url() {
    host=${REPO_URL#https://}
    path=${host#*/}
    host=${host%%/*}
    origin=https://$host
    case $REPO_URL in
    https://*/?*) ;;
    *) die "REPO_URL must be https://host/path" ;;
    esac
    case $host in
    *@*) die "REPO_URL must not hold credentials: the token comes from GITHUB_TOKEN" ;;
    '' | *[!A-Za-z0-9.:-]*) die "REPO_URL has no valid host" ;;
    *) ;;
    esac
    case $path in
    *[!A-Za-z0-9._~/-]*) die "REPO_URL has a path with unusual characters" ;;
    *) ;;
    esac
}

# From here on the token is a variable of this shell; git_with_token alone passes it on. Secrets are
# often stored with a trailing newline, and no token has blanks.
take_token() {
    token=$(printf %s "${GITHUB_TOKEN:-}" | tr -d '[:space:]')
    unset GITHUB_TOKEN
}

# Succeeds for a clone to be left alone, fails when there is none (any more), ends the script for
# anything that might be somebody's work. A clone gets its name only when it is whole and on disk,
# so there is no mark to look for: a .git with a commit behind HEAD is a finished clone.
clone_is_there() {
    if [ ! -e "$REPO_DIR" ] && [ ! -L "$REPO_DIR" ]; then
        return 1
    elif is_leftover; then
        complain "$REPO_DIR is a clone that broke off, with no work in it: starting over"
        rm -rf "$REPO_DIR"
        return 1
    elif has_commit "$REPO_DIR"; then
        return 0
    elif [ ! -L "$REPO_DIR" ] && rmdir "$REPO_DIR" 2>/dev/null; then
        return 1
    fi
    die "$REPO_DIR exists but is not a usable clone; nothing was changed: repair it or move it away"
}

has_commit() { git --git-dir="$1/.git" rev-parse -q --verify 'HEAD^{commit}' >/dev/null 2>&1; }

# A clone that was cut off before its checkout: no file beside .git, no index, no stash, and no log
# entry but those of the cloning. Anybody's work would have left at least one of them.
is_leftover() {
    if [ -L "$REPO_DIR" ] || [ ! -d "$REPO_DIR/.git" ] || [ "$(ls -A "$REPO_DIR")" != .git ]; then
        return 1
    fi
    for trace in index index.lock refs/stash worktrees modules; do
        [ ! -e "$REPO_DIR/.git/$trace" ] || return 1
    done
    ! grep -qrv 'clone: from' "$REPO_DIR/.git/logs" 2>/dev/null
}

clone() {
    partial=$REPO_DIR.partial
    [ -n "$token" ] || die "not set: GITHUB_TOKEN (needed to clone)"
    say "cloning $REPO_URL to $REPO_DIR"
    rm -rf "$partial"
    mkdir -p "${REPO_DIR%/*}"
    (git_with_token clone -q ${REPO_BRANCH:+--branch "$REPO_BRANCH"} -- "$REPO_URL" "$partial") ||
        die "could not clone $REPO_URL; the next start tries again"
    has_commit "$partial" || die "$REPO_URL has no commit"
    sync # the contents have to reach the disk before the name that vouches for them
    mv "$partial" "$REPO_DIR"
    sync
}

# Becomes git: call it in a subshell. The token goes to git by its environment, and from there by a
# credential helper to REPO_URL's own host only: not to where the server might redirect to, not into
# an argument list or a file.
git_with_token() {
    GITHUB_TOKEN=$token
    export GITHUB_TOKEN
    # shellcheck disable=SC2016 # for the shell that git starts
    helper='!f() { test "$1" = get || exit 0; printf "username=x-access-token\npassword=%s\n" "$GITHUB_TOKEN"; }; f'
    exec git -c credential.helper= -c "credential.$origin.helper=$helper" \
        -c protocol.allow=never -c protocol.https.allow=always \
        -c http.lowSpeedLimit=1000 -c http.lowSpeedTime="${patience:-120}" "$@"
}

# Fetches what is new into a bare repository of our own and leaves its path in `update`. Not into the
# clone: git would act on the clone's configuration while it holds the token.
fetch_update() {
    case ${WORKSPACE_PULL:-false} in
    false) return 0 ;;
    true) ;;
    *) refuse "WORKSPACE_PULL must be true or false" || return 1 ;;
    esac
    patience=${PULL_TIMEOUT:-30}
    [ "$patience" -gt 0 ] 2>/dev/null || refuse "PULL_TIMEOUT must be a number of seconds" || return 1
    [ -n "$token" ] || refuse "not set: GITHUB_TOKEN (needed to pull)" || return 1
    branch=$(clone_git symbolic-ref -q --short HEAD) || refuse "no branch is checked out" || return 1
    [ "$(clone_git config --get remote.origin.url)" = "$REPO_URL" ] ||
        refuse "the clone's origin is not REPO_URL" || return 1
    update=$(mktemp -d) || return 1
    fetch_into "$update" || {
        rm -rf "$update"
        update=
        return 1
    }
}

refuse() {
    complain "$@"
    return 1
}

# The alternates file lends the clone's objects, so that only the new ones are sent.
fetch_into() {
    git init -q --bare "$1" &&
        printf '%s\n' "$REPO_DIR/.git/objects" >"$1/objects/info/alternates" &&
        git --git-dir="$1" update-ref refs/heads/ours "$(clone_git rev-parse HEAD)" || return 1
    git_with_token --git-dir="$1" fetch -q --no-tags "$REPO_URL" "+refs/heads/$branch:refs/heads/theirs" &
    ends_within "$patience" $!
}

# The result of the child $2, or 1 after $1 seconds. Not by timeout(1): that of busybox leaves a
# watcher behind, for a second, which has the token in its environment.
ends_within() {
    waited=0
    while [ -e "/proc/$2/exe" ]; do
        if [ "$waited" -ge "$1" ]; then
            kill "$2"
            complain "no answer within $1 seconds"
            return 1
        fi
        sleep 1
        waited=$((waited + 1))
    done
    wait "$2"
}

# --- second stage: the token is gone -----------------------------------------------------------

# What `git pull --ff-only` does, from the repository that the first stage filled. Git itself never
# overwrites a changed file; a clone with changes is not even tried.
fast_forward() {
    branch=$(clone_git symbolic-ref -q --short HEAD) || return 1
    changes=$(work_git status --porcelain --untracked-files=no) || return 1
    [ -z "$changes" ] || refuse "there are uncommitted changes" || return 1
    work_git fetch -q --no-tags "$1" "+refs/heads/theirs:refs/remotes/origin/$branch" || return 1
    work_git merge -q --ff-only "refs/remotes/origin/$branch" ||
        refuse "the clone has gone its own way, or a file is in the way"
}

# Hooks, and housekeeping that would outlive the container, have no place in a boot.
work_git() {
    GIT_OPTIONAL_LOCKS=0 git -C "$REPO_DIR" -c core.hooksPath=/dev/null -c core.fsmonitor=false \
        -c gc.auto=0 -c maintenance.auto=false "$@"
}

# After a restore under another user ID, say, git refuses the clone as of "dubious ownership", and
# OpenCode then files every session under no project, without a word.
check_owner() {
    git -C "$REPO_DIR" rev-parse --git-dir >/dev/null ||
        complain "git does not work in $REPO_DIR: the server will not see it as a project"
}

# Puts the login of the Secret in place when there is none, or when the Secret has changed since it
# was last put there. Otherwise the file on the volume is the newer one: logins in the UI rewrite it.
seed_login() {
    [ -n "${COPILOT_SEED:-}" ] || return 0
    login=${XDG_DATA_HOME:-$HOME/.local/share}/opencode/auth
    login=$login.json
    mark=$login.seed-sha256
    wanted=$(seed_problem)
    if [ -n "$wanted" ]; then
        complain "the Copilot login in the Secret is $wanted: not used"
        is_json "$login" || complain "there is no Copilot login yet: log in through the UI"
    elif ! is_json "$login" || [ "$(cat "$mark" 2>/dev/null)" != "$(seed_hash)" ]; then
        place_login
    fi
}

place_login() {
    [ ! -d "$login" ] || die "$login is a directory"
    mkdir -p "${login%/*}"
    if [ -s "$login" ]; then
        replace "$login.previous" <"$login"
    fi
    replace "$login" <"$COPILOT_SEED"
    seed_hash | replace "$mark"
    say "the Copilot login of the Secret is in place"
}

# A reader, or a power cut, finds the old file or the new one, never half of one.
replace() {
    rm -f "$1.new"
    cat >"$1.new"
    sync
    mv -f "$1.new" "$1"
}

seed_hash() { sha256sum <"$COPILOT_SEED" | cut -d ' ' -f 1; }

# Prints what is wrong with the Secret's login; nothing when it can be used.
seed_problem() {
    judge "$COPILOT_SEED" || case $? in
    1) echo "not JSON" ;;
    2) echo "without a complete github-copilot entry" ;;
    *) echo "missing or empty" ;;
    esac
}

is_json() { judge "$1" || [ $? -eq 2 ]; }

# The exit status of copilot-login.awk, or 3 when there is nothing to read. awk would end a line at
# a NUL byte and not see what follows.
judge() {
    [ -r "$1" ] && [ -s "$1" ] || return 3
    [ "$(tr -d '\000' <"$1" | wc -c)" -eq "$(wc -c <"$1")" ] || return 1
    LC_ALL=C awk -f "${0%/*}/copilot-login.awk" <"$1"
}

main "$@"

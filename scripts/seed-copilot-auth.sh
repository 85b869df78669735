#!/bin/sh
# Puts the Copilot login of this machine into the Doppler variable of one or more workspaces.
# See README.md beside this file, or --help.
set -eu

usage() {
    cat <<'EOF'
Usage: seed-copilot-auth.sh [options] WORKSPACE...
       seed-copilot-auth.sh [options] --all

Copies the GitHub Copilot login that OpenCode keeps on this machine to the Doppler variable of each
WORKSPACE: flux (OPENCODE_FLUX_COPILOT_AUTH_JSON) or ha (OPENCODE_HA_COPILOT_AUTH_JSON). A variable
that has this value already is not written. Logins for other providers stay on this machine.

  --all              both workspaces
  --file FILE        the login file (default: auth.json in OpenCode's data directory)
  --project PROJECT  Doppler project (default: $DOPPLER_PROJECT, else k3s-cluster)
  --config CONFIG    Doppler config (default: $DOPPLER_CONFIG, else prd)
  --dry-run          say what would be written, write nothing
  --help             this text

Needs the doppler command, logged in or with a DOPPLER_TOKEN that may write, and one of python3, jq
or node. Exit status: 0 done or nothing to do, 1 failed, 2 wrong usage.
EOF
}

say() { printf 'seed-copilot-auth: %s\n' "$*"; }
die() {
    say "$@" >&2
    exit 1
}
misused() {
    say "$@" "(see --help)" >&2
    exit 2
}

main() {
    file=${XDG_DATA_HOME:-${HOME:-}/.local/share}/opencode/auth.json
    project=${DOPPLER_PROJECT:-k3s-cluster}
    config=${DOPPLER_CONFIG:-prd}
    dry_run=false
    workspaces=
    parse_arguments "$@"
    command -v doppler >/dev/null || die "the doppler command is missing: https://docs.doppler.com/docs/install-cli"
    read_login
    for workspace in $workspaces; do
        seed "$workspace"
    done
}

parse_arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
        flux | ha) workspaces="$workspaces $1" ;;
        --all) workspaces="flux ha" ;;
        --dry-run) dry_run=true ;;
        --file | --project | --config)
            [ -n "${2:-}" ] || misused "$1 needs a value"
            case $1 in
            --file) file=$2 ;;
            --project) project=$2 ;;
            *) config=$2 ;;
            esac
            shift
            ;;
        --help | -h)
            usage
            exit 0
            ;;
        *) misused "neither a workspace nor an option: $1" ;;
        esac
        shift
    done
    [ -n "$workspaces" ] || misused "name a workspace (flux, ha) or say --all"
}

# Sets `login`: the Copilot entry alone, as one JSON object. Everything that doppler would accept and
# spoil is refused here: an empty file, a line beyond its 64 KiB, a reference that it would expand.
read_login() {
    [ -r "$file" ] || die "cannot read $file: log in with 'opencode auth login' first"
    [ -s "$file" ] || die "$file is empty"
    login=$(copilot_entry <"$file") || case $? in
    3) die "$file is not JSON" ;;
    4) die "$file has no complete github-copilot login: run 'opencode auth login'" ;;
    *) die "a working python3, jq or node is needed to check $file" ;;
    esac
    [ "${#login}" -lt 65536 ] || die "the login in $file is too long for doppler (64 KiB)"
    case $login in
    *"\${"*) die "the login in $file contains \${, which Doppler would take for a reference" ;;
    *) ;;
    esac
}

# Reads the file on standard input; prints the entry. Exit status 3: not JSON, 4: no such login.
copilot_entry() {
    if command -v python3 >/dev/null; then
        python3 -c "$python_entry" 2>/dev/null
    elif command -v jq >/dev/null; then
        jq -ceRs "$jq_entry" 2>/dev/null || case $? in
        4) return 4 ;; # no output
        *) return 3 ;;
        esac
    elif command -v node >/dev/null; then
        node -e "$node_entry" 2>/dev/null
    else
        return 1
    fi
}

# OpenCode takes an entry only with all four fields; see its auth/index.ts.
python_entry='
import json, sys
try:
    entries = json.load(sys.stdin)
except ValueError:
    sys.exit(3)
login = entries.get("github-copilot") if isinstance(entries, dict) else None
if not isinstance(login, dict) or login.get("type") != "oauth":
    sys.exit(4)
if not all(isinstance(login.get(key), str) and login[key] for key in ("refresh", "access")):
    sys.exit(4)
if type(login.get("expires")) not in (int, float):
    sys.exit(4)
print(json.dumps({"github-copilot": login}, ensure_ascii=False, separators=(",", ":")))
'
# The input as one string, because jq itself takes "{" for no document at all, and blanks for null.
# shellcheck disable=SC2016 # $login is a variable of jq
jq_entry='
if explode - [9, 10, 13, 32] == [] then error("blank") else fromjson end
| (objects | .["github-copilot"] | objects) as $login
| select($login | .type == "oauth" and (.expires | type) == "number")
| select($login | [.refresh, .access] | all(type == "string" and . != ""))
| {"github-copilot": $login}
'
node_entry='
let entries
try { entries = JSON.parse(require("fs").readFileSync(0, "utf8")) } catch { process.exit(3) }
const login = entries?.["github-copilot"]
const filled = (value) => typeof value === "string" && value !== ""
if (login?.type !== "oauth" || typeof login.expires !== "number") process.exit(4)
if (!filled(login.refresh) || !filled(login.access)) process.exit(4)
console.log(JSON.stringify({ "github-copilot": login }))
'

seed() {
    case $1 in
    flux) name=OPENCODE_FLUX_COPILOT_AUTH_JSON ;;
    *) name=OPENCODE_HA_COPILOT_AUTH_JSON ;;
    esac
    current=$(get "$name" --plain) || die "cannot read $name of $project/$config from Doppler"
    if [ "$current" = "$login" ]; then
        say "$name has this login already"
    elif [ "$dry_run" = true ]; then
        say "$name would be written to $project/$config"
    else
        store "$name"
    fi
}

get() {
    doppler secrets get "$@" --no-exit-on-missing-secret --project "$project" --config "$config" </dev/null
}

# By standard input, so that the login is in nobody's process list; printf is the shell's own.
# --silent: without it doppler prints a table with the value.
store() {
    printf '%s\n' "$login" |
        doppler secrets set "$1" --project "$project" --config "$config" --no-interactive --silent >/dev/null ||
        die "cannot write $1 to $project/$config"
    if is_restricted "$1"; then
        say "$1 written; it is restricted, so it can be neither compared nor read by External Secrets: make it masked"
    elif [ "$(get "$1" --plain)" = "$login" ]; then
        say "$1 written to $project/$config"
    else
        die "$1 was written, but Doppler holds something else now"
    fi
}

# Doppler answers null in place of a restricted value.
is_restricted() { get "$1" --json | tr -d '[:space:]' | grep -q '"computed":null'; }

main "$@"

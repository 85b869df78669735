"""Edits of the shipped files that change nothing: the rules that run scripts must not speak up."""

from __future__ import annotations

import pytest

from opencode_policy.source import Source
from tests.mutations.harness import APPS, check_sources, shipped
from tests.mutations.table_login import INIT, SEED

FLUX = f"{APPS}/opencode-flux/app/deployment.yaml"
HA = f"{APPS}/opencode-ha/app/deployment.yaml"
RULES = frozenset(
    {
        "clone-unguarded",
        "repository-mismatch",
        "auth-seed-misplaced",
        "pull-unswitched",
        "push-automatic",
        "seed-script-defective",
    }
)
REQUIREMENTS = frozenset(
    {"AUTO-01", "SCOPE-02", "SCOPE-04", "SECR-04"}
    | {f"{workspace}-0{number}" for workspace in ("FLUX", "HA") for number in (3, 4, 5, 6, 8)}
)
_GUARD = "    if clone_is_there; then\n"
_SEEDED = '    elif ! is_json "$login" || [ "$(cat "$mark" 2>/dev/null)" != "$(seed_hash)" ]; then\n'

EDITS: dict[str, tuple[str, str, str]] = {
    "the guard in a variable": (
        INIT,
        _GUARD,
        "    there=no\n    clone_is_there && there=yes\n    if [ $there = yes ]; then\n",
    ),
    "the guard by its exit status": (
        INIT,
        _GUARD,
        '    rc=0\n    clone_is_there || rc=$?\n    if [ "$rc" -eq 0 ]; then\n',
    ),
    "the guard by a case": (
        INIT,
        _GUARD,
        (
            "    case $(clone_is_there && echo yes) in yes) found=1 ;; *) found= ;; esac\n"
            '    if [ "$found" ]; then\n'
        ),
    ),
    "another name for what is not whole": (
        INIT,
        "    partial=$REPO_DIR.partial\n",
        "    partial=${REPO_DIR%/*}/.${REPO_DIR##*/}.new\n",
    ),
    "HEAD by its file": (
        INIT,
        "rev-parse -q --verify 'HEAD^{commit}'",
        "log -1 --format=%H",
    ),
    "the address without .git": (
        FLUX,
        "https://github.com/jbaker48/k8s-cluster.git",
        "https://github.com/jbaker48/k8s-cluster",
    ),
    "the host in capitals": (HA, "https://github.com/jbaker48", "https://GitHub.com/jbaker48"),
    "options of the clone": (
        INIT,
        "clone -q ${REPO_BRANCH",
        "clone -q --no-tags --single-branch --depth 50 ${REPO_BRANCH",
    ),
    "the shell's options spelt out": (INIT, "set -eu\numask", "set -o errexit\nset -o nounset\numask"),
    "the options of the first line of the command": (
        FLUX,
        "command: [/bin/sh, /scripts/init-workspace.sh]",
        "command: [/bin/sh, -eu, /scripts/init-workspace.sh]",
    ),
    "by way of env": (
        HA,
        "command: [/bin/sh, /scripts/init-workspace.sh]",
        "command: [/usr/bin/env, sh]\n          args: [/scripts/init-workspace.sh]",
    ),
    "words about pushing and pulling": (
        INIT,
        "main() {\n",
        "# git push and git pull are yours\nmain() {\n    say 'git push is up to you; git pull, too'\n",
    ),
    "a wait of no account": (INIT, "    check_owner\n", "    sleep 0\n    check_owner\n"),
    "a status at the end": (
        INIT,
        "    check_owner\n",
        '    check_owner\n    git -C "$REPO_DIR" status --short || :\n',
    ),
    "another switch": (
        INIT,
        "    case ${WORKSPACE_PULL:-false} in\n    false) return 0 ;;\n    true) ;;\n",
        (
            "    case ${WORKSPACE_PULL:-} in\n"
            "    '' | 0 | no | off | false) return 0 ;;\n    1 | yes | on | true) ;;\n"
        ),
    ),
    "the switch left out": (
        FLUX,
        '            - name: WORKSPACE_PULL\n              value: "false"\n',
        "",
    ),
    "a pull by git itself": (
        INIT,
        'merge -q --ff-only "refs/remotes/origin/$branch"',
        'pull -q --ff-only "$1" theirs',
    ),
    "the login copied and made private": (
        INIT,
        '    replace "$login" <"$COPILOT_SEED"\n',
        '    cp "$COPILOT_SEED" "$login.new"\n    chmod 600 "$login.new"\n    mv "$login.new" "$login"\n',
    ),
    "the login installed": (
        INIT,
        '    replace "$login" <"$COPILOT_SEED"\n',
        '    install -m 0600 "$COPILOT_SEED" "$login"\n',
    ),
    "another hash": (
        INIT,
        "sha256sum <\"$COPILOT_SEED\" | cut -d ' ' -f 1",
        "md5sum \"$COPILOT_SEED\" | awk '{ print $1 }'",
    ),
    "the name of the file in one": (
        INIT,
        "/opencode/auth\n    login=$login.json\n",
        "/opencode/auth.json\n",
    ),
    "the guard of the login the other way round": (
        INIT,
        _SEEDED,
        (
            '    elif is_json "$login" && [ "$(seed_hash)" = "$(cat "$mark" 2>/dev/null)" ]; then\n'
            "        :\n    else\n"
        ),
    ),
    "the data directory named": (
        HA,
        "            - name: REPO_URL\n",
        (
            "            - name: XDG_DATA_HOME\n"
            "              value: /home/opencode/.local/share\n            - name: REPO_URL\n"
        ),
    ),
    "the Secret's whole volume": (
        FLUX,
        "            items:\n              - key: copilot-login\n                path: copilot-login\n",
        "",
    ),
    "stored from a here-document": (
        SEED,
        (
            "    printf '%s\\n' \"$login\" |\n"
            '        doppler secrets set "$1" --project "$project" --config "$config" '
            '--no-interactive --silent >/dev/null ||\n        die "cannot write $1 to $project/$config"\n'
        ),
        (
            '    doppler secrets set "$1" -p "$project" -c "$config" --silent <<END || die "cannot write"\n'
            "$login\nEND\n"
        ),
    ),
    "the names by the workspace": (
        SEED,
        (
            "    flux) name=OPENCODE_FLUX_COPILOT_AUTH_JSON ;;\n"
            "    *) name=OPENCODE_HA_COPILOT_AUTH_JSON ;;\n    esac\n"
        ),
        "    flux) part=FLUX ;;\n    *) part=HA ;;\n    esac\n    name=OPENCODE_${part}_COPILOT_AUTH_JSON\n",
    ),
    "compared the other way round": (
        SEED,
        '[ "$current" = "$login" ]; then\n        say "$name has',
        '[ "$login" = "$current" ]; then\n        say "$name has',
    ),
}


def statuses(sources: dict[str, Source]) -> dict[str, str]:
    run = check_sources(sources)
    assert run.result.failures == ()
    said = [f"{item.location} {item.message}" for item in run.result.findings if item.rule in RULES]
    assert said == []
    return {
        item.id: f"{item.status} {item.reason}" for item in run.result.verdicts if item.id in REQUIREMENTS
    }


@pytest.mark.parametrize("edit", [pytest.param(edit, id=name) for name, edit in EDITS.items()])
def test_an_edit_that_changes_nothing(edit: tuple[str, str, str]) -> None:
    path, old, new = edit
    before = dict(shipped()[1].sources)
    source = before[path]
    assert source.text.count(old) == 1
    changed = {**before, path: Source(path, source.text.replace(old, new), executable=source.executable)}
    assert statuses(changed) == statuses(before)

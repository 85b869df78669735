"""Ways to break the Copilot login: its way to OpenCode, and the script that stores it."""

from __future__ import annotations

from tests.mutations.harness import APPS, Mutation

INIT = f"{APPS}/components/workspace/init-workspace.sh"
SEED = "scripts/seed-copilot-auth.sh"
FLUX = f"{APPS}/opencode-flux/app/deployment.yaml"
HA = f"{APPS}/opencode-ha/app/deployment.yaml"
_INIT_HOME = """\
            - name: HOME
              value: /home/opencode
            - name: REPO_URL
"""
_SEEDED = """\
    elif ! is_json "$login" || [ "$(cat "$mark" 2>/dev/null)" != "$(seed_hash)" ]; then
"""


LOGIN = [
    Mutation(
        "FLUX-03",
        "the script looks for another file",
        "auth-seed-misplaced",
        FLUX,
        "value: /secrets/copilot-login",
        "value: /secrets/copilot-auth",
        line="value: /secrets/copilot-auth",
        message="COPILOT_SEED names /secrets/copilot-auth, but the login is mounted at "
        "/secrets/copilot-login",
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
        also=("auth-unpersisted",),
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
        also=("auth-unpersisted",),
    ),
    Mutation(
        "FLUX-03",
        "another data directory for the server",
        "auth-seed-misplaced",
        FLUX,
        "            - name: XDG_CACHE_HOME\n",
        "            - name: XDG_DATA_HOME\n              value: /var/cache\n"
        "            - name: XDG_CACHE_HOME\n",
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
        also=("auth-unpersisted",),
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
]


STORING = [
    Mutation(
        "SECR-04",
        "the script is gone",
        "seed-script-defective",
        SEED,
        message=f"there is no {SEED}",
        also=("runbook-missing",),
    ),
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
        message="nothing writes OPENCODE_HA_COPILOT_AUTH_JSON; OPENCODE_FLUX_COPILOT_AUTH_JSON "
        "is written here",
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

MUTATIONS: list[Mutation] = [*LOGIN, *STORING]

"""Ways in which secrets go wrong: INFRA-04, SECR-01 to SECR-03, FLUX-02, HA-02, SEC-01."""

from __future__ import annotations

import json

from tests.detect.made import characters, encode, github_token, password, private_key, web_token
from tests.mutations.harness import APPS, Mutation

FLUX = f"{APPS}/opencode-flux/app"
HA = f"{APPS}/opencode-ha/app"
FLUX_KEYS, FLUX_POD = f"{FLUX}/externalsecret.yaml", f"{FLUX}/deployment.yaml"
HA_KEYS, HA_POD = f"{HA}/externalsecret.yaml", f"{HA}/deployment.yaml"

_STORE = "  secretStoreRef:\n    kind: ClusterSecretStore\n    name: doppler-secrets\n"
_FROM = "            - name: {}\n              valueFrom:\n                secretKeyRef:\n"
_ENTRY = "    - secretKey: {key}\n      remoteRef:\n        key: {name}\n"


def _reference(name: str, key: str) -> str:
    return f"                  name: {name}\n                  key: {key}\n"


def entry(key: str, name: str) -> str:
    """One entry of spec.data as the manifests write it."""
    return _ENTRY.format(key=key, name=name)


FLUX_TOKEN = _FROM.format("GITHUB_TOKEN") + _reference("opencode-flux-secret", "github-pat")
HA_TOKEN = _FROM.format("GITHUB_TOKEN") + _reference("opencode-ha-secret", "github-pat")
FLUX_PASSWORD = _FROM.format("OPENCODE_SERVER_PASSWORD") + _reference(
    "opencode-flux-secret", "server-password"
)
HA_PASSWORD = _FROM.format("OPENCODE_SERVER_PASSWORD") + _reference("opencode-ha-secret", "server-password")

NAMES = [
    Mutation(
        "INFRA-04",
        "a letter of a Doppler name is missing",
        "doppler-name-mismatch",
        FLUX_KEYS,
        "OPENCODE_FLUX_PASSWORD",
        "OPENCODE_FLUX_PASWORD",
        line="OPENCODE_FLUX_PASWORD",
        message="'OPENCODE_FLUX_PASWORD' is not the agreed name; did you mean 'OPENCODE_FLUX_PASSWORD'?",
        also=("secret-role-undelivered", "server-password-missing"),
    ),
    Mutation(
        "INFRA-04",
        "a Doppler name in lower case",
        "doppler-name-mismatch",
        HA_KEYS,
        "OPENCODE_HA_GITHUB_PAT",
        "opencode_ha_github_pat",
        line="opencode_ha_github_pat",
        message="'opencode_ha_github_pat' is not the agreed name; did you mean 'OPENCODE_HA_GITHUB_PAT'?",
        also=("secret-role-undelivered",),
    ),
    Mutation(
        "INFRA-04",
        "the other workspace's password is asked for",
        "doppler-name-mismatch",
        HA_KEYS,
        "OPENCODE_HA_PASSWORD",
        "OPENCODE_FLUX_PASSWORD",
        line="OPENCODE_FLUX_PASSWORD",
        message=(
            "OPENCODE_FLUX_PASSWORD is the password of opencode-flux; opencode-ha has OPENCODE_HA_PASSWORD"
        ),
        also=("secret-role-undelivered", "server-password-missing"),
    ),
    Mutation(
        "INFRA-04",
        "the ExternalSecret was copied from the other workspace, names and all",
        "doppler-name-mismatch",
        HA_KEYS,
        "OPENCODE_HA_",
        "OPENCODE_FLUX_",
        every=True,
        line="OPENCODE_FLUX_COPILOT_AUTH_JSON",
        also=("secret-role-undelivered", "server-password-missing"),
    ),
    Mutation(
        "INFRA-04",
        "an entry is lost",
        "doppler-name-mismatch",
        FLUX_KEYS,
        entry("copilot-login", "OPENCODE_FLUX_COPILOT_AUTH_JSON"),
        "",
        line="  data:",
        message="nothing fetches OPENCODE_FLUX_COPILOT_AUTH_JSON",
        also=("secret-role-undelivered", "secret-key-unproduced"),
    ),
    Mutation(
        "INFRA-04",
        "an entry is commented out",
        "doppler-name-mismatch",
        HA_KEYS,
        entry("github-pat", "OPENCODE_HA_GITHUB_PAT"),
        "    # - secretKey: github-pat\n    #   remoteRef:\n    #     key: OPENCODE_HA_GITHUB_PAT\n",
        line="  data:",
        also=("secret-role-undelivered", "secret-key-unproduced"),
    ),
    Mutation(
        "INFRA-04",
        "a name is asked for twice",
        "doppler-name-mismatch",
        FLUX_KEYS,
        entry("server-password", "OPENCODE_FLUX_PASSWORD"),
        entry("server-password", "OPENCODE_FLUX_PASSWORD") + entry("password", "OPENCODE_FLUX_PASSWORD"),
        line="OPENCODE_FLUX_PASSWORD",
        message="OPENCODE_FLUX_PASSWORD is fetched twice",
    ),
    Mutation(
        "INFRA-04",
        "the backup's ExternalSecret asks for a name as well",
        "doppler-name-mismatch",
        f"{HA}/volsync.yaml",
        entry("MINIO_ROOT_USER", "MINIO_ROOT_USER"),
        entry("MINIO_ROOT_USER", "MINIO_ROOT_USER") + entry("TOKEN", "OPENCODE_HA_GITHUB_PAT"),
        line="OPENCODE_HA_GITHUB_PAT",
        message="OPENCODE_HA_GITHUB_PAT is fetched twice",
    ),
    Mutation(
        "INFRA-04",
        "the names are found by their prefix",
        "doppler-name-mismatch",
        HA_KEYS,
        "  data:\n"
        + entry("github-pat", "OPENCODE_HA_GITHUB_PAT")
        + entry("server-password", "OPENCODE_HA_PASSWORD")
        + entry("copilot-login", "OPENCODE_HA_COPILOT_AUTH_JSON"),
        "  dataFrom:\n    - find:\n        path: OPENCODE_HA_\n",
        line="find:",
        message=(
            "find goes by a pattern: nothing fails when OPENCODE_HA_GITHUB_PAT, OPENCODE_HA_PASSWORD, "
            "OPENCODE_HA_COPILOT_AUTH_JSON are missing"
        ),
        also=("secret-role-undelivered",),
    ),
    Mutation(
        "INFRA-04",
        "the login is taken apart as JSON",
        "doppler-name-mismatch",
        FLUX_KEYS,
        entry("copilot-login", "OPENCODE_FLUX_COPILOT_AUTH_JSON"),
        "  dataFrom:\n    - extract:\n        key: OPENCODE_FLUX_COPILOT_AUTH_JSON\n",
        line="OPENCODE_FLUX_COPILOT_AUTH_JSON",
        message=(
            "extract takes OPENCODE_FLUX_COPILOT_AUTH_JSON apart as JSON instead of fetching it as it is"
        ),
        also=("secret-role-undelivered",),
    ),
    Mutation(
        "INFRA-04",
        "a property of the login",
        "doppler-name-mismatch",
        HA_KEYS,
        "        key: OPENCODE_HA_COPILOT_AUTH_JSON\n",
        "        key: OPENCODE_HA_COPILOT_AUTH_JSON\n        property: github-copilot\n",
        line="property: github-copilot",
        message="property asks for a part of OPENCODE_HA_COPILOT_AUTH_JSON",
    ),
    Mutation(
        "INFRA-04",
        "the ExternalSecret is not applied",
        "doppler-name-mismatch",
        f"{FLUX}/kustomization.yaml",
        "  - ./externalsecret.yaml\n",
        "",
        at=FLUX_KEYS,
        line="name: opencode-flux",
        message=(
            "this ExternalSecret is not applied, and nothing of opencode-flux fetches "
            "OPENCODE_FLUX_GITHUB_PAT, OPENCODE_FLUX_PASSWORD, OPENCODE_FLUX_COPILOT_AUTH_JSON"
        ),
        also=(
            "manifest-orphaned",
            "reference-dangling",
            "secret-key-unproduced",
            "secret-role-undelivered",
        ),
    ),
]

STORES = [
    Mutation(
        "SECR-01",
        "a misspelt store",
        "secret-wrong-store",
        FLUX_KEYS,
        "name: doppler-secrets",
        "name: doppler-secret",
        line="name: doppler-secret",
        message="there is no ClusterSecretStore doppler-secret; did you mean 'doppler-secrets'?",
        also=("doppler-name-mismatch",),
    ),
    Mutation(
        "SECR-02",
        "no kind, which means a SecretStore",
        "secret-wrong-store",
        HA_KEYS,
        "    kind: ClusterSecretStore\n",
        "",
        line="secretStoreRef:",
        message=(
            "there is no SecretStore doppler-secrets in opencode; doppler-secrets is a ClusterSecretStore"
        ),
        also=("doppler-name-mismatch",),
    ),
    Mutation(
        "SECR-03",
        "one entry goes to a store of its own",
        "secret-wrong-store",
        HA_KEYS,
        "        key: OPENCODE_HA_COPILOT_AUTH_JSON\n",
        "        key: OPENCODE_HA_COPILOT_AUTH_JSON\n      sourceRef:\n        storeRef:\n"
        "          kind: ClusterSecretStore\n          name: doppler\n",
        line="name: doppler",
        also=("doppler-name-mismatch",),
    ),
    Mutation(
        "SECR-02",
        "no store at all",
        "secret-wrong-store",
        FLUX_KEYS,
        _STORE,
        "",
        line="spec:",
        message="the ExternalSecret names no store",
        also=("doppler-name-mismatch",),
    ),
    Mutation(
        "INFRA-04",
        "the store's reference has lost its indentation",
        "doppler-name-mismatch",
        HA_KEYS,
        _STORE,
        "  secretStoreRef:\n  kind: ClusterSecretStore\n  name: doppler-secrets\n",
        line="secretStoreRef:",
        also=("secret-wrong-store",),
    ),
]

DELIVERY = [
    Mutation(
        "SECR-01",
        "the version of the ExternalSecret is not served",
        "secret-role-undelivered",
        FLUX_KEYS,
        "external-secrets.io/v1\n",
        "external-secrets.io/v1beta1\n",
        line="apiVersion: external-secrets.io/v1beta1",
        message="external-secrets.io/v1beta1 is not served, it must be external-secrets.io/v1",
    ),
    Mutation(
        "SECR-02",
        "a template that forgets the password",
        "secret-role-undelivered",
        HA_KEYS,
        "    creationPolicy: Owner\n",
        "    creationPolicy: Owner\n    template:\n      data:\n"
        '        github-pat: "{{ index . `github-pat` }}"\n'
        "        copilot-login: '{{ index . \"copilot-login\" }}'\n",
        line="      data:",
        message="the template leaves 'server-password' out, and only its own keys land in the Secret",
        also=("secret-key-unproduced",),
    ),
    Mutation(
        "SECR-03",
        "a template that encodes the login",
        "secret-role-undelivered",
        FLUX_KEYS,
        "    creationPolicy: Owner\n",
        "    creationPolicy: Owner\n    template:\n      mergePolicy: Merge\n      data:\n"
        "        copilot-login: '{{ index . \"copilot-login\" | b64enc }}'\n",
        line="b64enc",
        message="the template does not pass on the value of OPENCODE_FLUX_COPILOT_AUTH_JSON",
    ),
    Mutation(
        "SECR-01",
        "a template that makes a URL of the token",
        "secret-role-undelivered",
        HA_KEYS,
        "    creationPolicy: Owner\n",
        "    creationPolicy: Owner\n    template:\n      mergePolicy: Merge\n      data:\n"
        "        github-pat: 'https://x:{{ index . \"github-pat\" }}@github.com'\n",
        line="@github.com",
        message="the template puts text around the value of OPENCODE_HA_GITHUB_PAT",
    ),
    Mutation(
        "SECR-03",
        "no Secret is made",
        "secret-role-undelivered",
        HA_KEYS,
        "creationPolicy: Owner",
        "creationPolicy: None",
        line="creationPolicy: None",
        message="ExternalSecret opencode/opencode-ha makes no Secret",
        also=("reference-dangling", "secret-key-unproduced"),
    ),
    Mutation(
        "SECR-01",
        "it adds to a Secret that nothing makes",
        "secret-role-undelivered",
        FLUX_KEYS,
        "creationPolicy: Owner",
        "creationPolicy: Merge",
        line="creationPolicy: Merge",
        message="creationPolicy Merge adds to the Secret opencode-flux-secret, which nothing makes",
        also=("reference-dangling", "secret-key-unproduced"),
    ),
    Mutation(
        "SECR-02",
        "the Secret can never change",
        "secret-role-undelivered",
        FLUX_KEYS,
        "creationPolicy: Owner",
        "immutable: true",
        line="immutable: true",
    ),
    Mutation(
        "SECR-03",
        "the login is decoded on the way",
        "secret-role-undelivered",
        HA_KEYS,
        "        key: OPENCODE_HA_COPILOT_AUTH_JSON\n",
        "        key: OPENCODE_HA_COPILOT_AUTH_JSON\n        decodingStrategy: Auto\n",
        line="decodingStrategy: Auto",
        message="decodingStrategy Auto changes the value of OPENCODE_HA_COPILOT_AUTH_JSON",
    ),
    Mutation(
        "SECR-01",
        "no container takes the token",
        "secret-role-undelivered",
        HA_POD,
        HA_TOKEN,
        "",
        at=HA_KEYS,
        line="secretKey: github-pat",
        message=(
            "no container of opencode-ha takes 'github-pat' of the Secret opencode-ha-secret, its token"
        ),
    ),
    Mutation(
        "SECR-03",
        "the volume with the login is mounted nowhere",
        "secret-role-undelivered",
        FLUX_POD,
        "            - name: secrets\n              mountPath: /secrets\n              readOnly: true\n",
        "",
        at=FLUX_KEYS,
        line="secretKey: copilot-login",
        also=("auth-seed-misplaced", "auth-unpersisted"),
    ),
]

KEYS = [
    Mutation(
        "SECR-02",
        "a misspelt key",
        "secret-key-unproduced",
        FLUX_POD,
        "key: server-password",
        "key: server-pasword",
        line="key: server-pasword",
        message=(
            "the Secret opencode-flux-secret has no key 'server-pasword'; did you mean 'server-password'?"
        ),
        also=("secret-role-undelivered",),
    ),
    Mutation(
        "SECR-01",
        "a key in another spelling",
        "secret-key-unproduced",
        HA_POD,
        "key: github-pat",
        "key: GITHUB_PAT",
        line="key: GITHUB_PAT",
        message="the Secret opencode-ha-secret has no key 'GITHUB_PAT'; did you mean 'github-pat'?",
        also=("secret-role-undelivered",),
    ),
    Mutation(
        "SECR-03",
        "the ExternalSecret calls the key otherwise",
        "secret-key-unproduced",
        HA_KEYS,
        "secretKey: copilot-login",
        "secretKey: copilot-auth",
        at=HA_POD,
        line="key: copilot-login",
        message="the Secret opencode-ha-secret has no key 'copilot-login'; did you mean 'copilot-auth'?",
        also=("secret-role-undelivered", "auth-seed-misplaced"),
    ),
    Mutation(
        "SECR-01",
        "the Secret is renamed",
        "secret-key-unproduced",
        FLUX_KEYS,
        "name: opencode-flux-secret",
        "name: opencode-flux-secrets",
        at=FLUX_POD,
        line="key: github-pat",
        message=(
            "nothing makes the Secret opencode-flux-secret in opencode; did you mean 'opencode-flux-secrets'?"
        ),
        also=("reference-dangling", "secret-role-undelivered", "auth-seed-misplaced"),
    ),
    Mutation(
        "SECR-02",
        "the Secret bears the other workspace's name",
        "secret-key-unproduced",
        HA_KEYS,
        "name: opencode-ha-secret",
        "name: opencode-flux-secret",
        line="name: opencode-flux-secret",
        message="ExternalSecret opencode/opencode-flux makes the Secret opencode-flux-secret already",
        also=("reference-dangling", "secret-role-undelivered", "auth-seed-misplaced"),
    ),
    Mutation(
        "SECR-03",
        "the login's Secret is optional",
        "secret-key-unproduced",
        FLUX_POD,
        "            secretName: opencode-flux-secret\n",
        "            secretName: opencode-flux-secret\n            optional: true\n",
        line="optional: true",
        message="the reference is optional: the pod starts without its auth as well",
    ),
    Mutation(
        "SECR-01",
        "the token is optional",
        "secret-key-unproduced",
        HA_POD,
        _reference("opencode-ha-secret", "github-pat"),
        _reference("opencode-ha-secret", "github-pat") + "                  optional: true\n",
        line="optional: true",
        message="the reference is optional: the pod starts without its token as well",
    ),
    Mutation(
        "SECR-02",
        "a template takes a variable that is not fetched",
        "secret-key-unproduced",
        HA_KEYS,
        "    creationPolicy: Owner\n",
        "    template:\n      mergePolicy: Merge\n      data:\n"
        '        server-password: "{{ .OPENCODE_HA_PASSWORD }}"\n',
        line=".OPENCODE_HA_PASSWORD",
        message=(
            "the template takes 'OPENCODE_HA_PASSWORD', which no entry fetches under this name: "
            "the Secret opencode-ha-secret fails"
        ),
        also=("secret-role-undelivered", "server-password-missing"),
    ),
]

LITERALS = [
    Mutation(
        "SECR-01",
        "the token is a literal",
        "secret-literal-environment",
        FLUX_POD,
        FLUX_TOKEN,
        "            - name: GITHUB_TOKEN\n              value: correct-horse-battery\n",
        line="value: correct-horse-battery",
        message="the value of GITHUB_TOKEN stands in the manifest",
        also=("secret-role-undelivered", "clone-token-in-server"),
    ),
    Mutation(
        "SECR-02",
        "the password is a literal",
        "secret-literal-environment",
        HA_POD,
        HA_PASSWORD,
        "            - name: OPENCODE_SERVER_PASSWORD\n              value: changeme\n",
        line="value: changeme",
        message="the value of OPENCODE_SERVER_PASSWORD stands in the manifest",
        also=("secret-role-undelivered", "server-password-missing"),
    ),
    Mutation(
        "SECR-02",
        "the password comes from a ConfigMap",
        "secret-literal-environment",
        FLUX_POD,
        _FROM.format("OPENCODE_SERVER_PASSWORD") + _reference("opencode-flux-secret", "server-password"),
        _FROM.format("OPENCODE_SERVER_PASSWORD").replace("secretKeyRef", "configMapKeyRef")
        + _reference("opencode-flux-config", "opencode.json"),
        line="key: opencode.json",
        message="OPENCODE_SERVER_PASSWORD comes from the ConfigMap opencode-flux-config",
        also=("secret-role-undelivered", "server-password-missing"),
    ),
    Mutation(
        "SECR-02",
        "the password is an argument",
        "secret-literal-environment",
        HA_POD,
        'args: [web, --hostname, 0.0.0.0, --port, "4096"]',
        'args: [web, --hostname, 0.0.0.0, --port, "4096", --password, correct-horse]',
        line="--password, correct-horse",
        message="the value of --password is an argument of opencode",
        also=("server-command-mismatch", "secret-in-file", "secret-in-arguments"),
    ),
    Mutation(
        "SECR-01",
        "a Secret manifest",
        "secret-literal-environment",
        f"{HA}/service.yaml",
        "---\n",
        "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: more\nstringData:\n"
        "  github-token: correct-horse-battery\n---\n",
        line="github-token: correct-horse-battery",
        message="the Secret more has its key 'github-token' in git",
        also=("secret-in-file", "workspace-drift"),
    ),
]

SERVER = [
    Mutation(
        "SECR-01",
        "the server has the token as a variable",
        "clone-token-in-server",
        FLUX_POD,
        FLUX_PASSWORD,
        FLUX_PASSWORD + FLUX_TOKEN.replace("GITHUB_TOKEN", "GH_TOKEN"),
        line="key: github-pat",
        message="opencode gets the clone token as GH_TOKEN",
    ),
    Mutation(
        "SECR-01",
        "the server has all keys as variables",
        "clone-token-in-server",
        HA_POD,
        "          workingDir: /workspace/home-assistant-config\n",
        "          workingDir: /workspace/home-assistant-config\n          envFrom:\n"
        "            - secretRef:\n                name: opencode-ha-secret\n",
        line="name: opencode-ha-secret",
        message="opencode gets the clone token as github-pat",
    ),
    Mutation(
        "SECR-01",
        "the server mounts the whole Secret",
        "clone-token-in-server",
        FLUX_POD,
        "            items:\n              - key: copilot-login\n                path: copilot-login\n",
        "",
        line="secretName: opencode-flux-secret",
        message="opencode gets the clone token as /run/secrets/github-pat",
        more=(
            (
                FLUX_POD,
                "              mountPath: /etc/xdg/opencode\n",
                """\
              mountPath: /etc/xdg/opencode
              readOnly: true
            - name: secrets
              mountPath: /run/secrets
""",
            ),
        ),
    ),
    Mutation(
        "SECR-01",
        "GITHUB_TOKEN in the server, from another key",
        "clone-token-in-server",
        HA_POD,
        HA_PASSWORD,
        HA_PASSWORD + HA_TOKEN.replace("github-pat", "copilot-login"),
        line="name: GITHUB_TOKEN",
        message="GITHUB_TOKEN connects OpenCode to GitHub, past its login",
    ),
    Mutation(
        "SECR-01",
        "the init container has become a sidecar, and the pod shares its processes",
        "clone-token-in-server",
        HA_POD,
        "        - name: init-workspace\n",
        "        - name: init-workspace\n          restartPolicy: Always\n",
        line="key: github-pat",
        message="init-workspace gets the clone token, and its processes can be read by opencode",
        also=("clone-unguarded", "server-unexpected", "auth-seed-misplaced", "workspace-drift"),
    ),
]

PASSWORD = [
    Mutation(
        "FLUX-02",
        "no password",
        "server-password-missing",
        FLUX_POD,
        FLUX_PASSWORD,
        "",
        line="          env:",
        message="the server has no OPENCODE_SERVER_PASSWORD and is open to everybody",
        also=("secret-role-undelivered",),
    ),
    Mutation(
        "HA-02",
        "a name that OpenCode does not read",
        "server-password-missing",
        HA_POD,
        "OPENCODE_SERVER_PASSWORD",
        "OPENCODE_PASSWORD",
        line="name: OPENCODE_PASSWORD",
        message="the server reads OPENCODE_SERVER_PASSWORD, not OPENCODE_PASSWORD",
    ),
    Mutation(
        "FLUX-02",
        "a letter is missing",
        "server-password-missing",
        FLUX_POD,
        "OPENCODE_SERVER_PASSWORD",
        "OPENCODE_SERVER_PASWORD",
        line="name: OPENCODE_SERVER_PASWORD",
        message="the server reads OPENCODE_SERVER_PASSWORD, not OPENCODE_SERVER_PASWORD",
    ),
    Mutation(
        "HA-02",
        "the password is empty",
        "server-password-missing",
        HA_POD,
        HA_PASSWORD,
        '            - name: OPENCODE_SERVER_PASSWORD\n              value: ""\n',
        line='value: ""',
        message="OPENCODE_SERVER_PASSWORD is empty: the server is open",
        also=("secret-role-undelivered",),
    ),
    Mutation(
        "FLUX-02",
        "a later entry takes the password away",
        "server-password-missing",
        FLUX_POD,
        FLUX_PASSWORD,
        FLUX_PASSWORD + "            - name: OPENCODE_SERVER_PASSWORD\n",
        line="name: OPENCODE_SERVER_PASSWORD",
        message="OPENCODE_SERVER_PASSWORD is empty: the server is open",
        also=("secret-role-undelivered",),
    ),
    Mutation(
        "HA-02",
        "the password is optional",
        "server-password-missing",
        HA_POD,
        HA_PASSWORD,
        HA_PASSWORD + "                  optional: true\n",
        line="optional: true",
        message="without the Secret opencode-ha-secret the server starts open to everybody",
        also=("secret-key-unproduced",),
    ),
    Mutation(
        "FLUX-02",
        "the token for a password",
        "server-password-missing",
        FLUX_POD,
        "key: server-password",
        "key: github-pat",
        line="key: github-pat",
        message=(
            "the password is OPENCODE_FLUX_GITHUB_PAT, the token of opencode-flux, "
            "instead of OPENCODE_FLUX_PASSWORD"
        ),
        also=("clone-token-in-server", "secret-role-undelivered"),
    ),
    Mutation(
        "FLUX-02",
        "the other workspace's Secret",
        "server-password-missing",
        FLUX_POD,
        _reference("opencode-flux-secret", "server-password"),
        _reference("opencode-ha-secret", "server-password"),
        line="key: server-password",
        message=(
            "the password is OPENCODE_HA_PASSWORD, the password of opencode-ha, "
            "instead of OPENCODE_FLUX_PASSWORD"
        ),
        also=("secret-role-undelivered", "workspace-drift"),
    ),
    Mutation(
        "HA-02",
        "the other workspace's password under the own key",
        "server-password-missing",
        HA_KEYS,
        "OPENCODE_HA_PASSWORD",
        "OPENCODE_FLUX_PASSWORD",
        at=HA_POD,
        line="key: server-password",
        also=("doppler-name-mismatch", "secret-role-undelivered"),
    ),
    Mutation(
        "HA-02",
        "the variable is of the init container only",
        "server-password-missing",
        HA_POD,
        HA_PASSWORD,
        "",
        line="          env:",
        more=((HA_POD, HA_TOKEN, HA_TOKEN + HA_PASSWORD),),
    ),
]

COMPONENT = f"{APPS}/components/workspace"
TOKEN = github_token(seed=11)

FILES = [
    Mutation(
        "SEC-01",
        "a token as a variable",
        "secret-in-file",
        FLUX_POD,
        'value: "false"',
        f"value: {TOKEN}",
        line=f"value: {TOKEN}",
        message="a GitHub personal access token (40 characters) is in clear",
        also=("pull-unswitched", "workspace-drift"),
    ),
    Mutation(
        "SEC-01",
        "a token in the address of the repository",
        "secret-in-file",
        HA_POD,
        "https://github.com/jbaker48/",
        f"https://x-access-token:{TOKEN}@github.com/jbaker48/",
        line="@github.com/jbaker48/",
        message="a GitHub personal access token (40 characters) is in clear",
        also=("repository-mismatch", "token-in-url", "workspace-drift"),
    ),
    Mutation(
        "SEC-01",
        "a comment in the init script",
        "secret-in-file",
        f"{COMPONENT}/init-workspace.sh",
        "#!/bin/sh\n",
        f"#!/bin/sh\n# tried with {TOKEN}\n",
        line="# tried with",
        message="a GitHub personal access token (40 characters) is in clear",
    ),
    Mutation(
        "SEC-01",
        "a password in the init script",
        "secret-in-file",
        f"{COMPONENT}/install-git.sh",
        "set -eu\n",
        f"set -eu\nREGISTRY_PASSWORD='{password()}'\n",
        line="REGISTRY_PASSWORD=",
        message="the value of 'REGISTRY_PASSWORD' (18 characters) is in clear",
        also=("secret-in-arguments", "secret-in-output"),
    ),
    Mutation(
        "SEC-01",
        "a key of a provider in the configuration of OpenCode",
        "secret-in-file",
        f"{COMPONENT}/config/opencode.json",
        "{\n",
        f'{{\n  "provider": {{"openai": {{"options": {{"apiKey": "sk-proj-{characters(74)}"}}}}}},\n',
        line='"apiKey"',
        message="an OpenAI key (82 characters) is in clear",
        also=("configuration-unusable", "provider-unlimited"),
    ),
    Mutation(
        "SEC-01",
        "the login file was committed beside the script that sends it",
        "secret-in-file",
        "scripts/auth.json",
        new=json.dumps({"github-copilot": {"type": "oauth", "refresh": github_token("gho"), "expires": 0}})
        + "\n",
        create=True,
        line="github-copilot",
        message="a GitHub OAuth token (40 characters) is in clear",
    ),
    Mutation(
        "SEC-01",
        "a file of variables",
        "secret-in-file",
        f"{HA}/.env",
        new=f"HOST=ha\nOPENCODE_SERVER_PASSWORD={password()}\n",
        create=True,
        line="OPENCODE_SERVER_PASSWORD=",
        message="the value of 'OPENCODE_SERVER_PASSWORD' (18 characters) is in clear",
    ),
    Mutation(
        "SEC-01",
        "a Secret in base64",
        "secret-in-file",
        f"{FLUX}/secret.yaml",
        new="---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: more\ndata:\n"
        f"  entry: {encode('correct-horse')}\n",
        create=True,
        line="entry: ",
        message="the value of 'entry' in a Secret (13 characters, in base64) is in clear",
        more=((f"{FLUX}/kustomization.yaml", "  - ./pvc.yaml\n", "  - ./pvc.yaml\n  - ./secret.yaml\n"),),
        also=("workspace-drift",),
    ),
    Mutation(
        "SEC-01",
        "a token in the runbook",
        "secret-in-file",
        "scripts/README.md",
        "\n## ",
        f"\nexport DOPPLER_TOKEN=dp.st.prd.{characters(43)}\n\n## ",
        every=True,
        line="DOPPLER_TOKEN=dp.st.prd.",
        message="a Doppler token (53 characters) is in clear",
    ),
    Mutation(
        "SEC-01",
        "the key of the certificate",
        "secret-in-file",
        f"{APPS}/certificate/app/tls.key",
        new=private_key("EC PRIVATE KEY"),
        create=True,
        line="-----BEGIN EC",
        also=("manifest-orphaned",),
    ),
    Mutation(
        "SEC-01",
        "a literal of a generator",
        "secret-in-file",
        f"{HA}/kustomization.yaml",
        "kind: Kustomization\n",
        "kind: Kustomization\nsecretGenerator:\n  - name: more\n    literals:\n"
        "      - password=correct-horse\n",
        line="- password=correct-horse",
        message="the value of 'password' in a Secret (13 characters) is in clear",
        also=("secret-literal-environment", "workspace-drift"),
    ),
    Mutation(
        "SEC-01",
        "a note in the inventory",
        "secret-in-file",
        "policies/cluster.yaml",
        "  - name: doppler-secrets\n",
        f"  - name: doppler-secrets\n    # {web_token()}\n",
        line="    # ",
    ),
    Mutation(
        "SEC-01",
        "a template of an ExternalSecret with the password itself",
        "secret-in-file",
        f"{FLUX}/volsync.yaml",
        '"{{ .VOLSYNC_RESTIC_PASSWORD }}"',
        "correct-horse",
        line="RESTIC_PASSWORD: correct-horse",
        message="the value of 'RESTIC_PASSWORD' (13 characters) is in clear",
        also=("backup-missing", "workspace-drift"),
    ),
]

MUTATIONS = [*NAMES, *STORES, *DELIVERY, *KEYS, *LITERALS, *SERVER, *PASSWORD, *FILES]

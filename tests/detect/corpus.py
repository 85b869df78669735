"""Small files with a secret in clear, and as many that look as if they had one.

`◀` marks each line on which a secret begins. The secrets are made at run time; what is harmless is so by
what it is: a reference, something encrypted, something public, or a placeholder that documentation uses.
"""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass
from urllib.parse import quote

from tests.detect.made import (
    age_key,
    begins,
    characters,
    encode,
    fine_grained_token,
    github_token,
    npm_token,
    password,
    private_key,
    web_token,
    wrapped,
)

MARK = "◀"
HEX = "0123456789abcdef"

TOKEN, OTHER = github_token(seed=31), github_token(seed=32)
PASSWORD = password(33)
KEY = private_key(seed=34)
JWT = web_token(35)
DOPPLER = f"dp.st.prd.{characters(43, 36)}"
REFRESH = "gho" + "_" + characters(36, 37)
RANDOM = characters(40, 9)
LOGIN = json.dumps({"github-copilot": {"type": "oauth", "refresh": REFRESH, "access": "", "expires": 0}})
DOCKER = json.dumps({"auths": {"ghcr.io": {"auth": encode(f"demo:{PASSWORD}")}}})
SHA = characters(40, 38, HEX)
DIGEST = characters(64, 39, HEX)
ENC = "ENC[AES256_GCM,data:Zm9vYmFy,iv:xX0yZm9vYmFyxX0yZm9vYmFyxX0yZm9vYmFyxX0=,tag:q9k2Zm9vYmFyZm9vYmFyZg==,type:str]"
SEALED = f"AgB{characters(600, 40)}"
CERTIFICATE = private_key("CERTIFICATE", seed=41)
PUBLIC = f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{characters(43, 42)} demo"


@dataclass(frozen=True, slots=True)
class Case:
    """A file; `lines` are those on which a secret begins, `kind` is what the case is about."""

    kind: str
    name: str
    path: str
    text: str
    lines: tuple[int, ...]


def case(kind: str, name: str, text: str, path: str = "a.yaml") -> Case:
    """A case from a text with marks."""
    lines = text.split("\n")
    marked = tuple(number for number, line in enumerate(lines, 1) if line.endswith(MARK))
    return Case(kind, name, path, text.replace(MARK, ""), marked)


def block(text: str, by: int = 4) -> str:
    """A text as the body of a block scalar, its first line marked."""
    first, *rest = text.splitlines()
    return "\n".join((f"{' ' * by}{first}{MARK}", *(f"{' ' * by}{line}" for line in rest))) + "\n"


def plain(text: str, by: int = 4) -> str:
    return block(text, by).replace(MARK, "")


def secret(body: str) -> str:
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: demo}}\n{body}"


def config(body: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: demo}}\n{body}"


def container(body: str) -> str:
    return f"kind: Pod\nspec:\n  containers:\n  - name: a\n{body}"


def release(body: str) -> str:
    return f"kind: HelmRelease\nmetadata: {{name: demo}}\nspec:\n  values:\n{body}"


SECRETS = [
    case("declared", "string data", secret("stringData:\n  entry: correct-horse◀\n")),
    case("declared", "data in base64", secret(f"data:\n  entry: {encode('correct-horse')}◀\n")),
    case("declared", "wrapped data", secret(f"data:\n  entry: |\n{block(wrapped('correct-horse ' * 9))}")),
    case("declared", "in a list", "kind: List\nitems:\n- kind: Secret\n  stringData: {entry: correct-horse}◀\n"),
    case("declared", "as JSON", '{"kind": "Secret",\n"stringData": {"entry": "correct-horse"}}◀\n', "a.json"),
    case("declared", "in a ConfigMap's file", config("data:\n  a.yaml: |\n    kind: Secret\n    stringData:\n      entry: correct-horse◀\n")),
    case("declared", "last applied", config(f"  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {{'kind':'Secret','data':{{'entry':'{encode('correct-horse')}'}}}}◀\n".replace("'", '"')).replace("metadata: {name: demo}\n", "metadata:\n  name: demo\n")),
    case("declared", "beside what is encrypted", secret(f"stringData:\n  a: {ENC}\n  entry: correct-horse◀\nsops:\n  mac: {ENC}\n")),
    case("declared", "literal of a generator", "secretGenerator:\n- name: a\n  literals:\n  - entry=correct-horse◀\n", "kustomization.yaml"),
    case("declared", "left out by the expression", f"kind: ConfigMap\ndata:\n  entry: zebra-lamp◀\n  b: {ENC}\nsops:\n  mac: {ENC}\n  encrypted_regex: ^data$\n"),
    case("declared", "in a SOPS file of variables", f"A={ENC}\nENTRY=zebra-lamp◀\nsops_mac={ENC}\n", ".env"),
    case("named", "variable of a container", container(f"    env:\n    - name: DB_PASSWORD\n      value: {PASSWORD}◀\n")),
    case("named", "value before name", container(f"    env:\n    - value: {PASSWORD}◀\n      name: DB_PASSWORD\n")),
    case("named", "option and value", container(f"    args:\n    - --password\n    - {PASSWORD}◀\n")),
    case("named", "option with value", container(f"    args: ['--api-token={PASSWORD}']◀\n")),
    case("named", "in a script", container(f"    command: [sh, -c]\n    args:\n    - |\n      export API_TOKEN='{PASSWORD}'◀\n      run\n")),
    case("named", "value of a chart", release(f"    auth:\n      rootPassword: {PASSWORD}◀\n")),
    case("named", "wrapped value of a chart", release(f"    env:\n      DB_PASSWORD:\n        value: {PASSWORD}◀\n")),
    case("named", "substitution", f"kind: Kustomization\nspec:\n  postBuild:\n    substitute:\n      ADMIN_PASSWORD: {PASSWORD}◀\n"),
    case("named", "default of a substitution", config(f"data:\n  a: ${{ADMIN_PASSWORD:={PASSWORD}}}◀\n")),
    case("named", "file in a ConfigMap", config(f"data:\n  a.ini: |\n    [a]\n    password = {PASSWORD}◀\n")),
    case("named", "JSON in a string", config(f"data:\n  a: {json.dumps(json.dumps({'password': PASSWORD}))}◀\n")),
    case("named", "anchor", f"a: &a {PASSWORD}◀\npassword: *a\n"),
    case("named", "merge key", f"a: &a {{password: {PASSWORD}}}◀\nb:\n  <<: *a\n"),
    case("named", "folded scalar", f"password: >-\n  {PASSWORD}◀\n"),
    case("named", "file of variables", f"A=1\nDB_PASSWORD={PASSWORD}◀\n", ".env"),
    case("named", "ini file", f"[default]\naws_secret_access_key = {characters(40, 43)}◀\n", "a.ini"),
    case("named", "shell script", f"#!/bin/sh\nTOKEN='{PASSWORD}'◀\n", "a.sh"),
    case("named", "comment", f"a: 1\n# password: {PASSWORD}◀\n"),
    case("named", "markdown", f"# How\n\n    export API_KEY={characters(32, 44)}◀\n", "README.md"),
    case("named", "JSON", f'{{"client_secret": "{characters(32, 45)}"}}◀\n', "a.json"),
    case("token", "GitHub's", f"a: {TOKEN}◀\n"),
    case("token", "GitHub's fine-grained", f"a: {fine_grained_token(46)}◀\n"),
    case("token", "in an address", f"url: https://x-access-token:{TOKEN}@github.com/a/b◀\n"),
    case("token", "Doppler's", config(f"data:\n  a: {DOPPLER}◀\n")),
    case("token", "npm's", f"//npm.example.org/:_authToken={npm_token(47)}◀\n", ".npmrc"),
    case("token", "age's", f"# public key\n{age_key(48)}◀\n", "keys.txt"),
    case("token", "Slack's", f"a: xoxb-{characters(12, 49, '0123456789')}-{characters(24, 49)}◀\n"),
    case("token", "AWS's", f"a: AKIA{characters(16, 50, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}◀\n"),
    case("token", "two on two lines", f"a: {TOKEN}◀\nb: {OTHER}◀\n"),
    case("token", "split over lines", f'a: "{TOKEN[:14]}\\◀\n  {TOKEN[14:]}"\n'),
    case("token", "escaped", 'a: "' + "".join(f"\\x{ord(char):02x}" for char in TOKEN) + '"◀\n'),
    case("token", "in markdown", f"Use `{TOKEN}`.◀\n", "README.md"),
    case("token", "in a file that is broken", f"a: [\n b: {TOKEN}◀\n"),
    case("token", "JSON Web Token", f"a: {JWT}◀\n"),
    case("token", "JSON Web Token in a header", f"curl -H 'Authorization: Bearer {JWT}'◀\n", "a.sh"),
    case("key", "private key", config(f"data:\n  a: |\n{block(KEY)}")),
    case("key", "folded private key", config(f"data:\n  a: >\n{block(KEY)}")),
    case("key", "private key on one line", f"a: {json.dumps(KEY)}◀\n"),
    case("key", "private key in a file", KEY.replace("-----\n", f"-----{MARK}\n", 1), "id_rsa"),
    case("key", "private key in base64", secret(f"data:\n  tls.key: {encode(KEY)}◀\n")),
    case("key", "commented private key", "a: 1\n" + "".join(f"# {x}{MARK * (n == 0)}\n" for n, x in enumerate(KEY.splitlines()))),
    case("login", "Copilot's", config(f"data:\n  auth.json: '{LOGIN}'◀\n")),
    case("login", "Copilot's in JSON in JSON", config(f"data:\n  a: {json.dumps(json.dumps(LOGIN))}◀\n")),
    case("login", "a registry's", config(f"data:\n  config.json: '{DOCKER}'◀\n")),
    case("login", "password in an address", config(f"data:\n  url: postgres://demo:{PASSWORD}@db/demo◀\n")),
    case("login", ".netrc", f"machine github.com\n  login demo\n  password {PASSWORD}◀\n", ".netrc"),
    case("login", "basic header", f"a: 'Authorization: Basic {encode(f'demo:{PASSWORD}')}'◀\n"),
    case("login", "curl", container(f"    command: [sh, -c, 'curl -u admin:{PASSWORD} https://x.org']◀\n")),
    case("encoded", "a token in base64", config(f"data:\n  a: {encode(f'token={TOKEN}')}◀\n")),
    case("encoded", "in base64 twice", config(f"data:\n  a: {encode(encode(f'token={TOKEN}'))}◀\n")),
    case("encoded", "url-safe", config(f"data:\n  a: {base64.urlsafe_b64encode(LOGIN.encode()).decode().rstrip('=')}◀\n")),
    case("encoded", "wrapped", config(f"data:\n  a: |\n{block(wrapped(LOGIN))}")),
    case("encoded", "binary data", f"kind: ConfigMap\nbinaryData:\n  a: {encode(LOGIN)}◀\n"),
    case("encoded", "hexadecimal", config(f"data:\n  a: {TOKEN.encode().hex()}◀\n")),
    case("encoded", "percent", config(f"data:\n  a: {quote(LOGIN)}◀\n")),
    case("encoded", "gzip", config(f"data:\n  a: {base64.b64encode(gzip.compress(LOGIN.encode(), mtime=0)).decode()}◀\n")),
    case("random", "in a ConfigMap", config(f"data:\n  salt: {RANDOM}◀\n")),
    case("random", "of a container", container(f"    env:\n    - name: X\n      value: {RANDOM}◀\n")),
]  # fmt: skip

HARMLESS = [
    case("reference", "variable of Flux", secret("stringData: {password: '${DB_PASSWORD}'}\n")),
    case("reference", "default that is empty", secret("stringData: {password: '${DB_PASSWORD:=}'}\n")),
    case("reference", "default that is a placeholder", config("data: {a: '${DB_PASSWORD:-changeme}'}\n")),
    case("reference", "secretKeyRef", container("    env:\n    - name: DB_PASSWORD\n      valueFrom:\n        secretKeyRef: {name: demo-db-credentials-3f9a8c7b, key: password}\n")),
    case("reference", "secretName", "kind: Pod\nspec:\n  volumes:\n  - name: a\n    secret: {secretName: demo-tls-7d9f8b6c5}\n"),
    case("reference", "expansion of the kubelet", container("    args: [--password, $(DB_PASSWORD), '--token=$(API_TOKEN)']\n")),
    case("reference", "path of a file", container("    env:\n    - {name: DB_PASSWORD_FILE, value: /run/secrets/db/password}\n    - {name: API_TOKEN, value: /var/run/secrets/token}\n")),
    case("reference", "ExternalSecret's template", "kind: ExternalSecret\nspec:\n  target:\n    template:\n      data:\n        PASSWORD: '{{ .password }}'\n        url: 'postgres://demo:{{ .password }}@db/demo'\n"),
    case("reference", "remoteRef", "kind: ExternalSecret\nspec:\n  data:\n  - secretKey: a8f5f167f44f4964e6c998dee827110c\n    remoteRef: {key: OPENCODE_FLUX_PASSWORD, property: password}\n"),
    case("reference", "store", "kind: ExternalSecret\nspec:\n  secretStoreRef: {kind: ClusterSecretStore, name: doppler-auth-api-k8s}\n"),
    case("reference", "pointer into a store", container("    env:\n    - {name: DB_PASSWORD, value: 'vault:secret/data/db#password'}\n    - {name: API_TOKEN, value: 'op://vault/item/field'}\n")),
    case("reference", "variable of a script", "#!/bin/sh\nPASSWORD=$(cat /run/password)\nTOKEN=\"${GITHUB_TOKEN:?}\"\n", "a.sh"),
    case("reference", "variable in an address", "git clone https://x-access-token:${TOKEN}@github.com/a/b\n", "a.sh"),
    case("reference", "workflow", "env:\n  TOKEN: ${{ secrets.GITHUB_TOKEN }}\n"),
    case("reference", "existing secret of a chart", release("    auth:\n      existingSecret: demo-postgresql-credentials\n      secretKeys: {adminPasswordKey: postgres-password}\n")),
    case("reference", "substituteFrom", "kind: Kustomization\nspec:\n  postBuild:\n    substituteFrom:\n    - {kind: Secret, name: cluster-secrets-9f8e7d6c}\n"),
    case("reference", "code that reads it", "import os\npassword = os.environ['PASSWORD']\ntoken = settings.token_of(user)\n", "a.py"),
    case("encrypted", "SOPS", secret(f"stringData:\n  password: {ENC}\n  token: {ENC}\nsops:\n  mac: {ENC}\n")),
    case("encrypted", "SOPS in part", f"kind: ConfigMap\ndata:\n  a: {ENC}\n  b_unencrypted: zebra-lamp\nsops:\n  mac: {ENC}\n"),
    case("encrypted", "SOPS with an expression", secret(f"stringData:\n  password: {ENC}\nsops:\n  mac: {ENC}\n  encrypted_regex: ^(data|stringData)$\n")),
    case("encrypted", "SOPS file of variables", f"PASSWORD={ENC}\nA_unencrypted=zebra-lamp\nsops_mac={ENC}\n", ".env"),
    case("encrypted", "SOPS recipients", f"a: {ENC}\nsops:\n  mac: {ENC}\n  age:\n  - recipient: age1{characters(58, 51, 'qpzry9x8gf2tvdw0s3jn54khce6mua7l')}\n    enc: |\n{plain(private_key('AGE ENCRYPTED FILE', seed=52), 6)}"),
    case("encrypted", "SealedSecret", f"kind: SealedSecret\nspec:\n  encryptedData:\n    password: {SEALED}\n"),
    case("encrypted", "sealed in a chart", release(f"    sealed: {SEALED}\n")),
    case("encrypted", "hash of a password", config("data:\n  users: 'demo:$2y$10$abcdefghijklmnopqrstuuN5y8bC9vQe0f1G2h3I4j5K6l7M8n9O0'\n  passwordHash: $argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub\n")),
    case("public", "digest of an image", container(f"    image: ghcr.io/example/demo:v1@sha256:{DIGEST}\n")),
    case("public", "checksum annotation", config(f"  annotations: {{checksum/secret: {DIGEST}}}\n").replace("metadata: {name: demo}\n", "metadata:\n  name: demo\n")),
    case("public", "commit", f"kind: GitRepository\nspec:\n  ref: {{commit: {SHA}}}\n"),
    case("public", "commit of an action", f"steps:\n- uses: actions/checkout@{SHA} # v4.2.2\n"),
    case("public", "UUID", "tenantId: 6f1c0f4e-8a2b-4d3c-9e5f-7a6b8c9d0e1f\napiKeyId: 0a1b2c3d-4e5f-4a7b-8c9d-0e1f2a3b4c5d\n"),
    case("public", "UUID as a token", "token: 6f1c0f4e-8a2b-4d3c-9e5f-7a6b8c9d0e1f\n"),
    case("public", "certificate", config(f"data:\n  ca.crt: |\n{plain(CERTIFICATE)}")),
    case("public", "certificate in base64", f"kind: ValidatingWebhookConfiguration\nwebhooks:\n- clientConfig:\n    caBundle: {encode(CERTIFICATE)}\n"),
    case("public", "certificate of a Secret", secret(f"type: kubernetes.io/tls\ndata:\n  ca.crt: {encode(CERTIFICATE)}\n")),
    case("public", "public key", config(f"data:\n  authorized_keys: {PUBLIC}\n")),
    case("public", "public key in PEM", config(f"data:\n  a: |\n{plain(private_key('PUBLIC KEY', seed=53))}")),
    case("public", "PGP public key", config(f"data:\n  a: |\n{plain(private_key('PGP PUBLIC KEY BLOCK', seed=54))}")),
    case("public", "age recipient", f"creation_rules:\n- age: age1{characters(58, 55, 'qpzry9x8gf2tvdw0s3jn54khce6mua7l')}\n", ".sops.yaml"),
    case("public", "where and who of a Secret", secret("stringData:\n  url: https://charts.example.org\n  username: demo-reader\n  type: git\n")),
    case("public", "integrity of a package", f'{{"a": {{"integrity": "sha512-{characters(86, 56)}=="}}}}\n', "package-lock.json"),
    case("public", "domain verification", config(f"data:\n  google-site-verification: {characters(43, 57)}\n")),
    case("public", "address without a login", config("data:\n  url: postgres://db.demo.svc:5432/demo\n  home: https://example.org/a@b\n")),
    case("public", "names of secrets in prose", "The password stands in the Secret `demo`, the token in `demo-token`.\n", "README.md"),
    case("public", "git by ssh", "url: ssh://git@github.com/a/b.git\nother: git@github.com:a/b.git\n"),
    case("public", "name of a file", config("data:\n  a: opencode-flux-0123456789-abcdef.yaml\n")),
    case("public", "schema address", "# yaml-language-server: $schema=https://kubernetes-schemas.pages.dev/external-secrets.io/externalsecret_v1.json\na: 1\n"),
    case("public", "image in base64", config(f"data:\n  icon: data:image/png;base64,iVBORw0KGgo{base64.b64encode(bytes(range(256)) * 2).decode()}\n")),
    case("public", "long camel case name", "a: HorizontalPodAutoscalerConditionTypeAbleToScaleV2Beta2\n"),
    case("public", "number", "passwordLength: 32\ntokenTtl: 3600s\nsecretRotation: 30d\n"),
    case("public", "setting about secrets", "automountServiceAccountToken: false\npasswordPolicy: {minimumLength: 12}\nauth: {enabled: true}\n"),
    case("public", "JSON Web Token of documentation", f"a: {web_token(58, sub='1234567890')}\n"),
    case("public", "option without a value", container("    args: [--password-stdin, --token-file=/run/token, --auth, none]\n")),
    case("placeholder", "angle brackets", secret("stringData: {password: <your-password>}\n")),
    case("placeholder", "change me", secret("stringData: {password: changeme, token: CHANGE_ME}\n")),
    case("placeholder", "example", container("    env:\n    - {name: DB_PASSWORD, value: example-password}\n")),
    case("placeholder", "rows of x", config("data: {api-token: xxxxxxxxxxxxxxxxxxxx}\n")),
    case("placeholder", "stars", "password: '********'\n"),
    case("placeholder", "token that shows the form", "a: gh" + "p_" + "x" * 36 + "\nb: gh" + "p_" + "abcdefghijklmnopqrstuvwxyz0123456789\n"),
    case("placeholder", "key that shows the form", config(f"data:\n  a: |\n    {begins()}\n    ...\n    -----END PRIVATE KEY-----\n")),
    case("placeholder", "in documentation", "export GITHUB_TOKEN=<token>\nexport DOPPLER_TOKEN=dp.st.xxxx\n", "README.md"),
    case("placeholder", "address of documentation", "postgres://user:pass@localhost/db\n", "README.md"),
    case("placeholder", "empty", secret("stringData: {password: '', token: null}\n")),
    case("placeholder", "AWS's documented key", "a: AKIA" + "IOSFODNN7EXAMPLE\n"),
]  # fmt: skip

CASES = [*SECRETS, *HARMLESS]

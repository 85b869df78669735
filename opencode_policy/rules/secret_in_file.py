"""Rule secret-in-file."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.rules.base import Example, Rule
from opencode_policy.scope import scope_in_words, scope_place, unseen
from opencode_policy.secrets.tree_secrets import secrets_of
from opencode_policy.tree import Tree

_APP = "kubernetes/apps/demo/demo/app"


class SecretInFile(Rule):
    """A committed file holds a secret in clear.

    Every text file of the tree is searched: manifests by what their fields mean (the data of a Secret, the
    value of a variable), comments, scripts and all other files by their text. A secret is told by its form
    (tokens of some forty issuers, PEM, JSON Web Tokens), by its name or by its surroundings (a login in an
    address), also in base64. References, templates, encrypted values, digests, certificates and placeholders
    are none. No report shows what was found.
    """

    requirements = ("SEC-01",)
    why = (
        "What was committed once is in every clone, in the history, and in the caches of the forge. Base64 "
        "hides nothing. Whoever reads the repository can use it until it is revoked."
    )
    fix = (
        "Revoke the secret first. Then put the new one into the secret store and refer to it in the file: by "
        "an ExternalSecret, a variable, or a file that is not committed."
    )
    suppressible = False
    whole_tree = True
    security_severity = 9.1
    good = (
        Example("no secret anywhere", {}),
        Example(
            "references and templates",
            """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo}
spec:
  target:
    template:
      data:
        PASSWORD: "{{ .password }}"
        url: "postgres://demo:{{ .password }}@db/demo"
  data:
    - secretKey: password
      remoteRef: {key: DEMO_PASSWORD}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  template:
    spec:
      containers:
        - name: server
          args: [--password, "$(PASSWORD)", "--token=${TOKEN}", --password-file=/run/secrets/password]
          env:
            - name: PASSWORD
              valueFrom: {secretKeyRef: {name: demo, key: password}}
            - {name: API_TOKEN_FILE, value: /run/secrets/token}
            - {name: DATABASE_URL, value: "postgres://demo:$(PASSWORD)@db/demo"}
""",
        ),
        Example(
            "encrypted for the cluster",
            """\
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: demo}
spec:
  encryptedData:
    password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEqLxmFtzCdp2Zr8mQJc0y5fXhBvNn1kUe7Tq
---
apiVersion: v1
kind: Secret
metadata: {name: demo}
stringData:
  password: ENC[AES256_GCM,data:Zm9vYmFy,iv:xX0y,tag:q9k2,type:str]
  token: ENC[AES256_GCM,data:Zm9vYmFyMQ==,iv:yY1z,tag:w8j3,type:str]
sops:
  mac: ENC[AES256_GCM,data:c29wcw==,iv:zZ2a,tag:e7h4,type:str]
  age:
    - recipient: age1qzg7k3rq5v8n2t4m6c9x0w3l5j7h8f2d4s6a9p0y3u5e7r8t2q4w
      enc: |
        -----BEGIN AGE ENCRYPTED FILE-----
        YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBGVnVqT0p3cVhz
        -----END AGE ENCRYPTED FILE-----
""",
        ),
        Example(
            "random texts that are no secrets",
            """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: demo
  annotations:
    checksum/secret: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
data:
  image: ghcr.io/example/demo:v1.2.3@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  commit: 61b3a25d9c0e4f7a8b2c5d1e6f3a9b7c4d8e2f10
  id: 6f1c0f4e-8a2b-4d3c-9e5f-7a6b8c9d0e1f
  public-key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7q2v5X8n4m6c9w0l3k5j7h8f2d4s6a9p0y3u5e7r8t demo
  password: changeme
  token: <your-token>
  secretName: demo-tls
""",
        ),
        Example(
            "a Secret that says where and who, and not by which secret",
            """\
apiVersion: v1
kind: Secret
metadata: {name: demo}
stringData:
  url: https://charts.example.org
  username: demo-reader
  type: git
  password: ${DEMO_PASSWORD}
""",
        ),
        Example(
            "prose and scripts about secrets",
            {
                f"{_APP}/README.md": "Set the password: it must have 12 characters. Your token: see below.\n",
                f"{_APP}/run.sh": '#!/bin/sh\nPASSWORD=$(cat /run/password)\nTOKEN="${GITHUB_TOKEN:?}"\n',
            },
        ),
    )
    bad = (
        Example(
            "the data of a Secret, in base64",
            """\
apiVersion: v1
kind: Secret
metadata: {name: demo}
data:
  username: ZGVtbw==
  entry: Y29ycmVjdC1ob3JzZQ==  # <- the value of 'entry' in a Secret (13 characters, in base64) is in clear
""",
        ),
        Example(
            "a variable, an option, a value of a chart",
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  template:
    spec:
      containers:
        - name: server
          args:
            - --admin-password
            - correct-horse  # <- the value of 'admin-password' (13 characters) is in clear
          env:
            - value: correct-horse  # <- the value of 'DB_PASSWORD' (13 characters) is in clear
              name: DB_PASSWORD
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: demo}
spec:
  values:
    auth:
      rootPassword: correct-horse  # <- the value of 'rootPassword' (13 characters) is in clear
""",
        ),
        Example(
            "a login in an address, a file inside a ConfigMap",
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
data:
  url: https://demo:correct-horse@example.org/  # <- the password of an address (13 characters) is in clear
  settings.ini: |
    [server]
    password = correct-horse  # <- the value of 'password' (13 characters) is in clear
""",
        ),
        Example(
            "the manifest that kubectl keeps in an annotation",
            """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: demo
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"kind":"Secret","data":{
      "entry":"Y29ycmVjdC1ob3JzZQ=="
      }}
""".replace('=="\n', "==\"  # <- the value of 'entry' in a Secret (13 characters, in base64) is in clear\n"),
        ),
        Example(
            "a comment, a script, a file of variables",
            {
                f"{_APP}/settings.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
# password: correct-h0rse!  # <- the value of 'password' (14 characters) is in clear
""",
                f"{_APP}/run.sh": """\
#!/bin/sh
export DB_PASSWORD='correct-h0rse!'  # <- the value of 'DB_PASSWORD' (14 characters) is in clear
""",
                f"{_APP}/.env": """\
DB_PASSWORD=correct-horse  # <- the value of 'DB_PASSWORD' (13 characters) is in clear
""",
            },
        ),
        Example(
            "a generator's literal, a substitution of Flux",
            {
                f"{_APP}/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
secretGenerator:
  - name: demo
    literals:
      - password=correct-horse  # <- the value of 'password' (13 characters) is in clear
""",
                "kubernetes/apps/demo/demo/ks.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  postBuild:
    substitute:
      ADMIN_PASSWORD: correct-horse  # <- the value of 'ADMIN_PASSWORD' (13 characters) is in clear
""",
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        searched = secrets_of(tree)
        for item in searched.found:
            severity = "warning" if item.secret.doubtful else None
            yield Problem(f"{item.secret.words} is in clear", item.location, severity=severity, secret=True)
        gaps = list(unseen(tree))
        place = scope_place(tree)
        yield from (Unknown(gap, place) for gap in gaps)
        if not searched.found and not gaps and place is not None:
            words = f"none of the {searched.files} files of {scope_in_words(tree)} holds a secret"
            yield Proof(words, place)

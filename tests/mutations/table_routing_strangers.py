"""Ways to keep a host out of DNS, to put a login before it, and to run a server too many."""

from __future__ import annotations

from tests.mutations.edits import DEPLOYMENT, DRIFT, FLUX, HA, LISTED, ROUTE, SERVICE, added
from tests.mutations.harness import APPS, Mutation

_ANNOTATION = 'external-dns.home.arpa/enabled: "true"'
_KEY = "external-dns.home.arpa/enabled"


def _dns(what: str, old: str, new: str, line: str, message: str = "", app: str = FLUX) -> Mutation:
    path = f"{app}/{ROUTE}"
    return Mutation(
        "OPS-03", what, "dns-annotation-missing", path, old, new, line, also=(DRIFT,), message=message
    )


_DNS = [
    _dns(
        "no annotation",
        f"  annotations:\n    {_ANNOTATION}\n",
        "",
        "metadata:",
        f'the HTTPRoute opencode-flux lacks the annotation {_KEY}: "true"',
    ),
    _dns("another text", _ANNOTATION, f'{_KEY}: "yes"', f"{_KEY}", f'{_KEY} is "yes" instead of "true"'),
    _dns("switched off", _ANNOTATION, f'{_KEY}: "false"', f"{_KEY}", app=HA),
    _dns(
        "a typing mistake",
        _ANNOTATION,
        'external-dns.home.arpa/enable: "true"',
        "enable:",
        f'the HTTPRoute opencode-flux lacks the annotation {_KEY}: "true"; nothing reads '
        "'external-dns.home.arpa/enable' in metadata.annotations",
    ),
    _dns(
        "another domain",
        _ANNOTATION,
        'external-dns.alpha.kubernetes.io/enabled: "true"',
        "annotations:",
        app=HA,
    ),
    _dns(
        "among the labels",
        "  annotations:\n",
        "  labels:\n",
        _KEY,
        f"the HTTPRoute opencode-flux lacks the annotation {_KEY}: \"true\"; nothing reads '{_KEY}' "
        f"in metadata.labels",
    ),
    _dns(
        "one level too high",
        f"  annotations:\n    {_ANNOTATION}\n",
        f"  {_ANNOTATION}\n",
        _KEY,
        f"the HTTPRoute opencode-ha lacks the annotation {_KEY}: \"true\"; nothing reads '{_KEY}' in "
        f"metadata",
        app=HA,
    ),
    _dns(
        "a target that nobody reads",
        _ANNOTATION,
        f"{_ANNOTATION}\n    external-dns.alpha.kubernetes.io/target: a.example.org",
        "target:",
        "ExternalDNS reads the target from the Gateway, never from an HTTPRoute",
    ),
    _dns(
        "another controller",
        _ANNOTATION,
        f"{_ANNOTATION}\n    external-dns.alpha.kubernetes.io/controller: none",
        "controller:",
        "ExternalDNS passes over a route of the controller 'none'",
        app=HA,
    ),
]


_SECURITY = """\
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata:
  name: login
spec:
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: opencode-flux
  oidc:
    provider: {issuer: "https://login.example.org"}
    clientID: opencode
"""
_PROXY_POD = """\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: login
spec:
  selector: {matchLabels: {app: login}}
  template:
    metadata: {labels: {app: login}}
    spec:
      containers:
        - name: proxy
          image: quay.io/oauth2-proxy/oauth2-proxy:v7.6.0
---
apiVersion: v1
kind: Service
metadata:
  name: login
spec:
  selector: {app: login}
  ports: [{port: 4096}]
"""
_POD_RULES = (
    "resources-mismatch",
    "image-unofficial",
    "image-unpinned",
    "replica-count-mismatch",
    "reloader-annotation-missing",
    "probe-unsuitable",
    "process-one-unstoppable",
    "rollout-overlapping",
)


def _proxy(
    what: str, file: str, old: str, new: str, line: str, message: str = "", *also: str, app: str = FLUX
) -> Mutation:
    path = f"{app}/{file}"
    return Mutation(
        "SCOPE-05", what, "proxy-present", path, old, new, line, also=(DRIFT, *also), message=message
    )


_PROXIES = [
    added(
        "proxy-present",
        "SCOPE-05",
        "a policy with OIDC",
        _SECURITY,
        "oidc:",
        "the SecurityPolicy login puts a login before the server: oidc",
    ),
    added(
        "proxy-present",
        "SCOPE-05",
        "a policy with Basic auth",
        _SECURITY[: _SECURITY.index("  oidc")] + "  basicAuth:\n    users: {name: users}\n",
        "basicAuth:",
        app=HA,
    ),
    added(
        "proxy-present",
        "SCOPE-05",
        "a policy that asks a server, of the workspace but on nothing",
        _SECURITY[: _SECURITY.index("  targetRefs")]
        + "  extAuth: {http: {backendRefs: [{name: authelia, port: 80}]}}\n",
        "extAuth",
        "the SecurityPolicy login puts a login before the server: extAuth",
        app=HA,
    ),
    added(
        "proxy-present",
        "SCOPE-05",
        "a Middleware of Traefik",
        "---\napiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata:\n  name: sso\nspec:\n"
        "  forwardAuth:\n    address: http://authelia\n",
        "forwardAuth:",
        "the Middleware sso puts a login before the server: forwardAuth",
    ),
    Mutation(
        "SCOPE-05",
        "a proxy in the server's place",
        "proxy-present",
        f"{FLUX}/added.yaml",
        new=_PROXY_POD,
        line="oauth2-proxy:v7",
        message="the container proxy of login is a proxy: oauth2-proxy",
        create=True,
        more=(
            (f"{FLUX}/{LISTED}", "resources:\n", "resources:\n  - ./added.yaml\n"),
            (f"{FLUX}/{ROUTE}", "- name: *app", "- name: login"),
        ),
        also=(DRIFT, "schema-header-missing", "route-chain-broken", *_POD_RULES),
    ),
    Mutation(
        "SCOPE-05",
        "a server in front of the server",
        "proxy-present",
        f"{HA}/added.yaml",
        new=_PROXY_POD.replace("quay.io/oauth2-proxy/oauth2-proxy:v7.6.0", "docker.io/library/nginx:1.27.0"),
        line="- name: login",
        message="the route leads to the pods of login before the server",
        create=True,
        at=f"{HA}/{ROUTE}",
        more=(
            (f"{HA}/{LISTED}", "resources:\n", "resources:\n  - ./added.yaml\n"),
            (f"{HA}/{ROUTE}", "- name: *app", "- name: login"),
        ),
        also=(DRIFT, "schema-header-missing", "route-chain-broken", *_POD_RULES),
    ),
    _proxy(
        "a sidecar",
        DEPLOYMENT,
        "      containers:\n        - name: opencode\n",
        "      containers:\n        - name: auth\n          image: ghcr.io/goauthentik/proxy:2025.2.1\n"
        "          ports: [{name: auth, containerPort: 9000}]\n        - name: opencode\n",
        "goauthentik",
        "the container auth of opencode-ha is a proxy: goauthentik",
        *_POD_RULES,
        app=HA,
    ),
    Mutation(
        "SCOPE-05",
        "a sidecar that the Service leads to",
        "proxy-present",
        f"{FLUX}/{DEPLOYMENT}",
        "      containers:\n        - name: opencode\n",
        "      containers:\n        - name: gate\n          image: docker.io/library/nginx:1.27.0\n"
        "          ports: [{name: gate, containerPort: 9000}]\n        - name: opencode\n",
        "targetPort: gate",
        message="the route leads to the container gate before the server",
        at=f"{FLUX}/{SERVICE}",
        more=((f"{FLUX}/{SERVICE}", "targetPort: http", "targetPort: gate"),),
        also=(DRIFT, "route-chain-broken", *_POD_RULES),
    ),
    _proxy(
        "an annotation for nginx",
        ROUTE,
        f"    {_ANNOTATION}\n",
        f"    {_ANNOTATION}\n    nginx.ingress.kubernetes.io/auth-url: https://login.example.org\n",
        "auth-url",
        "the annotation nginx.ingress.kubernetes.io/auth-url puts a login before the server",
    ),
    _proxy(
        "an annotation for Pomerium on the Service",
        SERVICE,
        "  name: &app opencode-ha\n",
        "  name: &app opencode-ha\n  annotations:\n    ingress.pomerium.io/policy: any\n",
        "pomerium",
        app=HA,
    ),
    _proxy(
        "a filter that asks another server",
        ROUTE,
        "    - backendRefs:",
        "    - filters:\n        - type: ExternalAuth\n"
        "          externalAuth: {protocol: HTTP, backendRef: {name: login, port: 80}}\n      backendRefs:",
        "ExternalAuth",
        "a filter asks another server before each request",
    ),
    _proxy(
        "a backend of Envoy Gateway",
        ROUTE,
        "- name: *app",
        "- group: gateway.envoyproxy.io\n          kind: Backend\n          name: login",
        "kind: Backend",
        "the route leads to the Backend login before the server",
        "route-chain-broken",
        app=HA,
    ),
    added(
        "proxy-present",
        "SCOPE-05",
        "a chart",
        "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: login\n"
        "spec:\n  chart:\n    spec:\n      chart: oauth2-proxy\n",
        "chart: oauth2-proxy",
        "the HelmRelease login installs a proxy: oauth2-proxy",
        also=("reference-dangling", "source-unknown"),
    ),
]

_SERVER_POD = """\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: opencode-third
spec:
  selector: {matchLabels: {app: third}}
  template:
    metadata: {labels: {app: third}}
    spec:
      containers:
        - name: opencode
          image: ghcr.io/anomalyco/opencode:1.18.30
          args: [web]
"""
_SERVER_RULES = (
    *_POD_RULES,
    "server-command-mismatch",
    "server-password-missing",
    "home-unwritable",
    "git-missing",
    "working-directory-mismatch",
    "session-data-unpersisted",
    "auth-unpersisted",
    "provider-unlimited",
    "configuration-unusable",
    "auth-seed-misplaced",
    "clone-unguarded",
    "repository-mismatch",
)
_THIRD_KS = """\
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: opencode-third
  namespace: flux-system
spec:
  targetNamespace: opencode-third
  path: ./kubernetes/apps/opencode/opencode-ha/app
  sourceRef:
    kind: GitRepository
    name: home-kubernetes
"""


def _server(
    what: str, file: str, old: str, new: str, line: str, message: str = "", app: str = FLUX
) -> Mutation:
    path = f"{app}/{file}"
    return Mutation(
        "SCOPE-07",
        what,
        "server-unexpected",
        path,
        old,
        new,
        line,
        also=(DRIFT, *_SERVER_RULES),
        message=message,
    )


_SERVERS = [
    added(
        "server-unexpected",
        "SCOPE-07",
        "a third Deployment",
        _SERVER_POD,
        "opencode:1.18.30",
        "opencode-third runs ghcr.io/anomalyco/opencode, and is the server of no workspace",
        also=_SERVER_RULES,
    ),
    added(
        "server-unexpected",
        "SCOPE-07",
        "a StatefulSet with an image of its own",
        _SERVER_POD.replace("Deployment", "StatefulSet")
        .replace("ghcr.io/anomalyco/opencode:1.18.30", "docker.io/library/alpine:3.20.0")
        .replace("args: [web]", "command: [/usr/local/bin/opencode, serve]"),
        "command:",
        "opencode-third starts opencode serve, and is the server of no workspace",
        also=_SERVER_RULES,
        app=HA,
    ),
    added(
        "server-unexpected",
        "SCOPE-07",
        "a CronJob with the server's password",
        "---\napiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: nightly\nspec:\n"
        "  schedule: '@daily'\n  jobTemplate:\n    spec:\n"
        "      template:\n        spec:\n          containers:\n            - name: run\n"
        "              image: docker.io/library/alpine:3.20.0\n"
        "              env:\n                - name: OPENCODE_SERVER_PASSWORD\n                  valueFrom:\n"
        "                    secretKeyRef: {name: opencode-flux-secret, key: server-password}\n",
        "OPENCODE_SERVER_PASSWORD",
        "nightly is given OPENCODE_SERVER_PASSWORD, and is the server of no workspace",
        also=("pipeline-coupled", *_SERVER_RULES),
    ),
    _server(
        "a second server in the pod",
        DEPLOYMENT,
        "      containers:\n        - name: opencode\n",
        "      containers:\n        - name: spare\n"
        "          image: ghcr.io/anomalyco/opencode:1.18.33\n          args: [serve]\n"
        "        - name: opencode\n",
        "image: ghcr.io",
        "opencode-ha runs ghcr.io/anomalyco/opencode beside its server",
        app=HA,
    ),
    _server(
        "a list of users",
        DEPLOYMENT,
        "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
        "            - name: OPENCODE_SERVER_USERNAME\n              value: ann, bob\n"
        "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
        "value: ann",
        "OpenCode takes 'ann, bob' for the name of one user",
    ),
    _server(
        "two users",
        DEPLOYMENT,
        "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
        "            - name: OPENCODE_SERVER_USERNAME\n              value: ann\n"
        "            - name: OPENCODE_SERVER_USERNAME\n              value: bob\n"
        "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
        "OPENCODE_SERVER_USERNAME",
        "a second OPENCODE_SERVER_USERNAME replaces the first one",
        app=HA,
    ),
    Mutation(
        "SCOPE-07",
        "a third workspace from the folder of another",
        "server-unexpected",
        f"{APPS}/opencode-third/ks.yaml",
        new=_THIRD_KS,
        line="name: opencode-third",
        message="the Flux Kustomization opencode-third applies the server of opencode-ha once more",
        create=True,
        more=(
            (
                f"{APPS}/kustomization.yaml",
                "  - ./opencode-ha/ks.yaml\n",
                "  - ./opencode-ha/ks.yaml\n  - ./opencode-third/ks.yaml\n",
            ),
        ),
        also=(
            "kustomization-field-missing",
            "schema-header-missing",
            "workspace-layout-mismatch",
            "namespace-target-mismatch",
            "route-chain-broken",
            "traffic-policy-missing",
            "reference-dangling",
            "doppler-name-mismatch",
            DRIFT,
        ),
    ),
    added(
        "server-unexpected",
        "SCOPE-07",
        "a chart with the server's image",
        "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n"
        "  name: opencode-third\nspec:\n  values:\n    controllers:\n"
        "      main: {containers: {app: {image: {repository: ghcr.io/anomalyco/opencode, tag: 1.18.33}}}}\n",
        "repository: ghcr.io/anomalyco/opencode",
        "opencode-third runs ghcr.io/anomalyco/opencode, and is the server of no workspace",
        also=("reference-dangling", "source-unknown", "resources-mismatch"),
        app=HA,
    ),
]

MUTATIONS: list[Mutation] = [*_DNS, *_PROXIES, *_SERVERS]

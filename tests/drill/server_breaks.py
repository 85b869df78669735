"""Ways to break the server and the way to it."""

from __future__ import annotations

from .harness import APP, DEPLOYMENT, Break

ROUTE = f"{APP}/httproute.yaml"
SERVICE = f"{APP}/service.yaml"
POLICY = f"{APP}/backendtrafficpolicy.yaml"

BREAKS = [
    Break(
        "the token in the server",
        "server",
        ("SEC-03",),
        (
            (
                DEPLOYMENT,
                "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
                "            - name: GH_PAT\n              valueFrom:\n                secretKeyRef:\n"
                "                  name: opencode-flux-secret\n                  key: github-pat\n"
                "            - name: OPENCODE_DISABLE_AUTOUPDATE\n",
            ),
        ),
        "the GitHub token stands in the environment of opencode, in the container opencode",
        DEPLOYMENT,
    ),
    Break(
        "OpenCode as it comes",
        "resources",
        ("SEC-05",),
        (
            (DEPLOYMENT, "            - name: XDG_CONFIG_HOME\n              value: /etc/xdg\n", ""),
            (
                DEPLOYMENT,
                "            - name: config\n              mountPath: /etc/xdg/opencode\n              readOnly: true\n",
                "",
            ),
        ),
        "",
        DEPLOYMENT,
    ),
    Break(
        "the password's variable renamed",
        "server",
        ("FLUX-02",),
        ((DEPLOYMENT, "- name: OPENCODE_SERVER_PASSWORD", "- name: OPENCODE_PASSWORD"),),
        "a caller without credentials gets 200 for / instead of 401 with a challenge",
        DEPLOYMENT,
    ),
    Break(
        "an empty password",
        "server",
        ("FLUX-02",),
        (
            (
                DEPLOYMENT,
                """              valueFrom:
                secretKeyRef:
                  name: opencode-flux-secret
                  key: server-password
""",
                '              value: ""\n',
            ),
        ),
        "a caller without credentials gets 200",
        DEPLOYMENT,
    ),
    Break(
        "a server for itself alone",
        "server",
        ("FLUX-01",),
        ((DEPLOYMENT, "--hostname, 0.0.0.0", "--hostname, 127.0.0.1"),),
        "the server does not come up: the probe fails to the end",
        DEPLOYMENT,
    ),
    Break(
        "a probe that wants the password",
        "server",
        ("FLUX-01",),
        ((DEPLOYMENT, "path: /site.webmanifest", "path: /global/health"),),
        "the probe fails to the end, at last with 401",
        DEPLOYMENT,
    ),
    Break(
        "a Service that leads elsewhere",
        "server",
        ("FLUX-01",),
        ((SERVICE, "targetPort: http", "targetPort: 8080"),),
        "through the proxy answers 503 to the right password",
        "",
    ),
    Break(
        "a route for another host",
        "server",
        ("FLUX-01",),
        ((ROUTE, "flux.opencode", "flux-opencode"),),
        "no route of",
        "",
    ),
    Break(
        "no git for the server",
        "server",
        ("FLUX-04",),
        ((DEPLOYMENT, ":/opt/tools/bin", ""),),
        "the server works in the project global",
        DEPLOYMENT,
    ),
    Break(
        "no writable home",
        "server",
        ("FLUX-01",),
        (
            (
                DEPLOYMENT,
                """          volumeMounts:
            - name: data
              mountPath: /home/opencode
              subPath: home
            - name: data
              mountPath: /workspace
              subPath: workspace
            - name: config""",
                """          volumeMounts:
            - name: data
              mountPath: /workspace
              subPath: workspace
            - name: config""",
            ),
        ),
        "the server does not come up",
        DEPLOYMENT,
    ),
    Break(
        "sessions that do not last",
        "sessions",
        ("FLUX-03", "FLUX-07"),
        (
            (
                DEPLOYMENT,
                "- name: XDG_CACHE_HOME\n",
                "- name: XDG_DATA_HOME\n              value: /var/cache\n            - name: XDG_CACHE_HOME\n",
            ),
        ),
        "a session is gone after the pod was deleted and made anew",
        DEPLOYMENT,
    ),
    Break(
        "the server as PID 1",
        "sessions",
        ("FLUX-01",),
        (
            (
                DEPLOYMENT,
                "shareProcessNamespace: true\n      terminationGracePeriodSeconds: 30",
                "terminationGracePeriodSeconds: 4",
            ),
        ),
        "the server ignores SIGTERM, as PID 1: deleting the pod takes 4 s",
        DEPLOYMENT,
    ),
    Break(
        "no policy for the route's timeouts",
        "streams",
        ("FLUX-09",),
        ((POLICY, "", ""), (f"{APP}/kustomization.yaml", "  - ./backendtrafficpolicy.yaml\n", "")),
        "an event stream is cut after",
        "",
    ),
    Break(
        "a limit on requests",
        "streams",
        ("FLUX-09",),
        ((POLICY, "requestTimeout: 0s", "requestTimeout: 30s"),),
        "an event stream is cut after",
        POLICY,
    ),
]

"""HelmReleases: most of them for the bjw-s app-template, whose values describe the workload."""

from collections.abc import Iterator
from random import Random
from typing import Final

from benchmarks.apps import App
from benchmarks.template import fill, schema
from benchmarks.words import CHART_KEYS, VARIABLES

_APP_TEMPLATE: Final = schema(
    "raw.githubusercontent.com/bjw-s/helm-charts/main/charts/other/app-template/schemas/"
    "helmrelease-helm-v2.schema.json"
)
_OTHER: Final = schema(
    "raw.githubusercontent.com/fluxcd-community/flux2-schemas/main/helmrelease-helm-v2.json"
)
_PLAIN: Final = ("true", "false", "30s", "1Gi", "{}", "[]", "null", "8080", "0.5")


def helm_release(app: App, rng: Random) -> str:
    """A HelmRelease of the application, of 60 to more than 300 lines."""
    template = app.kind == "helm"
    return fill(
        """
        ---
        @header
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: &app @name
        spec:
          interval: 1h
          chartRef:
            kind: OCIRepository
            name: @name
          install:
            remediation:
              retries: 3
          upgrade:
            cleanupOnFail: true
            remediation:
              strategy: rollback
              retries: 3
          values:
            @values
        """,
        header=_APP_TEMPLATE if template else _OTHER,
        name=app.name,
        values=_app_template_values(app, rng) if template else "\n".join(_tree(rng, rng.randrange(2, 5))),
    )


def _app_template_values(app: App, rng: Random) -> str:
    return fill(
        """
        controllers:
          @controllers
        defaultPodOptions:
          automountServiceAccountToken: false
          securityContext:
            runAsNonRoot: true
            runAsUser: 1000
            runAsGroup: 1000
            fsGroup: 1000
            fsGroupChangePolicy: OnRootMismatch
            seccompProfile: { type: RuntimeDefault }
        service:
          app:
            controller: @name
            ports:
              http:
                port: *port
        @route
        persistence:
          @persistence
        """,
        name=app.name,
        controllers=_controllers(app, rng),
        route=_route(app) if "route" in app.features else "",
        persistence="\n".join(_persistence(app, rng)),
    )


def _controllers(app: App, rng: Random) -> str:
    """The application's own controller, and sometimes workers of the same image beside it."""
    own = fill(
        """
        @name:
          @strategy
          annotations:
            reloader.stakater.com/auto: "true"
          @init
          containers:
            app:
              image:
                repository: @image
                tag: @tag
              env:
                TZ: ${TIMEZONE}
                HTTP_PORT: &port @port
                @environment
              @env_from
              @probes
              securityContext: &securityContext
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities: { drop: ["ALL"] }
              resources:
                requests:
                  cpu: @cpu
                limits:
                  memory: @memory
        """,
        name=app.name,
        strategy="strategy: RollingUpdate" if rng.random() < 0.2 else "",
        init=_init_container(rng) if rng.random() < 0.25 else "",
        image=app.image,
        tag=app.tag,
        port=app.port,
        environment=environment(rng, rng.choice((2, 4, 6, 10, 18))),
        env_from=_env_from(app) if "secret" in app.features else "",
        probes=_probes(rng) if rng.random() < 0.75 else "",
        cpu=f"{rng.choice((5, 10, 50, 100, 250))}m",
        memory=rng.choice(("128Mi", "256Mi", "512Mi", "1Gi", "4Gi")),
    )
    workers = rng.choices((0, 1, 3, 6), (80, 12, 5, 3))[0]
    return own + "".join(_worker(app, rng, f"worker-{number}") for number in range(workers))


def _init_container(rng: Random) -> str:
    return fill(
        """
        initContainers:
          init-db:
            image:
              repository: ghcr.io/home-operations/postgres-init
              tag: "17.@minor"
            env:
              INIT_POSTGRES_HOST: postgres17-rw.databases.svc.cluster.local
        """,
        minor=rng.randrange(9),
    )


def _worker(app: App, rng: Random, name: str) -> str:
    return fill(
        """
        @name:
          dependsOn: @own
          containers:
            app:
              image:
                repository: @image
                tag: @tag
              command:
                - /bin/sh
                - -c
                - |
                  set -eu
                  echo "starting $HOSTNAME"
                  exec /app/@name --queue=default --concurrency=@concurrency
              env:
                @environment
              securityContext:
                <<: *securityContext
                readOnlyRootFilesystem: false
              resources:
                requests: { cpu: 10m, memory: 64Mi }
                limits: { memory: 512Mi }
        """,
        name=name,
        own=app.name,
        image=app.image,
        tag=app.tag,
        concurrency=rng.randrange(1, 9),
        environment=environment(rng, rng.randrange(3, 16)),
    )


def environment(rng: Random, size: int) -> str:
    """Environment variables as a mapping, some with comments and some with folded text."""
    lines: list[str] = []
    for name in rng.sample(VARIABLES, min(size, len(VARIABLES))):
        if rng.random() < 0.1:
            lines.append(f"# {name}: disabled until upstream fixes it")
        lines += rng.choice(
            (
                [f"{name}: {rng.randrange(10_000)}"],
                [f'{name}: "{rng.choice(("true", "false"))}"'],
                [f"{name}: /data/{name.lower()}"],
                [f"{name}: http://{name.lower().replace('_', '-')}.${{SECRET_DOMAIN}}/{rng.randrange(100)}"],
                [f"{name}: >-", "  first line of a longer value,", "  folded into one"],
            )
        )
    return "\n".join(lines)


def _env_from(app: App) -> str:
    return fill(
        """
        envFrom:
          - secretRef:
              name: @name-secret
        """,
        name=app.name,
    )


def _probes(rng: Random) -> str:
    return fill(
        """
        probes:
          liveness: &probes
            enabled: true
            custom: true
            spec:
              httpGet:
                path: @path
                port: *port
              initialDelaySeconds: 0
              periodSeconds: 10
              timeoutSeconds: 1
              failureThreshold: 3
          readiness: *probes
        """,
        path=rng.choice(("/health", "/healthz", "/api/health", "/ping")),
    )


def _route(app: App) -> str:
    return fill(
        """
        route:
          app:
            hostnames:
              - "{{ .Release.Name }}.${SECRET_DOMAIN}"
            parentRefs:
              - name: @gateway
                namespace: network
                sectionName: https
            rules:
              - backendRefs:
                  - identifier: app
                    port: *port
        """,
        gateway="envoy-external" if app.port == 80 else "envoy-internal",
    )


def _persistence(app: App, rng: Random) -> Iterator[str]:
    if app.features & {"claim", "backup"}:
        yield "config:\n  existingClaim: *app\n  globalMounts:\n    - path: /config"
    if "config" in app.features:
        yield f"settings:\n  type: configMap\n  name: {app.name}-config"
        yield "  globalMounts:\n    - path: /etc/app/settings.yaml\n      subPath: settings.yaml"
        yield "      readOnly: true"
    if "files" in app.features:
        yield f"files:\n  type: configMap\n  name: {app.name}-files\n  defaultMode: 0755"
    if rng.random() < 0.2:
        yield "media:\n  type: nfs\n  server: nas.${SECRET_DOMAIN}\n  path: /mnt/media"
    yield "tmp:\n  type: emptyDir"


def _tree(rng: Random, depth: int) -> Iterator[str]:
    """Lines of a mapping, nested at random, as the values of any other chart are."""
    for key in rng.sample(CHART_KEYS, rng.randrange(3, 8)):
        if depth and rng.random() < 0.5:
            yield f"{key}:"
            yield from (f"  {line}" for line in _tree(rng, depth - 1))
        elif rng.random() < 0.2:
            yield f"{key}:"
            yield from (f"  - {item}" for item in rng.sample(CHART_KEYS, rng.randrange(1, 5)))
        else:
            yield f"{key}: {rng.choice(_PLAIN)}"

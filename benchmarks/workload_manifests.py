"""Workloads written by hand: Deployments, StatefulSets and CronJobs."""

from collections.abc import Iterator
from random import Random

from benchmarks.apps import App
from benchmarks.template import fill


def deployment(app: App, rng: Random) -> str:
    """A Deployment with a single pod, as a home cluster has it."""
    return fill(
        """
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: &app @name
          labels: &labels
            app.kubernetes.io/name: *app
            app.kubernetes.io/instance: *app
          annotations:
            reloader.stakater.com/auto: "true"
        spec:
          replicas: 1
          revisionHistoryLimit: 3
          strategy:
            type: @strategy
          selector:
            matchLabels: *labels
          template:
            @pod
        """,
        name=app.name,
        strategy="Recreate" if app.features & {"claim", "backup"} else "RollingUpdate",
        pod=_pod(app, rng, "*labels"),
    )


def stateful_set(app: App, rng: Random) -> str:
    """A StatefulSet with a claim of its own."""
    return fill(
        """
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata:
          name: @name
        spec:
          serviceName: @name
          replicas: @replicas
          selector:
            matchLabels: &labels
              app.kubernetes.io/name: @name
              app.kubernetes.io/instance: @name
          template:
            @pod
          volumeClaimTemplates:
            - metadata:
                name: data
              spec:
                accessModes: ["ReadWriteOnce"]
                storageClassName: ceph-block
                resources:
                  requests:
                    storage: @size
        """,
        name=app.name,
        replicas=rng.choice((1, 1, 3)),
        size=f"{rng.choice((1, 5, 10, 50))}Gi",
        pod=_pod(app, rng, "*labels"),
    )


def cron_job(app: App, rng: Random) -> str:
    """A CronJob whose work is a shell script in the manifest."""
    return fill(
        """
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata:
          name: @name
        spec:
          schedule: "@minute @hour * * *"
          timeZone: ${TIMEZONE}
          concurrencyPolicy: Forbid
          successfulJobsHistoryLimit: 1
          failedJobsHistoryLimit: 2
          jobTemplate:
            spec:
              backoffLimit: 2
              template:
                @pod
        """,
        name=app.name,
        minute=rng.randrange(60),
        hour=rng.randrange(24),
        pod=_pod(app, rng, f"{{ app.kubernetes.io/name: {app.name} }}", job=True),
    )


def _pod(app: App, rng: Random, labels: str, *, job: bool = False) -> str:
    return fill(
        """
        metadata:
          labels: @labels
        spec:
          @restart
          automountServiceAccountToken: false
          enableServiceLinks: false
          securityContext:
            runAsNonRoot: true
            runAsUser: 1000
            runAsGroup: 1000
            fsGroup: 1000
            seccompProfile:
              type: RuntimeDefault
          containers:
            - name: app
              image: @image:@tag
              @work
              env:
                - name: TZ
                  value: ${TIMEZONE}
                @environment
              @secret
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities:
                  drop: ["ALL"]
              resources:
                requests: { cpu: @cpu, memory: 64Mi }
                limits:
                  memory: @memory
              volumeMounts:
                @mounts
          volumes:
            @volumes
        """,
        labels=labels,
        restart="restartPolicy: OnFailure" if job else "",
        image=app.image,
        tag=app.tag,
        work=_script(rng) if job else _server(app, rng),
        environment="\n".join(_environment(rng)),
        secret=f"envFrom:\n  - secretRef:\n      name: {app.name}-secret" if "secret" in app.features else "",
        cpu=f"{rng.choice((10, 50, 100))}m",
        memory=rng.choice(("128Mi", "512Mi", "1Gi")),
        mounts="\n".join(f"- name: {name}\n  mountPath: {path}" for name, path, _ in _volumes(app)),
        volumes="\n".join(f"- name: {name}\n  {source}" for name, _, source in _volumes(app) if source),
    )


def _volumes(app: App) -> Iterator[tuple[str, str, str]]:
    """Name, mount path and source; a volume from a claim template has no source."""
    if app.kind == "statefulset":
        yield "data", "/data", ""
    if app.features & {"claim", "backup"}:
        yield "data", "/data", f"persistentVolumeClaim:\n    claimName: {app.name}"
    if "config" in app.features:
        yield "settings", "/etc/app", f"configMap:\n    name: {app.name}-config"
    yield "tmp", "/tmp", "emptyDir: {}"


def _environment(rng: Random) -> Iterator[str]:
    for number in range(rng.randrange(8)):
        value = rng.choice(('"1"', '"false"', "/data", "info"))
        yield f"- name: OPTION_{number}\n  value: {value}"
    yield "- name: POD_NAME\n  valueFrom:\n    fieldRef:\n      fieldPath: metadata.name"


def _server(app: App, rng: Random) -> str:
    probe = fill(
        """
        httpGet:
          path: /healthz
          port: http
        periodSeconds: @period
        timeoutSeconds: 2
        """,
        period=rng.choice((10, 30)),
    )
    return fill(
        """
        args: ["serve", "--port=@port"]
        ports:
          - name: http
            containerPort: @port
        livenessProbe:
          @probe
        readinessProbe:
          @probe
        """,
        port=app.port,
        probe=probe,
    )


def _script(rng: Random) -> str:
    return fill(
        """
        command: ["/bin/sh", "-c"]
        args:
          - |
            set -eu
            started=$(date +%s)
            for file in /data/*.log; do
              [ -e "$file" ] || continue
              if [ "$(wc -c < "$file")" -gt @limit ]; then
                gzip -9 "$file" && echo "packed $file"
              fi
            done
            echo "done after $(( $(date +%s) - started )) s"
        """,
        limit=rng.randrange(1, 100) * 4096,
    )

"""What an application has beside its workload: service, route, claim, secrets, configuration, rules."""

from random import Random
from typing import Final

from benchmarks.apps import App
from benchmarks.template import fill, schema

_EXTERNAL_SECRET: Final = schema("kubernetes-schemas.pages.dev/external-secrets.io/externalsecret_v1.json")


def service(app: App) -> str:
    return fill(
        """
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: @name
        spec:
          type: ClusterIP
          selector:
            app.kubernetes.io/name: @name
          ports:
            - name: http
              port: @port
              targetPort: http
        """,
        name=app.name,
        port=app.port,
    )


def http_route(app: App) -> str:
    return fill(
        """
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata:
          name: @name
        spec:
          hostnames: ["@name.${SECRET_DOMAIN}"]
          parentRefs:
            - name: envoy-internal
              namespace: network
              sectionName: https
          rules:
            - matches:
                - path:
                    type: PathPrefix
                    value: /
              backendRefs:
                - name: @name
                  port: @port
        """,
        name=app.name,
        port=app.port,
    )


def backend_traffic_policy(app: App) -> str:
    return fill(
        """
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: BackendTrafficPolicy
        metadata:
          name: @name
        spec:
          targetRefs:
            - group: gateway.networking.k8s.io
              kind: HTTPRoute
              name: @name
          mergeType: StrategicMerge
          timeout:
            http:
              requestTimeout: 0s
        """,
        name=app.name,
    )


def claim(app: App, rng: Random) -> str:
    return fill(
        """
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: @name
        spec:
          accessModes: ["@mode"]
          resources:
            requests:
              storage: @size
          storageClassName: @storage
        """,
        name=app.name,
        mode="ReadWriteMany" if rng.random() < 0.1 else "ReadWriteOnce",
        size=rng.choice(("1Gi", "5Gi", "10Gi", "512Mi", "100Gi")),
        storage="ceph-block" if rng.random() < 0.9 else "openebs-hostpath",
    )


def external_secret(app: App, rng: Random) -> str:
    """Either single values by name, or a template over everything with a prefix."""
    prefix = app.name.upper().replace("-", "_")
    names = [f"{prefix}_{part}" for part in ("USER", "SALT", "DSN", "COOKIE", "ADMIN")[: rng.randrange(1, 6)]]
    return fill(
        """
        ---
        @header
        apiVersion: external-secrets.io/v1
        kind: ExternalSecret
        metadata:
          name: @name
        spec:
          @interval
          secretStoreRef:
            kind: ClusterSecretStore
            name: doppler-secrets
          target:
            name: @name-secret
            creationPolicy: Owner
            @contents
          data:
            @data
        """,
        header=_EXTERNAL_SECRET,
        name=app.name,
        interval="refreshInterval: 15m" if rng.random() < 0.3 else "",
        contents=_secret_template(names) if rng.random() < 0.6 else "",
        data="\n".join(f"- secretKey: {name}\n  remoteRef:\n    key: {name}" for name in names),
    )


def _secret_template(names: list[str]) -> str:
    return fill(
        """
        template:
          engineVersion: v2
          data:
            # values that the application reads from its environment
            @data
        """,
        data="\n".join(f'{name}: "{{{{ .{name} }}}}"' for name in names),
    )


def prometheus_rule(app: App, rng: Random) -> str:
    return fill(
        """
        ---
        apiVersion: monitoring.coreos.com/v1
        kind: PrometheusRule
        metadata:
          name: @name
        spec:
          groups:
            - name: @name.rules
              rules:
                @rules
        """,
        name=app.name,
        rules="".join(_alert(app, rng, number) for number in range(rng.randrange(1, 9))),
    )


def _alert(app: App, rng: Random, number: int) -> str:
    # A double dollar: Flux substitutes here, and the templates of Prometheus need theirs.
    return fill(
        """
        - alert: Alert@number
          annotations:
            summary: >-
              {{ $$labels.instance }} of @name is at {{ $$value | humanizePercentage }}
          expr: |
            rate(requests_failed_total{job="@name"}[5m])
              / rate(requests_total{job="@name"}[5m]) > 0.@threshold
          for: @minutes
          labels:
            severity: @severity
        """,
        name=app.name,
        number=number,
        threshold=rng.randrange(10, 99),
        minutes=f"{rng.choice((5, 15, 60))}m",
        severity=rng.choice(("warning", "critical")),
    )


def access(app: App) -> str:
    """A service account with its role, three documents in one file."""
    return fill(
        """
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: @name
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata:
          name: @name
        rules:
          - apiGroups: [""]
            resources: ["pods", "pods/log"]
            verbs: ["get", "list", "watch"]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata:
          name: @name
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: Role
          name: @name
        subjects:
          - kind: ServiceAccount
            name: @name
        """,
        name=app.name,
    )

"""Objects that the cases of kustomize build upon, and kustomizations of them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: runner
      initContainers:
        - {name: prepare, image: "alpine:3"}
      containers:
        - name: web
          image: reg.example.org:5000/web:1
          args: [a, b]
          ports:
            - {containerPort: 80, protocol: TCP}
            - {containerPort: 80, protocol: UDP}
          env:
            - {name: A, value: "1"}
            - {name: B, valueFrom: {configMapKeyRef: {name: settings, key: b}}}
          envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: keys}}]
          volumeMounts: [{name: data, mountPath: /data}]
      volumes:
        - {name: data, persistentVolumeClaim: {claimName: data}}
        - {name: conf, projected: {sources: [{configMap: {name: settings}}]}}
        - {name: tmp, emptyDir: {}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, protocol: TCP}, {name: https, port: 443}]
"""
SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {b: x, count: "3"}
"""
CRD_OBJECT = """\
apiVersion: example.org/v1
kind: Widget
metadata: {name: w, namespace: other, finalizers: [a, b]}
spec: {parts: [{name: a, size: 1}, {name: b, size: 2}], on: true}
"""
RBAC = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: runner}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [settings, elsewhere], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reads}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: runner, namespace: default}, {kind: ServiceAccount, name: default}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reads}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: ServiceAccount, name: runner, namespace: default}, {kind: User, name: jane}]
"""
OTHERS = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: fast, volumeName: vol}
---
apiVersion: v1
kind: Namespace
metadata: {name: place}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: x
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations: {nginx.ingress.kubernetes.io/auth-secret: keys}
spec:
  tls: [{secretName: keys}]
  defaultBackend: {service: {name: web, port: {number: 80}}}
  rules: [{http: {paths: [{backend: {service: {name: web}}}, {backend: {service: {name: other}}}]}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: hooks}
webhooks: [{name: a.b.c, clientConfig: {service: {name: web, namespace: default, path: /}}}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.x.y}
spec: {service: {name: web, namespace: default}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec: {group: example.org, conversion: {webhook: {clientConfig: {service: {name: web, namespace: x}}}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  jobTemplate:
    spec:
      template:
        spec: {containers: [{name: c, image: "alpine:3", envFrom: [{secretRef: {name: keys}}]}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: web
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: db}]}}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {storageClassName: fast}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: issuer}
spec: {}
"""
KEYS = "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {a: b}\n"
BASE = {
    "base/kustomization.yaml": "resources: [web.yaml, service.yaml, settings.yaml]\n",
    "base/web.yaml": DEPLOYMENT,
    "base/service.yaml": SERVICE,
    "base/settings.yaml": SETTINGS,
}
FULL = {
    "base/kustomization.yaml": "resources: [all.yaml]\n",
    "base/all.yaml": "---\n".join((DEPLOYMENT, SERVICE, SETTINGS, KEYS, RBAC, OTHERS, CRD_OBJECT)),
}


def app(text: str, base: Mapping[str, str] = BASE, /, **more: str) -> dict[str, str]:
    """A kustomization `app` upon the base, with more files beside it."""
    files = {f"app/{name.replace('__', '.')}": textwrap.dedent(content) for name, content in more.items()}
    return {**base, "app/kustomization.yaml": "resources: [../base]\n" + textwrap.dedent(text), **files}


def strategic(patch: str, target: str = "", base: Mapping[str, str] = BASE) -> dict[str, str]:
    body = textwrap.indent(textwrap.dedent(patch), "    ")
    return app(
        f"patches:\n- {target}\n  patch: |\n{body}" if target else f"patches:\n- patch: |\n{body}", base
    )


def on_web(spec: str) -> dict[str, str]:
    """A strategic merge patch of the Deployment's pod."""
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
    return strategic(head + textwrap.indent(textwrap.dedent(spec), "      "))


def json(*operations: str, target: str = "{kind: Deployment}") -> dict[str, str]:
    listed = "".join(f"    - {operation}\n" for operation in operations)
    return app(f"patches:\n- target: {target}\n  patch: |\n{listed}")


def replacement(text: str) -> dict[str, str]:
    return app("replacements:\n" + textwrap.indent(textwrap.dedent(text), "  "))

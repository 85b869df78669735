"""Every feature of kustomize by hand: the real program and ours build the same objects, or both refuse."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.expand.kubectl import needs_kubectl, same

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
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {a: b}\n"
BASE = {
    "base/kustomization.yaml": "resources: [web.yaml, service.yaml, settings.yaml]\n",
    "base/web.yaml": DEPLOYMENT,
    "base/service.yaml": SERVICE,
    "base/settings.yaml": SETTINGS,
}
FULL = {
    "base/kustomization.yaml": "resources: [all.yaml]\n",
    "base/all.yaml": "---\n".join((DEPLOYMENT, SERVICE, SETTINGS, SECRET, RBAC, OTHERS, CRD_OBJECT)),
}


def app(text: str, base: dict[str, str] = BASE, **more: str) -> dict[str, str]:
    """A kustomization `app` upon the base, with more files beside it."""
    files = {f"app/{name.replace('__', '.')}": textwrap.dedent(content) for name, content in more.items()}
    return {**base, "app/kustomization.yaml": "resources: [../base]\n" + textwrap.dedent(text), **files}


def strategic(patch: str, target: str = "", base: dict[str, str] = BASE) -> dict[str, str]:
    body = textwrap.indent(textwrap.dedent(patch), "    ")
    return app(f"patches:\n- {target}\n  patch: |\n{body}" if target else f"patches:\n- patch: |\n{body}", base)


def on_web(spec: str) -> dict[str, str]:
    """A strategic merge patch of the Deployment's pod."""
    head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
    return strategic(head + textwrap.indent(textwrap.dedent(spec), "      "))


def json(*operations: str, target: str = "{kind: Deployment}") -> dict[str, str]:
    listed = "".join(f"    - {operation}\n" for operation in operations)
    return app(f"patches:\n- target: {target}\n  patch: |\n{listed}")


def replacement(text: str) -> dict[str, str]:
    return app("replacements:\n" + textwrap.indent(textwrap.dedent(text), "  "))


CASES: dict[str, dict[str, str]] = {
    "nothing": app(""),
    "namespace": app("namespace: there", FULL),
    "namespace of a role binding by name": app("namespace: there\nnamePrefix: x-", FULL),
    "prefix and suffix": app("namePrefix: a-\nnameSuffix: -z", FULL),
    "prefix twice": {
        **app("namePrefix: a-", FULL),
        "top/kustomization.yaml": "resources: [../app]\nnamePrefix: b-\nnamespace: n\n",
    },
    "labels": app("labels: [{pairs: {team: home, app: new}}]", FULL),
    "labels with selectors": app("labels: [{pairs: {team: home}, includeSelectors: true}]", FULL),
    "labels with templates": app("labels: [{pairs: {team: home}, includeTemplates: true}]", FULL),
    "labels of fields": app(
        "labels: [{pairs: {team: home}, fields: [{path: spec/extra, kind: Widget, create: true}]}]", FULL
    ),
    "labels of fields in conflict": app(
        "labels: [{pairs: {a: b}, fields: [{path: metadata/labels, create: false}]}]", FULL
    ),
    "commonLabels": app("commonLabels: {team: home}", FULL),
    "commonLabels that are no text": app("commonLabels: {team: 1}"),
    "commonLabels that are YAML 1.1 flags": app("commonLabels: {team: yes}"),
    "commonAnnotations": app("commonAnnotations: {a: b, c: 'true'}", FULL),
    "images": app("images: [{name: 'reg.example.org:5000/web', newTag: v2}, {name: alpine, digest: 'sha256:1'}]"),
    "images everywhere": app("images: [{name: alpine, newName: b/a}, {name: db, newTag: '1'}]", FULL),
    "images by expression": app("images: [{name: '.*/web', newName: w}, {name: alp, newTag: '1'}]"),
    "images with a suffix": app("images: [{name: alpine, tagSuffix: -x}]"),
    "imageTags": app("imageTags: [{name: alpine, newTag: '9'}]"),
    "images without a name": app("images: [{newTag: v2}]"),
    "images that are no mapping": app("images: [text]"),
    "replicas": app("replicas: [{name: web, count: 3}]"),
    "replicas of the old name": app("namePrefix: p-\nreplicas: [{name: web, count: 3}]"),
    "replicas without a count": app("replicas: [{name: web}]"),
    "replicas of nobody": app("replicas: [{name: other, count: 3}]"),
    "a field that does not exist": app("resource: [a]"),
    "a field of a patch that does not exist": app("patches: [{pach: a}]"),
    "kind and version": app("kind: Nonsense"),
    "fifo": app("sortOptions: {order: fifo}", FULL),
    "legacy": app("sortOptions: {order: legacy}", FULL),
    "own order": app(
        "sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Widget, Service], orderLast: [Role]}}", FULL
    ),
    "no such order": app("sortOptions: {order: none}"),
    "local objects": app(
        "resources: [../base, local.yaml]",
        local__yaml="""\
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: l, annotations: {config.kubernetes.io/local-config: "true"}}
        """,
    ),
}
CASES["local objects"]["app/kustomization.yaml"] = "resources: [../base, local.yaml]\n"

GENERATORS: dict[str, str] = {
    "literals": "configMapGenerator: [{name: g, literals: [a=1, 'b=\"x y\"', \"c='q'\", d==, 'e=a=b']}]",
    "no key": "configMapGenerator: [{name: g, literals: [nothing]}]",
    "a key twice": "configMapGenerator: [{name: g, literals: [a=1, a=2]}]",
    "files": "configMapGenerator: [{name: g, files: [run.sh, other=run.sh, lines.env]}]",
    "a file that is not there": "configMapGenerator: [{name: g, files: [gone.sh]}]",
    "a file with two equals signs": "configMapGenerator: [{name: g, files: [a=b=run.sh]}]",
    "envs": "configMapGenerator: [{name: g, envs: [lines.env]}]",
    "env": "configMapGenerator: [{name: g, env: lines.env, literals: [z=1]}]",
    "secret": "secretGenerator: [{name: g, files: [run.sh], literals: [a=b], envs: [lines.env]}]",
    "secret type": "secretGenerator: [{name: g, type: kubernetes.io/tls, literals: [tls.crt=a, tls.key=b]}]",
    "a long secret": f"secretGenerator: [{{name: g, literals: [a={'x' * 50}, b={'y' * 51}, c={'z' * 200}]}}]",
    "escaped by Go": "configMapGenerator: [{name: g, literals: ['a=<b>&c', 'd=é\u2028']}]",
    "no data": "configMapGenerator: [{name: g}]\nsecretGenerator: [{name: h}]",
    "no name": "configMapGenerator: [{literals: [a=b]}]",
    "namespace": "configMapGenerator: [{name: g, namespace: n, literals: [a=b]}]",
    "options": """\
configMapGenerator:
- {name: g, literals: [a=b], options: {labels: {mine: own}, immutable: true}}
generatorOptions: {labels: {mine: all, more: all}, annotations: {note: all}, disableNameSuffixHash: true}
""",
    "create what exists": "configMapGenerator: [{name: settings, literals: [a=b]}]",
    "merge": "configMapGenerator: [{name: settings, behavior: merge, literals: [b=new, c=d]}]",
    "replace": "configMapGenerator: [{name: settings, behavior: replace, literals: [b=new]}]",
    "merge with nothing": "configMapGenerator: [{name: none, behavior: merge, literals: [b=new]}]",
    "referenced": "namePrefix: p-\nconfigMapGenerator: [{name: g, literals: [a=b]}]\nsecretGenerator: [{name: keys}]",
    "hash of a renamed one": "nameSuffix: -s\nnamespace: q\nsecretGenerator: [{name: keys, literals: [a=b]}]",
}
GENERATED = {
    "run__sh": "#!/bin/sh\necho \"$1\"\n",
    "lines__env": "# comment\nA=1\n\n  B = two words\nC\nD=a=b\n",
}
CASES |= {f"generator: {name}": app(text, **GENERATED) for name, text in GENERATORS.items()}
CASES["generator: merged twice"] = {
    "base/kustomization.yaml": "configMapGenerator: [{name: g, literals: [a=1, b=2]}]\nnamePrefix: x-\n",
    "app/kustomization.yaml": "resources: [../base]\nconfigMapGenerator: [{name: g, behavior: merge, literals: [b=3]}]\n",
}

CASES |= {
    f"merge: {name}": on_web(spec)
    for name, spec in {
        "a container's image": "containers: [{name: web, image: new}]",
        "a new container": "containers: [{name: extra, image: new}]",
        "two containers": "containers: [{name: extra, image: new}, {name: web, args: null}, {name: last}]",
        "delete a container": "containers: [{name: web, $patch: delete}]",
        "replace the containers": "containers: [{$patch: replace}, {name: only}]",
        "delete the containers": "containers: [{$patch: delete}]",
        "merge the containers": "containers: [{$patch: merge}, {name: only}]",
        "an unknown directive": "containers: [{$patch: nonsense}, {name: only}]",
        "a directive of Kubernetes alone": "$retainKeys: [a]\n$setElementOrder/containers: [{name: b}, {name: web}]",
        "delete from a list of texts": "containers: [{name: web, $deleteFromPrimitiveList/args: [a]}]",
        "a list without keys": "containers: [{name: web, args: [c]}]",
        "environment": "containers: [{name: web, env: [{name: C, value: c}, {name: A, value: null}, {name: B, $patch: delete}]}]",
        "ports": "containers: [{name: web, ports: [{containerPort: 80, protocol: UDP, name: dns}, {containerPort: 81}]}]",
        "ports without a protocol": "containers: [{name: web, ports: [{containerPort: 80, name: x}]}]",
        "volumes": "volumes: [{name: tmp, emptyDir: null, hostPath: {path: /x}}, {name: new, emptyDir: {}}]",
        "replace a mapping": "volumes: [{name: tmp, $patch: replace, hostPath: {path: /x}}]",
        "nulls": "serviceAccountName: null\nnodeSelector: {a: b, c: null}\ncontainers: [{name: web, image: null}]",
        "another shape": "containers: {name: web}",
        "a text for a mapping": "securityContext: text",
        "a list for a text": "serviceAccountName: [a]",
        "an item without its key": "containers: [{image: new}]",
        "spread": "topologySpreadConstraints: [{topologyKey: a, whenUnsatisfiable: b}]",
        "nested nothing": "affinity: {a: {b: null}}\ntolerations: [{a: null}]",
        "image pull secrets": "imagePullSecrets: [{name: b}, {name: a}, {name: b}]",
        "delete inside what is new": "affinity: {x: {$patch: delete}, y: {$patch: replace, z: 1}}",
    }.items()
}
CASES |= {
    "merge: delete the object": strategic(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n$patch: delete\n"
    ),
    "merge: replace the object": strategic(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n$patch: replace\nspec: {a: 1}\n"
    ),
    "merge: nobody": strategic("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: none}\ndata: {a: b}\n"),
    "merge: another version": strategic(
        "apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: web}\nspec: {a: b}\n"
    ),
    "merge: two in one": strategic(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer}\n---\n"
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {b: null, n: '1'}\n"
    ),
    "merge: service ports": strategic(
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 443, name: tls}, {port: 80, protocol: TCP, nodePort: 1}]}\n"
    ),
    "merge: custom resources have no keys": strategic(
        "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w, namespace: other, finalizers: [c]}\n"
        "spec: {parts: [{name: c}], on: null}\n",
        base=FULL,
    ),
    "merge: with a target": strategic(
        "kind: any\nmetadata: {name: any, labels: {a: null, b: 1}, annotations: {c: null}}\nspec: {x: y}\n",
        "target: {kind: 'Dep.*|Service'}",
    ),
    "merge: by labels": strategic(
        "kind: any\nmetadata: {name: any}\nspec: {x: y}\n", "target: {labelSelector: 'app in (web, b),!no'}"
    ),
    "merge: by a wrong selector": strategic(
        "kind: any\nmetadata: {name: any}\nspec: {x: y}\n", "target: {labelSelector: 'app in web'}"
    ),
    "merge: two with a target": strategic(
        "kind: any\nmetadata: {name: a}\nspec: {x: y}\n---\nkind: any\nmetadata: {name: b}\n", "target: {name: web}"
    ),
    "merge: a target that selects nobody": strategic("kind: any\nmetadata: {name: any}\nx: y\n", "target: {name: no}"),
    "merge: a changed name": strategic(
        "kind: Service\nmetadata: {name: other}\n", "target: {kind: Service}\n  options: {allowNameChange: true}", FULL
    ),
    "merge: a changed kind": strategic(
        "kind: Gadget\nmetadata: {name: any}\n", "target: {kind: Service}\n  options: {allowKindChange: true}"
    ),
    "merge: no name": strategic("kind: Service\nspec: {}\n"),
    "merge: no YAML": strategic("a: [\n"),
    "merge: empty": app("patches: [{patch: ''}]"),
    "merge: only a comment": app("patches: [{patch: '# nothing'}]"),
    "merge: both": app("patches: [{patch: 'a: b', path: p.yaml}]"),
    "merge: neither": app("patches: [{target: {kind: Service}}]"),
    "merge: a file": app(
        "patches: [{path: p.yaml}]",
        p__yaml="apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {a: b}\n",
    ),
    "merge: no file": app("patches: [{path: p.yaml}]"),
    "merge: before the prefix": app(
        "namePrefix: x-\nnamespace: n\npatches: [{path: p.yaml}]",
        p__yaml="apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {a: b}\n",
    ),
    "merge: by the old name": {
        **app("namePrefix: x-\nnamespace: n"),
        "top/kustomization.yaml": (
            "resources: [../app]\npatches: [{patch: '{apiVersion: v1, kind: Service, metadata: {name: web}, a: b}'}]\n"
        ),
    },
    "merge: by the new name": {
        **app("namePrefix: x-\nnamespace: n"),
        "top/kustomization.yaml": (
            "resources: [../app]\npatches:\n"
            "- patch: '{apiVersion: v1, kind: Service, metadata: {name: x-web, namespace: n}, a: b}'\n"
        ),
    },
    "merge: the old field": app(
        """\
        patchesStrategicMerge:
        - p.yaml
        - |
          apiVersion: v1
          kind: ConfigMap
          metadata: {name: settings}
          data: {n: "1"}
        """,
        p__yaml="apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {a: b}\n",
    ),
    "merge: the old field without a file": app("patchesStrategicMerge: [gone.yaml]"),
    "merge: empty values fall away": {
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "base/a.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  a:\n  b: null\n  c: ~\n"
        "  template: {spec: {containers: [{name: a, x: }, {name: a, y: 1}], volumes: [{x: 1}]}}\n",
        "app/kustomization.yaml": "resources: [../base]\npatches:\n"
        "- patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {d: 1}}'\n",
    },
}

CASES |= {
    f"json: {name}": json(*operations)
    for name, operations in {
        "add": ("{op: add, path: /spec/new, value: {a: [1]}}",),
        "add to a list": ("{op: add, path: /spec/template/spec/volumes/-, value: {name: x}}",),
        "add before": ("{op: add, path: /spec/template/spec/containers/0/args/1, value: x}",),
        "add behind the end": ("{op: add, path: /spec/template/spec/volumes/9, value: {name: x}}",),
        "add nowhere": ("{op: add, path: /a/b/c, value: 1}",),
        "add without a value": ("{op: add, path: /spec/x}",),
        "replace": ("{op: replace, path: /spec/replicas, value: 5}",),
        "replace what is not there": ("{op: replace, path: /spec/none, value: 5}",),
        "replace an item": ("{op: replace, path: /spec/template/spec/containers/0, value: {name: n}}",),
        "replace an item that is not there": ("{op: replace, path: /spec/template/spec/containers/4, value: x}",),
        "remove": ("{op: remove, path: /spec/replicas}",),
        "remove what is not there": ("{op: remove, path: /spec/none}",),
        "remove an item": ("{op: remove, path: /spec/template/spec/volumes/1}",),
        "remove from behind": ("{op: remove, path: /spec/template/spec/volumes/-1}",),
        "no index": ("{op: remove, path: /spec/template/spec/volumes/x}",),
        "move": ("{op: move, from: /spec/replicas, path: /spec/copies}",),
        "move what is not there": ("{op: move, from: /spec/none, path: /spec/copies}",),
        "copy": ("{op: copy, from: /spec/template/metadata, path: /spec/meta}",),
        "copy what is not there": ("{op: copy, from: /spec/none, path: /spec/copies}",),
        "test": ("{op: test, path: /spec/replicas, value: 1}", "{op: add, path: /spec/a, value: b}"),
        "test that fails": ("{op: test, path: /spec/replicas, value: 2}",),
        "test what is not there": ("{op: test, path: /spec/none, value: null}",),
        "an escape": ("{op: add, path: /metadata/labels/a~1b~0c, value: d}",),
        "rename": ("{op: replace, path: /metadata/name, value: other}",),
        "an unknown operation": ("{op: nonsense, path: /a}",),
        "no operation": ("{path: /a, value: b}",),
        "no slash": ("{op: add, path: spec, value: b}",),
        "no path": ("{op: add, value: b}",),
        "the whole": ("{op: replace, path: '', value: {apiVersion: v1, kind: X, metadata: {name: y}}}",),
        "through a text": ("{op: add, path: /kind/a, value: b}",),
    }.items()
}
CASES |= {
    "json: as JSON": app("""\
        patches:
        - target: {kind: Service, name: w.*}
          patch: '[{"op": "add", "path": "/spec/type", "value": "NodePort"}]'
        """),
    "json: no target": app("patches: [{patch: '[{op: add, path: /a, value: b}]'}]"),
    "json: nobody": json("{op: add, path: /a, value: b}", target="{kind: None}"),
    "json: every target": json("{op: add, path: /metadata/annotations, value: {a: 1}}", target="{name: '.*'}"),
    "json: by group": json("{op: add, path: /a, value: b}", target="{group: apps}"),
    "json: by version": json("{op: add, path: /a, value: b}", target="{version: v1, kind: Service}"),
    "json: by namespace": json("{op: add, path: /a, value: b}", target="{namespace: default}"),
    "json: by annotation": json("{op: add, path: /a, value: b}", target="{annotationSelector: 'a=b'}"),
    "json: the old field": app("""\
        namePrefix: p-
        patchesJson6902:
        - target: {version: v1, kind: Service, name: web}
          patch: '[{"op": "add", "path": "/spec/type", "value": "NodePort"}]'
        - target: {version: v1, kind: Service, name: p-web}
          path: ops.yaml
        """, ops__yaml="- {op: add, path: /spec/x, value: y}\n"),
    "json: the old field without a name": app("patchesJson6902: [{target: {kind: Service}, patch: '[]'}]"),
}

CASES |= {
    f"replacement: {name}": replacement(text)
    for name, text in {
        "name": """\
            - source: {kind: ConfigMap, name: settings, fieldPath: data.b}
              targets:
              - select: {kind: Deployment}
                fieldPaths: ["spec.template.spec.containers.[name=web].env.[name=A].value", metadata.labels.app]
            """,
        "default paths": """\
            - source: {kind: Service}
              targets: [{select: {kind: ConfigMap}}]
            """,
        "a number": """\
            - source: {kind: ConfigMap, fieldPath: data.count}
              targets: [{select: {kind: Deployment}, fieldPaths: [spec.replicas]}]
            """,
        "no number": """\
            - source: {kind: ConfigMap, fieldPath: data.b}
              targets: [{select: {kind: Deployment}, fieldPaths: [spec.replicas]}]
            """,
        "a number as text": """\
            - source: {kind: Service, fieldPath: spec.ports.0.port}
              targets: [{select: {kind: ConfigMap}, fieldPaths: [data.b]}]
            """,
        "the last item": """\
            - source: {kind: Service, fieldPath: spec.ports.-.port}
              targets: [{select: {kind: Deployment}, fieldPaths: [spec.replicas]}]
            """,
        "created": """\
            - source: {kind: ConfigMap, fieldPath: data.count}
              targets:
              - select: {kind: Service}
                fieldPaths: [spec.x.y, "metadata.annotations.a\\\\.b", "spec.list.[name=q].z"]
                options: {create: true}
            """,
        "not created": """\
            - source: {kind: ConfigMap, fieldPath: data.count}
              targets: [{select: {kind: Service}, fieldPaths: [spec.x.y]}]
            """,
        "a part": """\
            - source: {kind: Deployment, fieldPath: "spec.template.spec.containers.0.image", options: {delimiter: ":", index: 2}}
              targets:
              - select: {kind: Deployment}
                fieldPaths: ["spec.template.spec.initContainers.*.image"]
                options: {delimiter: ":", index: 1}
            """,
        "parts at the ends": """\
            - source: {kind: ConfigMap, fieldPath: data.b}
              targets:
              - {select: {kind: Deployment}, fieldPaths: [metadata.name], options: {delimiter: "-", index: -1}}
              - {select: {kind: Service}, fieldPaths: [metadata.name], options: {delimiter: "-", index: 9}}
            """,
        "no such part": """\
            - source: {kind: ConfigMap, fieldPath: data.b, options: {delimiter: "-", index: 4}}
              targets: [{select: {kind: Service}}]
            """,
        "a mapping": """\
            - source: {kind: Deployment, fieldPath: spec.selector}
              targets: [{select: {kind: Service}, fieldPaths: [spec.selector]}]
            """,
        "a mapping for a text": """\
            - source: {kind: Deployment, fieldPath: spec.selector}
              targets: [{select: {kind: Service}, fieldPaths: [metadata.name]}]
            """,
        "rejected": """\
            - source: {kind: ConfigMap, fieldPath: data.b}
              targets:
              - select: {version: v1}
                reject: [{kind: Service}, {labelSelector: app=web}]
                fieldPaths: [metadata.labels.q]
                options: {create: true}
            """,
        "no source": """\
            - source: {kind: Nothing}
              targets: [{select: {kind: Service}}]
            """,
        "many sources": """\
            - source: {version: v1}
              targets: [{select: {kind: Service}}]
            """,
        "no field": """\
            - source: {kind: Service, fieldPath: a.b}
              targets: [{select: {kind: Service}}]
            """,
        "no targets": "- source: {kind: Service}\n",
        "no select": "- source: {kind: Service}\n  targets: [{fieldPaths: [a]}]\n",
        "an item by expression": """\
            - source: {kind: ConfigMap, fieldPath: data.b}
              targets: [{select: {kind: Deployment}, fieldPaths: ["spec.template.spec.volumes.[name=t.*].name"]}]
            """,
        "an item that is not there": """\
            - source: {kind: ConfigMap, fieldPath: data.b}
              targets: [{select: {kind: Deployment}, fieldPaths: ["spec.template.spec.volumes.7.name"]}]
            """,
    }.items()
}
CASES["replacement: a file"] = app(
    "replacements: [{path: r.yaml}]",
    r__yaml="source: {kind: Service}\ntargets: [{select: {kind: ConfigMap}, fieldPaths: [data.b]}]\n",
)

COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
CASES |= {
    "component": {
        **app("components: [../extra]\nnamePrefix: p-"),
        "extra/kustomization.yaml": COMPONENT
        + "resources: [c.yaml]\nnameSuffix: -s\npatches: [{path: p.yaml}]\nconfigMapGenerator: [{name: g}]\n",
        "extra/c.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\n",
        "extra/p.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {a: b}\n",
    },
    "component among the resources": {
        **BASE,
        "app/kustomization.yaml": "resources: [../base, ../extra]\n",
        "extra/kustomization.yaml": COMPONENT + "namePrefix: a-\n",
    },
    "no component": {**app("components: [../base]"), "app/kustomization.yaml": "components: [../base]\n"},
    "bases": {**BASE, "app/kustomization.yaml": "bases: [../base]\nnamePrefix: x-\n"},
    "itself": app("components: [.]"),
    "above": {**BASE, "app/kustomization.yaml": "resources: [..]\n", "kustomization.yaml": "resources: [base]\n"},
    "a circle": {
        "app/kustomization.yaml": "resources: [../b]\n",
        "b/kustomization.yaml": "resources: [../app]\n",
    },
    "the same twice": {**BASE, "app/kustomization.yaml": "resources: [../base, ../base]\n"},
    "the same under two names": {
        **BASE,
        "app/kustomization.yaml": "resources: [../one, ../two]\n",
        "one/kustomization.yaml": "resources: [../base]\nnamePrefix: one-\n",
        "two/kustomization.yaml": "resources: [../base]\nnamePrefix: two-\nconfigMapGenerator: [{name: g}]\n",
    },
    "a clash in the namespace": {
        **BASE,
        "app/kustomization.yaml": "resources: [a.yaml]\nnamespace: x\n",
        "app/a.yaml": SETTINGS + "---\n" + SETTINGS.replace("{name: settings}", "{name: settings, namespace: b}"),
    },
    "two kustomization files": app("", kustomization__yml="namePrefix: x-\n"),
    "an empty kustomization": {"app/kustomization.yaml": "# nothing\n"},
    "no such file": app("components: [nowhere]"),
    "a list": {
        "app/kustomization.yaml": "resources: [l.yaml]\n",
        "app/l.yaml": "apiVersion: v1\nkind: ConfigMapList\nitems:\n"
        + "".join(f"- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}}}\n" for name in "ba"),
    },
    "not an object": {"app/kustomization.yaml": "resources: [l.yaml]\n", "app/l.yaml": "a: b\n"},
    "an empty resource": {"app/kustomization.yaml": "resources: [l.yaml]\nnamePrefix: x-\n", "app/l.yaml": "# no\n"},
    "a resource of another ending": {
        "app/kustomization.yaml": "resources: [l.txt]\n",
        "app/l.txt": SETTINGS,
    },
    "annotations become text": {
        "app/kustomization.yaml": "resources: [l.yaml]\n",
        "app/l.yaml": "apiVersion: v1\nkind: X\nmetadata: {name: a, annotations: {a: 1, b: null, c: true, d: ''}}\n"
        "---\napiVersion: v1\nkind: X\nmetadata: {name: b, annotations: {}, labels: {}}\n",
    },
}


@needs_kubectl
@pytest.mark.parametrize("name", CASES)
def test_kustomize_and_we_build_the_same(name: str, tmp_path: Path) -> None:
    files = CASES[name]
    same(files, tmp_path, "top" if "top/kustomization.yaml" in files else "app")


@needs_kubectl
def test_a_binary_file(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "app/kustomization.yaml": "configMapGenerator: [{name: g, files: [b.bin, t.txt]}]\n"
        "secretGenerator: [{name: s, files: [b.bin]}]\n",
        "app/b.bin": bytes(range(256)),
        "app/t.txt": "text",
    }
    same(files, tmp_path)

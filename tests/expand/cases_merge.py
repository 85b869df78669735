"""Cases of kustomize: strategic merge patches."""

from __future__ import annotations

from tests.expand.manifests import FULL, app, on_web, strategic

CASES: dict[str, dict[str, str]] = {
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
        "a directive of Kubernetes alone": "$retainKeys: [a]\n$setElementOrder/containers: [{name: b}]",
        "delete from a list of texts": "containers: [{name: web, $deleteFromPrimitiveList/args: [a]}]",
        "a list without keys": "containers: [{name: web, args: [c]}]",
        "environment": "containers:\n- name: web\n  env: [{name: C, value: c}, {name: A, value: null}, {name: B, $patch: delete}]",
        "ports": "containers:\n- name: web\n  ports: [{containerPort: 80, protocol: UDP, name: dns}, {containerPort: 81}]",
        "ports without a protocol": "containers: [{name: web, ports: [{containerPort: 80, name: x}]}]",
        "volumes": "volumes: [{name: tmp, emptyDir: null, hostPath: {path: /x}}, {name: new, emptyDir: {}}]",
        "replace a mapping": "volumes: [{name: tmp, $patch: replace, hostPath: {path: /x}}]",
        "nulls": "serviceAccountName: null\nnodeSelector: {a: b, c: null}\ncontainers: [{name: web, image: }]",
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
        "kind: any\nmetadata: {name: a}\nspec: {x: y}\n---\nkind: any\nmetadata: {name: b}\n",
        "target: {name: web}",
    ),
    "merge: a target that selects nobody": strategic(
        "kind: any\nmetadata: {name: any}\nx: y\n", "target: {name: no}"
    ),
    "merge: a changed name": strategic(
        "kind: Service\nmetadata: {name: other}\n",
        "target: {kind: Service}\n  options: {allowNameChange: true}",
        FULL,
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
    "merge: no labels in the old field": app(
        "patchesStrategicMerge:\n"
        "- '{apiVersion: v1, kind: Service, metadata: {name: web, labels: {a: null}}}'\n"
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

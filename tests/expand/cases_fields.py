"""Cases of kustomize: namespaces, names, labels, images, replicas, order."""

from __future__ import annotations

from tests.expand.manifests import FULL, app

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
    "images": app(
        "images: [{name: 'reg.example.org:5000/web', newTag: v2}, {name: alpine, digest: 'sha256:1'}]"
    ),
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
        "sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Widget, Service], orderLast: [Role]}}",
        FULL,
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

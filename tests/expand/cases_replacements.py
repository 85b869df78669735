"""Cases of kustomize: replacements."""

from __future__ import annotations

from tests.expand.manifests import app, replacement

CASES: dict[str, dict[str, str]] = {
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

"""Cases of kustomize: JSON patches."""

from __future__ import annotations

from tests.expand.manifests import app, json

CASES: dict[str, dict[str, str]] = {
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
        "replace an item that is not there": (
            "{op: replace, path: /spec/template/spec/containers/4, value: x}",
        ),
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
    "json: every target": json(
        "{op: add, path: /metadata/annotations, value: {a: 1}}", target="{name: '.*'}"
    ),
    "json: by group": json("{op: add, path: /a, value: b}", target="{group: apps}"),
    "json: by version": json("{op: add, path: /a, value: b}", target="{version: v1, kind: Service}"),
    "json: by namespace": json("{op: add, path: /a, value: b}", target="{namespace: default}"),
    "json: by annotation": json("{op: add, path: /a, value: b}", target="{annotationSelector: 'a=b'}"),
    "json: the old field": app(
        """\
        namePrefix: p-
        patchesJson6902:
        - target: {version: v1, kind: Service, name: web}
          patch: '[{"op": "add", "path": "/spec/type", "value": "NodePort"}]'
        - target: {version: v1, kind: Service, name: p-web}
          path: ops.yaml
        """,
        ops__yaml="- {op: add, path: /spec/x, value: y}\n",
    ),
    "json: the old field without a name": app("patchesJson6902: [{target: {kind: Service}, patch: '[]'}]"),
}

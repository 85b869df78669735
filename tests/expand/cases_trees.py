"""Cases of kustomize: what a kustomization takes in."""

from __future__ import annotations

from tests.expand.manifests import BASE, SETTINGS, app

COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
CASES: dict[str, dict[str, str]] = {
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
    "above": {
        **BASE,
        "app/kustomization.yaml": "resources: [..]\n",
        "kustomization.yaml": "resources: [base]\n",
    },
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
        "app/a.yaml": SETTINGS
        + "---\n"
        + SETTINGS.replace("{name: settings}", "{name: settings, namespace: b}"),
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
    "an empty resource": {
        "app/kustomization.yaml": "resources: [l.yaml]\nnamePrefix: x-\n",
        "app/l.yaml": "# no\n",
    },
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
CASES["where objects come from"] = {
    **BASE,
    "base/kustomization.yaml": "resources: [web.yaml, service.yaml, settings.yaml]\nnamePrefix: p-\n"
    "configMapGenerator: [{name: g}]\n",
    "app/kustomization.yaml": "buildMetadata: [originAnnotations]\nresources: [../base, own.yaml]\n"
    "secretGenerator: [{name: s}]\n"
    "configMapGenerator: [{name: settings, behavior: merge, literals: [z=1]}]\n",
    "app/own.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: own}\n",
}

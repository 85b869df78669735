"""Random trees of kustomizations: a base, perhaps a layer upon it, components, patches of every sort."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(("a", "b", "c"))
NAMESPACES = st.sampled_from(("default", "n", "m"))
WORDS = st.sampled_from(("x", "y1", "two words", "1", "true", "null", "", "a:b", "é"))
SCALARS = st.one_of(WORDS, st.integers(-1, 3), st.booleans())
LABELS = st.dictionaries(st.sampled_from(("app", "team", "tier")), WORDS, max_size=2)
IMAGES = st.sampled_from(
    ("alpine", "alpine:3", "r.example.org:5000/web:1", "web@sha256:00", "q/web:1@sha256:ab")
)
VALUES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=2) | st.dictionaries(NAMES, below, max_size=2),
    max_leaves=4,
)
Made = dict[str, Any]


def _part(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Made]:
    """A mapping with any of these fields; `name` is always there."""
    optional = {key: value for key, value in fields.items() if key != "name"}
    required = {"name": fields["name"]} if "name" in fields else {}
    return st.fixed_dictionaries(required, optional=optional)


def _maybe_null(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return value | st.none()


ENV = _part(
    name=NAMES,
    value=WORDS,
    valueFrom=st.builds(lambda name: {"configMapKeyRef": {"name": name, "key": "k"}}, NAMES),
)
PORT = st.fixed_dictionaries(
    {"containerPort": st.sampled_from((80, 81))},
    optional={"protocol": st.sampled_from(("TCP", "UDP")), "name": NAMES},
)
CONTAINER = _part(
    name=NAMES,
    image=IMAGES,
    args=st.lists(WORDS, max_size=2),
    env=st.lists(ENV, max_size=3),
    ports=st.lists(PORT, max_size=2),
    envFrom=st.lists(st.builds(lambda name: {"secretRef": {"name": name}}, NAMES), max_size=2),
)
VOLUME = _part(
    name=NAMES,
    emptyDir=st.just({}),
    configMap=st.builds(lambda name: {"name": name}, NAMES),
    persistentVolumeClaim=st.builds(lambda name: {"claimName": name}, NAMES),
)
POD = st.fixed_dictionaries(
    {"containers": st.lists(CONTAINER, min_size=1, max_size=2)},
    optional={
        "initContainers": st.lists(CONTAINER, max_size=1),
        "volumes": st.lists(VOLUME, max_size=2),
        "serviceAccountName": NAMES,
        "hostAliases": st.just([{"ip": "1.2.3.4", "hostnames": ["h"]}]),
    },
)


def _metadata() -> st.SearchStrategy[Made]:
    annotations = st.dictionaries(NAMES, _maybe_null(SCALARS), max_size=2)
    return _part(name=NAMES, namespace=NAMESPACES, labels=LABELS, annotations=annotations)


def _object(version: str, kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Made]:
    head = {"apiVersion": st.just(version), "kind": st.just(kind), "metadata": _metadata()}
    return st.fixed_dictionaries(head, optional=fields)


def _workload(labels: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    template = st.builds(lambda labels, pod: {"metadata": {"labels": labels}, "spec": pod}, labels, POD)
    selector = st.builds(lambda labels: {"matchLabels": labels}, labels)
    return st.fixed_dictionaries(
        {"template": template}, optional={"replicas": st.integers(0, 3), "selector": selector}
    )


DATA = st.dictionaries(NAMES, WORDS, max_size=3)
OBJECTS = st.one_of(
    _object("v1", "ConfigMap", data=DATA),
    _object("v1", "Secret", stringData=DATA),
    _object("v1", "ServiceAccount"),
    _object("v1", "PersistentVolumeClaim"),
    _object(
        "v1",
        "Service",
        spec=st.fixed_dictionaries(
            {"ports": st.just([{"name": "http", "port": 80}, {"name": "q", "port": 80, "protocol": "UDP"}])},
            optional={"selector": LABELS},
        ),
    ),
    _object("apps/v1", "Deployment", spec=_workload(LABELS)),
    _object("apps/v1", "StatefulSet", spec=_workload(LABELS)),
    _object(
        "batch/v1", "CronJob", spec=st.builds(lambda spec: {"jobTemplate": {"spec": spec}}, _workload(LABELS))
    ),
    _object(
        "example.org/v1",
        "Widget",
        spec=st.fixed_dictionaries({}, optional={"parts": st.lists(CONTAINER), "any": VALUES}),
    ),
    _object(
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        roleRef=st.builds(
            lambda name: {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}, NAMES
        ),
        subjects=st.lists(
            st.builds(
                lambda name: {"kind": "ServiceAccount", "name": name, "namespace": "n"},
                NAMES | st.just("default"),
            ),
            max_size=2,
        ),
    ),
    _object("v1", "Namespace"),
)

_DIRECTIVES = st.sampled_from(
    ({}, {}, {}, {}, {"$patch": "delete"}, {"$patch": "replace"}, {"$patch": "merge"})
)


def _patched(part: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    """A part of an object as a patch writes it: with directives, and nothing for some values."""

    def changed(part: Made, directive: Made, gone: str | None) -> Made:
        made = {key: (None if key == gone else value) for key, value in part.items()}
        return made if made.get("name") is None and "name" in made else {**made, **directive}

    return st.builds(
        changed, part, _DIRECTIVES, st.none() | st.sampled_from(("image", "args", "env", "value", "emptyDir"))
    )


PATCHED_POD = st.fixed_dictionaries(
    {},
    optional={
        "containers": st.lists(_patched(CONTAINER), max_size=2),
        "initContainers": st.lists(_patched(CONTAINER), max_size=1),
        "volumes": _maybe_null(st.lists(_patched(VOLUME), max_size=2)),
        "serviceAccountName": _maybe_null(NAMES),
        "nodeSelector": LABELS,
        "affinity": VALUES,
    },
)


@st.composite
def _merge(draw: st.DrawFn, objects: list[Made]) -> str:
    """A strategic merge patch of one of the objects."""
    target = draw(st.sampled_from(objects))
    patch: Made = {"apiVersion": target["apiVersion"], "kind": target["kind"]}
    metadata = {key: value for key, value in target["metadata"].items() if key in ("name", "namespace")}
    labels = draw(
        st.none() | st.dictionaries(st.sampled_from(("app", "new")), _maybe_null(WORDS), max_size=2)
    )
    patch["metadata"] = metadata if labels is None else {**metadata, "labels": labels}
    if target["kind"] in ("Deployment", "StatefulSet"):
        patch["spec"] = {"template": {"spec": draw(PATCHED_POD)}}
    elif target["kind"] == "Service":
        port = {"port": draw(st.sampled_from((80, 81))), "name": draw(NAMES)}
        protocol = draw(st.sampled_from(({}, {"protocol": "UDP"}, {"protocol": "TCP"})))
        patch["spec"] = {"ports": [{**port, **protocol}]}
    elif target["kind"] in ("ConfigMap", "Secret"):
        patch["data"] = draw(st.dictionaries(NAMES, _maybe_null(WORDS), max_size=2))
    else:
        patch["spec"] = draw(
            st.dictionaries(st.sampled_from(("parts", "any", "new")), _maybe_null(VALUES), max_size=2)
        )
    return json.dumps({**patch, **draw(st.sampled_from(({}, {}, {}, {}, {"$patch": "delete"})))})


PATHS = st.sampled_from(
    (
        "/metadata/labels/app",
        "/metadata/labels",
        "/metadata/annotations/a",
        "/spec/template/spec/containers/0/image",
        "/spec/template/spec/containers/-",
        "/spec/template/spec/containers/1",
        "/spec/replicas",
        "/data/a",
        "/data",
        "/spec/any/a~1b",
        "/metadata/name",
    )
)
OPERATION = st.builds(
    lambda op, path, source, value: (
        {"op": op, "path": path}
        | ({"from": source} if op in ("move", "copy") else {"value": value} if op != "remove" else {})
    ),
    st.sampled_from(("add", "add", "add", "replace", "remove", "move", "copy", "test")),
    PATHS,
    PATHS,
    VALUES,
)
TARGETS = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(("Deployment", "ConfigMap", ".*Set", "Deployment|Service")),
        "name": st.sampled_from(("a", "[ab]", "p-a", "a.*")),
        "namespace": st.sampled_from(("n", "default")),
        "labelSelector": st.sampled_from(("app", "app in (x, y1)", "!team", "app=x,tier!=y1")),
    },
)


@st.composite
def _patch(draw: st.DrawFn, objects: list[Made]) -> Made:
    kind = draw(st.sampled_from(("merge", "merge", "targeted", "json")))
    if kind == "json":
        operations = draw(st.lists(OPERATION, min_size=1, max_size=2))
        return {"patch": json.dumps(operations), "target": draw(TARGETS)}
    patch: Made = {"patch": draw(_merge(objects))}
    return {**patch, "target": draw(TARGETS)} if kind == "targeted" else patch


FIELDS_OF = {
    "ConfigMap": ("data.a", "metadata.name", "metadata.labels.app"),
    "Deployment": ("spec.replicas", "spec.template.spec.containers.*.image", "metadata.name"),
    "StatefulSet": ("spec.replicas", "spec.template.spec.containers.[name=a].image"),
    "Widget": ("spec.any", "spec.parts.0.name"),
}


@st.composite
def _replacement(draw: st.DrawFn, objects: list[Made]) -> Made:
    """A replacement from one object to those of a kind."""
    source, target = draw(st.sampled_from(objects)), draw(st.sampled_from(objects))
    address = {
        "kind": source["kind"],
        **{key: source["metadata"][key] for key in ("name", "namespace") if key in source["metadata"]},
    }
    path = draw(st.sampled_from(("metadata.name", *FIELDS_OF.get(source["kind"], ()))))
    options = draw(st.sampled_from(({"create": True}, {"create": True}, {"delimiter": "-", "index": 1}, {})))
    paths = draw(
        st.sampled_from(("metadata.name", "metadata.labels.app", *FIELDS_OF.get(target["kind"], ())))
    )
    return {
        "source": {**address, "fieldPath": path},
        "targets": [{"select": {"kind": target["kind"]}, "fieldPaths": [paths], "options": options}],
    }


PAIRS = st.dictionaries(st.sampled_from(("team", "tier")), WORDS, min_size=1, max_size=2)
GENERATOR = st.fixed_dictionaries(
    {"name": st.sampled_from(("g", "h"))},
    optional={
        "literals": st.lists(st.sampled_from(("a=1", "b='x y'", "c==", "d=<é&>")), max_size=2, unique=True),
        "files": st.lists(st.sampled_from(("run.sh", "k=run.sh")), max_size=1),
        "envs": st.just(["lines.env"]),
        "namespace": NAMESPACES,
        "options": st.fixed_dictionaries(
            {}, optional={"labels": PAIRS, "disableNameSuffixHash": st.booleans()}
        ),
    },
)
LABEL = st.fixed_dictionaries(
    {"pairs": PAIRS}, optional={"includeSelectors": st.booleans(), "includeTemplates": st.booleans()}
)
IMAGE = st.fixed_dictionaries(
    {"name": st.sampled_from(("alpine", "web", "r.example.org:5000/web", ".*web"))},
    optional={"newName": NAMES, "newTag": st.sampled_from(("2", "v3")), "digest": st.just("sha256:ff")},
)


@st.composite
def _fields(draw: st.DrawFn, objects: list[Made]) -> Made:
    """One to four fields of a kustomization over these objects: with more, hardly any tree can be built."""
    every = _every(objects)
    names = draw(st.lists(st.sampled_from(sorted(every)), min_size=1, max_size=4, unique=True))
    return {name: draw(every[name]) for name in names}


def _every(objects: list[Made]) -> dict[str, st.SearchStrategy[Any]]:
    kinds = ("Deployment", "StatefulSet")
    workloads = [item["metadata"]["name"] for item in objects if item["kind"] in kinds] or ["none"]
    replicas = st.fixed_dictionaries({"name": st.sampled_from(workloads), "count": st.integers(0, 3)})
    return {
        "namespace": NAMESPACES,
        "namePrefix": st.just("p-"),
        "nameSuffix": st.just("-s"),
        "labels": st.lists(LABEL, max_size=2),
        "commonLabels": PAIRS,
        "commonAnnotations": PAIRS,
        "images": st.lists(IMAGE, max_size=2),
        "configMapGenerator": st.lists(_generator(objects, "ConfigMap"), max_size=2),
        "secretGenerator": st.lists(_generator(objects, "Secret"), max_size=1),
        "generatorOptions": st.fixed_dictionaries(
            {},
            optional={
                "annotations": PAIRS,
                "disableNameSuffixHash": st.booleans(),
                "immutable": st.booleans(),
            },
        ),
        "patchesStrategicMerge": st.lists(_merge(objects), min_size=1, max_size=1),
        "patchesJson6902": st.lists(_old_json(objects), min_size=1, max_size=1),
        "patches": st.lists(_patch(objects), min_size=1, max_size=2),
        "sortOptions": st.sampled_from(({"order": "fifo"}, {"order": "legacy"})),
        "replacements": st.lists(_replacement(objects), max_size=1),
        **({"replicas": st.lists(replicas, max_size=1)} if workloads != ["none"] else {}),
    }


@st.composite
def _generator(draw: st.DrawFn, objects: list[Made], kind: str) -> Made:
    """A generator of a new object, or one that extends an object that is there."""
    generator = draw(GENERATOR)
    there = [item["metadata"] for item in objects if item["kind"] == kind]
    if not there or draw(st.booleans()):
        return generator
    metadata = draw(st.sampled_from(there))
    address = {key: metadata[key] for key in ("name", "namespace") if key in metadata}
    kept = {key: value for key, value in generator.items() if key not in ("name", "namespace")}
    return {**kept, **address, "behavior": draw(st.sampled_from(("merge", "merge", "replace")))}


@st.composite
def _old_json(draw: st.DrawFn, objects: list[Made]) -> Made:
    target = draw(st.sampled_from(objects))
    group, slash, version = target["apiVersion"].rpartition("/")
    address = {"version": version, "kind": target["kind"], "name": target["metadata"]["name"]}
    operations = draw(st.lists(OPERATION, min_size=1, max_size=1))
    return {"target": {**address, **({"group": group} if slash else {})}, "patch": json.dumps(operations)}


def _key(item: Made) -> tuple[str, ...]:
    return item["kind"], item["metadata"]["name"], item["metadata"].get("namespace", "default")


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """Files of a tree whose folder `app` builds upon `base`, with a component in between or not."""
    objects = draw(st.lists(OBJECTS, min_size=1, max_size=4, unique_by=_key))
    files = {"base/all.yaml": "---\n".join(json.dumps(item) + "\n" for item in objects)}
    base = {**draw(_fields(objects)), "resources": ["all.yaml"]}
    app = {**draw(_fields(objects)), "resources": ["../base"]}
    if draw(st.booleans()):
        part = {
            **draw(_fields(objects)),
            "kind": "Component",
            "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        }
        app["components"] = ["../part"]
        files["part/kustomization.yaml"] = json.dumps(part)
    for folder, root in (("base", base), ("app", app)):
        files[f"{folder}/kustomization.yaml"] = json.dumps(root)
    for folder in ("base", "app", "part"):
        files[f"{folder}/run.sh"] = "#!/bin/sh\necho '<hello>'\n"
        files[f"{folder}/lines.env"] = "# lines\nE=1\n F = 2\nG\n"
    return files

"""Every value of a build stands where it was written, and knows what changed it."""

from __future__ import annotations

import pytest

from opencode_policy.expand.object import Object
from opencode_policy.expand.provenance import KINDS, origin_of, replacing, with_history
from opencode_policy.nodes import Node
from tests.expand.kubectl import built, said
from tests.expand.manifests import BASE, app, json, on_web, replacement, strategic


def one(files: dict[str, str], kind: str = "Deployment") -> Object:
    build = built(files)
    assert said(build) == []
    (found,) = [item for item in build.objects if item.kind == kind]
    return found


def life(item: Object, pointer: str) -> tuple[str, list[tuple[str, str]]]:
    """Where a value is written, and the kind and place of each step of its life."""
    origin = origin_of(item.root, pointer.split("/")[1:])
    assert {change.kind for change in origin.changes} <= KINDS.keys()
    return str(origin.written), [(change.kind, str(change.location)) for change in origin.changes]


IMAGE = "/spec/template/spec/containers/0/image"


def test_a_value_that_nothing_changes_has_no_history() -> None:
    assert life(one(app("")), IMAGE) == ("base/web.yaml:17:18", [])


def test_a_value_of_an_inline_patch_stands_inside_the_kustomization() -> None:
    item = one(on_web("containers: [{name: web, image: new}]"))
    assert life(item, IMAGE) == (
        "app/kustomization.yaml:10:43",
        [("patch", "app/kustomization.yaml:10:43")],
    )
    origin = origin_of(item.root, IMAGE.split("/")[1:])
    assert [str(change.replaced) for change in origin.changes] == ["base/web.yaml:17:18"]
    assert life(item, "/spec/replicas") == ("base/web.yaml:7:13", [])


def test_a_value_of_a_patch_in_a_quoted_text_stands_inside_it() -> None:
    patch = '{apiVersion: v1, kind: Service, metadata: {name: web}, x: \\"y\\"}'
    item = one(app(f'patches: [{{patch: "{patch}"}}]'), "Service")
    assert life(item, "/x")[0] == "app/kustomization.yaml:2:78"


def test_a_value_of_a_patch_file_stands_in_the_file() -> None:
    files = app(
        "patches: [{path: p.yaml}]",
        p__yaml="apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  deep: {er: 1}\n",
    )
    assert life(one(files, "Service"), "/spec/deep/er") == (
        "app/p.yaml:5:14",
        [("patch", "app/p.yaml:5:3")],
    )


def test_what_a_patch_removes_is_told_by_what_is_left() -> None:
    item = one(on_web("serviceAccountName: null"))
    origin = origin_of(item.root, ("spec", "template", "spec", "serviceAccountName"))
    assert origin.reached == ("spec", "template", "spec")
    assert [(change.message, str(change.location)) for change in origin.changes] == [
        ("a patch removes 'serviceAccountName'", "app/kustomization.yaml:10:11")
    ]


def test_an_item_that_a_patch_adds() -> None:
    item = one(on_web("containers: [{name: extra, image: new}]"))
    assert life(item, IMAGE) == ("app/kustomization.yaml:10:45", [("patch", "app/kustomization.yaml:10:24")])


def test_values_of_a_json_patch() -> None:
    item = one(
        json("{op: replace, path: /spec/replicas, value: 5}", "{op: add, path: /spec/new, value: [a]}")
    )
    assert life(item, "/spec/replicas") == (
        "app/kustomization.yaml:5:50",
        [("patch", "app/kustomization.yaml:5:27")],
    )
    assert life(item, "/spec/new/0") == (
        "app/kustomization.yaml:6:42",
        [("patch", "app/kustomization.yaml:6:23")],
    )


@pytest.mark.parametrize(
    ("text", "pointer", "place", "steps"),
    [
        ("namePrefix: x-", "/metadata/name", "base/web.yaml:4:9", [("name", "app/kustomization.yaml:2:13")]),
        (
            "namespace: there",
            "/metadata/namespace",
            "app/kustomization.yaml:2:12",
            [],
        ),
        (
            "labels: [{pairs: {app: new}}]",
            "/metadata/labels/app",
            "app/kustomization.yaml:2:24",
            [("label", "app/kustomization.yaml:2:24")],
        ),
        (
            "commonAnnotations: {a: b}",
            "/spec/template/metadata/annotations/a",
            "app/kustomization.yaml:2:24",
            [("annotation", "app/kustomization.yaml:2:24")],
        ),
        (
            "images: [{name: 'reg.example.org:5000/web', newTag: v2}]",
            IMAGE,
            "app/kustomization.yaml:2:53",
            [("image", "app/kustomization.yaml:2:53")],
        ),
        (
            "replicas: [{name: web, count: 3}]",
            "/spec/replicas",
            "app/kustomization.yaml:2:31",
            [("replicas", "app/kustomization.yaml:2:31")],
        ),
        (
            "namePrefix: x-",
            "/spec/template/spec/volumes/0/persistentVolumeClaim/claimName",
            "base/web.yaml:28:59",
            [],
        ),
        (
            "namePrefix: x-",
            "/spec/template/spec/containers/0/envFrom/0/configMapRef/name",
            "base/web.yaml:25:43",
            [("reference", "app/kustomization.yaml:2:13")],
        ),
    ],
)
def test_where_a_transformer_puts_a_value(
    text: str, pointer: str, place: str, steps: list[tuple[str, str]]
) -> None:
    assert life(one(app(text)), pointer) == (place, steps)


def test_a_replacement_stands_where_the_copied_value_stands() -> None:
    item = one(
        replacement(
            "- source: {kind: ConfigMap, fieldPath: data.b}\n"
            "  targets: [{select: {kind: Deployment}, fieldPaths: [metadata.labels.app]}]\n"
        )
    )
    assert life(item, "/metadata/labels/app") == (
        "base/settings.yaml:4:11",
        [("replacement", "app/kustomization.yaml:4:57")],
    )


def test_generated_values_stand_in_their_files() -> None:
    files = app(
        "configMapGenerator: [{name: g, files: [run.sh], envs: [a.env], literals: [x=y]}]",
        run__sh="#!/bin/sh\n",
        a__env="# no\n  B = c\n",
    )
    (item,) = [item for item in built(files).objects if item.name.startswith("g-")]
    assert life(item, "/data/run.sh")[0] == "app/run.sh:1:1"
    assert life(item, "/data/B ")[0] == "app/a.env:2:6"
    assert life(item, "/data/x")[0] == "app/kustomization.yaml:2:75"
    name = "app/kustomization.yaml:2:29"
    assert life(item, "/metadata/name") == (name, [("hash", name)])


def test_several_steps_stand_in_their_order() -> None:
    files = {
        **app("images: [{name: 'reg.example.org:5000/web', newTag: v2}]"),
        "top/kustomization.yaml": "resources: [../app]\n"
        "images: [{name: 'reg.example.org:5000/web', newTag: v3}]\n",
    }
    (item,) = [item for item in built(files, "top").objects if item.kind == "Deployment"]
    assert life(item, IMAGE) == (
        "top/kustomization.yaml:2:53",
        [("image", "app/kustomization.yaml:2:53"), ("image", "top/kustomization.yaml:2:53")],
    )


@pytest.mark.parametrize(
    ("files", "place", "message"),
    [
        (
            json("{op: remove, path: /spec/none}"),
            "5:26",
            "the patch cannot remove '/spec/none': there is no 'none'",
        ),
        (
            strategic("apiVersion: v1\nkind: Service\nmetadata: {name: none}\n"),
            "6:22",
            "no object is 'Service none', which the patch is for",
        ),
        (
            on_web("containers: [{$patch: nonsense}]"),
            "10:33",
            "there is no patch directive 'nonsense'",
        ),
        (
            on_web("containers: {name: web}"),
            "10:23",
            "the patch has another kind of value here than the object",
        ),
        (strategic("a: [\n"), "4:9", None),
        (app("patches: [{path: gone.yaml}]"), "2:18", "there is no file 'gone.yaml'"),
        (app("configMapGenerator: [{name: g, literals: [a]}]"), "2:43", "a literal is written name=value"),
        (
            app("replicas: [{name: none, count: 1}]"),
            "2:19",
            "no workload is called 'none', whose replicas are set here",
        ),
        (app("images: [{name: a, tag: b}]"), "2:20", "'images' knows no field 'tag'"),
        (app("commonLabels: {a: 1}"), "2:19", "'a' is not a text"),
        (
            app("patches: [{target: {labelSelector: '=='}, patch: '[{op: add, path: /a}]'}]"),
            "2:36",
            "'==' is no label selector",
        ),
    ],
)
def test_what_kustomize_refuses_is_found_at_its_place(
    files: dict[str, str], place: str, message: str
) -> None:
    found = said(built(files))
    assert [(code, where) for code, where, _ in found] == [
        ("kustomize-build-failed", f"app/kustomization.yaml:{place}")
    ]
    assert message is None or found[0][2] == message


def test_two_objects_of_one_name_point_at_each_other() -> None:
    build = built({**BASE, "app/kustomization.yaml": "resources: [../base, ../base]\n"})
    first = build.diagnostics[0]
    assert (str(first.location), first.message) == (
        "base/web.yaml:4:9",
        "two objects of the build are 'Deployment web'",
    )
    assert [str(related.location) for related in first.related] == ["base/web.yaml:4:9"]


def test_a_target_that_selects_nobody_is_named() -> None:
    files = json("{op: add, path: /a, value: b}", target="{kind: None}")
    assert said(built(files)) == [
        (
            "kustomize-target-unmatched",
            "app/kustomization.yaml:3:11",
            "the target of the patch selects no object",
        )
    ]


def test_a_step_keeps_what_the_node_was() -> None:
    node: Node = one(app("")).root
    old = with_history(node, ())
    new = replacing(node, old, "patch", "m", node.location)
    assert [change.replaced for change in new.history] == [old.location]
    assert new.location == node.location

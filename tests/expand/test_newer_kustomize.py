"""What kustomize does since 5.7, which Flux has and a kubectl at hand need not have."""

from __future__ import annotations

from opencode_policy.scalars import to_python
from tests.expand.kubectl import built, said
from tests.expand.manifests import app, replacement

VOLUME = "        - {name: tmp, emptyDir: {}}\n"


def test_a_replacement_with_a_value_of_its_own() -> None:
    build = built(
        replacement(
            "- sourceValue: fixed\n"
            "  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.b, data.count]}]\n"
        )
    )
    assert said(build) == []
    (data,) = [item.root.get("data") for item in build.objects if item.kind == "ConfigMap"]
    assert to_python(data) == {"b": "fixed", "count": "fixed"}


def test_a_replacement_with_two_sources() -> None:
    build = built(
        replacement(
            "- sourceValue: fixed\n  source: {kind: Service}\n"
            "  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.b]}]\n"
        )
    )
    message = "a replacement has either 'source' or 'sourceValue', not both"
    assert said(build) == [("kustomize-build-failed", "app/kustomization.yaml:3:18", message)]


def test_an_image_that_is_a_volume() -> None:
    files = app("images: [{name: q/data, newTag: v2}]")
    image = "        - {name: tmp, image: {reference: 'q/data:1'}}\n"
    assert VOLUME in files["base/web.yaml"]
    files["base/web.yaml"] = files["base/web.yaml"].replace(VOLUME, image)
    build = built(files)
    assert said(build) == []
    (web,) = [item for item in build.objects if item.kind == "Deployment"]
    assert "'reference': 'q/data:v2'" in str(to_python(web.root))

"""What a kustomization sets inside objects: images and replicas, and where that is then placed."""

from __future__ import annotations

import pytest

from opencode_policy.resource import Field
from tests.trees import flux, kustomization, tree_of

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      initContainers:
        - name: prepare
          image: alpine:3
      containers:
        - name: web
          image: reg.example.org:5000/web:1@sha256:00
"""


def deployed(overrides: str, spec: str = "") -> dict[str, Field]:
    """Fields of the Deployment that a kustomization with these overrides builds."""
    more = {"images": spec} if spec else {}
    tree, diagnostics = tree_of(
        {
            "apps/ks.yaml": flux("web", "./apps/web", **more),
            "apps/kustomization.yaml": kustomization("ks.yaml"),
            "apps/web/kustomization.yaml": kustomization("web.yaml") + overrides,
            "apps/web/web.yaml": DEPLOYMENT,
        }
    )
    assert diagnostics == []
    resource = tree.get("Deployment", "web")
    assert resource is not None
    pod = resource["spec"]["template"]["spec"]
    return {
        "replicas": resource["spec"]["replicas"],
        "web": pod["containers"][0]["image"],
        "prepare": pod["initContainers"][0]["image"],
    }


@pytest.mark.parametrize(
    ("entry", "image"),
    [
        ("{name: 'reg.example.org:5000/web', newTag: v2}", "reg.example.org:5000/web:v2"),
        ("{name: 'reg.example.org:5000/web', newName: web}", "web:1@sha256:00"),
        ("{name: 'reg.example.org:5000/web', digest: 'sha256:11'}", "reg.example.org:5000/web@sha256:11"),
        ("{name: 'reg.example.org:5000/web', newName: a/b, newTag: c, digest: d}", "a/b:c@d"),
        ("{name: web, newTag: v2}", "reg.example.org:5000/web:1@sha256:00"),
        ("{newTag: v2}", "reg.example.org:5000/web:1@sha256:00"),
    ],
)
def test_an_image_is_matched_by_its_name_alone(entry: str, image: str) -> None:
    assert deployed(f"images: [{entry}]\n")["web"].text == image


def test_init_containers_too_and_the_finding_stands_where_it_is_decided() -> None:
    image = deployed("images:\n  - name: alpine\n    newTag: latest\n")["prepare"]
    assert image.text == "alpine:latest"
    assert str(image.location) == "apps/web/kustomization.yaml:7:13"
    assert image.node is not None
    assert [change.kind for change in image.node.history] == ["image"]


def test_images_of_the_flux_kustomization() -> None:
    assert deployed("", "[{name: alpine, newName: busybox}]")["prepare"].text == "busybox:3"


def test_replicas_by_name() -> None:
    replicas = deployed("replicas:\n  - name: web\n    count: 3\n")["replicas"]
    assert (replicas.value, str(replicas.location)) == (3, "apps/web/kustomization.yaml:7:12")
    assert deployed("replicas: [{name: web}]\n")["replicas"].value == 0

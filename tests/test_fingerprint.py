"""The identity of a finding: moving and reformatting leave it alone, another field is another finding."""

from __future__ import annotations

from opencode_policy.finding import Finding
from opencode_policy.fingerprint import fingerprints
from opencode_policy.parse import parse
from opencode_policy.resource import Field, ObjectId, Resource
from opencode_policy.source import Source

PLAIN = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
spec:
  containers:
    - name: web
      image: web:latest
    - name: git
      image: git:latest
"""
REFORMATTED = """\
# Moved, reordered, and in another style.

{apiVersion: apps/v1, kind: "Deployment",
 spec: {containers: [{image: git:latest, name: git},
                     {image: "web:latest", name: web}]},
 metadata: {name: demo}}
"""


def image(text: str, path: str, name: str) -> Field:
    """The image of the container of this name."""
    [document] = parse(Source(path, text)).documents
    resource = Resource(ObjectId("apps/v1", "Deployment", "", "demo"), document.root, path)  # type: ignore[arg-type]
    [container] = [item for item in resource["spec"]["containers"] if item["name"].text == name]
    return container["image"]


def fingerprint(field: Field) -> str:
    found = Finding(
        "image-unpinned",
        (),
        "error",
        f"{field.text} is not pinned",
        field.location,
        field.resource.id,
        pointer=field.pointer,
        anchor=field.anchor,
    )
    return fingerprints([found])[found]


def test_moving_and_reformatting_leave_it_alone() -> None:
    before, after = image(PLAIN, "a.yaml", "web"), image(REFORMATTED, "b/c.yaml", "web")
    assert (before.pointer, after.pointer) == ("/spec/containers/0/image", "/spec/containers/1/image")
    assert before.anchor == after.anchor == "/spec/containers/[web]/image"
    assert fingerprint(before) == fingerprint(after)


def test_another_field_is_another_finding() -> None:
    assert fingerprint(image(PLAIN, "a.yaml", "web")) != fingerprint(image(PLAIN, "a.yaml", "git"))


def test_a_list_item_without_a_name_goes_by_its_number() -> None:
    [document] = parse(Source("a.yaml", "args: [a, b]\nx/y~z: [{name: ''}]\n")).documents
    resource = Resource(ObjectId("v1", "Demo", "", "demo"), document.root, "a.yaml")  # type: ignore[arg-type]
    assert resource["args"][1].anchor == "/args/1"
    assert resource["x/y~z"][0].anchor == "/x~1y~0z/0"
    assert resource["missing"]["below"].anchor == "/missing/below"

"""The Deployment around the examples of rules that judge a pod."""

from __future__ import annotations

from textwrap import indent


def deployment(container: str = "", *, init: str = "", pod: str = "", volumes: str = "") -> str:
    """A Deployment with the container `server`.

    `container` are fields of that container, `init` and `volumes` list items, `pod` fields of the pod's spec.
    """
    parts = [
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: demo\nspec:\n  template:\n    spec:\n",
        indent(pod, " " * 6),
        "      initContainers:\n" + indent(init, " " * 8) if init else "",
        "      containers:\n        - name: server\n" + indent(container, " " * 10),
        "      volumes:\n" + indent(volumes, " " * 8) if volumes else "",
    ]
    return "".join(parts)

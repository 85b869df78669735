"""The Deployment around the examples of rules that judge a pod, and what many of them have in it."""

from __future__ import annotations

from textwrap import indent

USER = "securityContext: {runAsUser: 1000, fsGroup: 1000}\n"
"""Fields of a pod that does not run as root and may write to its volumes."""

VOLUME = "- {name: data, persistentVolumeClaim: {claimName: demo}}\n"
"""The volume `data` of the claim `demo`."""

HOME = """\
env:
  - {name: HOME, value: /home/demo}
volumeMounts:
  - {name: data, mountPath: /home/demo, subPath: home}
"""
"""Fields of a container whose home lies on that volume."""

CLAIM = """\
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
"""
"""The claim, as a further document."""


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

"""Examples of rules that hold for every object, whoever it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opencode_policy.rules.base import Example


def anywhere(title: str, files: str | Mapping[str, str], **parameters: Any) -> Example:
    """An example whose objects belong to no workspace of a policy."""
    return Example(title, files, parameters, workspaces=())


POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http}]
"""
WEB = f"{POD}---\n{SERVICE}"
"""A Deployment and the Service before it, port 80 to its port `http`."""

"""A pod whose init container holds a token: what the examples of the rules on leaks have in common."""

from __future__ import annotations

import textwrap

ENTRY = """\
- name: GIT_TOKEN
  valueFrom: {secretKeyRef: {name: demo, key: token}}
"""
"""The environment variable that holds the token, as an entry of `env`."""

_POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo}}
spec:
  template:
    spec:
      initContainers:
        - name: clone
          image: docker.io/alpine/git:v2.54.0
{container}
      containers:
        - name: server
          image: ghcr.io/example/server:1.0.0
          env:
            - name: PASSWORD
              valueFrom: {{secretKeyRef: {{name: demo, key: password}}}}
      volumes:
        - name: secrets
          secret: {{secretName: demo}}
"""


def with_container(fields: str) -> str:
    """The pod with these fields of its init container."""
    return _POD.format(container=textwrap.indent(fields.rstrip("\n"), " " * 10))


def with_script(script: str, *, env: str = ENTRY, command: str = "[/bin/sh, -c]") -> str:
    """The pod with an inline script; the token is in GIT_TOKEN and in the file /secrets/token."""
    fields = (
        f"command: {command}\n"
        f"args:\n  - |\n{textwrap.indent(script, ' ' * 4)}"
        f"env:\n{textwrap.indent(env, '  ')}"
        "volumeMounts:\n  - {name: secrets, mountPath: /secrets}\n"
    )
    return with_container(fields)

"""The pod of examples about what happens when a workspace starts."""

from __future__ import annotations

_HEAD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}
spec:
  template:
    spec:
      initContainers:
        - name: prepare
          image: example.org/git
          command: [sh, -c]
          args:
            - |
"""
_ENVIRONMENT = """\
          env:
            - name: HOME
              value: "/home/user"
            - name: REPO_URL
              value: https://github.com/example/notes.git
            - name: REPO_DIR
              value: /workspace/notes
            - name: SEED
              value: /secrets/auth.json
"""
_TAIL = """\
          volumeMounts:
            - {name: data, mountPath: /workspace, subPath: workspace}
            - {name: data, mountPath: /home/user, subPath: home}
            - {name: login, mountPath: /secrets, readOnly: true}
      containers:
        - name: server
          image: example.org/server
          args: [web]
          workingDir: /workspace/notes
          env:  # of the server
            - name: HOME
              value: /home/user
          volumeMounts:
            - {mountPath: /workspace, subPath: workspace, name: data}
            - {mountPath: /home/user, subPath: home, name: data}
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: demo}
        - name: login
          secret:
            secretName: keys
            items:
              - {key: login, path: auth.json}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo}
spec:
  target: {name: keys}
  data:
    - secretKey: login
      remoteRef: {key: DEMO_AUTH}
"""

GUARDED = """\
set -eu
if [ ! -d "$REPO_DIR/.git" ]; then
  rm -rf "$REPO_DIR.partial"
  git clone -q "$REPO_URL" "$REPO_DIR.partial"
  mv "$REPO_DIR.partial" "$REPO_DIR"
fi
"""
"""A script that clones as it should."""


def starting(script: str, *, changed: tuple[str, str] = ("", ""), said: str = "", further: str = "") -> str:
    """A workspace whose init container runs a script.

    `changed` replaces a text of the manifest by another, behind which `said` is expected to be reported;
    `further` is appended to the manifest.
    """
    old, new = changed
    indented = "".join(f"              {line}\n" if line else "\n" for line in script.splitlines())
    pieces = [_HEAD, _ENVIRONMENT + _TAIL]
    if old and sum(piece.count(old) for piece in pieces) != 1:
        raise ValueError(f"the manifest does not hold this once: {old}")
    expected = f"  # <- {said}" if said else ""
    head, tail = (piece.replace(old, new + expected) if old else piece for piece in pieces)
    return head + indented + tail + further

"""What the examples of the secret rules have in common: an ExternalSecret and the pod that takes its keys."""

from __future__ import annotations

from collections.abc import Mapping

_APP = "kubernetes/apps/demo/demo/app"

EXTERNAL_PATH = f"{_APP}/externalsecret.yaml"
DEPLOYMENT_PATH = f"{_APP}/deployment.yaml"

EXTERNAL = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: demo
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  target:
    name: demo-keys
  data:
    - secretKey: github
      remoteRef:
        key: DEMO_TOKEN
    - secretKey: entry
      remoteRef:
        key: DEMO_PASSWORD
    - secretKey: login
      remoteRef:
        key: DEMO_AUTH
"""
"""Fetches the three secrets of the workspace `demo` from the store of the example policy."""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
spec:
  template:
    spec:
      initContainers:
        - name: prepare
          env:
            - name: GITHUB_TOKEN
              valueFrom:
                secretKeyRef:
                  name: demo-keys
                  key: github
          volumeMounts:
            - name: login
              mountPath: /secrets
      containers:
        - name: server
          env:
            - name: OPENCODE_SERVER_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: demo-keys
                  key: entry
      volumes:
        - name: login
          secret:
            secretName: demo-keys
            items:
              - key: login
                path: login.json
"""
"""Gives the token and the login to the init container and the password to the server."""


def with_secrets(*, external: str = EXTERNAL, deployment: str = DEPLOYMENT, **more: str) -> dict[str, str]:
    """Files of an example; `more` are further manifests of the workspace by name without ending."""
    files = {EXTERNAL_PATH: external, DEPLOYMENT_PATH: deployment}
    return {**files, **{f"{_APP}/{name}.yaml": text for name, text in more.items()}}


def changed(text: str, *edits: tuple[str, str], says: Mapping[str, str] | None = None) -> str:
    """A text with parts of it replaced, each of which must occur in it exactly once.

    `says` maps text that occurs in one line to the message that a rule gives there: the line gets its mark.
    """
    for old, new in edits:
        _once(text, old)
        text = text.replace(old, new)
    for part, message in (says or {}).items():
        _once(text, part)
        end = text.index("\n", text.index(part))
        text = f"{text[:end]}  # <- {message}{text[end:]}"
    return text


def _once(text: str, part: str) -> None:
    if text.count(part) != 1:
        raise ValueError(f"the example holds {text.count(part)} times: {part!r}")

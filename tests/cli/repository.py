"""A small repository on disk: one claim, one requirement, one rule that is on."""

from __future__ import annotations

from pathlib import Path

from opencode_policy.rules.table import load_rules

CLAIM = """\
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: demo
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: block
  resources:
    requests:
      storage: {size}
"""
BASE = "kubernetes/apps/demo"
FILES = {
    f"{BASE}/kustomization.yaml": """\
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./demo/ks.yaml
""",
    f"{BASE}/demo/ks.yaml": """\
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: demo
  namespace: flux-system
spec:
  targetNamespace: demo
  path: ./kubernetes/apps/demo/demo/app
  prune: true
  sourceRef:
    kind: GitRepository
    name: home
  interval: 30m
""",
    f"{BASE}/demo/app/kustomization.yaml": """\
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./claim.yaml
""",
    "policies/requirements.yaml": """\
version: 1
milestones: [first]
requirements:
  - id: SEC-04
    title: Claims ask for 5Gi of block storage.
    milestone: first
    verified_by: [static]
    rules: [claim-mismatch]
""",
    "policies/cluster.yaml": """\
version: 1
flux_version: 2.7.5
sources:
  - {kind: GitRepository, name: home, namespace: flux-system}
kustomizations:
  - {name: cluster-apps, path: ./kubernetes/apps, source: home}
""",
}
SETTINGS = """\
version: 1
scope:
  manifests: kubernetes
workspaces:
  - name: demo
    namespace: demo
    path: kubernetes/apps/demo/demo
    container: server
    host: demo.example.org
    repository: https://github.com/example/notes.git
    secrets: {}
rules:
  claim-mismatch:
    parameters:
      access_modes: [ReadWriteOnce]
      storage_class: block
      size: 5Gi
"""
CLAIM_PATH = f"{BASE}/demo/app/claim.yaml"


def write_repository(root: Path, *, size: str = "10Gi") -> None:
    """Write the files below a folder, which becomes the root of a repository."""
    off = "".join(f"  {name}: {{enabled: false}}\n" for name in load_rules() if name != "claim-mismatch")
    files = {**FILES, CLAIM_PATH: CLAIM.format(size=size), "policies/opencode.yaml": SETTINGS + off}
    (root / ".git").mkdir()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

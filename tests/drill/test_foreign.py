"""A Deployment that has nothing to do with OpenCode can be drilled by a policy of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opencode_policy.discover import Discovery
from opencode_policy.drill.run import Drilling
from opencode_policy.outcome import Problem, Proof
from opencode_policy.pipeline import build_tree
from opencode_policy.policy.drill import Drill, DrillImage
from opencode_policy.source import Source
from opencode_policy.testing import APP, SCAFFOLD, example_policy

from .harness import require

DEPLOYMENT = """\
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
spec:
  template:
    spec:
      initContainers:
        - name: notes
          image: docker.io/alpine/git:2
          command: [sh, -c]
          args:
            - |
              set -e
              [ -d /notes/repository/.git ] && exit 0
              rm -rf /notes/new
              git -c credential.helper='!f() { echo username=oauth2; echo "password=$TOKEN"; }; f' \\
                clone -q https://git.example.org/team/notes.git /notes/new
              mv /notes/new /notes/repository
          env:
            - name: TOKEN
              valueFrom:
                secretKeyRef:
                  name: made
                  key: token
          volumeMounts:
            - name: notes
              mountPath: /notes
      containers:
        - name: web
          image: docker.io/library/busybox:1
          command: [httpd, -f, -p, "8080"]
          workingDir: /notes/repository
          ports:
            - containerPort: 8080
          volumeMounts:
            - name: notes
              mountPath: /notes
      volumes:
        - name: notes
          persistentVolumeClaim:
            claimName: notes
"""
OTHERS = """\
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: notes
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: made
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  data:
    - secretKey: token
      remoteRef:
        key: NOTES_GIT_TOKEN
"""
KUSTOMIZATION = """\
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ./deployment.yaml
  - ./others.yaml
"""


def outcomes(deployment: str, *drills: str) -> list[tuple[str, str]]:
    """Kind and message of what drills say of the notes."""
    policy = example_policy()
    images = (DrillImage(image="docker.io/alpine/git", programs=("git",)), DrillImage(image="busybox"))
    workspace = replace(
        policy.settings.workspaces[0],
        container="web",
        repository="https://git.example.org/team/notes.git",
        secrets={"token": "NOTES_GIT_TOKEN"},
    )
    drill = Drill(images=images, git_user="oauth2", interruptions=5)
    settings = replace(policy.settings, workspaces=(workspace,), drill=drill)
    files = dict(SCAFFOLD) | {
        f"{APP}/deployment.yaml": deployment,
        f"{APP}/others.yaml": OTHERS,
        f"{APP}/kustomization.yaml": KUSTOMIZATION,
    }
    found = Discovery(None, {path: Source(path, text) for path, text in files.items()}, {}, [], [], [])  # type: ignore[arg-type]
    tree, _ = build_tree(
        found.sources, replace(policy, settings=settings), folders=["kubernetes"], links={}, missing=()
    )
    said = Drilling(only=drills).judge(tree)
    assert said.failures == []
    return [
        (type(item.outcome).__name__, item.outcome.message)
        for item in said.outcomes
        if isinstance(item.outcome, Problem | Proof)
    ]


@pytest.mark.drill
def test_its_boots_are_drilled() -> None:
    require("first-boot")
    assert outcomes(DEPLOYMENT, "first-boot", "second-boot", "power-loss") == [
        ("Proof", "demo: a boot on an empty volume made a complete clone of the newest commit"),
        (
            "Proof",
            "demo: the server's working directory /notes/repository is the clone of "
            "https://git.example.org/team/notes.git",
        ),
        (
            "Proof",
            "demo: a boot that finds the clone leaves it alone, asks the git server nothing and each init "
            "container ends in less than 2 s",
        ),
        (
            "Proof",
            "demo: 5 first boots that were killed at random moments were all completed by the next one",
        ),
        ("Proof", "demo: 1 boots that were killed on a volume with work in it lost none of it"),
    ]


@pytest.mark.drill
def test_what_is_wrong_with_them_is_seen() -> None:
    require("first-boot")
    printed = DEPLOYMENT.replace("set -e\n", 'set -e; echo "using $TOKEN"\n')
    assert outcomes(printed, "token") == [("Problem", "demo: the log of notes shows the token")]
    careless = DEPLOYMENT.replace("[ -d /notes/repository/.git ] && exit 0", "rm -rf /notes/repository")
    found = outcomes(careless, "second-boot")
    assert found[0][0] == "Problem"
    assert found[0][1].startswith("demo: a boot that finds the clone asks the git server for /team/notes.git")

"""Rule reference-dangling."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.known_objects import exists, names_beside
from opencode_policy.nearest import hint
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.references import PodReference, foreign_mounts, references
from opencode_policy.resource import Field, Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.flow import flow_of
from opencode_policy.tree import Tree, WorkspaceTree
from opencode_policy.workload import Pod

_GIVEN = frozenset({("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")})
"""What Kubernetes itself puts into every namespace."""

_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  template:
    spec:
"""


class ReferenceDangling(Rule):
    """A pod of a workspace refers to something that neither tree nor inventory has.

    A ConfigMap of a generator is known by its name without the hash; a Secret also exists where an
    ExternalSecret or a Certificate makes it.
    """

    requirements = ("SEC-02",)
    why = (
        "The pod stays in ContainerCreating or CreateContainerConfigError until the missing object appears. "
        "Flux has applied everything, and only the events of the pod say what is missing."
    )
    fix = "Correct the name, or add what is missing: to the workspace, or to the inventory of the cluster."
    good = (
        Example(
            "everything is there",
            f"""\
{_DEPLOYMENT}\
      serviceAccountName: default
      containers:
        - name: server
          envFrom:
            - configMapRef: {{name: settings}}
          env:
            - name: A
              valueFrom: {{configMapKeyRef: {{name: settings, key: a}}}}
            - name: B
              valueFrom: {{secretKeyRef: {{name: keys, key: b}}}}
          volumeMounts: [{{name: data, mountPath: /data}}]
      volumes:
        - name: data
          persistentVolumeClaim: {{claimName: demo}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings}}
data: {{a: "1"}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: demo}}
spec:
  target: {{name: keys}}
  data: [{{secretKey: b, remoteRef: {{key: B}}}}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: demo}}
""",
        ),
        Example(
            "what is optional may be missing",
            f"""\
{_DEPLOYMENT}\
      containers:
        - name: server
          env:
            - name: A
              valueFrom: {{configMapKeyRef: {{name: none, key: a, optional: true}}}}
      volumes:
        - name: b
          secret: {{secretName: none, optional: true}}
        - name: c
          projected:
            sources:
              - configMap: {{name: kube-root-ca.crt}}
              - configMap: {{name: none, optional: true}}
              - serviceAccountToken: {{path: token}}
        - name: d
          emptyDir: {{}}
""",
        ),
        Example(
            "a claim that the workload makes for itself",
            """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: demo}
spec:
  volumeClaimTemplates: [{metadata: {name: data}}]
  template:
    spec:
      containers: [{name: server, volumeMounts: [{name: data, mountPath: /data}]}]
""",
        ),
    )
    bad = (
        Example(
            "names that nothing bears",
            f"""\
{_DEPLOYMENT}\
      serviceAccountName: robot  # <- there is no ServiceAccount demo/robot
      containers:
        - name: server
          envFrom:
            - configMapRef:
                name: setting  # <- there is no ConfigMap demo/setting; did you mean 'settings'?
            - secretRef:
                name: keys  # <- there is no Secret demo/keys
      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: data  # <- there is no PersistentVolumeClaim demo/data
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings}}
""",
        ),
        Example(
            "a key that the ConfigMap does not have",
            f"""\
{_DEPLOYMENT}\
      containers: [{{name: server}}]
      volumes:
        - name: settings
          configMap:
            name: settings
            items:
              - key: b.json  # <- the ConfigMap settings has no key 'b.json'; did you mean 'a.json'?
                path: b.json
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings}}
binaryData: {{a.json: e30=}}
""",
        ),
        Example(
            "the ConfigMap lies in another namespace",
            {
                "kubernetes/apps/demo/demo/app/deployment.yaml": f"""\
{_DEPLOYMENT}\
      containers: [{{name: server}}]
      volumes:
        - name: settings
          configMap:
            name: settings  # <- there is no ConfigMap demo/settings
""",
                "kubernetes/apps/other.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: other}
""",
            },
        ),
        Example(
            "a mount of a volume that the pod does not have",
            f"""\
{_DEPLOYMENT}\
      initContainers:
        - name: prepare
          volumeMounts:
            - mountPath: /data
              name: date  # <- prepare mounts 'date', which is no volume of the pod; did you mean 'data'?
      containers: [{{name: server}}]
      volumes:
        - name: data
          emptyDir: {{}}
""",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        if not workspace.pods:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
        for pod in workspace.pods:
            found = list(references(pod))
            problems = [problem for item in found for problem in _problems(workspace.tree, pod, item)]
            problems += [_foreign(pod, container.name, name) for container, name in foreign_mounts(pod)]
            yield from problems
            if not problems:
                words = f"everything that the pod of {pod.workload.name} refers to exists"
                yield Proof(f"{words} ({len(found)} references)", pod.spec)


def _problems(tree: Tree, pod: Pod, reference: PodReference) -> Iterator[Problem]:
    kind, name, namespace = reference.kind, reference.name, pod.workload.namespace
    if (kind, name) in _GIVEN or "${" in name:
        return
    if not _exists(tree, kind, name, namespace):
        near = hint(name, names_beside(tree, kind, pod.workload))
        yield Problem(f"there is no {kind} {namespace}/{name}{near}", reference.at)
    elif reference.key and reference.key_at is not None:
        keys = _keys(tree, name, namespace)
        if keys is not None and reference.key not in keys:
            words = f"the ConfigMap {name} has no key '{reference.key}'"
            yield Problem(words + hint(reference.key, keys), reference.key_at)


def _exists(tree: Tree, kind: str, name: str, namespace: str) -> bool:
    if kind == "Secret":
        return bool(flow_of(tree).makers(namespace, name))
    return exists(tree, kind, name, namespace)


def _keys(tree: Tree, name: str, namespace: str) -> list[str] | None:
    """Keys of a ConfigMap; None where the inventory has it and does not list them."""
    written: Resource | None = tree.get("ConfigMap", name, namespace)
    if written is not None:
        return [key for part in ("data", "binaryData") for key, _ in written[part].entries()]
    for item in tree.cluster.objects:
        if (item.kind, item.name, item.namespace) == ("ConfigMap", name, namespace):
            return list(item.keys) or None
    return None


def _foreign(pod: Pod, container: str, name: Field) -> Problem:
    words = f"{container} mounts '{name.text}', which is no volume of the pod"
    return Problem(words + hint(name.text, pod.volumes), name)

"""Rule reference-dangling."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from opencode_policy.graph import certificates
from opencode_policy.graph.build import graph_of
from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.flux import NAMED
from opencode_policy.graph.model import Edge
from opencode_policy.graph.outcomes import judged, of_workspaces
from opencode_policy.graph.routing import SENDS
from opencode_policy.known_objects import exists, names_beside
from opencode_policy.nearest import hint
from opencode_policy.outcome import Outcome, Problem, Proof
from opencode_policy.pods.references import PodReference, foreign_mounts, references
from opencode_policy.resource import Field, Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.flow import flow_of
from opencode_policy.tree import Tree, WorkspaceTree
from opencode_policy.workload import Pod
from opencode_policy.workspaces.subjects import no_pod

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
    """An object refers to something that neither tree nor inventory has.

    Followed are pods (ConfigMaps, Secrets and their keys, claims, accounts, classes), routes and Ingresses to
    their Services, claims and backups, ExternalSecrets to their stores, Certificates to their issuers,
    autoscalers, bindings, and what Flux reads besides its sources. A ConfigMap of a generator is known by its
    name without the hash; a Secret also exists where an ExternalSecret or a Certificate makes it. What a chart,
    an operator or a person is likely to make is left open.
    """

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "A pod stays in ContainerCreating or CreateContainerConfigError until the missing object appears, a "
        "backup or a certificate is never made. Flux has applied everything, and only events say what is missing."
    )
    fix = "Correct the name, or add what is missing: to the tree, or to the inventory of the cluster."
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
        anywhere(
            "what other objects name, and what a chart or a copying controller makes",
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: block}
---
apiVersion: volsync.backube/v1alpha1
kind: ReplicationSource
metadata: {name: data}
spec: {sourcePVC: data, restic: {repository: plex-backup, volumeSnapshotClassName: block-snapshots}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec: {secretName: web-tls, issuerRef: {kind: ClusterIssuer, name: letsencrypt}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: plex}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: plex}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: plex}}
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
        anywhere(
            "objects of every kind",
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  storageClassName: blok  # <- there is no StorageClass blok; did you mean 'block'?
---
apiVersion: volsync.backube/v1alpha1
kind: ReplicationSource
metadata: {name: data}
spec:
  sourcePVC: dada  # <- there is no PersistentVolumeClaim demo/dada; did you mean 'data'?
  restic:
    repository: data-volsync  # <- there is no Secret demo/data-volsync
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: data}
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: valt  # <- there is no ClusterSecretStore valt; did you mean 'vault'?
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec:
  secretName: web-tls
  issuerRef:
    name: letsencrypt  # <- there is no Issuer demo/letsencrypt
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef:
    kind: Deployment
    name: web  # <- there is no Deployment demo/web
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef:
  kind: Role
  name: reader  # <- there is no Role demo/reader
subjects:
  - kind: ServiceAccount
    name: web  # <- there is no ServiceAccount demo/web
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  rules:
    - backendRefs:
        - name: web  # <- there is no Service demo/web
          port: 80
""",
        ),
        anywhere(
            "names that Reloader is told, and a key of another Secret",
            """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    secret.reloader.stakater.com/reload: keys,kees  # <- there is no Secret demo/kees; did you mean 'keys'?
spec:
  template:
    spec:
      containers:
        - name: web
          env:
            - name: A
              valueFrom:
                secretKeyRef:
                  name: keys
                  key: c  # <- the Secret keys has no key 'c'
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: keys}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  data: [{secretKey: ab, remoteRef: {key: AB}}]
""",
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

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left, graph = of_workspaces(tree), graph_of(tree)
        deciding = certificates.of_workspaces(tree)
        flux = (edge for edge in graph.flux if edge.relation in NAMED)
        routed = (edge for edge in graph.routing if edge.relation == SENDS and edge.target is None)
        edges = [edge for edge in (*graph.named, *flux, *routed) if _judges(edge, left, deciding)]
        yield from judged(edges, what="references", none="nothing outside the workspaces refers to anything")

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        if not workspace.pods:
            yield no_pod(workspace)
        for pod in workspace.pods:
            found = list(references(pod))
            problems = [problem for item in found for problem in _problems(workspace.tree, pod, item)]
            problems += [_foreign(pod, container.name, name) for container, name in foreign_mounts(pod)]
            yield from problems
            if not problems:
                words = f"everything that the pod of {pod.workload.name} refers to exists"
                yield Proof(f"{words} ({len(found)} references)", pod.spec)


_OF_WORKSPACE_RULES = frozenset(
    {
        "backs up",
        "fetches from",
        "is filled by",
        "is issued by",
        "is of",
        "mounts",
        "pulls with",
        "reads",
        "restores into",
        "runs as",
        SENDS,
        "stores in",
    }
)
"""What the rules on workspaces follow themselves, with stricter words."""


def _judges(edge: Edge, left: Callable[[Resource], bool], deciding: set[int]) -> bool:
    """Whether no rule on workspaces judges the edge: theirs are their objects and the certificates for them."""
    if edge.relation not in _OF_WORKSPACE_RULES:
        return True
    return not left(edge.source) and id(edge.source) not in deciding


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

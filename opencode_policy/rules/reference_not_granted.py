"""Rule reference-not-granted."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.build import graph_of
from opencode_policy.graph.examples import WEB, anywhere
from opencode_policy.graph.outcomes import each, of_workspaces
from opencode_policy.graph.routing import MAY_USE
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.rules.base import Rule
from opencode_policy.tree import Tree

_APP = "kubernetes/apps/demo/demo/app/web.yaml"
_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: front}
spec:
  rules:
    - backendRefs:
        - name: web
          port: 80
          namespace: demo"""


class ReferenceNotGranted(Rule):
    """A route or Gateway uses an object of another namespace, and no ReferenceGrant there lets it."""

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Gateway API crosses namespaces only where the owner of the target allows it: without a ReferenceGrant "
        "the backend answers 500 and the certificate is not served, however right the names are."
    )
    fix = "Add a ReferenceGrant to the namespace of the target, or move the target beside what uses it."
    good = (
        anywhere(
            "granted by the namespace of the Service",
            {
                _APP: f"""\
{WEB}---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {{name: front}}
spec:
  from: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: front}}]
  to: [{{group: "", kind: Service, name: web}}]
""",
                "kubernetes/apps/route.yaml": f"{_ROUTE}\n",
            },
        ),
    )
    bad = (
        anywhere(
            "no grant",
            {
                _APP: WEB,
                "kubernetes/apps/route.yaml": f"{_ROUTE}  # <- no ReferenceGrant of demo lets a HTTPRoute of front use the Service web\n",
            },
        ),
        anywhere(
            "a grant for another namespace, and one in the wrong place",
            {
                _APP: f"""\
{WEB}---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {{name: back}}
spec:
  from: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: back}}]
  to: [{{group: "", kind: Service}}]
""",
                "kubernetes/apps/route.yaml": f"""\
{_ROUTE}  # <- no ReferenceGrant of demo lets a HTTPRoute of front use the Service web
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {{name: front, namespace: front}}
spec:
  from: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: front}}]
  to: [{{group: "", kind: Service}}]
""",
            },
        ),
        anywhere(
            "a certificate of another namespace",
            {
                _APP: """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: own}
spec:
  listeners:
    - name: https
      tls:
        certificateRefs:
          - name: web-tls
            namespace: network  # <- no ReferenceGrant of network lets a Gateway of demo use the Secret web-tls
""",
                "kubernetes/apps/certificate.yaml": """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web, namespace: network}
spec: {secretName: web-tls}
""",
            },
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        found = [edge for edge in graph_of(tree).routing if not left(edge.source)]
        crossing = [
            item for item in found if item.reference.namespace != item.source.namespace and item.target
        ]
        refused = [edge for edge in crossing if edge.relation == MAY_USE]
        yield from (Problem(edge.message, edge.at) for edge in refused)
        used = [
            edge
            for edge in crossing
            if edge.target and edge.relation in ("sends to", "serves the certificate of")
        ]
        if used and not refused:
            yield Proof(f"{each(len(used), 'references to another namespace')} is granted", used[0].at)
        if not used and not refused:
            yield Irrelevant("no route and no Gateway uses an object of another namespace")

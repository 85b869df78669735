"""What the examples of the certificate rules have in common: a route, and the place of a certificate."""

from __future__ import annotations

from collections.abc import Mapping

CERTIFICATE = "kubernetes/apps/network/certificate.yaml"
"""A file that the example's entry Kustomization applies as it is, namespace included."""

ROUTE: Mapping[str, str] = {
    "kubernetes/apps/demo/demo/app/route.yaml": """\
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: demo
spec:
  parentRefs:
    - name: internal
      namespace: network
      sectionName: https
  hostnames:
    - "demo.${DOMAIN}"
  rules:
    - backendRefs:
        - name: demo
          port: 80
"""
}
"""The route of the workspace `demo`; its listener serves the Secret demo-tls of the namespace network."""


def with_route(certificate: str) -> dict[str, str]:
    """Files of an example: the workspace's route, and this text as the certificate's file."""
    return {**ROUTE, CERTIFICATE: certificate}

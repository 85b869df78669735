"""A Flux Kustomization with nothing special about it, for the examples of rules."""

PATH = "kubernetes/apps/demo/demo/ks.yaml"
KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: demo, namespace: flux-system}
spec:
  path: ./kubernetes/apps/demo/demo/app
  sourceRef: {kind: GitRepository, name: home}
"""
"""Its `spec` goes on where this ends."""

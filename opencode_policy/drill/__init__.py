"""Running what the manifests say, with the real programs and without a cluster.

`check` imports nothing of this package.
"""

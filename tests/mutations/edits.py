"""Edits of the shipped workspaces that several tables of mutations have in common."""

from __future__ import annotations

from tests.mutations.harness import APPS, Mutation

FLUX = f"{APPS}/opencode-flux/app"
HA = f"{APPS}/opencode-ha/app"
ROUTE, SERVICE, DEPLOYMENT = "httproute.yaml", "service.yaml", "deployment.yaml"
POLICY, LISTED = "backendtrafficpolicy.yaml", "kustomization.yaml"
FLUX_HOST, HA_HOST = "flux.opencode.angryninja.cloud", "ha.opencode.angryninja.cloud"
GATEWAY = "Gateway network/envoy-internal"
DRIFT = "workspace-drift"
"""One workspace is broken and the other is not: that they differ is true as well."""


def _workspace(requirement: str) -> str:
    return HA if requirement.startswith("HA") else FLUX


def mutation(
    rule: str,
    requirement: str,
    what: str,
    file: str,
    old: str,
    new: str,
    line: str,
    message: str = "",
    also: tuple[str, ...] = (),
    at: str = "",
    more: tuple[tuple[str, str, str], ...] = (),
) -> Mutation:
    """An edit of a workspace; `file`, `at` and those of `more` lie in its app folder, except ks.yaml."""
    app = _workspace(requirement)
    return Mutation(
        requirement,
        what,
        rule,
        f"{app}/{file}",
        old,
        new,
        line,
        at=(f"{app}/{at}" if at != "ks.yaml" else f"{app.removesuffix('/app')}/ks.yaml") if at else "",
        also=(DRIFT, *also),
        message=message,
        more=tuple((f"{app}/{name}", before, after) for name, before, after in more),
    )


def added(
    rule: str,
    requirement: str,
    what: str,
    text: str,
    line: str,
    message: str = "",
    also: tuple[str, ...] = (),
    app: str = FLUX,
    at: str = "",
) -> Mutation:
    """A new file of a workspace that its kustomization lists."""
    return Mutation(
        requirement,
        what,
        rule,
        f"{app}/added.yaml",
        new=text,
        line=line,
        at=at,
        also=(DRIFT, "schema-header-missing", *also),
        message=message,
        create=True,
        more=((f"{app}/{LISTED}", "resources:\n", "resources:\n  - ./added.yaml\n"),),
    )


def chain(
    requirement: str, what: str, file: str, old: str, new: str, line: str, message: str = "", **more: object
) -> Mutation:
    return mutation("route-chain-broken", requirement, what, file, old, new, line, message, **more)  # type: ignore[arg-type]


PARENT = "    - name: envoy-internal\n      namespace: network\n      sectionName: https\n"
RULES = "  rules:\n    - backendRefs:\n        - name: *app\n          port: 4096\n"
ROUTE_COPY = """\
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: copy
spec:
  parentRefs: [{name: envoy-internal, namespace: network, sectionName: https}]
  hostnames: ["HOST.opencode.${SECRET_DOMAIN}"]
  rules: [{backendRefs: [{name: BACKEND, port: 4096}]}]
"""

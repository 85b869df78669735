"""Manifests that Flux and kustomize read: Kustomizations, sources, aggregators and namespaces."""

from collections.abc import Iterable
from random import Random
from typing import Final

from benchmarks.apps import App
from benchmarks.template import fill, schema

KS_SCHEMA: Final = schema(
    "raw.githubusercontent.com/fluxcd-community/flux2-schemas/main/kustomization-kustomize-v1.json"
)
KUSTOMIZATION_SCHEMA: Final = schema("json.schemastore.org/kustomization")

_FLUX_KUSTOMIZATION: Final = """
    ---
    @header
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata:
      name: &app @name
      namespace: flux-system
      @labels
    spec:
      targetNamespace: @namespace
      commonMetadata:
        labels:
          app.kubernetes.io/name: *app
      @depends_on
      path: ./@path
      prune: true
      force: false
      deletionPolicy: WaitForTermination
      sourceRef:
        kind: GitRepository
        name: home-kubernetes
      @wait
      interval: @interval
      retryInterval: 1m
      timeout: 5m
      @decryption
      @health
      @post_build
    """
_SUBSTITUTED: Final = 'labels:\n  substitution.flux.home.arpa/enabled: "true"'
_DECRYPTION: Final = "decryption:\n  provider: sops\n  secretRef:\n    name: sops-age"


def flux_kustomization(app: App, rng: Random, name: str | None = None) -> str:
    """The Flux Kustomization of the application's manifests, of another name if one is given."""
    checked = app.kind in {"helm", "chart"} and rng.random() < 0.3
    return fill(
        _FLUX_KUSTOMIZATION,
        header=KS_SCHEMA,
        name=name or app.name,
        labels=_SUBSTITUTED if rng.random() < 0.5 else "",
        namespace=app.namespace,
        depends_on=_depends_on(app.needs),
        path=f"{app.folder}/app",
        wait="" if checked else rng.choice(("wait: true", "wait: false # no flux ks dependents")),
        interval=rng.choice(("30m", "30m", "1h")),
        decryption=_DECRYPTION if "sops" in app.features or rng.random() < 0.3 else "",
        health=_health_checks(app) if checked else "",
        post_build=_post_build(app, rng),
    )


def dependent_kustomization(app: App, part: str) -> str:
    """A further Flux Kustomization, of the folder `part`, that waits for the application's own."""
    return fill(
        _FLUX_KUSTOMIZATION,
        header=KS_SCHEMA,
        name=f"{app.name}-{part}",
        labels="",
        namespace=app.namespace,
        depends_on=_depends_on([app.name]),
        path=f"{app.folder}/{part}",
        wait="wait: false",
        interval="1h",
        decryption="",
        health="",
        post_build="",
    )


def _depends_on(needs: Iterable[str]) -> str:
    lines = [f"  - name: {name}" for name in needs]
    return "\n".join(["dependsOn:", *lines]) if lines else ""


def _health_checks(app: App) -> str:
    return fill(
        """
        healthChecks:
          - apiVersion: helm.toolkit.fluxcd.io/v2
            kind: HelmRelease
            name: *app
            namespace: @namespace
        """,
        namespace=app.namespace,
    )


def _post_build(app: App, rng: Random) -> str:
    if "backup" not in app.features:
        return "postBuild:\n  substitute:\n    APP: *app" if rng.random() < 0.5 else ""
    return fill(
        """
        postBuild:
          substitute:
            APP: *app
            VOLSYNC_CAPACITY: @capacity
            VOLSYNC_SCHEDULE: "@minute * * * *"
        """,
        capacity=rng.choice(("1Gi", "2Gi", "5Gi", "20Gi")),
        minute=rng.randrange(60),
    )


def kustomization(resources: Iterable[str], extra: str = "") -> str:
    """A kustomization.yaml that lists these resources."""
    return fill(
        """
        ---
        @header
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources:
          @resources
        @extra
        """,
        header=KUSTOMIZATION_SCHEMA,
        resources="\n".join(f"- {name}" for name in resources),
        extra=extra,
    )


def config_map_generator(app: App, files: Iterable[str]) -> str:
    """The part of a kustomization.yaml that makes a ConfigMap of files, kept from substitution."""
    return fill(
        """
        configMapGenerator:
          - name: @name-files
            files:
              @files
        generatorOptions:
          disableNameSuffixHash: true
          annotations:
            kustomize.toolkit.fluxcd.io/substitute: disabled
        """,
        name=app.name,
        files="\n".join(f"- {name.rpartition('/')[2]}=./{name}" for name in files),
    )


def oci_repository(app: App, rng: Random) -> str:
    """The chart's source, as every application of the app-template has its own."""
    return fill(
        """
        ---
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: OCIRepository
        metadata:
          name: @name
        spec:
          interval: @interval
          layerSelector:
            mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip
            operation: copy
          ref:
            tag: @tag
          url: oci://@url
        """,
        name=app.name,
        interval=rng.choice(("5m", "15m", "1h")),
        tag="4.4.0" if app.kind == "helm" else f"{rng.randrange(1, 60)}.{rng.randrange(20)}.0",
        url="ghcr.io/bjw-s-labs/helm/app-template" if app.kind == "helm" else f"ghcr.io/charts/{app.name}",
    )


def namespace(name: str, rng: Random) -> str:
    """A namespace that Flux never prunes."""
    privileged = rng.random() < 0.4
    return fill(
        """
        ---
        apiVersion: v1
        kind: Namespace
        metadata:
          name: @name
          labels:
            kustomize.toolkit.fluxcd.io/prune: disabled
            @security
        """,
        name=name,
        security="pod-security.kubernetes.io/enforce: privileged" if privileged else "",
    )

"""Which applications the generated repository runs, and what each one is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Final

from benchmarks.words import FIRST, NAMESPACES, SECOND

REGISTRIES: Final = ("ghcr.io/home-operations", "ghcr.io/onedr0p", "docker.io/library", "quay.io/example")
"""Where the images come from; nothing is ever pulled."""

_KINDS: Final = {"helm": 66, "chart": 13, "deployment": 12, "statefulset": 5, "cronjob": 4}
_FEATURES: Final = {
    "secret": 62,
    "config": 45,
    "claim": 45,
    "backup": 30,
    "route": 70,
    "files": 15,
    "rules": 22,
    "sops": 6,
    "access": 8,
    "policy": 10,
}


@dataclass(frozen=True, slots=True)
class App:
    """One application: its names, what runs it, and which manifests it has besides.

    `features` are keys of the table above; `needs` are the names of Flux Kustomizations it waits for,
    `seed` decides everything else about its files.
    """

    name: str
    namespace: str
    kind: str
    features: frozenset[str]
    needs: tuple[str, ...]
    image: str
    tag: str
    port: int
    seed: int

    @property
    def folder(self) -> str:
        """Its folder, relative to the root of the repository."""
        return f"kubernetes/apps/{self.namespace}/{self.name}"


def names(rng: Random) -> Iterator[str]:
    """Application names without end and without repetition."""
    plain = [f"{first}-{second}" for first in FIRST for second in SECOND]
    rng.shuffle(plain)
    yield from plain
    for number in count(2):
        yield from (f"{name}-{number}" for name in plain)


def namespaces() -> Iterator[str]:
    """Namespace names without end and without repetition."""
    yield from NAMESPACES
    for number in count(2):
        yield from (f"{name}-{number}" for name in NAMESPACES)


def draw_app(rng: Random, name: str, namespace: str) -> App:
    """A random application; its features depend on each other as they do in a real one."""
    kind = rng.choices(list(_KINDS), list(_KINDS.values()))[0]
    features = {feature for feature, percent in _FEATURES.items() if rng.randrange(100) < percent}
    if "backup" in features:
        features -= {"claim"}  # the backup component brings the claim
    if kind == "statefulset":
        features -= {"claim", "backup"}
    if kind == "cronjob":
        features -= {"route", "policy"}
    if "route" not in features:
        features -= {"policy"}
    return App(
        name=name,
        namespace=namespace,
        kind=kind,
        features=frozenset(features),
        needs=tuple(_needs(features)),
        image=f"{rng.choice(REGISTRIES)}/{name}",
        tag=_tag(rng),
        port=rng.choice((80, 3000, 5000, 8000, 8080, 8096, 8443, 9090)),
        seed=rng.getrandbits(64),
    )


def _needs(features: set[str]) -> Iterator[str]:
    if "secret" in features or "backup" in features:
        yield "external-secrets-stores"
    if features & {"claim", "backup"}:
        yield "rook-ceph-cluster"
    if "backup" in features:
        yield "volsync"


def _tag(rng: Random) -> str:
    version = f"{rng.randrange(9)}.{rng.randrange(40)}.{rng.randrange(20)}"
    return f"{version}@sha256:{rng.getrandbits(256):064x}" if rng.random() < 0.7 else f"v{version}"

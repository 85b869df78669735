"""The restic repository that a VolSync object uses: the Secret that holds it, and whether it is its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from opencode_policy.backup.backups import SOURCE, replications, restic
from opencode_policy.known_objects import names_beside
from opencode_policy.lean import dataclass
from opencode_policy.location import Related
from opencode_policy.nearest import hint, nearest
from opencode_policy.outcome import Problem
from opencode_policy.resource import Field, Resource
from opencode_policy.secrets.external_secret import SecretKey, fetches
from opencode_policy.secrets.flow import flow_of
from opencode_policy.secrets.producers import ProducedSecret
from opencode_policy.tree import Tree

_REPOSITORY = "RESTIC_REPOSITORY"
_VARIABLE = re.compile(r"\.([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Repository:
    """Where a backup goes. `identity` is for comparing only: it may be the secret itself."""

    identity: str
    at: Field


def repository_of(tree: Tree, replication: Resource) -> Repository | None:
    """The repository of a VolSync object, as its Secret's key is made; None where nothing shows it."""
    name = restic(replication)["repository"].text
    for maker in flow_of(tree).makers(replication.namespace, name):
        key = maker.keys.get(_REPOSITORY)
        if key is not None and key.at is not None:
            return Repository(_identity(maker, key, key.at), key.at)
    return None


def _identity(maker: ProducedSecret, key: SecretKey, at: Field) -> str:
    """The value or its template, with the names in the store in place of those in the ExternalSecret."""
    fetched = {item.key: item.name for item in fetches(maker.origin)} if maker.origin else {}
    text = _VARIABLE.sub(lambda match: f".{fetched.get(match[1], match[1])}", at.text)
    return f"{' '.join(key.made_of)} {text}"


def secret_problems(tree: Tree, replication: Resource, keys: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the Secret: it is not named, nothing makes it, or a key is missing."""
    name = restic(replication)["repository"]
    if not name.text:
        yield Problem(f"the {replication.kind} {replication.name} names no repository Secret", name)
        return
    flow = flow_of(tree)
    makers = flow.makers(replication.namespace, name.text)
    if not makers:
        near = hint(name.text, names_beside(tree, "Secret", replication))
        yield Problem(f"nothing makes the Secret {replication.namespace}/{name.text}{near}", name)
    elif not any(maker.opaque for maker in makers):
        yield from _missing_keys(makers, keys, name)


def _missing_keys(makers: Sequence[ProducedSecret], keys: Sequence[str], name: Field) -> Iterator[Problem]:
    known = {key: item.at for maker in makers for key, item in maker.keys.items()}
    for key in keys:
        if key not in known:
            near = nearest(key, [other for other in known if other not in keys])
            at = known.get(near or "") or makers[0].at or name
            words = f"'{near}' instead of '{key}'" if near else f"no key '{key}'"
            yield Problem(f"the Secret {name.text} has {words}", at)


def shared(tree: Tree, source: Resource) -> Iterator[Problem]:
    """Other claims that are backed up to the same repository."""
    own = repository_of(tree, source)
    for other in replications(tree, SOURCE) if own is not None else ():
        theirs = repository_of(tree, other)
        if theirs is None or own is None or other.applied_by is None or _is_same(source, other):
            continue
        if theirs.identity == own.identity:
            at = restic(source)["repository"] if theirs.at.location == own.at.location else own.at
            related = (Related("used here too", restic(other)["repository"].location),)
            message = f"{source.name} and {other.name} are backed up to one repository; each needs its own"
            yield Problem(message, at, related)


def _is_same(source: Resource, other: Resource) -> bool:
    """Whether two sources back up one claim, or are one manifest that is applied twice."""
    claims = [(item.namespace, item["spec"]["sourcePVC"].text) for item in (source, other)]
    written = [item["metadata"]["name"].location for item in (source, other)]
    return claims[0] == claims[1] or written[0] == written[1]

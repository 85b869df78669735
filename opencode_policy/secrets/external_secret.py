"""What an ExternalSecret fetches, from where, and the Secret it makes of it.

Defaults are those of external-secrets.io/v1: the target bears the ExternalSecret's own name, the store is a
SecretStore, creationPolicy is Owner, mergePolicy of a template is Replace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field, Resource
from opencode_policy.secrets.template import read_template

KIND = "ExternalSecret"
DEFAULT_STORE_KIND = "SecretStore"


@dataclass(frozen=True, slots=True)
class StoreReference:
    """The store a value comes from, and the field that says so."""

    kind: str
    name: str
    at: Field

    def __str__(self) -> str:
        return f"{self.kind} {self.name or 'without a name'}"

    def differs_at(self, kind: str, name: str) -> Field | None:
        """The field in which the reference differs from a store of this kind and name."""
        if self.kind != kind:
            return self.at["kind"]
        return self.at["name"] if self.name != name else None


@dataclass(frozen=True, slots=True)
class Fetch:
    """One value fetched by name: an entry of `spec.data`.

    `name` is its name in the store (`remoteRef.key`), `key` the one it gets here (`secretKey`).
    """

    entry: Field
    store: StoreReference

    @property
    def remote(self) -> Field:
        return self.entry["remoteRef"]

    @property
    def name(self) -> str:
        return self.remote["key"].text

    @property
    def key(self) -> str:
        return self.entry["secretKey"].text

    def alters(self) -> Field | None:
        """The option by which something else than the value arrives: decoded, or its metadata."""
        for option in ("decodingStrategy", "metadataPolicy"):
            if self.remote[option].text not in ("", "None"):
                return self.remote[option]
        return None


@dataclass(frozen=True, slots=True)
class SecretKey:
    """One key of a Secret; `at` is where it is written, None for one that only the inventory names.

    `made_of` are names in the store; `whole` tells that the value is the store's own, unchanged; `added` that
    a template puts fixed text around it; `unfetched` are variables of its template that nothing fetches.
    """

    name: str
    at: Field | None = None
    made_of: tuple[str, ...] = ()
    whole: bool = True
    added: bool = False
    unfetched: tuple[str, ...] = ()


def fetches(resource: Resource) -> list[Fetch]:
    """Everything an ExternalSecret fetches by name, in order."""
    general = resource["spec"]["secretStoreRef"]
    return [Fetch(entry, _store_of(entry, general)) for entry in resource["spec"]["data"]]


def wholesale(resource: Resource) -> Iterator[tuple[str, Field]]:
    """What it fetches otherwise: pairs of `find` or `extract` and that field of `spec.dataFrom`."""
    for entry in resource["spec"]["dataFrom"]:
        for how in ("find", "extract"):
            if entry[how].exists:
                yield how, entry[how]


def finds(find: Field, name: str) -> bool:
    """Whether a `find` can match a name in the store: by a prefix (`path`) and a regular expression.

    Doppler asks for neither tags nor folders (external-secrets v1.2, providers/v1/doppler/client.go,
    GetAllSecrets). A pattern that only Go understands is taken to match.
    """
    try:
        fits = re.search(find["name"]["regexp"].text, name) is not None
    except re.error:
        fits = True
    return fits and name.startswith(find["path"].text)


def target_name(resource: Resource) -> Field:
    """The field that names the Secret it makes."""
    name = resource["spec"]["target"]["name"]
    return name if name else resource["metadata"]["name"]


def creation_policy(resource: Resource) -> str:
    """`Owner`, `Orphan`, `Merge` (into a Secret that another makes) or `None` (no Secret at all)."""
    return resource["spec"]["target"]["creationPolicy"].text or "Owner"


def makes_secret(resource: Resource) -> bool:
    """Whether it makes a Secret, or adds to one: not nothing, and no object of another kind."""
    kind = resource["spec"]["target"]["manifest"]["kind"].text
    return creation_policy(resource) != "None" and kind in ("", "Secret")


def is_opaque(resource: Resource) -> bool:
    """Whether the Secret gets keys that the file does not show."""
    template = resource["spec"]["target"]["template"]
    if _filled(template["templateFrom"]):
        return True
    return _filled(resource["spec"]["dataFrom"]) and _passes_fetched_keys(template)


def keys_of(resource: Resource) -> dict[str, SecretKey]:
    """Keys of the Secret it makes, as far as the file shows them."""
    template = resource["spec"]["target"]["template"]
    entries = {fetch.key: fetch for fetch in fetches(resource) if fetch.key}
    keys: dict[str, SecretKey] = {}
    if _passes_fetched_keys(template):
        keys = {
            key: SecretKey(key, fetch.entry["secretKey"], (fetch.name,)) for key, fetch in entries.items()
        }
    more = _filled(resource["spec"]["dataFrom"])
    for key, field in template["data"].entries():
        keys[key] = _templated(key, field, entries, more=more)
    return keys


def _templated(key: str, field: Field, entries: dict[str, Fetch], *, more: bool) -> SecretKey:
    use = read_template(field.text)
    made_of = tuple(entries[name].name for name in use.names if name in entries)
    unfetched = tuple(name for name in use.names if name not in entries)
    return SecretKey(
        key, field, made_of, use.whole in entries, use.added, () if more or not use.clear else unfetched
    )


def _passes_fetched_keys(template: Field) -> bool:
    """Whether what is fetched lands in the Secret as it is: no template, an empty one, or one that merges."""
    replaces = _filled(template["data"]) or _filled(template["templateFrom"])
    return not replaces or template["mergePolicy"].text == "Merge"


def _store_of(entry: Field, general: Field) -> StoreReference:
    own = entry["sourceRef"]["storeRef"]
    at = own if own else general
    return StoreReference(at["kind"].text or DEFAULT_STORE_KIND, at["name"].text, at)


def _filled(field: Field) -> bool:
    """Whether a list or mapping holds anything."""
    return any(True for _ in field) or any(True for _ in field.entries())

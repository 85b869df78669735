"""Random secrets of a run, and the Secrets that the ExternalSecrets of the tree make of them.

Stands in for Doppler and External Secrets. As external-secrets v1.2 does: a name that the store does not
have, a store that is not there or a template that fails leaves the whole Secret unmade.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from opencode_policy.resource import Field, Resource
from opencode_policy.secrets.external_secret import fetches, finds, makes_secret, target_name, wholesale
from opencode_policy.tree import Tree

_LETTERS = string.ascii_letters + string.digits
_VARIABLE = re.compile(r"\{\{-?\s*\.(?P<name>\w+)(?:\s*\|\s*toString)?\s*-?\}\}")
_SERVED = "external-secrets.io/v1"


class NotSynced(Exception):  # noqa: N818 - the status that External Secrets shows
    """Why an ExternalSecret makes no Secret; `at` is the field to blame."""

    def __init__(self, words: str, at: Field) -> None:
        super().__init__(words)
        self.at = at


@dataclass(slots=True)
class SecretStore:
    """Values by their names in the store. `faults` tells which ExternalSecrets made nothing, and why."""

    values: dict[str, str] = field(default_factory=dict)
    faults: list[NotSynced] = field(default_factory=list)

    @classmethod
    def for_run(cls, tree: Tree) -> SecretStore:
        """A store with a random value for each secret that the policy names."""
        store = cls()
        for workspace in tree.policy.settings.workspaces:
            for role, name in workspace.secrets.items():
                store.values[name] = made_up(role)
        return store

    def known_to(self, needle: str) -> bool:
        """Whether a text holds any of the values."""
        return any(value in needle for value in self.values.values())

    def scrubbed(self, text: str) -> str:
        """A text without any of the values, nor their base64."""
        for value in self.values.values():
            for shape in shapes_of(value):
                text = text.replace(shape, "***")
        return text

    def deliver(self, tree: Tree) -> dict[tuple[str, str], dict[str, str]]:
        """The Secrets of the cluster: by namespace and name, text by key."""
        made: dict[tuple[str, str], dict[str, str]] = {}
        self.faults = []
        for resource in tree.of_kind("Secret"):
            made[resource.namespace, resource.name] = dict(_plain(resource))
        for resource in tree.of_kind("ExternalSecret"):
            if not makes_secret(resource) or not tree.applies(resource):
                continue
            try:
                made.setdefault((resource.namespace, target_name(resource).text), {}).update(
                    self._external(tree, resource)
                )
            except NotSynced as fault:
                made.pop((resource.namespace, target_name(resource).text), None)
                self.faults.append(fault)
        return made

    def _external(self, tree: Tree, resource: Resource) -> dict[str, str]:
        if resource.id.api_version != _SERVED:
            words = f"{resource.id.api_version} is not served: the API server refuses {resource.name}"
            raise NotSynced(words, resource["apiVersion"])
        fetched = {
            item.key: self._value(tree, item.name, item.store.name, item.remote["key"])
            for item in fetches(resource)
        }
        for how, at in wholesale(resource):
            fetched |= self._wholesale(how, at)
        return _templated(resource, fetched)

    def _value(self, tree: Tree, name: str, store: str, at: Field) -> str:
        if store not in {item.name for item in tree.cluster.secret_stores}:
            raise NotSynced(f"there is no store {store}", at)
        if name not in self.values:
            raise NotSynced(f"Doppler has no secret {name}", at)
        return self.values[name]

    def _wholesale(self, how: str, at: Field) -> dict[str, str]:
        if how == "find":
            return {name: value for name, value in self.values.items() if finds(at, name)}
        try:
            found = json.loads(self.values[at["key"].text])
        except (KeyError, ValueError) as error:
            raise NotSynced("the secret is not there, or no JSON", at) from error
        return {key: value if isinstance(value, str) else json.dumps(value) for key, value in found.items()}


def _templated(resource: Resource, fetched: Mapping[str, str]) -> dict[str, str]:
    template = resource["spec"]["target"]["template"]
    texts = dict(template["data"].entries())
    if not texts:
        return dict(fetched)
    made = dict(fetched) if template["mergePolicy"].text == "Merge" else {}
    for key, at in texts.items():
        made[key] = _filled(at, fetched)
        if "{{" in made[key] and "{{" not in "".join(fetched.values()):
            raise NotSynced("the template does more than take variables, which the drill cannot do", at)
    return made


def _filled(at: Field, fetched: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: _variable(match["name"], fetched, at), at.text)


def _variable(name: str, fetched: Mapping[str, str], at: Field) -> str:
    if name not in fetched:
        raise NotSynced(f"the template takes '{name}', which nothing fetches", at)
    return fetched[name]


def _plain(resource: Resource) -> Iterator[tuple[str, str]]:
    for key, value in resource["data"].entries():
        try:
            yield key, base64.b64decode(value.text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            yield key, ""
    for key, value in resource["stringData"].entries():
        yield key, value.text


def made_up(role: str) -> str:
    """A random value in the shape of a role's secret."""
    text = "".join(secrets.choice(_LETTERS) for _ in range(36))
    if role == "token":
        return f"ghp_{text}"
    return login(text) if role == "auth" else text[:24]


def login(text: str, provider: str = "github-copilot") -> str:
    """A login file of OpenCode, with a token made of `text`."""
    token = f"gho_{text}"
    return json.dumps({provider: {"type": "oauth", "refresh": token, "access": token, "expires": 0}})


def shapes_of(value: str) -> tuple[str, ...]:
    """The ways in which a secret may show: plain, in base64 alone, and in base64 behind a user name."""
    encoded = base64.b64encode(value.encode()).decode().rstrip("=")
    return (value, encoded, *_behind_user(value))


def _behind_user(value: str) -> Iterator[str]:
    for user in ("x-access-token", "oauth2", "git", ""):
        yield base64.b64encode(f"{user}:{value}".encode()).decode().rstrip("=")

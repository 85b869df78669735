"""The small parts of a drill, each alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.drill.certificates import Certificate
from opencode_policy.drill.drills.first_boot import same_repository
from opencode_policy.drill.images import repository_of
from opencode_policy.drill.proxy import Limits, configuration
from opencode_policy.drill.secret_store import SecretStore, made_up, shapes_of
from opencode_policy.drill.volumes import mode_for

from .pods import tree_of

EXTERNAL = """\
---
apiVersion: external-secrets.io/{version}
kind: ExternalSecret
metadata:
  name: keys
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: {store}
  target:
    name: made{template}
  data:
    - secretKey: token
      remoteRef:
        key: TOKEN
"""


def external(version: str = "v1", store: str = "vault", template: str = "") -> str:
    return EXTERNAL.format(version=version, store=store, template=template)


class TestModes:
    @pytest.mark.parametrize(
        ("mode", "grouped", "root", "owner"),
        [
            (0o644, False, False, 4),  # of root: others may read
            (0o440, False, False, 0),  # others may not
            (0o440, True, False, 4),
            (0o400, True, False, 4),  # the kubelet lets fsGroup read
            (0o755, False, False, 5),
            (0o000, False, True, 4),  # root may read anything
        ],
    )
    def test_the_user_gets_the_rights_it_would_have(
        self, mode: int, grouped: bool, root: bool, owner: int
    ) -> None:
        assert mode_for(mode, grouped=grouped, is_root=root) >> 6 == owner

    @given(st.integers(0, 0o777), st.booleans())
    def test_a_user_that_is_not_root_may_never_more_than_group_and_others(
        self, mode: int, grouped: bool
    ) -> None:
        owner = mode_for(mode, grouped=grouped, is_root=False) >> 6
        assert owner & ~((mode >> 3) | mode | (0o4 if grouped else 0)) == 0


class TestSecretStore:
    def test_values_arrive_under_their_keys(self) -> None:
        store = SecretStore({"TOKEN": "t"})
        assert store.deliver(tree_of(external())) == {("demo", "made"): {"token": "t"}}

    def test_a_template_replaces_the_keys(self) -> None:
        template = "\n    template:\n      data:\n        url: 'x-{{ .token }}-y'"
        store = SecretStore({"TOKEN": "t"})
        assert store.deliver(tree_of(external(template=template))) == {("demo", "made"): {"url": "x-t-y"}}

    @pytest.mark.parametrize(
        ("text", "values", "words"),
        [
            (external(), {}, "Doppler has no secret TOKEN"),
            (external(store="safe"), {"TOKEN": "t"}, "there is no store safe"),
            (
                external(version="v1beta1"),
                {"TOKEN": "t"},
                "external-secrets.io/v1beta1 is not served: the API server refuses keys",
            ),
            (
                external(template="\n    template:\n      data:\n        a: '{{ .other }}'"),
                {"TOKEN": "t"},
                "the template takes 'other', which nothing fetches",
            ),
        ],
    )
    def test_what_fails_makes_no_secret(self, text: str, values: dict[str, str], words: str) -> None:
        store = SecretStore(values)
        assert store.deliver(tree_of(text)) == {}
        assert [str(fault) for fault in store.faults] == [words]

    @given(st.sampled_from(["token", "password", "auth"]))
    def test_no_shape_of_a_secret_survives_scrubbing(self, role: str) -> None:
        value = made_up(role)
        store = SecretStore({"A": value})
        text = " ".join(shapes_of(value))
        assert not any(shape in store.scrubbed(text) for shape in shapes_of(value))

    def test_two_runs_have_other_secrets(self) -> None:
        assert made_up("token") != made_up("token")
        assert json.loads(made_up("auth"))["github-copilot"]["type"] == "oauth"


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("alpine/git:v2@sha256:" + "0" * 64, "docker.io/alpine/git"),
        ("docker.io/alpine/git", "docker.io/alpine/git"),
        ("busybox", "docker.io/library/busybox"),
        ("localhost:5000/a/b:1", "localhost:5000/a/b"),
        ("ghcr.io/anomalyco/opencode:1.18.33", "ghcr.io/anomalyco/opencode"),
    ],
)
def test_the_repository_of_an_image(reference: str, name: str) -> None:
    assert repository_of(reference) == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://github.com/a/b.git", "https://github.com/a/b", True),
        ("https://user@github.com/A/b", "https://github.com/a/b.git", True),
        ("https://github.com/a/b", "https://github.com/a/c", False),
        ("", "https://github.com/a/b", False),
    ],
)
def test_one_repository_under_two_addresses(one: str, other: str, same: bool) -> None:
    assert same_repository(one, other) is same


def test_envoy_gets_the_timeouts_of_the_route() -> None:
    certificate = Certificate(Path("c"), Path("k"))
    limits = Limits(15, 300, 3600).divided(10)
    text = json.dumps(configuration("host", Path("l"), Path("u"), certificate, limits))
    found = json.loads(text)["static_resources"]
    manager = found["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    host = manager["route_config"]["virtual_hosts"][0]
    assert host["domains"] == ["host"]
    assert host["routes"][0]["route"] == {"cluster": "server", "timeout": "1.500s", "idle_timeout": "30.000s"}
    assert manager["upgrade_configs"] == [{"upgrade_type": "websocket"}]
    options = found["clusters"][0]["typed_extension_protocol_options"]
    assert next(iter(options.values()))["common_http_protocol_options"] == {"idle_timeout": "360.000s"}

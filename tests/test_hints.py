"""A hint names what may be meant: never what another workspace calls its own, however alike the names are."""

from __future__ import annotations

import pytest

from opencode_policy.source import Source
from tests.mutations.harness import APPS, check_sources, shipped

FLUX = f"{APPS}/opencode-flux/app"
CLAIM = "            claimName: *app\n"


def messages(path: str, old: str, new: str, rule: str) -> set[str]:
    """What a rule says once a text of a file of opencode-flux is another one."""
    sources = dict(shipped()[1].sources)
    text = sources[path].text
    assert old in text
    sources[path] = Source(path, text.replace(old, new))
    found = check_sources(sources).result.findings
    return {item.message for item in found if item.rule == rule and item.location.path == path}


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("session-data-unpersisted", "the data directory /home/opencode/.local/share/opencode"),
        ("auth-unpersisted", "the login /home/opencode/.local/share/opencode/auth.json"),
        ("working-directory-mismatch", "the clone /workspace/k8s-cluster"),
    ],
)
def test_the_claim_of_the_other_workspace(rule: str, what: str) -> None:
    new = CLAIM.replace("*app", "opencode-haa")
    expected = f"{what} is on the claim opencode-haa, which does not exist"
    assert messages(f"{FLUX}/deployment.yaml", CLAIM, new, rule) == {expected}


@pytest.mark.parametrize("rule", ["session-data-unpersisted", "auth-unpersisted", "reference-dangling"])
def test_the_claim_of_this_one(rule: str) -> None:
    new = CLAIM.replace("*app", "opencode-fluxx")
    [message] = messages(f"{FLUX}/deployment.yaml", CLAIM, new, rule)
    assert message.endswith("; did you mean 'opencode-flux'?")


def test_a_config_map() -> None:
    old, new = "name: opencode-flux-config\n", "name: opencode-ha-confi\n"
    assert messages(f"{FLUX}/deployment.yaml", old, new, "configuration-unusable") == {
        "there is no ConfigMap opencode/opencode-ha-confi for /etc/xdg/opencode; did you mean "
        "'opencode-flux-config'?"
    }


def test_a_service() -> None:
    old, new = "        - name: *app\n", "        - name: opencode-haa\n"
    assert messages(f"{FLUX}/httproute.yaml", old, new, "route-chain-broken") == {
        "there is no Service opencode/opencode-haa; did you mean 'opencode-flux'?"
    }


def test_a_route() -> None:
    old, new = "      name: *app\n", "      name: opencode-haa\n"
    assert messages(f"{FLUX}/backendtrafficpolicy.yaml", old, new, "traffic-policy-missing") == {
        "there is no HTTPRoute opencode/opencode-haa; did you mean 'opencode-flux'?"
    }


def test_a_secret() -> None:
    old, new = "name: opencode-flux-secret\n", "name: opencode-ha-secrets\n"
    found = messages(f"{FLUX}/deployment.yaml", old, new, "secret-key-unproduced")
    assert found == {
        "nothing makes the Secret opencode-ha-secrets in opencode; did you mean 'opencode-flux-secret'?"
    }


def test_a_secret_like_none_of_this_workspace() -> None:
    old, new = "name: opencode-flux-secret\n", "name: ha-secret\n"
    found = messages(f"{FLUX}/deployment.yaml", old, new, "secret-key-unproduced")
    assert found == {"nothing makes the Secret ha-secret in opencode"}

"""Tokens are told by their form, and by the checksum where the form has one."""

from __future__ import annotations

import pytest

from opencode_policy.detect.checksums import crc32_base62, has_crc32_base62, is_bech32
from opencode_policy.detect.formats import FORMATS, hints, tokens
from opencode_policy.detect.secret import Secret
from tests.detect.made import age_key, characters, fine_grained_token, github_token, npm_token

HEX = "0123456789abcdef"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

SAMPLES = {
    "a GitHub personal access token": github_token("ghp"),
    "a GitHub OAuth token": github_token("gho"),
    "a GitHub user token": github_token("ghu"),
    "a GitHub server token": github_token("ghs"),
    "a GitHub refresh token": github_token("ghr"),
    "a GitHub fine-grained token": fine_grained_token(),
    "a Doppler token": f"dp.st.prd.{characters(43)}",
    "an AWS access key": f"AKIA{characters(16, 1, UPPER)}",
    "an AWS session key": f"ASIA{characters(16, 1, UPPER)}",
    "a Slack token": f"xoxb-{characters(12, 1, '0123456789')}-{characters(24)}",
    "a Slack app token": f"xapp-1-A{characters(9, 1, UPPER)}-{characters(13, 1, '0123456789')}-"
    + characters(64, 1, HEX),
    "a Slack webhook": f"hooks.slack.com/services/T{characters(8, 1, UPPER)}/B{characters(8, 2, UPPER)}/"
    + characters(24),
    "a Discord webhook": f"discord.com/api/webhooks/{characters(18, 1, '0123456789')}/{characters(68)}",
    "a GitLab token": f"glpat-{characters(20)}",
    "an npm token": npm_token(),
    "a PyPI token": f"pypi-AgE{characters(90)}",
    "an age secret key": age_key(),
    "an Anthropic key": f"sk-ant-api03-{characters(93)}-{characters(8)}",
    "an OpenRouter key": f"sk-or-v1-{characters(64, 1, HEX)}",
    "an OpenAI key": f"sk-proj-{characters(74)}",
    "an API key": f"sk-{characters(40)}",
    "a Google API key": f"AIza{characters(35)}",
    "a Google client secret": f"GOCSPX-{characters(28)}",
    "a Google access token": f"ya29.{characters(60)}",
    "a Stripe key": f"sk_live_{characters(24)}",
    "a webhook secret": f"whsec_{characters(32)}",
    "a Hugging Face token": f"hf_{characters(34)}",
    "a Vault token": f"hvs.{characters(90)}",
    "a Tailscale key": f"tskey-auth-{characters(12)}-{characters(32)}",
    "a DigitalOcean token": f"dop_v1_{characters(64, 1, HEX)}",
    "a SendGrid key": f"SG.{characters(22)}.{characters(43)}",
    "a Docker Hub token": f"dckr_pat_{characters(27)}",
    "a Grafana token": f"glsa_{characters(32)}_{characters(8, 1, HEX)}",
    "a Grafana Cloud token": f"glc_eyJ{characters(80)}",
    "a 1Password token": f"ops_eyJ{characters(200)}",
    "a Telegram bot token": f"{characters(10, 1, '123456789')}:AA{characters(33)}",
    "a Groq key": f"gsk_{characters(52)}",
    "a Terraform token": f"{characters(14)}.atlasv1.{characters(67)}",
    "an Azure storage key": f"AccountKey={characters(86)}==",
}


def found(text: str) -> list[Secret]:
    return list(tokens(text, hints(text)))


def test_every_form_has_a_sample() -> None:
    assert {item.kind for item in FORMATS} == set(SAMPLES)


@pytest.mark.parametrize(("kind", "token"), SAMPLES.items(), ids=list(SAMPLES))
@pytest.mark.parametrize("frame", ["{}", "key: {}\n", 'X="{}";', "https://x:{}@host/", "\\n{}\\n", "({})"])
def test_a_token_is_found_whole(kind: str, token: str, frame: str) -> None:
    text = frame.format(token)
    (secret, *_) = [item for item in found(text) if item.kind == kind]
    assert text[secret.start : secret.end] == secret.value
    assert secret.value in (token, token.removeprefix("discord.com/"), token)


@pytest.mark.parametrize(("kind", "token"), SAMPLES.items(), ids=list(SAMPLES))
def test_what_only_begins_like_a_token_is_none(kind: str, token: str) -> None:
    assert [item for item in found(token[:9]) if item.kind == kind] == []
    assert [item for item in found(f"x{token}") if item.value == token] == []


def test_a_checksum_decides() -> None:
    token = github_token()
    (right,) = found(token)
    (wrong,) = found(token[:-1] + ("a" if token[-1] != "a" else "b"))
    assert (right.certain, right.doubtful) == (True, False)
    assert (wrong.certain, wrong.doubtful) == (False, True)
    assert wrong.words == "what looks like a GitHub personal access token (40 characters)"


def test_a_token_that_shows_the_form_is_none() -> None:
    for body in ("x" * 36, "abcdefghijklmnopqrstuvwxyz0123456789", "EXAMPLE" + characters(29), "1" * 36):
        assert found("gh" + "p_" + body) == []


def test_the_value_is_not_part_of_the_repr() -> None:
    (secret,) = found(github_token())
    assert secret.value.reveal()[4:12] not in repr(secret)
    assert secret.value.reveal()[4:12] not in secret.words


class TestChecksums:
    def test_known_values(self) -> None:
        """Computed apart from the code: zlib.crc32(b"") is 0, zlib.crc32(b"a") is 3904355907."""
        assert crc32_base62("") == "000000"
        number, digits = 3904355907, ""
        alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        while number:
            digits = alphabet[number % 62] + digits
            number //= 62
        assert crc32_base62("a") == digits.rjust(6, "0")

    def test_one_changed_character_is_noticed(self) -> None:
        token = npm_token()
        assert has_crc32_base62(token)
        for at in range(4, len(token)):
            other = "Z" if token[at] != "Z" else "Y"
            assert not has_crc32_base62(token[:at] + other + token[at + 1 :])

    def test_bech32_as_bip_173_shows_it(self) -> None:
        """Valid and invalid strings of BIP 173, test vectors."""
        assert is_bech32("A12UEL5L")
        assert is_bech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw")
        assert not is_bech32("A1G7SGD8")
        assert not is_bech32("10a06t8")
        assert not is_bech32("x1b4n0q5v")
        assert not is_bech32("no-separator")

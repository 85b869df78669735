"""Detectors that look at text: PEM, JSON Web Tokens, base64, logins, names."""

from __future__ import annotations

import json
import time

import pytest

from opencode_policy.detect.concealed import Concealed
from opencode_policy.detect.encoded import decode, decoded
from opencode_policy.detect.jwt import json_web_tokens
from opencode_policy.detect.logins import logins
from opencode_policy.detect.names import kind_of_name
from opencode_policy.detect.pem import private_keys
from opencode_policy.detect.search import hints_of, secrets_in
from opencode_policy.detect.secret import Secret, without_overlap
from tests.detect.made import (
    begins,
    characters,
    encode,
    github_token,
    password,
    private_key,
    web_token,
    wrapped,
)


def values(text: str, *, structured: bool = False) -> list[str]:
    return [secret.value.reveal() for secret in secrets_in(text, structured=structured)]


class TestPrivateKeys:
    @pytest.mark.parametrize(
        "label",
        ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"],
    )
    def test_a_block_is_found_whole(self, label: str) -> None:
        key = private_key(label)
        (secret,) = private_keys(f"before\n{key}after\n")
        assert secret.value == key.strip()
        assert secret.words == f"a private key ({len(key.strip())} characters)"

    def test_a_pgp_key_and_one_with_headers(self) -> None:
        pgp = private_key("PGP PRIVATE KEY BLOCK")
        legacy = private_key().replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n\n", 1)
        assert [secret.value for secret in private_keys(pgp)] == [pgp.strip()]
        assert [secret.value for secret in private_keys(legacy)] == [legacy.strip()]

    def test_other_line_breaks(self) -> None:
        key = private_key().strip()
        for text in (
            json.dumps({"key": key}),
            key.replace("\n", " "),
            key.replace("\n", "\n# "),
            key.replace("\n", "\r\n    "),
        ):
            assert len(list(private_keys(text))) == 1

    def test_a_key_that_was_cut_off(self) -> None:
        key = private_key().partition("-----END")[0]
        assert len(list(private_keys(key))) == 1

    @pytest.mark.parametrize(
        "text",
        [
            f"{begins()}\n...\n-----END PRIVATE KEY-----",
            f"{begins()}\n" + "x" * 64 + "\n-----END PRIVATE KEY-----",
            f"a file that begins with {begins('RSA PRIVATE KEY')}",
            private_key("PUBLIC KEY"),
            private_key("CERTIFICATE"),
        ],
    )
    def test_what_is_no_private_key(self, text: str) -> None:
        assert list(private_keys(text)) == []


class TestWebTokens:
    def test_a_token_is_found(self) -> None:
        token = web_token()
        assert [secret.value for secret in json_web_tokens(f"Bearer {token}.")] == [token]

    def test_its_parts_must_be_what_they_claim(self) -> None:
        head, body, signature = web_token().split(".")
        no_algorithm = encode(json.dumps({"typ": "JWT", "kid": "k"})).rstrip("=")
        a_list = encode(json.dumps([1, 2, 3, 4])).rstrip("=")
        for parts in (
            (no_algorithm, body, signature),
            (head, a_list, signature),
            (head, "x" * 20, signature),
        ):
            assert list(json_web_tokens(".".join(parts))) == []

    def test_the_token_of_every_documentation_is_none(self) -> None:
        assert list(json_web_tokens(web_token(sub="1234567890"))) == []

    def test_without_a_signature_it_is_none(self) -> None:
        head, body, _ = web_token().split(".")
        assert list(json_web_tokens(f"{head}.{body}.")) == []


class TestEncoded:
    def test_text_is_decoded(self) -> None:
        assert decode(encode("a text")) == "a text"
        assert decode(encode("naïve").replace("/", "_")) == "naïve"
        assert decode("not base64!") == ""
        assert decode(encode("bin\0ary")) == ""

    def test_stretches_are_found_with_their_place(self) -> None:
        text = f"a: {encode('twenty letters or so')}\nb: ordinary words\n"
        (found,) = decoded(text)
        assert found == (3, 3 + 28, "twenty letters or so")

    @pytest.mark.parametrize("indent", ["", "    ", "# "])
    def test_wrapped(self, indent: str) -> None:
        plain = json.dumps({"password": password(), "more": characters(150)})
        text = f"data:\n{wrapped(plain, 76, indent)}end\n"
        assert plain in [found[2] for found in decoded(text)]

    def test_digests_are_not_decoded(self) -> None:
        text = f"sha256:{characters(64, 1, '0123456789abcdef')} {characters(40, 2, '0123456789abcdef')}"
        assert list(decoded(text)) == []

    def test_a_token_inside_base64_inside_base64(self) -> None:
        token = github_token()
        (secret,) = secrets_in(f"x: {encode(encode(f'token={token}'))}")
        assert (secret.value.reveal(), secret.encoded) == (token, "base64")
        assert secret.words.endswith("(40 characters, in base64)")

    def test_decoding_ends(self) -> None:
        text = github_token()
        for _ in range(8):
            text = encode(text)
        assert secrets_in(text) == []


class TestLogins:
    def test_a_password_in_an_address(self) -> None:
        secret = password()
        assert values(f"git clone https://demo:{secret}@git.example.org/x.git") == [secret]
        assert values(f"redis://:{secret}@cache:6379/0") == [secret]

    @pytest.mark.parametrize(
        "text",
        [
            "https://x-access-token:${TOKEN}@github.com/a/b.git",
            "https://user:$PASSWORD@host/",
            "https://user:<password>@host/",
            "https://user:pass@example.org/",
            "https://a:b@example.org/",
            "https://user:{{ .password }}@host/",
            "ssh://git@github.com/a/b.git",
            "https://example.org/@scope/package",
            "oci://ghcr.io/a/b@sha256:" + "0a1b2c3d" * 8,
            "https://example.org:8443/a@b",
        ],
    )
    def test_addresses_without_one(self, text: str) -> None:
        assert values(text) == []

    def test_headers(self) -> None:
        secret = password()
        assert values(f"Authorization: Bearer {secret}") == [secret]
        (basic,) = secrets_in(f"Authorization: Basic {encode(f'demo:{secret}')}")
        assert (basic.value.reveal(), basic.encoded) == (secret, "base64")
        assert values("Authorization: Bearer $TOKEN and Basic authentication") == []

    def test_netrc(self) -> None:
        secret = password()
        assert values(f"machine github.com\nlogin demo\npassword {secret}\n") == [secret]
        assert list(logins("a machine for the password\n")) == []

    def test_the_login_file_of_opencode(self) -> None:
        secret = password()
        login = {"github-copilot": {"type": "oauth", "refresh": secret, "access": "", "expires": 0}}
        for text in (json.dumps(login), json.dumps(json.dumps(login)), json.dumps(login, indent=2)):
            assert values(text) == [secret]
        assert values(json.dumps({"type": "oauth", "refresh": "refresh-token-here"})) == []


class TestNames:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("password", "password"),
            ("DB_PASSWORD", "password"),
            ("rootPassword2", "password"),
            ("ADMIN_PASS", "password"),
            ("mysql-pwd", "password"),
            ("GITHUB_TOKEN", "token"),
            ("OPENCODE_FLUX_GITHUB_PAT", "token"),
            ("apiToken", "token"),
            ("AWS_SECRET_ACCESS_KEY", "key"),
            ("api-key", "key"),
            ("privateKey", "key"),
            ("clientSecret", "secret"),
            ("COPILOT_AUTH_JSON", "secret"),
            ("PASSWORD_FILE", ""),
            ("passwordPolicy", ""),
            ("secretName", ""),
            ("tokenUrl", ""),
            ("publicKey", ""),
            ("checksum/secret", ""),
            ("passwordHash", ""),
            ("key", ""),
            ("primaryKey", ""),
            ("PWD", ""),
            ("OLDPWD", ""),
            ("bypass", ""),
            ("compass", ""),
            ("path", ""),
            ("", ""),
        ],
    )
    def test_what_a_name_promises(self, name: str, kind: str) -> None:
        assert kind_of_name(name) == kind


class TestAssignments:
    @pytest.mark.parametrize(
        "line",
        [
            "password: {}",
            'password: "{}"',
            "PASSWORD={}",
            "export PASSWORD='{}'",
            '{{"password": "{}"}}',
            '{{\\"password\\": \\"{}\\"}}',
            "--password={}",
            "--password {}",
            'name: PASSWORD, value: "{}"',
            "- name: PASSWORD\n  value: {}",
            '"name": "PASSWORD", "value": "{}"',
            "password: |\n  {}",
            "password := '{}'",
            "password => '{}',",
            "my_api_key = {}",
            "password: {}  # a comment",
        ],
    )
    def test_forms_of_assignment(self, line: str) -> None:
        secret = password()
        text = f"first line\n{line.format(secret)}\nlast line\n"
        (found,) = secrets_in(text, structured=True)
        assert text[found.start : found.end] == found.value == secret

    @pytest.mark.parametrize(
        "line",
        [
            "password: ${PASSWORD}",
            "password: $(cat /run/password)",
            "password: {{ .password }}",
            "password: ENC[AES256_GCM,data:x,iv:y]",
            "password: <password>",
            "password: changeme",
            "password: ********",
            "password: &anchor",
            "password: *alias",
            "password: !vault x",
            "password: ''",
            "password:",
            "password: 1234",
            "password: vault:secret/data/demo#password",
            "token: true",
            "token: /var/run/secrets/token",
            "token: https://example.org/token",
            "clientSecret: demo-client-secret",
            "secret: demo-7d9f8b6c5d",
            "existingSecret: demo-keys",
            "apiKey: api-key-of-the-demo",
            "GITHUB_TOKEN: OPENCODE_FLUX_GITHUB_PAT",
            "token: 61b3a25d-9c0e-4f7a-8b2c-5d1e6f3a9b7c",
            "token_sha256: " + "0a1b2c3d" * 8,
        ],
    )
    def test_what_is_no_secret(self, line: str) -> None:
        assert values(f"{line}\nnext: line\n", structured=True) == []

    @pytest.mark.parametrize(
        "line",
        [
            "The password: it must be long.",
            "password = getpass()",
            "token = os.environ['TOKEN']",
            "def login(password: str, token: str) -> None:",
            "PASSWORD=$1",
            "password = self.settings.password",
            "password = '{self.password}-1'",
            "HEX_PAT = '[0-9A-Fa-f]{1,4}'",
            "# password: see the manual",
            r"AccountKey=[A-Za-z0-9+/]{86}==",
        ],
    )
    def test_prose_and_code(self, line: str) -> None:
        assert values(line) == []

    def test_a_word_may_be_a_password_where_it_can_be_nothing_else(self) -> None:
        assert values("password: horse\n", structured=True) == ["horse"]
        assert values("password: horse\n") == []

    def test_letters_that_grow_in_lower_case_move_nothing(self) -> None:
        secret = password()
        text = f"İİİ ẞ\npassword: {secret}\n"
        (found,) = secrets_in(text, structured=True)
        assert text[found.start : found.end] == secret


class TestSearch:
    def test_a_text_without_hints_is_passed_over(self) -> None:
        assert not hints_of("kind: Deployment\nmetadata: {name: demo}\n")
        assert secrets_in("") == []

    def test_what_is_certain_goes_before_what_is_likely(self) -> None:
        token = github_token()
        (secret,) = secrets_in(f"token: {token}", structured=True)
        assert secret.kind == "a GitHub personal access token"

    def test_the_first_of_overlapping_ones_stays(self) -> None:
        first, second, third = (
            Secret("s", *span, True, Concealed("x")) for span in ((5, 9), (8, 12), (0, 5))
        )
        assert without_overlap([first, second, third]) == [third, first]

    @pytest.mark.parametrize(
        "text",
        [
            "a" * 1_000_000,
            "eyJ" * 300_000,
            "eyJhbGci." * 100_000,
            "password:" * 100_000,
            "password: x\n" * 80_000,
            "name: password, " * 60_000,
            f"{begins()}\n" * 20_000,
            "https://a:" * 80_000,
            "://" * 300_000,
            "\\n" * 400_000 + "oauth refresh:" * 1000,
            "Zm9v" * 250_000,
            ("Zm9v" * 19 + "\n") * 12_000,
            "gh" + "p_" * 400_000,
            "machine x login " * 60_000,
            "\\" * 900_000,
            "--token " * 120_000,
            "/" * 900_000 + "token",
            "password: horse\n" * 60_000,
            f"{github_token()} " * 25_000,
        ],
        ids=range(19),
    )
    def test_the_time_is_linear(self, text: str) -> None:
        """A quarter of a megabyte takes a second at most; a quadratic search took minutes."""
        started = time.process_time()
        secrets_in(text[:250_000], structured=True)
        assert time.process_time() - started < 20

"""Secrets in manifests: what a field means decides, and each is placed where it is written."""

from __future__ import annotations

import json

import pytest

from opencode_policy.secrets.manifest_secrets import FoundSecret
from opencode_policy.secrets.tree_secrets import secrets_of_source
from opencode_policy.source import Source
from tests.detect.made import encode, github_token, password, private_key, web_token, wrapped

SECRET = password()
TOKEN = github_token()


def search(text: str, path: str = "apps/demo.yaml") -> list[FoundSecret]:
    return secrets_of_source(Source(path, text), {})


def told(text: str, path: str = "apps/demo.yaml") -> list[tuple[int, str]]:
    """Line and kind of everything found."""
    return [(item.location.line, item.secret.kind) for item in search(text, path)]


def written(text: str, path: str = "apps/demo.yaml") -> list[str]:
    """The text at each place, of those on one line."""
    places = [item.location for item in search(text, path)]
    return [text.split("\n")[at.line - 1][at.column - 1 : at.end_column - 1] for at in places]


class TestSecretManifests:
    def test_data_and_string_data(self) -> None:
        text = f"kind: Secret\ndata:\n  entry: {encode(SECRET)}\nstringData:\n  other: {SECRET}\n"
        assert told(text) == [
            (3, "the value of 'entry' in a Secret"),
            (5, "the value of 'other' in a Secret"),
        ]
        assert [item.secret.value for item in search(text)] == [SECRET, SECRET]
        assert written(text) == [encode(SECRET), SECRET]

    def test_a_token_is_named_for_what_it_is(self) -> None:
        text = f"kind: Secret\ndata:\n  a: {encode(f'token={TOKEN}')}\n"
        assert told(text) == [(3, "a GitHub personal access token")]

    def test_wrapped_and_folded_base64(self) -> None:
        text = f"kind: Secret\ndata:\n  a: |\n{wrapped(private_key(), 76, '    ')}"
        assert told(text) == [(4, "a private key")]
        text = f"kind: Secret\ndata:\n  a: >-\n{wrapped(private_key(), 64, '    ')}"
        assert told(text) == [(4, "a private key")]

    def test_base64_twice(self) -> None:
        text = f"kind: Secret\ndata:\n  a: {encode(encode(f'password: {SECRET}'))}\n"
        assert [item.secret.value for item in search(text)] == [SECRET]

    @pytest.mark.parametrize(
        "text",
        [
            f'{{"kind": "Secret", "stringData": {{"a": "{SECRET}"}}}}',
            f"items:\n  - kind: Secret\n    stringData: {{a: '{SECRET}'}}\n",
            f"kind: 'Secret'\nstringData:\n  a: {SECRET}\n",
            f"stringData:\n  a: {SECRET}\nkind: Secret\n",
            f"---\nkind: ConfigMap\n---\nkind: Secret\nstringData: {{a: {SECRET}}}\n",
        ],
    )
    def test_however_it_is_written(self, text: str) -> None:
        assert [item.secret.value for item in search(text)] == [SECRET]

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("username", "demo-reader"),
            ("url", "https://charts.example.org/stable"),
            ("type", "helm-repository"),
            ("tls.crt", "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----"),
            ("password", "${DEMO_PASSWORD}"),
            ("password", "changeme"),
            ("password", "ENC[AES256_GCM,data:abc,iv:def]"),
            ("password", "{{ .Values.password }}"),
            ("entry", ""),
            ("entry", "abc"),
            ("entry", "true"),
        ],
    )
    def test_what_a_secret_may_have_in_clear(self, key: str, value: str) -> None:
        assert told(f'kind: Secret\nstringData:\n  {key}: "{value}"\n') == []
        assert told(f"kind: Secret\ndata:\n  {key}: {encode(value)}\n") == []

    def test_a_value_that_sops_left_in_clear(self) -> None:
        text = f"kind: Secret\nstringData:\n  a: ENC[x]\n  b: {SECRET}\nsops:\n  mac: ENC[y]\n"
        assert told(text) == [(4, "the value of 'b' in a Secret")]


class TestOtherFields:
    @pytest.mark.parametrize(
        "text",
        [
            "env: [{name: DB_PASSWORD, value: §}]",
            "env: [{value: §, name: DB_PASSWORD}]",
            "args: [--password, §]",
            "args: [--password=§]",
            "args: ['sh', '-c', 'PASSWORD=\"§\" run']",
            "kind: ConfigMap\ndata: {password: §}",
            "kind: ConfigMap\ndata:\n  app.ini: |\n    [a]\n    password = §\n",
            "spec: {values: {auth: {rootPassword: §}}}",
            "metadata: {annotations: {example.org/password: §}}",
            "spec: {postBuild: {substitute: {ADMIN_PASSWORD: §}}}",
            "secretGenerator: [{name: a, literals: [password=§]}]",
            "password:\n  §",
            "password: >-\n  §",
            "password: &a §",
            "x: &a §\npassword: *a",
            "a: &a {password: §}\nb: {<<: *a}\nc: *a",
            'auth: {type: oauth, refresh: §, access: ""}',
            "spec: {secretKey: §}",
        ],
    )
    def test_a_secret_is_told_once(self, text: str) -> None:
        text = text.replace("§", SECRET)
        assert [item.secret.value for item in search(f"{text}\n")] == [SECRET]
        assert written(f"{text}\n") == [SECRET]

    def test_the_manifest_that_kubectl_keeps(self) -> None:
        inner = json.dumps({"kind": "Secret", "data": {"a": encode(SECRET)}})
        key = "kubectl.kubernetes.io/last-applied-configuration"
        text = f"metadata:\n  annotations:\n    {key}: |\n      {inner}\n"
        assert told(text) == [(4, "the value of 'a' in a Secret")]
        assert written(text) == [encode(SECRET)]

    def test_a_token_split_over_the_lines_of_a_quoted_scalar(self) -> None:
        text = f'a: 1\nx: "{TOKEN[:12]}\\\n  {TOKEN[12:]}"\n'
        (found,) = search(text)
        assert found.secret.value == TOKEN
        assert (found.location.line, found.location.end_line) == (2, 3)

    @pytest.mark.parametrize("form", ["\\x{:02x}", "\\u{:04X}"])
    def test_an_escaped_token(self, form: str) -> None:
        text = 'x: "' + "".join(form.format(ord(char)) for char in TOKEN) + '"\n'
        (found,) = search(text)
        assert found.secret.value == TOKEN
        assert (found.location.column, found.location.end_column) == (5, len(text) - 1)

    @pytest.mark.parametrize(
        "text",
        [
            "remoteRef: {key: DEMO_PASSWORD, property: password}",
            "data: [{secretKey: a8f5f167f44f4964e6c998dee827110c, remoteRef: {key: X}}]",
            "valueFrom: {secretKeyRef: {name: demo, key: a8f5f167f44f4964e6c998dee827110c}}",
            "kind: SealedSecret\nspec: {encryptedData: {password: AgBy3i4OJSWKPiTySYZZA9rO43cGDEqL}}",
            "env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: a, key: b}}}]",
            "env: [{name: PASSWORD_FILE, value: /run/secrets/password}]",
            "template: {data: {password: 'x{{ .password }}'}}",
            "args: [--password, $(PASSWORD), --token, '']",
            "automountServiceAccountToken: false",
            "passwordPolicy: {minimumLength: 12}",
        ],
    )
    def test_what_is_no_secret(self, text: str) -> None:
        assert told(f"{text}\n") == []


class TestBesideTheNodes:
    def test_comments(self) -> None:
        text = f"a: 1  # {TOKEN}\n# password: '{SECRET}'\n"
        assert told(text) == [(1, "a GitHub personal access token"), (2, "the value of 'password'")]

    def test_a_number_sign_inside_a_scalar_is_no_comment(self) -> None:
        assert told("kind: ConfigMap\ndata:\n  a: |\n    # password: 'see-the-manual1'\n") == []

    def test_a_key_that_the_parser_dropped(self) -> None:
        assert told(f"a: {TOKEN}\na: {github_token(seed=2)}\n") == [
            (1, "a GitHub personal access token"),
            (2, "a GitHub personal access token"),
        ]

    def test_a_file_that_cannot_be_parsed(self) -> None:
        text = f"a: [\npassword: {SECRET}\nb: {TOKEN}\n"
        assert told(text) == [(2, "the value of 'password'"), (3, "a GitHub personal access token")]

    @pytest.mark.parametrize("path", ["scripts/run.sh", ".env", "README.md", "a/.netrc", "Dockerfile"])
    def test_other_files(self, path: str) -> None:
        text = f"first\nexport PASSWORD='{SECRET}'\n{web_token()}\n"
        assert told(text, path) == [(2, "the value of 'PASSWORD'"), (3, "a JSON Web Token")]

    def test_weird_values_do_no_harm(self) -> None:
        for text in (
            "kind: Secret\ndata: [a, b]\nstringData: x\n",
            "kind: Secret\ndata: {a: {b: c}, d: null, 5: 6}\n",
            "kind: [Secret]\ndata: {password: [x, y]}\n",
            "env: [{name: [PASSWORD], value: {a: b}}, PASSWORD, null]\n",
            "password: *unknown\n",
            "\tpassword: x\n",
            "sops: {mac: x}\nkind: Secret\n",
            "args: [--password]\nspec: {encryptedData: password}\n",
            "? {a: b}\n: password\n",
        ):
            assert told(text) == []

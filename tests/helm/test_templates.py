"""Templates in values: what can be told, what cannot, and where that is said."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.helm.templates import Templates, go_number
from opencode_policy.resource import Field, ObjectId, Resource
from tests.helm.releases import RELEASE, gaps, release_tree, view
from tests.trees import tree_of

IMAGE = "image: {repository: example/app}"


def templates() -> Templates:
    """Templates over a few values."""
    tree, _ = tree_of(
        {
            "apps/a.yaml": "apiVersion: v1\nkind: A\nmetadata: {name: a}\nv: {a: text, n: 1000000, t: '{{ .x }}', 'b': {c: true}}\n"
        }
    )
    values: Field = tree.resources[0]["v"]
    return Templates({".Release.Name": "demo", "bjw-s.common.lib.chart.names.fullname": "full"}, values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("{{ .Release.Name }}", "demo"),
        ("{{.Release.Name}}", "demo"),
        ("a-{{ $.Release.Name }}-b", "a-demo-b"),
        ("a  {{- .Release.Name -}}  b", "ademob"),
        ("a  {{- .Release.Name }} b", "ademo b"),
        ("a {{ .Release.Name -}} {{ .Release.Name }}", "a demodemo"),
        ("a {{- .Release.Name | upper -}} b", "aDEMOb"),
        ("a  {{- ' ' }}", None),
        ("{{ .Values.a }}", "text"),
        ("{{ .Values.b.c }}", "true"),
        ("{{ .Values.n }}", "1e+06"),
        ("{{ .Values.t }}", None),
        ("{{ .Values.missing }}", None),
        ('{{ include "bjw-s.common.lib.chart.names.fullname" . }}', "full"),
        ('{{ include "bjw-s.common.lib.chart.names.fullname" $ | quote }}', '"full"'),
        ('{{ include "other" . }}', None),
        ("{{ .Release.Name | upper | quote }}", '"DEMO"'),
        ("{{ .Release.Name | sha256sum }}", None),
        ("{{ `{{ .kept }}` }}", "{{ .kept }}"),
        ('{{ "{{" }} x }}', "{{ x }}"),
        ("{{/* nothing */}}x", "x"),
        ("{{ if .x }}y{{ end }}", None),
        ("{{ .Release.Name", None),
        ("}} {{", None),
    ],
)
def test_what_a_template_becomes(text: str, expected: str | None) -> None:
    assert templates().render(text) == expected


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1000, "1000"),
        (999999, "999999"),
        (1000000, "1e+06"),
        (1234567, "1.234567e+06"),
        (20240101, "2.0240101e+07"),
        (123456789.5, "1.234567895e+08"),
        (1.10, "1.1"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1e21, "1e+21"),
        (-20000000, "-2e+07"),
        (0, "0"),
        (float("inf"), "+Inf"),
        (float("nan"), "NaN"),
        (10**400, "+Inf"),
    ],
)
def test_numbers_as_go_prints_them(number: float, text: str) -> None:
    """What `fmt.Sprintf("%v", float64(n))` of Go 1.2x prints."""
    assert go_number(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_keeps_its_value(number: float) -> None:
    assert float(go_number(number)) == number


@given(st.text(alphabet='{}-. |"`$aR()/*\n', max_size=40))
def test_any_text_can_be_asked_about(text: str) -> None:
    found = Templates({}, Resource(ObjectId("", "", "", ""), None, "")["x"]).render(text)  # type: ignore[arg-type]
    assert found is None or isinstance(found, str)
    if "{{" not in text:
        assert found == text


def test_a_template_that_cannot_be_told_stays_and_is_named() -> None:
    values = f"""\
controllers:
  main:
    containers:
      app:
        {IMAGE}
        env:
          A: '{{{{ randAlphaNum 5 }}}}'
"""
    tree, _ = release_tree(values)
    reason = "what Helm makes of this template cannot be told from the files"
    assert gaps(tree) == [(reason, f"{RELEASE}:15")]
    env = view(values, "Deployment")["spec"]["template"]["spec"]["containers"][0]["env"]
    assert env[0]["value"].text == "{{ randAlphaNum 5 }}"
    node = env[0]["value"].node
    assert node is not None
    assert [(change.kind, change.message) for change in node.history] == [("unknown", reason)]


@pytest.mark.parametrize(("tag", "expected"), [("4.4.0", "{{ .Release.Name }}"), ("5.0.1", "demo")])
def test_all_strings_are_templates_from_version_5_on(tag: str, expected: str) -> None:
    values = (
        f"controllers: {{main: {{containers: {{app: {{{IMAGE}, args: ['{{{{ .Release.Name }}}}']}}}}}}}}\n"
    )
    made = view(values, "Deployment", tag)
    assert made["spec"]["template"]["spec"]["containers"][0]["args"].python == [expected]


@pytest.mark.parametrize("piece", ["{{", '{{ "', '{{""', "{{ `{{ ` ", "{{ .Release.Name }}", "{{ a }", "}}"])
def test_long_texts_take_little_time(piece: str) -> None:
    started = time.process_time()
    templates().render(piece * 100_000)
    assert time.process_time() - started < 2

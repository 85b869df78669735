"""Names of what a release makes.

The table is that of the common library's documentation, page "Names"; the names of version 3 follow its
templates `lib/*/_valuesToObject.tpl`.
"""

from __future__ import annotations

import pytest

from tests.helm.releases import names, release_tree, views

CONTAINER = "containers: {app: {image: {repository: example/app, tag: 1.2.3}}}"
NAMED = "base-name"


def _services(item: str, count: int, identifier: str, *, always: bool) -> str:
    other = "  zzz: {controller: main, ports: {http: {port: 81}}}\n" if count > 1 else ""
    return f"""\
global: {{fullnameOverride: {NAMED}, alwaysAppendIdentifierToResourceName: {str(always).lower()}}}
controllers: {{main: {{{CONTAINER}}}}}
service:
  {identifier}: {{controller: main, ports: {{http: {{port: 80}}}}, {item}}}
{other}"""


@pytest.mark.parametrize(
    ("item", "count", "always", "identifier", "name"),
    [
        ("forceRename: custom-name", 2, False, "abc", "custom-name"),
        ("forceRename: '{{ .Release.Namespace }}'", 1, False, "abc", "media"),
        ("", 1, False, "abc", NAMED),
        ("prefix: team", 1, False, "abc", f"team-{NAMED}"),
        (f"prefix: {NAMED}", 1, False, "abc", NAMED),
        ("suffix: svc", 1, False, "abc", f"{NAMED}-svc"),
        (f"suffix: {NAMED}", 1, False, "abc", NAMED),
        ("prefix: team, suffix: svc", 1, False, "abc", f"team-{NAMED}-svc"),
        ("", 1, True, "abc", f"{NAMED}-abc"),
        ("prefix: team, suffix: svc", 1, True, "abc", f"team-{NAMED}-abc-svc"),
        ("", 2, False, "abc", f"{NAMED}-abc"),
        ("prefix: team, suffix: svc", 2, False, "abc", f"team-{NAMED}-abc-svc"),
        ("", 2, False, NAMED, NAMED),
        ("suffix: abc", 2, False, "abc", f"{NAMED}-abc"),
        ("suffix: '{{ .Release.Name }}'", 1, False, "abc", f"{NAMED}-demo"),
        ("forceRename: UPPER", 1, False, "abc", "upper"),
    ],
)
def test_the_scheme_of_version_4(item: str, count: int, always: bool, identifier: str, name: str) -> None:
    assert names(_services(item, count, identifier, always=always), "Service")[0] == name


@pytest.mark.parametrize(
    ("item", "count", "identifier", "name"),
    [
        ("", 1, "main", "demo"),
        ("", 1, "abc", "demo"),
        ("", 2, "abc", "demo-abc"),
        ("", 2, "demo", "demo"),
        ("primary: true", 2, "abc", "demo"),
        ("nameOverride: web", 1, "abc", "demo-web"),
        ("nameOverride: demo", 1, "abc", "demo"),
        ("nameOverride: '{{ .Release.Namespace }}'", 2, "abc", "demo-media"),
        ("forceRename: ignored", 1, "abc", "demo"),
    ],
)
def test_the_names_of_services_in_version_3(item: str, count: int, identifier: str, name: str) -> None:
    values = _services(item, count, identifier, always=False).replace(f"fullnameOverride: {NAMED}, ", "")
    assert names(values, "Service", "3.7.3")[0] == name


@pytest.mark.parametrize(
    ("tag", "item", "identifier", "claim", "config"),
    [
        ("4.4.0", "", "data", "demo", "demo"),
        ("4.4.0", "suffix: x", "data", "demo-x", "demo"),
        ("4.4.0", "nameOverride: x", "data", "demo", "demo"),
        ("3.7.3", "", "data", "demo-data", "demo-settings"),
        ("3.7.3", "", "demo", "demo", "demo-settings"),
        ("3.7.3", "nameOverride: x", "data", "demo-x", "demo-settings"),
        ("3.7.3", "nameOverride: '-'", "data", "demo", "demo-settings"),
    ],
)
def test_one_claim_and_one_config_map(tag: str, item: str, identifier: str, claim: str, config: str) -> None:
    values = f"""\
controllers: {{main: {{{CONTAINER}}}}}
configMaps: {{settings: {{data: {{a: b}}}}}}
persistence: {{{identifier}: {{accessMode: ReadWriteOnce, size: 1Gi, {item}}}}}
"""
    assert names(values, "PersistentVolumeClaim", tag) == [claim]
    assert names(values, "ConfigMap", tag) == [config]


def test_what_is_switched_off_does_not_count() -> None:
    values = f"""\
controllers: {{main: {{{CONTAINER}}}, other: {{enabled: false, {CONTAINER}}}}}
service: {{a: {{ports: {{http: {{port: 80}}}}}}, b: {{enabled: false, ports: {{http: {{port: 81}}}}}}}}
"""
    assert [(item.kind, item.name) for item in views(values)] == [("Deployment", "demo"), ("Service", "demo")]


def test_a_claim_that_exists_does_not_count() -> None:
    values = f"""\
controllers: {{main: {{{CONTAINER}}}}}
persistence: {{a: {{size: 1Gi, accessMode: ReadWriteOnce}}, b: {{existingClaim: other}}, c: {{type: emptyDir}}}}
"""
    assert names(values, "PersistentVolumeClaim") == ["demo"]


@pytest.mark.parametrize(
    ("override", "name"),
    [
        ("global: {nameOverride: other}", "demo-other"),
        ("global: {nameOverride: em}", "demo"),
        ("global: {fullnameOverride: full}", "full"),
        ("fullnameOverride: full", "full"),
        ("nameOverride: other", "demo"),
        (f"fullnameOverride: {'a' * 62}-bc", "a" * 62),
    ],
)
def test_overrides_of_the_whole_release(override: str, name: str) -> None:
    assert names(f"{override}\ncontrollers: {{main: {{{CONTAINER}}}}}\n", "Deployment") == [name]


LONG = "a-very-lengthy-target-namespace-with-a-nice-object-name"


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("releaseName: given", "given"),
        ("targetNamespace: other", "other-demo"),
        (f"targetNamespace: {LONG.removesuffix('-demo')}", f"{LONG}-demo"[:40] + "-"),
    ],
)
def test_the_name_of_a_release(spec: str, name: str) -> None:
    text = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: demo}\nspec:\n"
        f"  {spec}\n  chart: {{spec: {{chart: app-template, version: 4.4.0}}}}\n"
        f"  values: {{controllers: {{main: {{{CONTAINER}}}}}}}\n"
    )
    tree, _ = release_tree("", text=text)
    found = [item for item in tree.resources if item.release is not None]
    assert [item.name.startswith(name) for item in found] == [True]
    assert all(len(item.name) <= 53 for item in found)


def test_a_long_name_is_shortened_as_flux_documents_it() -> None:
    """The example of helm-controller's documentation, section "Release name"; of its name 40 letters remain."""
    text = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
        "metadata: {name: nice-object-name}\nspec:\n"
        "  targetNamespace: a-very-lengthy-target-namespace-with-a\n"
        "  chart: {spec: {chart: app-template, version: 4.4.0}}\n"
        f"  values: {{controllers: {{main: {{{CONTAINER}}}}}}}\n"
    )
    tree, _ = release_tree("", text=text)
    [made] = [item for item in tree.resources if item.release is not None]
    assert made.name == "a-very-lengthy-target-namespace-with-a-n-97af5d7f41f3"
    assert made.namespace == "a-very-lengthy-target-namespace-with-a"


@pytest.mark.parametrize("target", ["", "  targetNamespace: there\n"])
def test_the_namespace_of_what_a_release_makes(target: str) -> None:
    text = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: demo}\nspec:\n"
        f"{target}  chart: {{spec: {{chart: app-template, version: 4.4.0}}}}\n"
        f"  values: {{controllers: {{main: {{{CONTAINER}}}}}}}\n"
    )
    tree, _ = release_tree("", text=text)
    [made] = [item for item in tree.resources if item.release is not None]
    assert made.namespace == ("there" if target else "media")
    assert made["metadata"]["namespace"].text == made.namespace

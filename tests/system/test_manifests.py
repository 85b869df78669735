"""The manifests, built by kustomize and held against the schemas of the cluster's components."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .kustomized import (
    SCHEMAS,
    Manifest,
    build,
    crd_schema,
    keeps_variables,
    leaves,
    one,
    substituted,
)
from .places import APPS, COMPONENT, INIT_WORKSPACE, INSTALL_GIT, ROOT, WORKSPACES

APP_FOLDERS = ["certificate/app", *(f"{name}/app" for name in WORKSPACES)]
FOLDERS = [".", *APP_FOLDERS]
# Differences between the two workspaces beyond their own name.
MAY_DIFFER = {
    "Deployment .spec.template.spec.containers[0].workingDir",
    "Deployment .spec.template.spec.initContainers[1].env[1].value",
    "Deployment .spec.template.spec.initContainers[1].env[2].value",
    "ExternalSecret .spec.data[0].remoteRef.key",
    "ExternalSecret .spec.data[1].remoteRef.key",
    "ExternalSecret .spec.data[2].remoteRef.key",
    "HTTPRoute .spec.hostnames[0]",
}


def pod_of(workspace: str) -> Manifest:
    pod: Manifest = one(build(APPS / workspace / "app"), "Deployment")["spec"]["template"]["spec"]
    return pod


def containers(workspace: str) -> dict[str, Manifest]:
    pod = pod_of(workspace)
    return {item["name"]: item for item in pod["initContainers"] + pod["containers"]}


@pytest.mark.parametrize("folder", FOLDERS)
def test_objects_match_the_schemas_of_the_custom_resources(folder: str) -> None:
    if not SCHEMAS.is_dir():
        pytest.skip(f"no CRD schemas at {SCHEMAS.name}; CRD_SCHEMAS names another folder")
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    checked = 0
    for manifest in substituted(APPS / folder):
        schema = crd_schema(manifest["apiVersion"], manifest["kind"])
        if schema is not None:
            errors = jsonschema.Draft7Validator(schema).iter_errors(manifest)
            assert [f"{error.json_path}: {error.message}" for error in errors] == []
            checked += 1
    assert checked


@pytest.mark.parametrize("folder", [".", *(f"{name}/app" for name in WORKSPACES)])
def test_objects_match_the_schemas_of_kubernetes(folder: str) -> None:
    validator = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    checked = 0
    for manifest in substituted(APPS / folder):
        if manifest["apiVersion"] in ("v1", "apps/v1"):
            validator.validate(manifest, validator.latest_version(), strict=True)
            checked += 1
    assert checked


def test_every_flux_kustomization_is_listed_and_leads_to_something() -> None:
    manifests = build(APPS)
    listed = {item["metadata"]["name"]: item for item in manifests if item["kind"] == "Kustomization"}
    assert sorted(listed) == ["opencode-certificate", *WORKSPACES]
    assert len(list(APPS.glob("*/ks.yaml"))) == len(listed)
    for item in listed.values():
        assert build(ROOT / item["spec"]["path"])


@pytest.mark.parametrize("folder", APP_FOLDERS)
def test_no_file_is_forgotten(folder: str) -> None:
    listed = yaml.safe_load((APPS / folder / "kustomization.yaml").read_text())["resources"]
    present = {f"./{path.name}" for path in (APPS / folder).iterdir() if path.name != "kustomization.yaml"}
    assert set(listed) == present


@pytest.mark.parametrize("folder", FOLDERS)
def test_only_known_variables_are_left_to_flux(folder: str) -> None:
    for manifest in substituted(APPS / folder):
        if not keeps_variables(manifest):
            assert [value for _, value in leaves(manifest) if "$" in str(value)] == []


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_scripts_arrive_byte_for_byte(workspace: str) -> None:
    config_map = one(build(APPS / workspace / "app"), "ConfigMap", f"{workspace}-scripts")
    assert keeps_variables(config_map)
    for path in (INIT_WORKSPACE, INSTALL_GIT, COMPONENT / "copilot-login.awk"):
        assert config_map["data"][path.name] == path.read_text()


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_configuration_limits_the_providers_and_brings_its_gitignore(workspace: str) -> None:
    config_map = one(build(APPS / workspace / "app"), "ConfigMap", f"{workspace}-config")
    assert json.loads(config_map["data"]["opencode.json"])["enabled_providers"] == ["github-copilot"]
    assert config_map["data"][".gitignore"]


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_everything_that_the_pod_refers_to_exists(workspace: str) -> None:
    manifests = build(APPS / workspace / "app")
    made = {(item["kind"], item["metadata"]["name"]): item for item in manifests}
    secrets = {
        item["spec"]["target"]["name"]: {entry["secretKey"] for entry in item["spec"]["data"]}
        for item in manifests
        if item["kind"] == "ExternalSecret"
    }
    for volume in pod_of(workspace)["volumes"]:
        if "configMap" in volume:
            assert ("ConfigMap", volume["configMap"]["name"]) in made
        elif "secret" in volume:
            wanted = {item["key"] for item in volume["secret"]["items"]}
            assert wanted <= secrets[volume["secret"]["secretName"]]
        elif "persistentVolumeClaim" in volume:
            assert ("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]) in made
    for container in containers(workspace).values():
        for reference in secret_references(container):
            assert reference["key"] in secrets[reference["name"]]


def secret_references(container: Manifest) -> list[dict[str, str]]:
    sources = (entry.get("valueFrom", {}) for entry in container["env"])
    return [source["secretKeyRef"] for source in sources if "secretKeyRef" in source]


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_every_mount_has_its_volume_and_every_volume_a_mount(workspace: str) -> None:
    mounted = {mount["name"] for item in containers(workspace).values() for mount in item["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod_of(workspace)["volumes"]}


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_each_secret_goes_to_one_container(workspace: str) -> None:
    where = {
        reference["key"]: name
        for name, container in containers(workspace).items()
        for reference in secret_references(container)
    }
    assert where == {"github-pat": "init-workspace", "server-password": "opencode"}
    holders = [
        name
        for name, item in containers(workspace).items()
        if any(mount["name"] == "secrets" for mount in item["volumeMounts"])
    ]
    assert holders == ["init-workspace"]


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_variables_are_those_that_the_scripts_read(workspace: str) -> None:
    for name, script in (("init-workspace", INIT_WORKSPACE), ("install-git", INSTALL_GIT)):
        container = containers(workspace)[name]
        assert container["command"] == ["/bin/sh", f"/scripts/{script.name}"]
        for entry in container["env"]:
            assert re.search(rf"\b{entry['name']}\b", script.read_text()), entry["name"]


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_server_starts_in_the_clone_and_finds_the_login_and_git(workspace: str) -> None:
    found = containers(workspace)
    init = {entry["name"]: entry.get("value") for entry in found["init-workspace"]["env"]}
    server = {entry["name"]: entry.get("value") for entry in found["opencode"]["env"]}
    tools = {entry["name"]: entry.get("value") for entry in found["install-git"]["env"]}["TOOLS_DIR"]
    assert found["opencode"]["workingDir"] == init["REPO_DIR"]
    assert server["HOME"] == init["HOME"]
    assert server["PATH"].split(":")[-1] == f"{tools}/bin"
    assert mounts(found["init-workspace"]).items() >= {
        (init["HOME"], ("data", "home")),
        (str(Path(init["REPO_DIR"]).parent), ("data", "workspace")),
    }
    assert mounts(found["opencode"])[f"{server['XDG_CONFIG_HOME']}/opencode"] == ("config", None)


def mounts(container: Manifest) -> dict[str, tuple[str, str | None]]:
    return {item["mountPath"]: (item["name"], item.get("subPath")) for item in container["volumeMounts"]}


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_no_mount_lies_inside_another(workspace: str) -> None:
    """The runtime would make the mount point, as root, on the volume that is mounted around it."""
    for container in containers(workspace).values():
        paths = list(mounts(container))
        assert [(a, b) for a in paths for b in paths if a.startswith(f"{b}/")] == []


def test_workspaces_differ_only_where_they_must() -> None:
    first, second = (neutral(name) for name in WORKSPACES)
    assert first.keys() == second.keys()
    different = {path for path, value in first.items() if second[path] != value}
    assert {without_name(path) for path in different} == MAY_DIFFER


def neutral(workspace: str) -> dict[str, Any]:
    """Every value of a workspace, by kind, name and path, with the workspace's own name taken out."""
    found = {}
    for manifest in [*build(APPS / workspace / "app"), one(build(APPS), "Kustomization", workspace)]:
        text = json.dumps(manifest).replace(workspace, "WORKSPACE")
        for path, value in leaves(json.loads(text)):
            key = f"{manifest['kind']} {manifest['metadata']['name']} {path}".replace(workspace, "WORKSPACE")
            found[key] = value
    return found


def without_name(path: str) -> str:
    kind, _, rest = path.split(" ", 2)
    return f"{kind} {rest}"


def test_no_file_holds_what_the_plan_forbids() -> None:
    """The plan's own check for secrets, run over every file as grep would: the dot is any character."""
    pattern = re.compile(r"ghp_|auth.json")
    for path in (path for path in APPS.rglob("*") if path.is_file()):
        hits = [line for line in path.read_text().splitlines() if pattern.search(line)]
        assert hits == [], path

"""The generated repository: the same for the same seed, of the size asked for, and consistent."""

import hashlib
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

import pytest
import yaml

from benchmarks.generate import DEFAULT_FILES, SMALLEST, repository, write, yaml_files
from opencode_policy.expand.envsubst import substitute
from opencode_policy.quantity import parse_quantity

SIZE = 1500

Document = dict[str, Any]


@cache
def tree() -> Mapping[str, str]:
    return repository(SIZE, seed=7)


@cache
def documents() -> Mapping[str, tuple[Any, ...]]:
    return {
        path: tuple(yaml.load_all(text, Loader=yaml.CSafeLoader))
        for path, text in tree().items()
        if path.endswith(".yaml")
    }


def objects(kind: str, api: str = "") -> Iterator[tuple[str, Document]]:
    """Path and object of every Kubernetes object of the kind."""
    for path, found in documents().items():
        for document in found:
            if document.get("kind") == kind and document["apiVersion"].startswith(api):
                yield path, document


def by_folder(kind: str) -> set[tuple[str, str]]:
    """Application folder and name of every object of the kind."""
    return {(app_folder(path), item["metadata"]["name"]) for path, item in objects(kind)}


def app_folder(path: str) -> str:
    return "/".join(path.split("/")[:4])


def digest(files: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()


def test_the_same_seed_makes_the_same_repository() -> None:
    assert digest(repository(SIZE, seed=7)) == digest(tree())
    assert digest(repository(SIZE, seed=8)) != digest(tree())


def test_another_process_with_other_hashes_makes_the_same_repository(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "benchmarks.generate", str(tmp_path), "--files", str(SMALLEST), "--seed", "7"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        check=True,
        capture_output=True,
    )
    written = {
        str(path.relative_to(tmp_path)): path.read_text("utf-8")
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert written == repository(SMALLEST, seed=7)


@pytest.mark.parametrize("size", [SMALLEST, SMALLEST + 1, 99, 250, 777, DEFAULT_FILES])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_number_of_files_is_exact(size: int, seed: int) -> None:
    assert yaml_files(repository(size, seed)) == size


def test_too_small_a_repository_is_refused() -> None:
    with pytest.raises(ValueError, match=f"at least {SMALLEST} files"):
        repository(SMALLEST - 1)


def test_write(tmp_path: Path) -> None:
    write({"a/b/c.yaml": "é: 1\n"}, tmp_path / "new")
    assert (tmp_path / "new/a/b/c.yaml").read_bytes() == "é: 1\n".encode()


def test_every_file_parses_into_objects_or_settings() -> None:
    for path, found in documents().items():
        assert found, path
        for document in found:
            is_object = isinstance(document, dict) and {"apiVersion", "kind"} <= document.keys()
            assert is_object != ("/resources/" in path), path


def test_the_shape_is_that_of_real_repositories() -> None:
    lines = sorted(text.count("\n") for path, text in tree().items() if path.endswith(".yaml"))
    assert 22 <= statistics.median(lines) <= 36
    assert sum(count >= 300 for count in lines) >= 5
    assert lines[-1] < 3000


def test_the_mix() -> None:
    kinds = {document.get("kind") for found in documents().values() for document in found}
    assert kinds >= {
        *("Kustomization", "HelmRelease", "OCIRepository", "GitRepository", "Namespace", "ExternalSecret"),
        *(
            "PersistentVolumeClaim",
            "HTTPRoute",
            "ConfigMap",
            "Deployment",
            "StatefulSet",
            "Service",
            "CronJob",
        ),
        *("Secret", "BackendTrafficPolicy", "ReplicationSource", "Gateway", "ClusterSecretStore"),
    }
    text = "\n".join(tree().values())
    for feature in (
        "&app ",
        "*app",
        "<<: *",
        ": |\n",
        ": >-\n",
        "\n---\n",
        "# ",
        "$$",
        "${APP}",
        "#!/bin/sh",
    ):
        assert feature in text, feature


def test_a_kustomization_lists_exactly_the_files_of_its_folder() -> None:
    folders = {path.rpartition("/")[0] for path in tree() if path.endswith("/kustomization.yaml")}
    for path, item in objects("Kustomization", "kustomize.config.k8s.io"):
        folder = path.rpartition("/")[0]
        listed = [normpath(f"{folder}/{name}") for name in item["resources"]]
        listed += [
            normpath(f"{folder}/{entry.partition('=')[2]}")
            for generator in item.get("configMapGenerator", ())
            for entry in generator["files"]
        ]
        assert len(set(listed)) == len(listed), path
        for name in listed:
            assert name in tree() or name in folders, f"{path}: {name}"
        own = {file for file in tree() if file.startswith(f"{folder}/") and file != path}
        if folder.endswith(("/app", "/rules")):
            assert own <= set(listed), path


def test_every_application_is_listed_by_its_namespace() -> None:
    listed = {
        normpath(f"{path.rpartition('/')[0]}/{name}")
        for path, item in objects("Kustomization", "kustomize.config.k8s.io")
        for name in item["resources"]
    }
    for path in tree():
        if path.endswith(("/ks.yaml", "/namespace.yaml")):
            assert path in listed


def test_flux_kustomizations_are_unique_and_their_paths_and_needs_exist() -> None:
    flux = list(objects("Kustomization", "kustomize.toolkit.fluxcd.io"))
    names = [item["metadata"]["name"] for _, item in flux]
    spaces = {item["metadata"]["name"] for _, item in objects("Namespace")}
    assert len(names) == len(set(names))
    for path, item in flux:
        folder = PurePosixPath(item["spec"]["path"]).as_posix()
        assert any(file.startswith(f"{folder}/") for file in tree()), path
        assert item["spec"].get("targetNamespace") in spaces | {None}
        assert {need["name"] for need in item["spec"].get("dependsOn", ())} <= set(names)


def test_charts_and_their_claims_maps_and_secrets_exist() -> None:
    sources, claims = by_folder("OCIRepository"), by_folder("PersistentVolumeClaim")
    maps, secrets = by_folder("ConfigMap"), external_secret_targets()
    for path, item in objects("HelmRelease"):
        folder = app_folder(path)
        assert (folder, item["spec"]["chartRef"]["name"]) in sources
        for volume in item["spec"]["values"].get("persistence", {}).values() if app_template(item) else ():
            if "existingClaim" in volume:
                claim = volume["existingClaim"]
                assert (folder, claim) in claims or backed_up(folder), path
            if volume.get("type") == "configMap":
                assert (folder, volume["name"]) in maps or volume["name"].endswith("-files"), path
        for name in re.findall(r"secretRef:\n\s+name: (\S+)", tree()[path]):
            assert (folder, name) in secrets, path


def app_template(item: Document) -> bool:
    return "controllers" in item["spec"]["values"]


def backed_up(folder: str) -> bool:
    return "templates/volsync" in tree()[f"{folder}/app/kustomization.yaml"]


def external_secret_targets() -> set[tuple[str, str]]:
    return {(app_folder(path), item["spec"]["target"]["name"]) for path, item in objects("ExternalSecret")}


def test_workloads_services_and_routes_fit_together() -> None:
    services, routes, releases = by_folder("Service"), by_folder("HTTPRoute"), by_folder("HelmRelease")
    for path, item in objects("HTTPRoute"):
        assert (app_folder(path), item["spec"]["rules"][0]["backendRefs"][0]["name"]) in services
    for path, item in objects("StatefulSet"):
        assert (app_folder(path), item["spec"]["serviceName"]) in services
    for path, item in objects("BackendTrafficPolicy"):
        assert (app_folder(path), item["spec"]["targetRefs"][0]["name"]) in routes | releases
    for _, item in [*objects("Deployment"), *objects("StatefulSet")]:
        selector = item["spec"]["selector"]["matchLabels"]
        assert selector.items() <= item["spec"]["template"]["metadata"]["labels"].items()
        mounted = {mount["name"] for mount in pod(item)["containers"][0]["volumeMounts"]}
        declared = {volume["name"] for volume in pod(item)["volumes"]}
        declared |= {claim["metadata"]["name"] for claim in item["spec"].get("volumeClaimTemplates", ())}
        assert mounted == declared


def pod(item: Document) -> Document:
    found = item["spec"]["template"]["spec"]
    assert isinstance(found, dict)
    return found


def test_quantities_are_quantities() -> None:
    for path, item in objects("PersistentVolumeClaim"):
        if "templates" not in path:
            assert parse_quantity(item["spec"]["resources"]["requests"]["storage"]).value > 0


def test_flux_can_substitute_every_manifest() -> None:
    known = {"SECRET_DOMAIN", "TIMEZONE"}
    for path, text in tree().items():
        if "/resources/" in path:
            continue
        for use in substitute(text, dict.fromkeys(known, "value")).uses:
            in_component = "/templates/" in path and (use.has_default or use.name == "APP")
            assert use.defined or in_component, f"{path}: {use.name}"


def test_nothing_looks_like_a_token() -> None:
    prefixes = ["ghp", "gho", "ghu", "ghs", "github_pat", "dp[.]", "sk-", "xox", "AKIA", "glpat", "eyJ"]
    token = re.compile(rf"\b(?:{'|'.join(prefixes)})[\w.-]{{10,}}|PRIVATE KEY")
    for path, text in tree().items():
        assert not token.search(text), path

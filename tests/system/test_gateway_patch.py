"""docs/install: the patch for the Gateway does what its instructions say, and nothing by mistake."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from .kustomized import Manifest, build, one
from .places import APPS, ROOT

INSTALL = ROOT / "docs" / "install"
PATCH = INSTALL / "envoy-internal-certificate.patch.yaml"
FIRST = "${SECRET_DOMAIN/./-}-production-tls"


def listener(name: str, port: int) -> Manifest:
    made: Manifest = {"name": name, "port": port, "protocol": name.upper()}
    if name == "https":
        made["tls"] = {"certificateRefs": [{"kind": "Secret", "name": FIRST}]}
    return made


def patched(folder: Path, listeners: list[Manifest]) -> subprocess.CompletedProcess[str]:
    """Builds a Gateway with `listeners` the way the instructions say."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    gateway = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway"}
    others = [
        gateway | {"metadata": {"name": name}, "spec": {"gatewayClassName": "envoy", "listeners": listeners}}
        for name in ("envoy-external", "envoy-internal")
    ]
    (folder / "envoy.yaml").write_text(yaml.safe_dump_all(others))
    shutil.copy(PATCH, folder)
    (folder / "kustomization.yaml").write_text("resources:\n  - ./envoy.yaml\n" + instructions())
    command = ["kubectl", "kustomize", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def instructions() -> str:
    """The lines that the README tells to add to the kustomization."""
    block = re.search(r"```yaml\n(patches:.*?)```", (INSTALL / "README.md").read_text(), re.DOTALL)
    assert block
    return block[1]


def certificates(gateways: list[Manifest], name: str) -> list[str]:
    spec = one(gateways, "Gateway", name)["spec"]
    return [reference["name"] for reference in spec["listeners"][1]["tls"]["certificateRefs"]]


def test_patch_adds_the_certificate_behind_the_first(tmp_path: Path) -> None:
    result = patched(tmp_path, [listener("http", 80), listener("https", 443)])
    assert result.returncode == 0, result.stderr
    gateways = list(yaml.safe_load_all(result.stdout))
    wanted = one(build(APPS / "certificate" / "app"), "Certificate")["spec"]["secretName"]
    assert certificates(gateways, "envoy-internal") == [FIRST, wanted]
    assert certificates(gateways, "envoy-external") == [FIRST]


@pytest.mark.parametrize(
    "listeners",
    [
        [listener("https", 443), listener("http", 80)],
        [listener("http", 80), listener("dns", 53), listener("https", 443)],
        [listener("https", 443)],
    ],
)
def test_patch_fails_when_the_listeners_have_moved(tmp_path: Path, listeners: list[Manifest]) -> None:
    result = patched(tmp_path, listeners)
    assert result.returncode != 0
    assert "listeners" in result.stderr

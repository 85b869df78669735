"""opencode-policy render: the manifests as Flux would apply them, and the life of a value."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from opencode_policy.parse import parse
from opencode_policy.source import Source
from tests.cli.conftest import Command
from tests.cli.repository import BASE, CLAIM_PATH

KS = """\
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: demo
  namespace: flux-system
spec:
  targetNamespace: demo
  path: ./kubernetes/apps/demo/demo/app
  prune: true
  sourceRef:
    kind: GitRepository
    name: home
  interval: 30m
  postBuild:
    substitute:
      SIZE: 7Gi
"""
DEMO = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: demo
  namespace: demo
spec:
  accessModes:
  - ReadWriteOnce
  storageClassName: block
  resources:
    requests:
      storage: 10Gi
"""


@pytest.fixture
def substituted(repository: Path) -> Path:
    """The repository with a size that its Kustomization sets."""
    (repository / BASE / "demo/ks.yaml").write_text(KS, encoding="utf-8")
    claim = repository / CLAIM_PATH
    claim.write_text(claim.read_text(encoding="utf-8").replace("10Gi", "${SIZE}"), encoding="utf-8")
    return repository


class TestManifests:
    def test_every_object_that_is_applied(self, command: Command, repository: Path) -> None:
        done = command("render")
        assert (done.code, done.err) == (0, "")
        first, flux, claim = done.out.split("---\n")
        assert first == ""
        assert flux.startswith("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n")
        assert claim == DEMO

    def test_it_is_the_same_every_time(self, command: Command, repository: Path) -> None:
        assert command("render").out == command("render", "kubernetes").out

    def test_values_are_substituted(self, command: Command, substituted: Path) -> None:
        assert command("render").out.endswith(DEMO.replace("10Gi", "7Gi"))

    def test_the_origin_of_each_object(self, command: Command, repository: Path) -> None:
        documents = command("render", "--annotate").out.split("---\n")
        assert documents[2] == (
            "# from kubernetes/apps/demo/demo/app/claim.yaml:2\n"
            "# via cluster-apps (inventory) > demo (kubernetes/apps/demo/demo/ks.yaml:5)\n" + DEMO
        )

    def test_what_is_printed_is_yaml(self, command: Command, repository: Path) -> None:
        parsed = parse(Source("out", command("render", "--annotate").out))
        assert parsed.diagnostics == []
        assert len(parsed.documents) == 2

    def test_what_cannot_be_expanded_is_named(self, command: Command, repository: Path) -> None:
        path = repository / BASE / "demo/app/kustomization.yaml"
        path.write_text("resources:\n  - ./claim.yaml\n  - ./gone.yaml\n", encoding="utf-8")
        done = command("render")
        assert done.code == 1
        assert done.out.endswith(DEMO)
        assert done.err == (
            "kubernetes/apps/demo/demo/app/kustomization.yaml:3:5: error: "
            "there is no file or folder './gone.yaml' [kustomize-build-failed]\n"
        )

    def test_a_path_that_does_not_exist(self, command: Command, repository: Path) -> None:
        done = command("render", "kuberntes")
        assert (done.code, done.out) == (2, "")
        assert "did you mean 'kubernetes'?" in done.err


class TestSecrets:
    def test_the_data_of_a_secret_is_masked_and_its_keys_are_shown(
        self, command: Command, repository: Path
    ) -> None:
        manifest = "apiVersion: v1\nkind: Secret\nmetadata: {name: demo}\nstringData:\n  word: x\n"
        (repository / CLAIM_PATH).write_text(manifest, encoding="utf-8")
        done = command("render")
        assert done.out.endswith('stringData:\n  word: "***"\n')
        shown = command("render", "--explain", "Secret/demo:/stringData/word").out
        assert '\nvalue\n  "***"\nwritten\n' in shown

    def test_a_token_is_masked_wherever_it_stands(self, command: Command, repository: Path) -> None:
        token = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"
        text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: demo}}\ndata:\n  a: use {token} here\n"
        (repository / CLAIM_PATH).write_text(text, encoding="utf-8")
        for argv in (["render"], ["render", "--explain", "ConfigMap/demo:/data/a"]):
            done = command(*argv)
            assert token not in done.out + done.err
            assert '"***"' in done.out

    @pytest.mark.parametrize("value", ["x", "hunter" + "2-correct-horse"])
    def test_a_value_with_a_variable_of_a_secret_is_masked(
        self, command: Command, repository: Path, value: str
    ) -> None:
        flux = KS.partition("    substitute:")[0] + "    substituteFrom: [{kind: Secret, name: vars}]\n"
        (repository / BASE / "demo/ks.yaml").write_text(flux, encoding="utf-8")
        manifest = "apiVersion: v1\nkind: {0}\nmetadata: {{name: {1}{2}}}\n{3}"
        given = manifest.format("Secret", "vars", ", namespace: flux-system", f"stringData: {{V: {value}}}\n")
        (repository / BASE / "vars.yaml").write_text(given, encoding="utf-8")
        config = manifest.format("ConfigMap", "demo", "", "data:\n  a: a-${V}-b\n  c: 'yes it is'\n")
        (repository / CLAIM_PATH).write_text(config, encoding="utf-8")
        assert command("render").out.endswith('data:\n  a: "***"\n  c: yes it is\n')
        shown = command("render", "--explain", "ConfigMap/demo:/data/a").out
        assert '\nvalue\n  "***"\nwritten\n' in shown
        assert f"{BASE}/vars.yaml:4:17" in shown


class TestExplain:
    def test_a_value_that_a_variable_decides(self, command: Command, substituted: Path) -> None:
        pointer = "v1/PersistentVolumeClaim/demo/demo:/spec/resources/requests/storage"
        done = command("render", "--explain", pointer)
        assert (done.code, done.err) == (0, "")
        assert done.out == (
            f"{pointer}\n\n"
            "value\n"
            "  7Gi\n"
            "written\n"
            "  kubernetes/apps/demo/demo/app/claim.yaml:11:16\n"
            "changed\n"
            "  substitute  Flux substitutes ${SIZE} here  kubernetes/apps/demo/demo/app/claim.yaml:11:16\n"
            "  set         ${SIZE} is set here, by this Kustomization  "
            "kubernetes/apps/demo/demo/ks.yaml:17:13\n"
            "applied by\n"
            "  cluster-apps  inventory\n"
            "  demo          kubernetes/apps/demo/demo/ks.yaml:5\n"
        )

    @pytest.mark.parametrize(
        "pointer",
        [
            "v1/PersistentVolumeClaim/demo/demo:/metadata/name",
            "v1/PersistentVolumeClaim/demo:/metadata/name",
            "PersistentVolumeClaim/demo/demo:/metadata/name",
            "PersistentVolumeClaim/demo:/metadata/name",
        ],
    )
    def test_version_and_namespace_may_be_left_out(
        self, command: Command, repository: Path, pointer: str
    ) -> None:
        done = command("render", "--explain", pointer)
        assert done.out.startswith("v1/PersistentVolumeClaim/demo/demo:/metadata/name\n\nvalue\n  demo\n")

    def test_an_item_of_a_list_and_the_whole_object(self, command: Command, repository: Path) -> None:
        item = command("render", "--explain", "PersistentVolumeClaim/demo:/spec/accessModes/0").out
        assert "\nvalue\n  ReadWriteOnce\nwritten\n" in item
        whole = command("render", "--explain", "PersistentVolumeClaim/demo").out
        assert "\nvalue\n  apiVersion: v1\n  kind: PersistentVolumeClaim\n" in whole

    def test_a_value_that_is_not_there(self, command: Command, repository: Path) -> None:
        done = command("render", "--explain", "PersistentVolumeClaim/demo:/spec/volumeName")
        assert done.code == 0
        assert "\nvalue\n  none: the path ends at /spec\nwritten\n" in done.out

    @pytest.mark.parametrize(
        ("pointer", "message"),
        [
            (
                "PersistentVolumeClaim/dem:/spec",
                "no object 'PersistentVolumeClaim/dem' is applied; "
                "did you mean 'v1/PersistentVolumeClaim/demo/demo'?",
            ),
            (
                "nonsense",
                "'nonsense' is no pointer; write [GROUP/]VERSION/KIND[/NAMESPACE]/NAME:/path/to/value",
            ),
            (
                "PersistentVolumeClaim/demo:/a~2b",
                "'PersistentVolumeClaim/demo:/a~2b' is no pointer; "
                "write [GROUP/]VERSION/KIND[/NAMESPACE]/NAME:/path/to/value",
            ),
        ],
    )
    def test_a_pointer_that_leads_nowhere(
        self, command: Command, repository: Path, pointer: str, message: str
    ) -> None:
        done = command("render", "--explain", pointer)
        assert (done.code, done.out, done.err) == (2, "", f"opencode-policy: {message}\n")

    def test_a_pointer_that_fits_two_objects(self, command: Command, repository: Path) -> None:
        claim = repository / CLAIM_PATH
        text = claim.read_text(encoding="utf-8")
        claim.write_text(
            text + text.replace("name: demo", "name: demo\n  namespace: other"), encoding="utf-8"
        )
        (repository / BASE / "demo/ks.yaml").write_text(
            KS.replace("  targetNamespace: demo\n", ""), encoding="utf-8"
        )
        done = command("render", "--explain", "PersistentVolumeClaim/demo:/spec")
        assert done.err == (
            "opencode-policy: 'PersistentVolumeClaim/demo' fits 2 objects: "
            "v1/PersistentVolumeClaim/other/demo, v1/PersistentVolumeClaim/demo\n"
        )


PATCH = """\
resources:
  - ./claim.yaml
patches:
  - patch: |
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: demo
      spec:
        resources:
          requests:
            storage: 9Gi
"""


@pytest.fixture
def patched(repository: Path) -> Path:
    """The repository with a patch that sets another size."""
    (repository / BASE / "demo/app/kustomization.yaml").write_text(PATCH, encoding="utf-8")
    return repository


class TestPatched:
    PATCHED = f"{BASE}/demo/app/kustomization.yaml"

    def test_its_history_tells_what_the_patch_replaced(self, command: Command, patched: Path) -> None:
        pointer = "v1/PersistentVolumeClaim/demo/demo:/spec/resources/requests/storage"
        assert command("render", "--explain", pointer).out == (
            f"{pointer}\n\n"
            "value\n"
            "  9Gi\n"
            "written\n"
            f"  {self.PATCHED}:12:22\n"
            "changed\n"
            f"  patch  a patch replaces the value  {self.PATCHED}:12:22\n"
            f"         in the place of what stands at {CLAIM_PATH}:11:16\n"
            "applied by\n"
            "  cluster-apps  inventory\n"
            "  demo          kubernetes/apps/demo/demo/ks.yaml:5\n"
        )

    def test_a_finding_points_into_the_patch_and_shows_the_rest(
        self, command: Command, patched: Path
    ) -> None:
        lines = command("check").out.splitlines()
        assert [line for line in lines if "-->" in line or ":::" in line] == [
            f"  --> {self.PATCHED}:12:22",
            f"  ::: {CLAIM_PATH}:11:16",
            "  ::: kubernetes/apps/demo/demo/ks.yaml:5:9",
        ]


class TestFindings:
    def test_a_finding_tells_how_its_value_came_about(self, command: Command, substituted: Path) -> None:
        done = command("check")
        assert done.code == 1
        assert [line for line in done.out.splitlines() if "-->" in line or ":::" in line] == [
            "  --> kubernetes/apps/demo/demo/app/claim.yaml:11:16",
            "  ::: kubernetes/apps/demo/demo/ks.yaml:17:13",
            "  ::: kubernetes/apps/demo/demo/ks.yaml:5:9",
        ]
        assert "${SIZE} is set here, by this Kustomization" in done.out
        assert "applied by the Flux Kustomization 'demo'" in done.out

    def test_a_value_that_only_the_cluster_knows_is_not_checked(
        self, command: Command, substituted: Path
    ) -> None:
        inventory = substituted / "policies/cluster.yaml"
        text = inventory.read_text(encoding="utf-8") + "unknown_variables: [SIZE]\n"
        inventory.write_text(text.replace("source: home}", "source: home, substitute_from_variables: true}"))
        (substituted / BASE / "demo/ks.yaml").write_text(KS.partition("  postBuild")[0], encoding="utf-8")
        done = command("check")
        assert done.code == 0
        assert "the value of ${SIZE} is not known" in done.out
        assert "SEC-04" in done.out


@pytest.mark.skipif(
    not (shutil.which("kustomize") or shutil.which("kubectl")), reason="neither kustomize nor kubectl is here"
)
class TestInstalledProgram:
    def test_its_objects_stand_at_our_places(self, command: Command, repository: Path) -> None:
        own = command("render", "--annotate").out
        done = command("render", "--annotate", "--renderer", "kustomize")
        assert (done.code, done.err) == (
            0,
            "opencode-policy: built by kustomize; places were found by matching\n",
        )
        assert sorted(done.out.splitlines()) == sorted(own.splitlines())

    def test_a_value_keeps_its_history(self, command: Command, substituted: Path) -> None:
        pointer = "PersistentVolumeClaim/demo:/spec/resources/requests/storage"
        own = command("render", "--explain", pointer).out
        assert command("render", "--explain", pointer, "--renderer", "kustomize").out == own

    def test_what_it_refuses_is_said(self, command: Command, repository: Path) -> None:
        path = repository / BASE / "demo/app/kustomization.yaml"
        path.write_text("resources:\n  - ./gone.yaml\n", encoding="utf-8")
        done = command("render", "--renderer", "kustomize")
        assert done.code == 1
        first = done.err.splitlines()[1]
        assert first.startswith("kubernetes/apps/demo/demo/app/kustomization.yaml:1:1: error: ")
        assert first.endswith(" [kustomize-build-failed]")
        assert "opencode-policy-" not in first


class TestFlate:
    """With a program of that name that prints what flate would."""

    PRINTED = DEMO.replace("10Gi", "11Gi") + "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: other\n"

    def install(self, folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
        program = folder / "programs/flate"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    def test_its_objects_stand_at_our_places(
        self, command: Command, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script = f'echo "$@" >arguments\ncat <<"END"\n{self.PRINTED}END\n'
        self.install(repository, monkeypatch, script)
        pointer = "PersistentVolumeClaim/demo:/spec/resources/requests/storage"
        done = command("render", "kubernetes", "--renderer", "flate", "--explain", pointer)
        assert (done.code, done.err) == (
            0,
            "opencode-policy: built by flate; places were found by matching\n",
        )
        assert f"\nvalue\n  11Gi\nwritten\n  {CLAIM_PATH}:11:16\n" in done.out
        assert (repository / "arguments").read_text(encoding="utf-8") == (
            "build ks --path kubernetes --skip-secrets=false --skip-crds=false\n"
        )

    def test_what_it_does_not_print_stays(
        self, command: Command, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        own = command("render").out
        self.install(repository, monkeypatch, "true\n")
        assert command("render", "--renderer", "flate").out == own

    def test_its_failure_is_said(
        self, command: Command, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.install(repository, monkeypatch, "echo first >&2; echo no source >&2; exit 3\n")
        done = command("render", "--renderer", "flate")
        assert (done.code, done.out) == (2, "")
        assert done.err == "opencode-policy: flate cannot render '.': no source\n"


def test_without_a_program_the_renderer_is_refused(
    command: Command, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(repository))
    done = command("render", "--renderer", "kustomize")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "opencode-policy: the renderer 'kustomize' needs one of the programs 'kustomize' and 'kubectl', "
        "and none is installed\n"
    )
    done = command("render", "--renderer", "flate")
    assert (done.code, done.err) == (
        2,
        "opencode-policy: the renderer 'flate' needs the program 'flate', and it is not installed\n",
    )

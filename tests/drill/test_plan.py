"""From a Pod to what the kubelet would start."""

from __future__ import annotations

from opencode_policy.drill.plan import Blocked, ContainerPlan

from .pods import plan


def container(text: str, *documents: str, **secrets: dict[str, str]) -> ContainerPlan:
    """The plan of a Pod's only container."""
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    pod = f"enableServiceLinks: false\ncontainers:\n  - name: server\n    image: image\n{lines}"
    return plan(pod, *documents, secrets=secrets).containers[0]


def own(plan: ContainerPlan) -> dict[str, str]:
    """Variables that the manifest gives."""
    return {name: value for name, value in plan.environment.items() if not name.startswith("KUBERNETES_")}


def words(blocked: Blocked | None) -> tuple[str, str]:
    """What blocks a container, and the text at the place."""
    assert blocked is not None
    return blocked.words, blocked.at.text


class TestEnvironment:
    def test_nothing_given(self) -> None:
        plan = container("")
        assert (own(plan), plan.command, list(plan.arguments)) == ({}, None, [])
        assert plan.environment["KUBERNETES_SERVICE_PORT"] == "443"

    def test_references_see_what_stands_above(self) -> None:
        plan = container(
            "env:\n  - {name: A, value: a}\n  - {name: B, value: $(A)$(C)$$$$(A)}\n  - {name: C, value: c}\n"
            "command: [run, $(B)]\nargs: [$(C), $(D)]"
        )
        assert own(plan) == {"A": "a", "B": "a$(C)$(A)", "C": "c"}
        assert (plan.command, list(plan.arguments)) == (["run", "a$(C)$(A)"], ["c", "$(D)"])

    def test_secrets_and_their_references(self) -> None:
        plan = container(
            "envFrom:\n  - prefix: S_\n    secretRef: {name: keys}\n"
            "env:\n  - name: ONE\n    valueFrom: {secretKeyRef: {name: keys, key: one}}\n"
            "  - {name: URL, value: https://$(ONE)@host}",
            keys={"one": "1", "two": "2"},
        )
        assert own(plan) == {"S_one": "1", "S_two": "2", "ONE": "1", "URL": "https://1@host"}
        assert plan.blocked is None

    def test_env_beats_env_from_and_the_last_one_wins(self) -> None:
        config = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  A: from\n  B: from\n"
        plan = container(
            "envFrom:\n  - configMapRef: {name: c}\nenv:\n  - {name: A, value: x}\n  - {name: A, value: y}",
            config,
        )
        assert own(plan) == {"B": "from", "A": "y"}

    def test_a_missing_key_blocks_and_an_optional_one_does_not(self) -> None:
        entry = "env:\n  - name: A\n    valueFrom: {secretKeyRef: {name: keys, key: three%s}}"
        plan = container(entry % "", keys={"one": "1"})
        assert words(plan.blocked) == ("couldn't find key three in Secret demo/keys", "three")
        plan = container(entry % ", optional: true", keys={"one": "1"})
        assert (plan.blocked, own(plan)) == (None, {})

    def test_a_missing_secret_blocks(self) -> None:
        plan = container("envFrom:\n  - secretRef: {name: none}")
        assert words(plan.blocked) == ('secret "none" not found', "none")

    def test_fields_of_the_pod(self) -> None:
        entry = "  - name: %s\n    valueFrom: {fieldRef: {fieldPath: %s}}\n"
        plan = container("env:\n" + entry % ("N", "metadata.namespace") + entry % ("I", "status.podIP"))
        assert own(plan) == {"N": "demo", "I": "127.0.0.2"}


class TestSecurity:
    def test_a_user_of_the_pod_and_one_of_the_container(self) -> None:
        pod = (
            "securityContext: {runAsUser: 7, runAsGroup: 8, fsGroup: 9}\n"
            "initContainers:\n  - {name: a, image: a, securityContext: {runAsUser: 0}}\n"
            "containers:\n  - {name: b, image: b}"
        )
        found = plan(pod)
        assert [(item.uid, item.gid) for item in (*found.inits, *found.containers)] == [(0, 8), (7, 8)]
        assert found.fs_group == 9
        assert [item.words for item in found.unhonoured] == [
            "all users of the Pod own the same files: the sandbox has one"
        ]

    def test_root_where_root_is_refused(self) -> None:
        found = container("securityContext: {runAsNonRoot: true}")
        assert found.blocked is not None
        assert found.blocked.words == "container has runAsNonRoot and image will run as root"

    def test_limits(self) -> None:
        found = container("resources: {limits: {cpu: 500m, memory: 512Mi}}")
        assert (found.cpu, found.memory) == (0.5, 512 * 2**20)

    def test_what_the_sandbox_leaves_out_is_listed(self) -> None:
        pod = (
            "hostNetwork: true\nnodeSelector: {disk: fast}\n"
            "containers:\n  - name: a\n    image: a\n    lifecycle: {preStop: {exec: {command: [sync]}}}\n"
            "    securityContext: {privileged: true, capabilities: {add: [NET_ADMIN]}}\n"
            "volumes:\n  - name: host\n    hostPath: {path: /}\n  - name: tmp\n    emptyDir: {sizeLimit: 1Gi}"
        )
        assert [item.words for item in plan(pod).unhonoured] == [
            "hostNetwork is not honoured: the Pod has its own network",
            "nodeSelector is not honoured: there is one node",
            "lifecycle is not honoured: hooks are not run",
            "privileged is not honoured: no container has rights over the machine",
            "the capability NET_ADMIN is not given",
            "a volume of the kind hostPath is an empty directory here",
            "sizeLimit is not enforced",
        ]


class TestVolumes:
    CONFIG = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: A\n  b: B\n"

    def test_files_with_their_modes(self) -> None:
        pod = (
            "containers:\n  - {name: a, image: a}\nvolumes:\n  - name: v\n    configMap:\n      name: c\n"
            "      defaultMode: 0400\n      items:\n        - {key: b, path: x/y, mode: 0555}\n"
            "        - {key: a, path: a}"
        )
        files = plan(pod, self.CONFIG).volumes["v"].files
        assert [(item.path, item.content, item.mode) for item in files] == [
            ("x/y", b"B", 0o555),
            ("a", b"A", 0o400),
        ]

    def test_a_projected_volume_joins_its_sources(self) -> None:
        pod = (
            "containers:\n  - {name: a, image: a}\nvolumes:\n  - name: v\n    projected:\n      sources:\n"
            "        - configMap: {name: c}\n        - secret: {name: s}"
        )
        files = plan(pod, self.CONFIG, secrets={"s": {"b": "secret"}}).volumes["v"].files
        assert {item.path: item.content for item in files} == {"a": b"A", "b": b"secret"}

    def test_what_is_missing_blocks(self) -> None:
        pod = "containers:\n  - {name: a, image: a}\nvolumes:\n  - name: v\n    %s"
        found = plan(pod % "secret: {secretName: s}")
        assert words(found.volumes["v"].blocked) == ('secret "s" not found', "s")
        found = plan(pod % "secret: {secretName: s, items: [{key: k, path: p}]}", secrets={"s": {}})
        assert words(found.volumes["v"].blocked) == ("references non-existent key: k", "k")
        found = plan(pod % "persistentVolumeClaim: {claimName: data}")
        assert words(found.volumes["v"].blocked) == ('persistentvolumeclaim "data" not found', "data")

    def test_a_mount_below_another_comes_after_it(self) -> None:
        pod = (
            "containers:\n  - name: a\n    image: a\n    env: [{name: N, value: n}]\n    volumeMounts:\n"
            "      - {name: v, mountPath: /a/b/, readOnly: true}\n"
            "      - {name: v, mountPath: /a, subPathExpr: $(N)/x}\n      - {name: none, mountPath: /c}\n"
            "volumes:\n  - {name: v, emptyDir: {}}"
        )
        mounts = plan(pod).containers[0].mounts
        assert [(item.path, item.sub_path, item.read_only) for item in mounts] == [
            ("/a", "n/x", False),
            ("/a/b", "", True),
        ]

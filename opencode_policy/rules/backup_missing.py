"""Rule backup-missing."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.backup import examples
from opencode_policy.backup.backups import SOURCE, Backup, backups, destination_of, restic
from opencode_policy.backup.repositories import secret_problems, shared
from opencode_policy.backup.restores import foreign_problems, reference_problems
from opencode_policy.backup.schedules import retention_problems, run_problems, schedule_outcomes
from opencode_policy.backup.volumes import class_outcomes, copy_problems, new_volume_problems, size_problems
from opencode_policy.lean import dataclass
from opencode_policy.nearest import hint
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.resource import Resource
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import WorkspaceTree


@dataclass(frozen=True, slots=True)
class Parameters:
    """How backups are made, and the keys that the Secret of their repository must have.

    The default keys are those of a restic repository in an S3 store such as MinIO.
    """

    copy_method: str = "Snapshot"
    secret_keys: tuple[str, ...] = (
        "RESTIC_REPOSITORY",
        "RESTIC_PASSWORD",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    )


class BackupMissing(Rule):
    """A volume of a workspace is not backed up, or its backup cannot run, be kept apart or come back.

    Judged are VolSync's ReplicationSources with restic, and the ReplicationDestination that fills the claim.
    """

    requirements = ("OPS-02",)
    why = (
        "A backup that never ran looks like one that did until it is needed. VolSync reports a missing "
        "Secret or snapshot class in the status of its objects only, and two claims in one repository "
        "delete each other's history."
    )
    fix = (
        "Give each claim a ReplicationSource with a schedule, a repository of its own, `copyMethod: "
        "Snapshot` and a snapshot class that fits, and let its dataSourceRef name the matching "
        "ReplicationDestination."
    )
    Parameters = Parameters
    good = (
        Example(
            "a schedule, a repository, a snapshot class that fits",
            examples.CLAIM + examples.REPOSITORY + examples.SOURCE,
        ),
        Example(
            "a new claim is filled from the same repository",
            examples.RESTORED
            + examples.REPOSITORY
            + examples.SOURCE
            + f"{examples.DESTINATION}    capacity: 5120Mi\n",
        ),
        Example(
            "a repository in a template, keys in a plain Secret, a capacity of its own",
            f"""\
{examples.CLAIM}\
apiVersion: v1
kind: Secret
metadata: {{name: demo-backup}}
data: {{RESTIC_PASSWORD: "", AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: ""}}
stringData: {{RESTIC_REPOSITORY: "s3:http://minio.example.org/demo"}}
---
{examples.SOURCE}\
    capacity: 6Gi
    storageClassName: block
    cacheStorageClassName: block
""",
        ),
        Example(
            "two claims of the workspace, each with its own",
            examples.CLAIM
            + examples.REPOSITORY
            + examples.SOURCE
            + "---\n"
            + examples.CLAIM.replace("name: demo", "name: second")
            + examples.REPOSITORY.replace("demo-backup", "second-backup").replace("REPOSITORY}", "SECOND}")
            + examples.SOURCE.replace("demo", "second"),
        ),
    )
    bad = (
        Example(
            "no backup",
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: demo  # <- nothing backs up the claim demo
""",
        ),
        Example(
            "a claim that does not exist, and none that does",
            examples.CLAIM.replace("metadata: {name: demo}", "metadata: {name: demo-data}")
            + examples.REPOSITORY
            + examples.SOURCE.replace(
                "sourcePVC: demo",
                "sourcePVC: demo-date  "
                "# <- demo backs up 'demo-date', no claim of demo; did you mean 'demo-data'?",
            ),
        ),
        Example(
            "paused, by hand, with another mover",
            examples.CLAIM
            + examples.REPOSITORY
            + """\
apiVersion: volsync.backube/v1alpha1
kind: ReplicationSource
metadata: {name: demo}
spec:
  paused: true  # <- the ReplicationSource demo is paused
  sourcePVC: demo
  trigger:
    manual: now  # <- a manual trigger switches the schedule off
    schedule: "0 * * * *"
  rclone:  # <- the ReplicationSource demo uses rclone instead of restic
    copyMethod: Snapshot
""",
        ),
        Example(
            "a schedule that never comes",
            examples.CLAIM
            + examples.REPOSITORY
            + examples.SOURCE.replace(
                'trigger: {schedule: "0 * * * *"}',
                "trigger: {schedule: 0 24 * * *}  "
                "# <- the schedule never runs: the hour '24' is outside 0 to 23",
            ),
        ),
        Example(
            "no Secret, another snapshot class, a class that does not exist, no retention",
            examples.CLAIM
            + """\
apiVersion: volsync.backube/v1alpha1
kind: ReplicationSource
metadata: {name: demo}
spec:
  sourcePVC: demo
  trigger: {schedule: "@daily"}
  restic:  # <- without retain VolSync keeps the latest backup only
    repository: backup  # <- nothing makes the Secret demo/backup
    copyMethod: Direct  # <- the copy method is Direct instead of Snapshot
    volumeSnapshotClassName: other  # <- there is no VolumeSnapshotClass other
    cacheStorageClassName: blocks  # <- there is no StorageClass blocks; did you mean 'block'?
""",
        ),
        Example(
            "a key that restic does not read",
            examples.CLAIM
            + examples.REPOSITORY.replace(
                "{secretKey: RESTIC_PASSWORD, remoteRef: {key: PASSWORD}}",
                "{secretKey: RESTIC_PASSWD, remoteRef: {key: P}}  "
                "# <- the Secret demo-backup has 'RESTIC_PASSWD' instead of 'RESTIC_PASSWORD'",
            )
            + examples.SOURCE,
        ),
        Example(
            "two claims in one repository",
            examples.CLAIM
            + examples.REPOSITORY
            + examples.SOURCE.replace(
                "repository: demo-backup",
                "repository: demo-backup  "
                "# <- demo and second are backed up to one repository; each needs its own",
            )
            + "---\n"
            + examples.CLAIM.replace("name: demo", "name: second")
            + examples.SOURCE.replace("demo", "second").replace(
                "repository: second-backup",
                "repository: demo-backup  "
                "# <- second and demo are backed up to one repository; each needs its own",
            ),
        ),
        Example(
            "a restore that cannot become the claim",
            f"{examples.RESTORED}{examples.REPOSITORY}{examples.SOURCE}{examples.DESTINATION}"
            "    capacity: 10Gi  # <- a claim of 5Gi cannot be made from a snapshot of 10Gi\n",
        ),
        Example(
            "the claim is filled from what does not exist",
            examples.RESTORED.replace(
                "name: demo-dst}",
                "name: demo-dest}  "
                "# <- there is no ReplicationDestination demo/demo-dest; did you mean 'demo-dst'?",
            )
            + examples.REPOSITORY
            + examples.SOURCE
            + examples.DESTINATION
            + "    capacity: 5Gi\n",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        found = list(backups(workspace))
        if not found:
            yield Unknown(f"{workspace.name} has no PersistentVolumeClaim", workspace.anchor)
        for backup in found:
            outcomes = [*self._sources(workspace, backup), *self._restore(workspace, backup)]
            yield from outcomes
            if not outcomes:
                yield from _proofs(workspace, backup)

    def _sources(self, workspace: WorkspaceTree, backup: Backup) -> Iterator[Outcome]:
        yield from () if backup.sources else _absent(workspace, backup)
        for source in backup.sources:
            yield from run_problems(workspace.tree, source, backup.claim)
            yield from schedule_outcomes(source)
            if not restic(source):
                continue
            yield from self._storage(workspace, source, backup.claim)
            yield from shared(workspace.tree, source)
            yield from retention_problems(source)

    def _storage(self, workspace: WorkspaceTree, item: Resource, claim: Resource) -> Iterator[Outcome]:
        yield from secret_problems(workspace.tree, item, self.parameters.secret_keys)
        yield from copy_problems(item, self.parameters.copy_method)
        yield from class_outcomes(workspace.tree, item, claim)
        yield from size_problems(item, claim)

    def _restore(self, workspace: WorkspaceTree, backup: Backup) -> Iterator[Outcome]:
        yield from reference_problems(workspace.tree, backup.claim)
        destination = destination_of(workspace.tree, backup.claim)
        if destination is None:
            return
        yield from run_problems(workspace.tree, destination, backup.claim)
        trigger = destination["spec"]["trigger"]
        if not trigger["manual"] and not trigger["schedule"]:
            yield Problem(f"{destination.name} has no trigger: it restores over and over", trigger)
        if restic(destination):
            yield from self._storage(workspace, destination, backup.claim)
            yield from new_volume_problems(destination)
            yield from foreign_problems(workspace.tree, backup, destination)


def _absent(workspace: WorkspaceTree, backup: Backup) -> Iterator[Problem]:
    """No source names the claim: one elsewhere does, one of the workspace names another, or there is none."""
    claim = backup.claim
    for source in backup.elsewhere:
        if source.applied_by is None:
            words = f"no Flux Kustomization applies the ReplicationSource {source.name}"
        else:
            where = f"lands in {source.namespace or 'no namespace'}"
            words = f"the ReplicationSource {source.name} {where}, its claim in {claim.namespace}"
        yield Problem(words, source["metadata"]["name"])
    claims = [item.name for item in workspace.of_kind("PersistentVolumeClaim")]
    own = [item for item in workspace.of_kind(SOURCE) if item["spec"]["sourcePVC"].text not in claims]
    for source in own if not backup.elsewhere else ():
        named = source["spec"]["sourcePVC"]
        words = f"{source.name} backs up '{named.text}', no claim of {workspace.name}"
        yield Problem(words + hint(named.text, claims), named)
    if not own and not backup.elsewhere:
        yield Problem(f"nothing backs up the claim {claim.name}", claim["metadata"]["name"])


def _proofs(workspace: WorkspaceTree, backup: Backup) -> Iterator[Proof]:
    for source in backup.sources:
        schedule, secret = source["spec"]["trigger"]["schedule"], restic(source)["repository"].text
        words = f"{backup.claim.name} is backed up ('{schedule.text}') to the repository in {secret}"
        yield Proof(words, schedule)
    if destination_of(workspace.tree, backup.claim) is not None:
        name = backup.claim["spec"]["dataSourceRef"]["name"]
        yield Proof(f"a new claim {backup.claim.name} is filled from the latest backup", name)

"""What the examples of the backup rules have in common: the claim `demo` and what backs it up."""

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
spec:
  storageClassName: block
  resources: {requests: {storage: 5Gi}}
---
"""
REPOSITORY = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo-backup}
spec:
  data:
    - {secretKey: RESTIC_REPOSITORY, remoteRef: {key: REPOSITORY}}
    - {secretKey: RESTIC_PASSWORD, remoteRef: {key: PASSWORD}}
    - {secretKey: AWS_ACCESS_KEY_ID, remoteRef: {key: ID}}
    - {secretKey: AWS_SECRET_ACCESS_KEY, remoteRef: {key: KEY}}
---
"""
SOURCE = """\
apiVersion: volsync.backube/v1alpha1
kind: ReplicationSource
metadata: {name: demo}
spec:
  sourcePVC: demo
  trigger: {schedule: "0 * * * *"}
  restic:
    repository: demo-backup
    copyMethod: Snapshot
    volumeSnapshotClassName: block-snapshots
    retain: {daily: 7}
"""
RESTORED = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
spec:
  storageClassName: block
  dataSourceRef: {apiGroup: volsync.backube, kind: ReplicationDestination, name: demo-dst}
  resources: {requests: {storage: 5Gi}}
---
"""
DESTINATION = """\
---
apiVersion: volsync.backube/v1alpha1
kind: ReplicationDestination
metadata: {name: demo-dst}
spec:
  trigger: {manual: restore-once}
  restic:
    repository: demo-backup
    copyMethod: Snapshot
    volumeSnapshotClassName: block-snapshots
    storageClassName: block
    accessModes: [ReadWriteOnce]
"""

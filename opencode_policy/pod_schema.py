"""The fields of a pod spec and the type of each: those of the core API, v1.35.

What no rule reads below its first level is `ANY`. A test holds the table against the published schema.
"""

from __future__ import annotations

from typing import Final

TEXT: Final = "a text"
INTEGER: Final = "an integer"
BOOLEAN: Final = "true or false"
PORT: Final = "a number or a name"
ANY: Final = "anything"

Shape = str | dict[str, "Shape"] | list["Shape"]
"""One of the words above, the fields of a mapping, or a list whose items have the one shape in it."""


def _each(shape: str, names: str) -> dict[str, Shape]:
    return dict.fromkeys(names.split(), shape)


_KEY: Final[Shape] = {"key": TEXT, "name": TEXT, "optional": BOOLEAN}
_ITEMS: Final[Shape] = [{"key": TEXT, "mode": INTEGER, "path": TEXT}]
_CONFIG_MAP: Final[Shape] = {"defaultMode": INTEGER, "items": _ITEMS, "name": TEXT, "optional": BOOLEAN}
_SECRET: Final[Shape] = {"defaultMode": INTEGER, "items": _ITEMS, "optional": BOOLEAN, "secretName": TEXT}
_CLAIM: Final[Shape] = {"claimName": TEXT, "readOnly": BOOLEAN}
_SOURCES: Final = (
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi downwardAPI ephemeral fc flexVolume flocker "
    "gcePersistentDisk gitRepo glusterfs hostPath image iscsi nfs photonPersistentDisk portworxVolume "
    "projected quobyte rbd scaleIO storageos vsphereVolume"
)
_EXEC: Final[Shape] = {"command": [TEXT]}
_HTTP: Final[Shape] = {
    "host": TEXT,
    "httpHeaders": [{"name": TEXT, "value": TEXT}],
    "path": TEXT,
    "port": PORT,
    "scheme": TEXT,
}
_TCP: Final[Shape] = {"host": TEXT, "port": PORT}
_HANDLER: Final[Shape] = {"exec": _EXEC, "httpGet": _HTTP, "sleep": {"seconds": INTEGER}, "tcpSocket": _TCP}
_SECONDS: Final = "failureThreshold initialDelaySeconds periodSeconds successThreshold timeoutSeconds"
_PROBE: Final[Shape] = {
    "exec": _EXEC,
    "grpc": {"port": INTEGER, "service": TEXT},
    "httpGet": _HTTP,
    "tcpSocket": _TCP,
    "terminationGracePeriodSeconds": INTEGER,
    **_each(INTEGER, _SECONDS),
}
_USER: Final[dict[str, Shape]] = {
    **_each(ANY, "appArmorProfile seLinuxOptions seccompProfile windowsOptions"),
    **_each(INTEGER, "runAsGroup runAsUser"),
    "runAsNonRoot": BOOLEAN,
}
_CONTAINER: Final[Shape] = {
    "args": [TEXT],
    "command": [TEXT],
    "env": [
        {
            "name": TEXT,
            "value": TEXT,
            "valueFrom": {
                "configMapKeyRef": _KEY,
                "fieldRef": {"apiVersion": TEXT, "fieldPath": TEXT},
                "fileKeyRef": ANY,
                "resourceFieldRef": ANY,
                "secretKeyRef": _KEY,
            },
        }
    ],
    "envFrom": [
        {
            "configMapRef": {"name": TEXT, "optional": BOOLEAN},
            "prefix": TEXT,
            "secretRef": {"name": TEXT, "optional": BOOLEAN},
        }
    ],
    "image": TEXT,
    "imagePullPolicy": TEXT,
    "lifecycle": {"postStart": _HANDLER, "preStop": _HANDLER, "stopSignal": TEXT},
    "livenessProbe": _PROBE,
    "name": TEXT,
    "ports": [
        {"containerPort": INTEGER, "hostIP": TEXT, "hostPort": INTEGER, "name": TEXT, "protocol": TEXT}
    ],
    "readinessProbe": _PROBE,
    "resizePolicy": ANY,
    "resources": {"claims": ANY, "limits": ANY, "requests": ANY},
    "restartPolicy": TEXT,
    "restartPolicyRules": ANY,
    "securityContext": {
        **_each(BOOLEAN, "allowPrivilegeEscalation privileged readOnlyRootFilesystem"),
        "capabilities": {"add": [TEXT], "drop": [TEXT]},
        "procMount": TEXT,
        **_USER,
    },
    "startupProbe": _PROBE,
    **_each(BOOLEAN, "stdin stdinOnce tty"),
    "terminationMessagePath": TEXT,
    "terminationMessagePolicy": TEXT,
    "volumeDevices": ANY,
    "volumeMounts": [
        {
            **_each(TEXT, "mountPath mountPropagation name recursiveReadOnly subPath subPathExpr"),
            "readOnly": BOOLEAN,
        }
    ],
    "workingDir": TEXT,
}

POD_SPEC: Final[Shape] = {
    **_each(INTEGER, "activeDeadlineSeconds priority terminationGracePeriodSeconds"),
    **_each(
        ANY,
        "affinity dnsConfig ephemeralContainers hostAliases imagePullSecrets nodeSelector os overhead "
        "readinessGates resourceClaims resources schedulingGates tolerations topologySpreadConstraints "
        "workloadRef",
    ),
    **_each(
        BOOLEAN,
        "automountServiceAccountToken enableServiceLinks hostIPC hostNetwork hostPID hostUsers "
        "setHostnameAsFQDN shareProcessNamespace",
    ),
    **_each(
        TEXT,
        "dnsPolicy hostname hostnameOverride nodeName preemptionPolicy priorityClassName restartPolicy "
        "runtimeClassName schedulerName serviceAccount serviceAccountName subdomain",
    ),
    "containers": [_CONTAINER],
    "initContainers": [_CONTAINER],
    "securityContext": {
        "fsGroup": INTEGER,
        "fsGroupChangePolicy": TEXT,
        "seLinuxChangePolicy": TEXT,
        "supplementalGroups": [INTEGER],
        "supplementalGroupsPolicy": TEXT,
        "sysctls": ANY,
        **_USER,
    },
    "volumes": [
        {
            **_each(ANY, _SOURCES),
            "configMap": _CONFIG_MAP,
            "emptyDir": {"medium": TEXT, "sizeLimit": ANY},
            "name": TEXT,
            "persistentVolumeClaim": _CLAIM,
            "secret": _SECRET,
        }
    ],
}

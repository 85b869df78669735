"""Workloads: each type of controller, and the same one from the values of either version.

Expected objects are written by hand from the templates of the common library (`classes/_deployment.tpl`,
`_statefulset.tpl`, `_cronjob.tpl`, `_job.tpl`, `lib/pod/_spec.tpl`).
"""

from __future__ import annotations

import pytest
import yaml

from tests.helm.releases import mistakes, pod, view

IMAGE = "image: {repository: example/app, tag: 1.2.3}"

WHOLE = f"""\
controllers:
  main:
    annotations: {{reloader.stakater.com/auto: "true"}}
    labels: {{team: home}}
    pod: {{securityContext: {{runAsUser: 1000}}, annotations: {{a: '{{{{ .Release.Name }}}}'}}}}
    containers:
      app:
        {IMAGE}
        args: [serve]
        resources: {{requests: {{cpu: 100m}}}}
service: {{web: {{controller: main, ports: {{http: {{port: 8080}}}}}}}}
persistence: {{data: {{existingClaim: data, globalMounts: [{{path: /data, subPath: app}}]}}}}
"""

EXPECTED = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  namespace: media
  labels:
    app.kubernetes.io/name: demo
    app.kubernetes.io/instance: demo
    app.kubernetes.io/managed-by: Helm
    app.kubernetes.io/{label}: main
    team: home
  annotations: {{reloader.stakater.com/auto: "true"}}
spec:
  replicas: 1
  revisionHistoryLimit: 3
  strategy: {{type: Recreate}}
  selector:
    matchLabels:
      app.kubernetes.io/name: demo
      app.kubernetes.io/instance: demo
      app.kubernetes.io/{label}: main
  template:
    metadata:
      labels:
        app.kubernetes.io/name: demo
        app.kubernetes.io/instance: demo
        app.kubernetes.io/{label}: main
      annotations: {{a: demo}}
    spec:
      serviceAccountName: {account}
      dnsPolicy: ClusterFirst
      hostIPC: false
      hostNetwork: false
      hostPID: false
      enableServiceLinks: false
      automountServiceAccountToken: {token}
      securityContext: {{runAsUser: 1000}}
      containers:
        - name: app
          image: example/app:1.2.3
          args: [serve]
          volumeMounts: [{{name: data, mountPath: /data, subPath: app}}]
          resources: {{requests: {{cpu: 100m}}}}
      volumes: [{{name: data, persistentVolumeClaim: {{claimName: data}}}}]
"""


@pytest.mark.parametrize(
    ("tag", "label", "account", "token"),
    [
        ("3.7.3", "component", "default", "true"),
        ("4.4.0", "controller", "default", "true"),
        ("5.0.1", "controller", "demo", "false"),
    ],
)
def test_a_whole_deployment_in_every_version(tag: str, label: str, account: str, token: str) -> None:
    made = view(WHOLE, "Deployment", tag).field.python
    assert made == yaml.safe_load(EXPECTED.format(label=label, account=account, token=token))


def test_both_value_shapes_of_one_app_make_the_same_workload() -> None:
    """Version 3 names by `nameOverride`, version 4 by `suffix`; the labels are what differs in the end."""
    old = WHOLE.replace("    labels:", "    nameOverride: web\n    labels:")
    new = WHOLE.replace("    labels:", "    suffix: web\n    labels:")
    text = str(view(old, "Deployment", "3.7.3").field.python)
    assert text.replace("/component", "/controller") == str(view(new, "Deployment", "4.4.0").field.python)


def _spec(controller: str, kind: str, tag: str = "4.4.0") -> object:
    values = f"controllers: {{main: {{{controller}, containers: {{app: {{{IMAGE}}}}}}}}}\n"
    spec = view(values, kind, tag)["spec"].python
    assert isinstance(spec, dict)
    return {
        name: value for name, value in spec.items() if name not in ("template", "selector", "jobTemplate")
    }


@pytest.mark.parametrize(
    ("controller", "expected"),
    [
        ("type: deployment", {"replicas": 1, "strategy": {"type": "Recreate"}}),
        ("replicas: 3", {"replicas": 3, "strategy": {"type": "Recreate"}}),
        ("replicas: 0", {"replicas": 0, "strategy": {"type": "Recreate"}}),
        ("replicas: null", {"strategy": {"type": "Recreate"}}),
        ("strategy: RollingUpdate", {"replicas": 1, "strategy": {"type": "RollingUpdate"}}),
        (
            "strategy: RollingUpdate, rollingUpdate: {unavailable: 1, surge: 25%}",
            {
                "replicas": 1,
                "strategy": {
                    "type": "RollingUpdate",
                    "rollingUpdate": {"maxUnavailable": 1, "maxSurge": "25%"},
                },
            },
        ),
        (
            "strategy: RollingUpdate, rollingUpdate: {maxUnavailable: 0}",
            {"replicas": 1, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}}},
        ),
        ("rollingUpdate: {maxUnavailable: 0}", {"replicas": 1, "strategy": {"type": "Recreate"}}),
    ],
)
def test_a_deployment(controller: str, expected: dict[str, object]) -> None:
    assert _spec(controller, "Deployment") == {"revisionHistoryLimit": 3, **expected}


def test_a_stateful_set_with_claim_templates() -> None:
    own = "{volumeClaimTemplates: [{name: data, accessMode: ReadWriteOnce, size: 5Gi, storageClass: block, globalMounts: [{path: /d}]}]}"
    controller = f"type: statefulset, statefulset: {own}"
    assert _spec(controller, "StatefulSet") == {
        "replicas": 1,
        "revisionHistoryLimit": 3,
        "podManagementPolicy": "OrderedReady",
        "updateStrategy": {"type": "RollingUpdate"},
        "serviceName": "demo",
        "volumeClaimTemplates": [
            {
                "metadata": {"name": "data"},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "5Gi"}},
                    "storageClassName": "block",
                },
            }
        ],
    }
    spec = pod(f"controllers: {{main: {{{controller}, containers: {{app: {{{IMAGE}}}}}}}}}\n", "StatefulSet")
    assert spec["containers"] == [
        {"name": "app", "image": "example/app:1.2.3", "volumeMounts": [{"name": "data", "mountPath": "/d"}]}
    ]
    assert "volumes" not in spec


@pytest.mark.parametrize(
    ("controller", "expected"),
    [
        ("", {"type": "RollingUpdate"}),
        ("strategy: OnDelete, rollingUpdate: {partition: 2}", {"type": "OnDelete"}),
        ("rollingUpdate: {partition: 0}", {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}),
        (
            "rollingUpdate: {maxUnavailable: 25%}",
            {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%"}},
        ),
    ],
)
def test_the_update_of_a_stateful_set(controller: str, expected: object) -> None:
    """From the library's unit test `statefulset/field_rollingUpdate_test.yaml`."""
    spec = _spec(f"type: statefulset, {controller}".rstrip(", "), "StatefulSet")
    assert isinstance(spec, dict)
    assert spec["updateStrategy"] == expected


def test_a_daemon_set() -> None:
    assert _spec("type: daemonset", "DaemonSet") == {"revisionHistoryLimit": 3}


def test_a_cron_job() -> None:
    controller = "type: cronjob, cronjob: {schedule: '0 4 * * *', timeZone: Europe/Berlin, backoffLimit: 0}"
    assert _spec(controller, "CronJob") == {
        "suspend": False,
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 30,
        "timeZone": "Europe/Berlin",
        "schedule": "0 4 * * *",
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 1,
    }
    values = f"controllers: {{main: {{{controller}, containers: {{app: {{{IMAGE}}}}}}}}}\n"
    job = view(values, "CronJob")["spec"]["jobTemplate"]["spec"]
    assert job["backoffLimit"].value == 0
    assert job["template"]["spec"]["restartPolicy"].text == "Never"


def test_a_job() -> None:
    assert _spec("type: job, job: {completions: 2}", "Job") == {
        "suspend": False,
        "completions": 2,
        "backoffLimit": 6,
    }


def test_a_type_that_does_not_exist() -> None:
    values = f"controllers:\n  main:\n    type: pod\n    containers: {{app: {{{IMAGE}}}}}\n"
    assert mistakes(values) == [(3, "there is no controller of the type 'pod'")]


@pytest.mark.parametrize(
    ("common", "own", "expected"),
    [
        ("{hostNetwork: true}", "{}", {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}),
        ("{hostNetwork: true}", "{hostNetwork: false}", {"hostNetwork": False, "dnsPolicy": "ClusterFirst"}),
        ("{dnsPolicy: None}", "{}", {"dnsPolicy": "None"}),
        ("{shareProcessNamespace: true}", "{}", {"shareProcessNamespace": True}),
        ("{shareProcessNamespace: true}", "{shareProcessNamespace: false}", {"shareProcessNamespace": False}),
        ("{automountServiceAccountToken: false}", "{}", {"automountServiceAccountToken": False}),
        ("{nodeSelector: {a: b}}", "{nodeSelector: {c: d}}", {"nodeSelector": {"c": "d"}}),
        ("{nodeSelector: {a: b}}", "{nodeSelector: {}}", {"nodeSelector": {"a": "b"}}),
        ("{terminationGracePeriodSeconds: 5}", "{}", {"terminationGracePeriodSeconds": 5}),
        ("{imagePullSecrets: [{name: x}]}", "{}", {"imagePullSecrets": [{"name": "x"}]}),
        ("{restartPolicy: Always}", "{}", {"restartPolicy": "Always"}),
        ("{priorityClassName: ''}", "{}", {}),
    ],
)
def test_options_of_the_pods(common: str, own: str, expected: dict[str, object]) -> None:
    values = f"defaultPodOptions: {common}\ncontrollers: {{main: {{pod: {own}, containers: {{app: {{{IMAGE}}}}}}}}}\n"
    made = pod(values)
    assert {name: made[name] for name in expected} == expected
    assert "priorityClassName" not in made


def test_options_are_merged_where_asked_for() -> None:
    values = f"""\
defaultPodOptionsStrategy: merge
defaultPodOptions: {{securityContext: {{runAsUser: 1000, fsGroup: 1000}}, labels: {{a: b}}}}
controllers: {{main: {{pod: {{securityContext: {{runAsUser: 0}}, labels: {{c: d}}}}, containers: {{app: {{{IMAGE}}}}}}}}}
"""
    assert pod(values)["securityContext"] == {"fsGroup": 1000, "runAsUser": 0}
    labels = view(values, "Deployment")["spec"]["template"]["metadata"]["labels"].python
    assert isinstance(labels, dict)
    assert labels.items() >= {"a": "b", "c": "d"}.items()


def test_extra_selector_labels_stand_on_pods_and_selectors() -> None:
    values = f"""\
controllers: {{main: {{extraSelectorLabels: {{tier: web}}, containers: {{app: {{{IMAGE}}}}}}}}}
service: {{web: {{controller: main, ports: {{http: {{port: 80}}}}}}}}
"""
    deployment = view(values, "Deployment")
    assert deployment["spec"]["selector"]["matchLabels"]["tier"].text == "web"
    assert deployment["spec"]["template"]["metadata"]["labels"]["tier"].text == "web"
    assert view(values, "Service")["spec"]["selector"]["tier"].text == "web"

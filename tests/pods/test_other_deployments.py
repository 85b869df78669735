"""Other ways to run the same server, each right in its own way: no rule may object to any of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from opencode_policy.outcome import Problem, Proof
from opencode_policy.rules.base import Example, Rule
from opencode_policy.rules.table import BUILT_IN
from opencode_policy.testing import outcomes

from .test_weird_manifests import JUDGING_PODS

PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "auth-unpersisted": {"seed_variable": "SEED"},
    "git-missing": {
        "installer": "install.sh",
        "target_variable": "TOOLS",
        "images": ("docker.io/alpine/git", "example.org/opencode-git"),
    },
    "resources-mismatch": {
        "requests": {"cpu": "1", "memory": "1Gi"},
        "limits": {"cpu": "2", "memory": "2Gi"},
    },
}
PROBES = """\
          startupProbe: {httpGet: {path: /alive, port: 4096}, periodSeconds: 5, failureThreshold: 24}
          livenessProbe: {httpGet: {path: /alive, port: 4096}, timeoutSeconds: 10, failureThreshold: 10}
          readinessProbe: {httpGet: {path: /alive, port: 4096}, timeoutSeconds: 3}
"""
CONFIG = """\
---
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data:
  .gitignore: "*"
  opencode.json: |
    {
      // one provider
      "enabled_providers": ["github-copilot"],
    }
"""
CLAIM = """\
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: demo}
"""

AS_ROOT = f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo}}
spec:
  template:
    spec:
      hostPID: true
      initContainers:
        - name: clone
          image: alpine/git
          command: [sh, -c, 'git clone "$REPO" "$TARGET"']
          env:
            - {{name: TARGET, value: /root/src/notes}}
          resources: {{requests: {{cpu: 10m}}, limits: {{cpu: 1, memory: 1Gi}}}}
          volumeMounts: [{{name: root, mountPath: /root}}]
      containers:
        - name: server
          image: example.org/opencode-git:1
          args: [serve, --port=4096, --mdns]
          workingDir: /root/src/notes
          env:
            - {{name: OPENCODE_CONFIG, value: /etc/copilot.json}}
            - {{name: OPENCODE_DISABLE_PROJECT_CONFIG, value: "1"}}
          resources:
            requests: {{cpu: 1000m, memory: 1024Mi}}
            limits: {{cpu: "2", memory: 2Gi}}
{PROBES}\
          volumeMounts:
            - {{name: root, mountPath: /root}}
            - {{name: config, mountPath: /etc/copilot.json, subPath: opencode.json}}
      volumes:
        - name: root
          persistentVolumeClaim: {{claimName: demo}}
        - name: config
          configMap: {{name: config}}
{CONFIG}{CLAIM}"""

STATEFUL = f"""\
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: demo}}
spec:
  volumeClaimTemplates:
    - metadata: {{name: work}}
  template:
    spec:
      securityContext: {{runAsUser: 568, runAsGroup: 568, fsGroup: 568, runAsNonRoot: true}}
      initContainers:
        - name: tools
          image: docker.io/alpine/git:2.49.1
          command: [/scripts/install.sh]
          env:
            - {{name: TOOLS, value: /t}}
          resources: &small {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{cpu: 1, memory: 1Gi}}}}
          volumeMounts:
            - {{name: tools, mountPath: /t}}
            - {{name: scripts, mountPath: /scripts}}
        - name: prepare
          image: docker.io/alpine/git:2.49.1
          envFrom:
            - configMapRef: {{name: settings}}
          env:
            - {{name: TARGET, value: $(BASE)/notes}}
            - {{name: SEED, value: /seed/login}}
            - {{name: XDG_DATA_HOME, value: $(BASE)/.share}}
          resources: *small
          volumeMounts:
            - {{name: work, mountPath: /repos}}
        - name: proxy
          image: example.org/proxy
          restartPolicy: Always
          resources: {{requests: {{cpu: 100m, memory: 24Mi}}, limits: {{cpu: 500m, memory: 48Mi}}}}
      containers:
        - name: server
          image: ghcr.io/example/opencode@sha256:0
          command: [/usr/bin/dumb-init, --, opencode]
          args: [web, --hostname, "::", --port, $(PORT), --print-logs]
          workingDir: /repos/notes/
          envFrom:
            - configMapRef: {{name: settings}}
          env:
            - {{name: HOME, value: /nonexistent}}
            - {{name: XDG_DATA_HOME, value: $(BASE)/.share}}
            - {{name: XDG_STATE_HOME, value: /scratch/state}}
            - {{name: XDG_CACHE_HOME, value: /scratch/cache}}
            - {{name: XDG_CONFIG_HOME, value: /config}}
            - {{name: TMPDIR, value: /scratch}}
            - {{name: PATH, value: "/t/bin:/usr/local/bin:/usr/bin:/bin"}}
          resources:
            requests: {{cpu: 0.9, memory: 1000Mi}}
            limits: {{cpu: 1.5, memory: 2000Mi}}
          securityContext: {{readOnlyRootFilesystem: true}}
          ports: [{{name: web, containerPort: 4096}}, {{name: metrics, containerPort: 9090}}]
{PROBES.replace("port: 4096", "port: web")}\
          volumeMounts:
            - {{name: work, mountPath: /repos}}
            - {{name: scratch, mountPath: /scratch}}
            - {{name: tools, mountPath: /t, readOnly: true}}
            - {{name: config, mountPath: /config, readOnly: true}}
      volumes:
        - {{name: scratch, emptyDir: {{medium: Memory}}}}
        - {{name: tools, emptyDir: {{}}}}
        - {{name: scripts, configMap: {{name: scripts, defaultMode: 0555}}}}
        - name: config
          projected:
            sources:
              - configMap:
                  name: config
                  items:
                    - {{key: .gitignore, path: opencode/.gitignore}}
                    - {{key: opencode.json, path: opencode/opencode.json}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings}}
data: {{BASE: /repos, PORT: "4096", OPENCODE_DISABLE_PROJECT_CONFIG: "true"}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: scripts}}
data: {{install.sh: "#!/bin/sh"}}
{CONFIG}"""

BY_SCRIPT = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: demo}}
spec:
  terminationGracePeriodSeconds: 20
  securityContext: {{runAsUser: 1000, fsGroup: 2000}}
  resources:
    requests: {{cpu: 1, memory: 1Gi}}
    limits: {{cpu: 2, memory: 2Gi}}
  initContainers:
    - name: clone
      image: alpine/git
      env:
        - {{name: TARGET, value: /home/me/src/notes}}
      volumeMounts: [{{name: home, mountPath: /home/me, subPath: me}}]
  containers:
    - name: server
      image: example.org/opencode-git
      command: [/start/start.sh]
      workingDir: /srv/src/notes
      env:
        - {{name: HOME, value: /srv}}
        - name: OPENCODE_CONFIG_CONTENT
          value: '{{"enabled_providers": ["github-copilot"], "autoupdate": false}}'
        - {{name: OPENCODE_DISABLE_PROJECT_CONFIG, value: "TRUE"}}
{PROBES.replace("          ", "      ")}\
      volumeMounts:
        - {{name: home, mountPath: /srv, subPath: me/}}
        - {{name: start, mountPath: /start}}
  volumes:
    - name: home
      persistentVolumeClaim: {{claimName: demo}}
    - name: start
      configMap: {{name: start, defaultMode: 0755}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: start}}
data:
  start.sh: |
    #!/bin/sh
    set -eu
    opencode web --hostname 0.0.0.0 --port 4096 &
    server=$!
    trap 'kill -TERM "$server"' TERM INT
    wait "$server"
{CLAIM}"""

DEPLOYMENTS = {"as root": AS_ROOT, "a StatefulSet": STATEFUL, "by a script": BY_SCRIPT}
RULES = [rule for rule in BUILT_IN if rule.id in JUDGING_PODS]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_no_rule_objects(rule: type[Rule], name: str) -> None:
    example = Example(name, DEPLOYMENTS[name], parameters=PARAMETERS.get(rule.id, {}))
    said = outcomes(rule, example)
    assert [item for item in said if not isinstance(item, Proof)] == []
    assert said


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_objects_to_a_pod_without_anything(rule: type[Rule]) -> None:
    bare = (
        AS_ROOT.partition("spec:")[0] + "spec:\n  template:\n    spec:\n      containers: [{name: server}]\n"
    )
    said = outcomes(rule, Example("", bare, parameters=PARAMETERS.get(rule.id, {})))
    lenient = {"home-unwritable", "configuration-unusable"}
    assert any(isinstance(item, Problem) for item in said) is (rule.id not in lenient)

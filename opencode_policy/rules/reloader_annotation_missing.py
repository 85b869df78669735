"""Rule reloader-annotation-missing."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.nearest import nearest
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.reloader import ASKING, AUTO, KINDS, SEARCH, Watch
from opencode_policy.rules.base import Example, Rule
from opencode_policy.secrets.flow import dangling, flow_of
from opencode_policy.secrets.producers import ProducedSecret
from opencode_policy.tree import WorkspaceTree
from opencode_policy.workload import Pod

_ROLE = "auth"
_VENDOR = "stakater.com"

_EXTERNAL = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: demo}
spec:
  data: [{secretKey: login, remoteRef: {key: DEMO_AUTH}}]
---
"""
_SPEC = """\
spec:
  template:
    spec:
      initContainers: [{name: prepare, volumeMounts: [{name: keys, mountPath: /keys}]}]
      containers: [{name: server}]
      volumes: [{name: keys, secret: {secretName: demo}}]
"""


class ReloaderAnnotationMissing(Rule):
    """A new Copilot login in the Secret does not restart the workspace that uses it.

    Reloader documents its annotations for the workload's own metadata. Under `auto` it restarts for the
    Secrets that containers and init containers of the pod refer to.
    """

    requirements = ("OPS-01",)
    why = (
        "The login is taken from the Secret when the pod starts. Without a restart a new one lies in the "
        "cluster unused until somebody thinks of it, and every message fails meanwhile."
    )
    fix = 'Annotate the Deployment, not its pod template, with `reloader.stakater.com/auto: "true"`.'
    good = (
        Example(
            "for everything that the pod uses",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo, annotations: {{reloader.stakater.com/auto: "true"}}}}
{_SPEC}""",
        ),
        Example(
            "for its Secrets alone, in another spelling of true",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: demo, annotations: {{secret.reloader.stakater.com/auto: "True"}}}}
{_SPEC}""",
        ),
        Example(
            "by name, among others; the pod need not refer to it",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo, annotations: {{secret.reloader.stakater.com/reload: "other, de.o"}}}}
spec: {{template: {{spec: {{containers: [{{name: server}}]}}}}}}
""",
        ),
        Example(
            "by a mark on the Secret, which its ExternalSecret passes on",
            f"""\
{_EXTERNAL.replace("{name: demo}", "{name: demo, annotations: {reloader.stakater.com/match: 'true'}}")}\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo, annotations: {{reloader.stakater.com/search: "true"}}}}
{_SPEC}""",
        ),
        Example(
            "excluded are others",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  annotations:
    reloader.stakater.com/auto: "true"
    secrets.exclude.reloader.stakater.com/reload: demo-other,other
{_SPEC}""",
        ),
    )
    bad = (
        Example(
            "no annotation, and one that only looks like it",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  annotations:
    reloader.stakater.com/atuo: "true"  # <- no such annotation; did you mean 'reloader.stakater.com/auto'?
{_SPEC}---
apiVersion: apps/v1
kind: Deployment
metadata:  # <- no annotation of Reloader restarts second for the Secret demo
  name: second
{_SPEC}""",
        ),
        Example(
            "on the pod template",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo}}
spec:
  template:
    metadata:
      annotations:
        reloader.stakater.com/auto: "true"  # <- it stands on the pod template instead of the Deployment
    spec:
      containers: [{{name: server, envFrom: [{{secretRef: {{name: demo}}}}]}}]
""",
        ),
        Example(
            "a boolean, which no annotation may be",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  annotations:
    reloader.stakater.com/auto: true  # <- the value must be the text "true" in quotes
{_SPEC}""",
        ),
        Example(
            "switched off",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  annotations:
    reloader.stakater.com/auto: "false"  # <- 'false' does not restart demo for the Secret demo
{_SPEC}""",
        ),
        Example(
            "another name, and ConfigMaps alone",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  annotations:
    configmap.reloader.stakater.com/auto: "true"
    secret.reloader.stakater.com/reload: demos  # <- 'demos' does not restart demo for the Secret demo
{_SPEC}""",
        ),
        Example(
            "two ways that exclude each other",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  annotations:
    reloader.stakater.com/auto: "true"
    reloader.stakater.com/search: "true"  # <- 'search' and 'auto' exclude each other
{_SPEC}""",
        ),
        Example(
            "the Secret is to be ignored",
            f"""\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: demo}}
spec:
  target:
    template:
      metadata:
        annotations:
          reloader.stakater.com/ignore: "true"  # <- this keeps Reloader from restarting demo
  data: [{{secretKey: login, remoteRef: {{key: DEMO_AUTH}}}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: demo, annotations: {{reloader.stakater.com/auto: "true"}}}}
{_SPEC}""",
        ),
        Example(
            "the pod does not use the Secret",
            f"""\
{_EXTERNAL}\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: demo
  annotations:
    reloader.stakater.com/auto: "true"  # <- the pod does not use the Secret demo, so 'auto' passes it over
spec: {{template: {{spec: {{containers: [{{name: server}}]}}}}}}
""",
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        secrets = _secrets(workspace)
        if not workspace.pods:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
        elif not secrets:
            yield Unknown(f"nothing makes a Secret of the login of {workspace.name}", workspace.anchor)
        else:
            yield from _outcomes(workspace, _watches(workspace, secrets))


def _outcomes(workspace: WorkspaceTree, watches: list[Watch]) -> Iterator[Outcome]:
    """Without a use of the Secret it is not known what a misspelt reference means."""
    if not any(watch.used for watch in watches) and any(True for _ in dangling(workspace)):
        yield Unknown(f"a Secret that {workspace.name} uses is made by nothing", workspace.anchor)
        return
    for watch in watches:
        yield from _judged(watch)


def _secrets(workspace: WorkspaceTree) -> list[ProducedSecret]:
    """Secrets of the workspace's namespace that hold its login."""
    name = workspace.spec.secrets.get(_ROLE, "")
    made = flow_of(workspace.tree).made_of(name, workspace.spec.namespace)
    return list({secret.name: secret for secret, _ in made if secret.origin is not None}.values())


def _watches(workspace: WorkspaceTree, secrets: list[ProducedSecret]) -> list[Watch]:
    """Every workload with the login's Secrets that it uses; where none uses any, the server's with all."""
    used = [Watch(pod.workload, s, True) for pod in workspace.pods for s in secrets if _uses(pod, s)]
    server = workspace.pod or workspace.pods[0]
    return used or [Watch(server.workload, secret, False) for secret in secrets]


def _uses(pod: Pod, secret: ProducedSecret) -> bool:
    references = pod.secret_references()
    return any(item.secret == secret.name and item.how != "imagePull" for item in references)


def _judged(watch: Watch) -> Iterator[Outcome]:
    workload, secret = watch.workload, watch.secret.name
    problems = [
        Problem('the value must be the text "true" in quotes', field)
        for field in (watch.annotations[name] for name in ASKING)
        if field.exists and not isinstance(field.value, str)
    ]
    words = f"this keeps Reloader from restarting {workload.name}"
    problems += [Problem(words, field) for field in watch.stopping()]
    if watch.annotations[AUTO[0]] and watch.annotations[SEARCH]:
        problems.append(Problem("'search' and 'auto' exclude each other", watch.annotations[SEARCH]))
    if workload.kind not in KINDS:
        problems.append(Problem(f"Reloader cannot restart a {workload.kind}", workload))
    yield from problems
    restarting = watch.restarting()
    if restarting is None and not problems:
        yield _idle(watch)
    elif restarting is not None and not problems:
        yield Proof(f"a new login in the Secret {secret} restarts {workload.id}", restarting)


def _idle(watch: Watch) -> Problem:
    """Why nothing restarts the workload, at the annotation that comes nearest to doing it."""
    workload, annotations = watch.workload, watch.annotations
    then = f"restart {workload.name} for the Secret {watch.secret.name}"
    for name in (name for name in ASKING if annotations[name]):
        if not watch.used and name in (*AUTO, SEARCH):
            words = f"the pod does not use the Secret {watch.secret.name}, so"
            return Problem(f"{words} '{name.rpartition('/')[2]}' passes it over", annotations[name])
        what = "search" if name == SEARCH else annotations[name].text
        return Problem(f"'{what}' does not {then}", annotations[name])
    template = workload["spec"]["template"]["metadata"]["annotations"]
    for name in (name for name in ASKING if template[name]):
        words = f"it stands on the pod template instead of the {workload.kind}"
        return Problem(words, template[name])
    for name, field in annotations.entries():
        meant = nearest(name, ASKING) if _VENDOR in name or "reload" in name else None
        if meant is not None and not name.startswith("configmap."):
            return Problem(f"no such annotation; did you mean '{meant}'?", field.key_location)
    return Problem(f"no annotation of Reloader {then.replace('restart', 'restarts', 1)}", annotations)

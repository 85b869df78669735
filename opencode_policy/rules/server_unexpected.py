"""Rule server-unexpected."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencode_policy.links import near
from opencode_policy.opencode.servers import Sign, releases, strangers
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.routing.route_examples import APP, DEPLOYMENT, DEPLOYMENT_FILE
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree, WorkspaceTree
from opencode_policy.workload import Container

_USER = "OPENCODE_SERVER_USERNAME"
"""The one name that OpenCode lets in; whatever it holds is one name."""
_SECOND = DEPLOYMENT.replace("demo", "second")
_INIT = """\
      initContainers:
        - {name: prepare, image: registry.example/opencode:1, args: [--version]}
"""


def _with(text: str) -> dict[str, str]:
    return {DEPLOYMENT_FILE: DEPLOYMENT, f"{APP}/more.yaml": text}


class ServerUnexpected(Rule):
    """A server runs that belongs to no workspace, or a workspace's server is meant for several users.

    A container runs a server if it has the image of one, starts the program, or is given what only a server
    reads; an init container of a workspace only prepares.
    """

    requirements = ("SCOPE-07",)
    why = (
        "Two servers on one volume write to the same database. A server that the policy does not know is one "
        "that no rule looks after: its password, its route and its limits are checked by nobody."
    )
    fix = "Remove the server, or make it a workspace of the policy; give each server one user."
    good = (
        Example("one server", {DEPLOYMENT_FILE: DEPLOYMENT}),
        Example(
            "an init container of the same image, a sidecar and a job of other ones",
            {
                DEPLOYMENT_FILE: f"{DEPLOYMENT}        - {{name: logs, image: example/logs:1}}\n{_INIT}",
                f"{APP}/job.yaml": """\
apiVersion: batch/v1
kind: Job
metadata: {name: prune}
spec: {template: {spec: {containers: [{name: prune, image: registry.example/opencode-tools:1}]}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: logs}
spec: {values: {image: {repository: registry.example/logs}}}
""",
            },
        ),
        Example(
            "a user with a name of his own; a manifest that nothing applies",
            {
                DEPLOYMENT_FILE: f"{DEPLOYMENT}          env: [{{name: {_USER}, value: me@example.org}}]\n",
                "kubernetes/templates/second.yaml": _SECOND,
            },
        ),
    )
    bad = (
        Example(
            "a second Deployment of another release",
            _with(
                _SECOND.replace(
                    "opencode:1",
                    "opencode:2@sha256:0  # <- second runs registry.example/opencode, and is the server of "
                    "no workspace",
                )
            ),
        ),
        Example(
            "a second server in the pod",
            {
                DEPLOYMENT_FILE: f"""\
{DEPLOYMENT}\
        - name: spare
          image: registry.example/opencode:1  # <- demo runs registry.example/opencode beside its server
"""
            },
        ),
        Example(
            "another image: the program's name or its password gives it away",
            _with("""\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: third}
spec:
  template:
    spec:
      containers:
        - name: a
          image: debian:13
          command: [/usr/bin/opencode]  # <- third starts opencode serve, and is the server of no workspace
          args: [serve]
        - name: b
          env:
            - name: OPENCODE_SERVER_PASSWORD  # <- third is given OPENCODE_SERVER_PASSWORD, and is the \
server of no workspace
              value: x
"""),
        ),
        Example(
            "a chart with the server's image",
            _with("""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: fourth}
spec:
  values:
    controllers:
      main:
        containers:
          app:
            image:
              repository: registry.example/opencode  # <- the HelmRelease fourth has the image of a server, \
and is that of no workspace
"""),
        ),
        Example(
            "the workspace's folder is applied twice",
            {
                DEPLOYMENT_FILE: DEPLOYMENT,
                "kubernetes/apps/copy.yaml": """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: copy  # <- the Flux Kustomization copy applies the server of demo once more
  namespace: flux-system
spec:
  targetNamespace: other
  path: ./kubernetes/apps/demo/demo/app
  sourceRef: {kind: GitRepository, name: home}
""",
            },
        ),
        Example(
            "a list of users, and one more",
            {
                DEPLOYMENT_FILE: f"""\
{DEPLOYMENT}\
          env:
            - name: {_USER}
              value: ann,bob  # <- OpenCode takes 'ann,bob' for the name of one user
            - name: {_USER}  # <- a second {_USER} replaces the first one
              value: eve
"""
            },
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        server = workspace.server
        if server is None:
            yield Unknown(f"{workspace.name} has no container {workspace.spec.container}", workspace.anchor)
            return
        problems = list(_users(server))
        yield from problems
        if not problems:
            yield Proof(f"the server of {workspace.name} knows one user", server.field["name"])

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        problems = [*(_stranger(tree, sign) for sign in strangers(tree)), *_releases(tree)]
        yield from problems
        servers = [item.server for item in tree.workspaces if item.server is not None]
        if not servers:
            yield Unknown("the tree has no server of a workspace, so that none can be told from it")
        for server in servers if not problems else ():
            yield Proof("no other container runs a server", server.field["name"])


def _users(server: Container) -> Iterator[Problem]:
    entries = [entry for entry in server.field["env"] if entry["name"].text == _USER]
    for entry in entries:
        if re.search(r"[,;\s]", entry["value"].text.strip()):
            words = f"OpenCode takes '{entry['value'].text}' for the name of one user"
            yield Problem(words, entry["value"])
    for entry in entries[1:]:
        words = f"a second {_USER} replaces the first one"
        yield Problem(words, entry["name"], (near("the first one", entries[0]["name"]),))


def _stranger(tree: Tree, sign: Sign) -> Problem:
    workload = sign.container.pod.workload
    build = tree.build_of(workload.applied_by or "")
    for workspace in tree.workspaces:
        files = workspace.build.files if workspace.build else set()
        if workspace.pod is not None and workload is workspace.pod.workload:
            return Problem(f"{workload.name} {sign.words} beside its server", sign.at)
        if workload.path in files and build is not None and build is not workspace.build:
            words = f"the Flux Kustomization {build.name} applies the server of {workspace.name} once more"
            place = build.resource["metadata"]["name"] if build.resource else sign.at
            return Problem(words, place, (near("this server", sign.at),))
    return Problem(f"{workload.name} {sign.words}, and is the server of no workspace", sign.at)


def _releases(tree: Tree) -> Iterator[Problem]:
    for release, node in releases(tree):
        words = f"the HelmRelease {release.name} has the image of a server, and is that of no workspace"
        yield Problem(words, node.location)

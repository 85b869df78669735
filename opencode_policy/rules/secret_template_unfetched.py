"""Rule secret-template-unfetched."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import each, of_workspaces
from opencode_policy.nearest import hint
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.resource import Resource
from opencode_policy.rules.base import Rule
from opencode_policy.secrets.external_secret import KIND, fetches, keys_of
from opencode_policy.tree import Tree

_GROUP = "external-secrets.io"
_HEAD = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web}
spec:
  data: [{secretKey: password, remoteRef: {key: WEB_PASSWORD}}]
"""


class SecretTemplateUnfetched(Rule):
    """The template of an ExternalSecret takes a value that no entry fetches."""

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "External Secrets runs templates so that a missing key is an error: the whole Secret is not made, and "
        "one that exists already keeps its old content."
    )
    fix = "Fetch the value under this secretKey, or take the one that is fetched."
    good = (
        anywhere(
            "what is fetched",
            f'{_HEAD}  target: {{template: {{data: {{url: "https://user:{{{{ .password }}}}@db"}}}}}}\n',
        ),
        anywhere(
            "what a search may find",
            """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web}
spec:
  dataFrom: [{find: {path: WEB_}}]
  target: {template: {data: {url: "{{ .WEB_URL }}"}}}
""",
        ),
    )
    bad = (
        anywhere(
            "another spelling",
            f"""\
{_HEAD}\
  target:
    template:
      data:
        url: "{{{{ .passwort }}}}"  # <- the template takes 'passwort', which no entry of web fetches; did you mean 'password'?
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        left = of_workspaces(tree)
        found = [item for item in tree.of_kind(KIND) if item.id.group == _GROUP and tree.applies(item)]
        found = [item for item in found if not left(item)]
        wrong = [problem for item in found for problem in _problems(item)]
        yield from wrong
        if found and not wrong:
            yield Proof(f"{each(len(found), 'ExternalSecrets')} fetches what its template takes", found[0])
        if not found:
            yield Irrelevant("no ExternalSecret outside the workspaces")


def _problems(resource: Resource) -> Iterator[Problem]:
    known = [fetch.key for fetch in fetches(resource)]
    for key in keys_of(resource).values():
        if key.unfetched and key.at is not None:
            name = key.unfetched[0]
            words = f"the template takes '{name}', which no entry of {resource.name} fetches"
            yield Problem(words + hint(name, known), key.at)

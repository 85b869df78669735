"""Rule secret-produced-twice."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph import certificates
from opencode_policy.graph.examples import anywhere
from opencode_policy.graph.outcomes import each, of_workspaces
from opencode_policy.location import Related
from opencode_policy.outcome import Irrelevant, Outcome, Problem, Proof
from opencode_policy.rules.base import Rule
from opencode_policy.secrets.flow import flow_of
from opencode_policy.secrets.producers import ProducedSecret
from opencode_policy.tree import Tree


def _external(name: str, target: str, policy: str = "Owner") -> str:
    return f"""\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: {name}}}
spec:
  data: [{{secretKey: a, remoteRef: {{key: A}}}}]
  target:
    creationPolicy: {policy}
    name: {target}
"""


class SecretProducedTwice(Rule):
    """Two objects make one Secret: ExternalSecrets, Certificates, or a Secret in a file."""

    concern = "references"
    requirements = ("SEC-02",)
    why = (
        "Each overwrites the other at its next turn, or refuses to touch a Secret that is not its own: what a "
        "pod finds in it depends on the hour."
    )
    fix = "Give one of the two another target, or let it add its keys with creationPolicy Merge."
    good = (
        anywhere(
            "two names, and one that only adds keys",
            f"{_external('one', 'keys')}---\n{_external('two', 'more')}---\n{_external('three', 'keys', 'Merge')}",
        ),
    )
    bad = (
        anywhere(
            "two ExternalSecrets",
            f"{_external('one', 'keys')}---\n"
            + _external("two", "keys  # <- ExternalSecret demo/one makes the Secret keys already"),
        ),
        anywhere(
            "a Certificate and a file",
            """\
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web}
spec:
  secretName: web-tls
---
apiVersion: v1
kind: Secret
metadata:
  name: web-tls  # <- Certificate demo/web makes the Secret web-tls already
""",
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        found = list(_made(tree))
        twice = [makers for makers in found if len(makers) > 1]
        for first, *others in twice:
            for other in others:
                if other.at is not None and first.origin is not None:
                    words = f"{first.origin.id} makes the Secret {other.name} already"
                    related = (Related("here", first.at.location),) if first.at is not None else ()
                    yield Problem(words, other.at, related)
        if found and not twice and found[0][0].at is not None:
            yield Proof(f"{each(len(found), 'Secrets')} is made by one object", found[0][0].at)
        if not found:
            yield Irrelevant("nothing outside the workspaces makes a Secret")


def _made(tree: Tree) -> Iterator[list[ProducedSecret]]:
    """Makers of each Secret that are objects of the tree, each object once, none of a workspace."""
    left, deciding = of_workspaces(tree), certificates.of_workspaces(tree)
    for makers in flow_of(tree).all_makers():
        by_object: dict[tuple[str, str, str], ProducedSecret] = {}
        for maker in makers:
            origin = maker.origin
            if origin is not None and not maker.merged and tree.applies(origin) and "${" not in maker.name:
                by_object.setdefault((origin.kind, origin.namespace, origin.name), maker)
        origins = [maker.origin for maker in by_object.values() if maker.origin is not None]
        if origins and not any(left(origin) or id(origin) in deciding for origin in origins):
            yield sorted(by_object.values(), key=_place)


def _place(maker: ProducedSecret) -> tuple[str, int]:
    """Where a maker stands: of two the first in the files makes the Secret."""
    at = maker.at.location if maker.at is not None else None
    return (at.path, at.line) if at is not None else ("", 0)

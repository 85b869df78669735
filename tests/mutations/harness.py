"""Break the shipped manifests in memory and look at what the check says.

A mutation replaces one text of one shipped file; it names the requirement it breaks, the rule that must
say so and the line on which. Findings of any other rule are absurd unless the mutation expects them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from opencode_policy.discover import Discovery, discover
from opencode_policy.policy.load import load_policy
from opencode_policy.policy.model import Policy
from opencode_policy.rules.table import load_rules
from opencode_policy.run import Run, evaluate
from opencode_policy.source import Source

FOLLOWS = frozenset({"workspace-drift", "schema-mismatch"})
"""Rules that any change to one workspace alone may set off: it then differs, or fits its schema no more."""

CONSEQUENCES: dict[str, frozenset[str]] = {
    "clone-token-in-server": frozenset({"resources-mismatch"}),
    "git-missing": frozenset({"clone-unguarded"}),
    "object-duplicated": frozenset({"kustomize-build-failed"}),
    "script-unparsable": frozenset({"auth-seed-misplaced", "clone-unguarded", "pull-unswitched"}),
    "secret-in-arguments": frozenset({"secret-in-file"}),
    "secret-in-file": frozenset({"clone-unguarded"}),
    "secret-in-output": frozenset({"clone-unguarded"}),
    "secret-role-undelivered": frozenset({"clone-unguarded"}),
    "session-data-unpersisted": frozenset({"clone-unguarded", "replica-count-mismatch"}),
    "shell-tracing": frozenset({"auth-seed-misplaced", "pull-unswitched"}),
    "token-in-url": frozenset({"clone-unguarded", "pull-unswitched", "secret-in-file"}),
    "working-directory-mismatch": frozenset({"clone-unguarded"}),
}
"""What else may truly be broken by what breaks a rule.

A volume that is lost takes the clone with it, an init script that ends early makes none, and one that another
shell sources never comes to its second stage, because `$0` is that shell.
"""

ROOT = Path(__file__).resolve().parents[2]
APPS = "kubernetes/apps/opencode"


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to break the shipped tree.

    `path`, `old`, `new`: the edit (`old` must occur exactly once unless `every`; an empty `old` with an
    empty `new` removes the file; `create` writes `new` as a new file). `line` is text that the reported
    line contains (in the mutated file `at`, which defaults to `path`). `also` are further rules that may
    speak up. `message`, where given, is the exact message.
    """

    requirement: str
    what: str
    rule: str
    path: str
    old: str = ""
    new: str = ""
    line: str = ""
    at: str = ""
    also: tuple[str, ...] = ()
    message: str = ""
    every: bool = False
    create: bool = False
    executable: bool | None = None
    more: tuple[tuple[str, str, str], ...] = field(default=())
    """Further edits (path, old, new) that belong to the same change."""


@cache
def shipped() -> tuple[Policy, Discovery]:
    """The shipped policy and the shipped files."""
    policy = load_policy(ROOT / "policies", load_rules())
    return policy, discover([ROOT / "kubernetes"], ROOT, policy.settings.scope.committed)


def check_sources(sources: dict[str, Source]) -> Run:
    """Check a tree of sources under the shipped policy."""
    policy, found = shipped()
    changed = Discovery(found.root, sources, found.links, [], found.binaries, missing=list(found.missing))
    return evaluate(changed, ["kubernetes"], policy, load_rules())


def mutated(mutation: Mutation) -> dict[str, Source]:
    """The shipped sources with the mutation applied."""
    sources = dict(shipped()[1].sources)
    if mutation.create:
        sources[mutation.path] = Source(mutation.path, mutation.new, executable=bool(mutation.executable))
        edits = mutation.more
    else:
        edits = ((mutation.path, mutation.old, mutation.new), *mutation.more)
    for path, old, new in edits:
        _edit(sources, path, old, new, every=mutation.every)
    if mutation.executable is not None:
        source = sources[mutation.path]
        sources[mutation.path] = Source(source.path, source.text, executable=mutation.executable)
    return dict(sorted(sources.items()))


def _edit(sources: dict[str, Source], path: str, old: str, new: str, *, every: bool) -> None:
    source = sources[path]
    if not old and not new:
        del sources[path]
        return
    if old == new:
        return
    count = source.text.count(old)
    assert count == 1 or (every and count), f"{path} holds the text to replace {count} times: {old!r}"
    sources[path] = Source(path, source.text.replace(old, new), executable=source.executable)


def assert_reported(mutation: Mutation) -> None:
    """The mutation is reported under its requirement, at its line, and nothing absurd with it."""
    sources = mutated(mutation)
    run = check_sources(sources)
    assert run.result.failures == ()
    at = mutation.at or mutation.path
    seen = [
        f"{item.location} {item.rule} {item.requirements}: {item.message}" for item in run.result.findings
    ]
    hits = [
        item
        for item in run.result.findings
        if item.rule == mutation.rule
        and mutation.requirement in item.requirements
        and item.location.path == at
        and (at not in sources or mutation.line in sources[at].line(item.location.line))
        and mutation.message in ("", item.message)
    ]
    assert hits, f"{mutation.what}: not reported as expected; seen:\n" + "\n".join(seen)
    allowed = {mutation.rule, *mutation.also, *FOLLOWS, *CONSEQUENCES.get(mutation.rule, ())}
    absurd = [
        words for words, item in zip(seen, run.result.findings, strict=True) if item.rule not in allowed
    ]
    assert not absurd, f"{mutation.what}: reported elsewhere too:\n" + "\n".join(absurd)
    verdict = next(item for item in run.result.verdicts if item.id == mutation.requirement)
    assert verdict.status == "violated"

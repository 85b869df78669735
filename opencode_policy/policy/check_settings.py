"""Whether the settings agree with the rules, and whether every rule serves a requirement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from opencode_policy.policy.decode import DecodeError, decode_value
from opencode_policy.policy.document import PolicyFiles, RuleFacts
from opencode_policy.policy.lock import LockFile
from opencode_policy.policy.mistakes import Mistake, quoted, suggestion
from opencode_policy.policy.unique import repeated


def check_settings(files: PolicyFiles) -> Iterator[Mistake]:
    """Mistakes in opencode.yaml that need more than the shape of one value."""
    document = files.settings
    names = ((item.name, ("workspaces", at, "name")) for at, item in enumerate(document.value.workspaces))
    yield from repeated(document, names, "the name")
    for rule in document.value.rules:
        if rule not in files.rules and not files.incomplete:
            message = f"there is no rule {quoted(rule)}{suggestion(rule, files.rules)}"
            yield document.key_mistake(("rules", rule), message)


def check_rules(files: PolicyFiles) -> Iterator[Mistake]:
    """Rules that run without a requirement of this policy to decide, or that it does not name.

    A tag that this policy does not know is passed over as long as another one is known: a policy may
    leave out requirements that the rules were written for.
    """
    listed = {item.id: (at, item.rules) for at, item in enumerate(files.requirements.value.requirements)}
    for rule in sorted(filter(files.runs, files.rules)):
        known = [tag for tag in files.rules[rule].requirements if tag in listed]
        if not known:
            yield _idle(files, rule, files.rules[rule])
        for tag in known:
            at, rules = listed[tag]
            if rule not in rules:
                message = f"the rule '{rule}' decides {tag}, but {tag} does not name it"
                yield files.requirements.mistake(("requirements", at, "rules"), message)


def _idle(files: PolicyFiles, rule: str, facts: RuleFacts) -> Mistake:
    tags = ", ".join(facts.requirements) or "nothing"
    message = f"the rule '{rule}' decides no requirement of this policy, it decides {tags}; switch it off"
    return files.settings.mistake(("rules", rule), message)


def read_parameters(files: PolicyFiles) -> tuple[dict[str, object], list[Mistake]]:
    """Parameters of every rule that is on, by rule id, and what is wrong with those in the settings."""
    parameters: dict[str, object] = {}
    mistakes: list[Mistake] = []
    for rule, facts in files.rules.items():
        setting = files.settings.value.rules.get(rule)
        given = setting.parameters if setting else {}
        if not given and not files.runs(rule):
            continue
        try:
            parameters[rule] = decode_value(facts.Parameters, given)
        except DecodeError:
            mistakes += _why(files, rule, facts, given)
    return parameters, mistakes


def unready_rules(files: PolicyFiles, lock: LockFile) -> Iterator[str]:
    """Rules that the lock does not list and that this policy is not made for.

    They are those of a later release: no requirement names them, or their parameters are not given. They
    wait until somebody takes them up; with any other rule the same would be a mistake.
    """
    listed = {rule for item in files.requirements.value.requirements for rule in item.rules}
    for name, rule in files.rules.items():
        known = name in lock.rules or name in listed or name in files.settings.value.rules
        if not known and _has_mistakes(replace(files, rules={name: rule})):
            yield name


def _has_mistakes(files: PolicyFiles) -> bool:
    _, mistakes = read_parameters(files)
    return bool(mistakes) or any(True for _ in check_rules(files))


def _why(files: PolicyFiles, rule: str, facts: RuleFacts, given: object) -> list[Mistake]:
    from opencode_policy.policy.explain import explain

    found = explain(facts.Parameters, given, files.settings.root, ("rules", rule, "parameters"))
    if not found:
        raise AssertionError(f"the parameters of {rule} were declined without a reason")
    return found

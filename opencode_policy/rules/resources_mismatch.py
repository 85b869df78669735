"""Rule resources-mismatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from opencode_policy.lean import dataclass
from opencode_policy.outcome import Outcome, Problem, Proof, Unknown
from opencode_policy.pods.examples import deployment
from opencode_policy.pods.resources import Amount, Kind, amount_of, pod_amount, running, starting, total
from opencode_policy.quantity import QuantityError, parse_quantity
from opencode_policy.resource import Field
from opencode_policy.rules.base import Example, Rule
from opencode_policy.same_fault import Fault, listed, shared, subjects
from opencode_policy.tree import Tree, WorkspaceTree
from opencode_policy.workload import Pod

_KINDS: tuple[Kind, ...] = ("requests", "limits")
_VERBS: Mapping[Kind, str] = {"requests": "request", "limits": "may use"}
_TOGETHER = "together"
_RIGHT = """\
resources:
  requests: {cpu: 100m, memory: 256Mi}
  limits: {cpu: 500m, memory: 512Mi}
"""
_INIT = """\
- name: init
  resources:
    requests: {cpu: 50m, memory: 10Mi}
    limits: {cpu: 500m, memory: 512Mi}
"""
_MANIFEST = "kubernetes/apps/demo/demo/app/manifest.yaml"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What each pod requests and is limited to, by resource."""

    requests: Mapping[str, str]
    limits: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse what is no quantity."""
        for text in (*self.requests.values(), *self.limits.values()):
            parse_quantity(text)

    def of(self, kind: Kind) -> Mapping[str, str]:
        """The one or the other."""
        return self.requests if kind == "requests" else self.limits


class ResourcesMismatch(Rule):
    """A pod requests, or may use, another amount than required.

    A pod counts as the scheduler counts it: containers and sidecars add up, and an init container must not
    ask for more than they do. Amounts are compared, not their spellings: 0.1 is 100m.
    """

    requirements = ("SEC-05",)
    why = (
        "The node is chosen by what a pod requests, and the pod is stopped at its limits. A container "
        "without a limit can take the node down with it; one that requests more than it needs keeps others "
        "away."
    )
    fix = "Set requests and limits of the containers so that the pod comes to the required amounts."
    Parameters = Parameters
    example_parameters = {
        "requests": {"cpu": "100m", "memory": "256Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi"},
    }
    good = (
        Example("one container", deployment(_RIGHT)),
        Example(
            "other spellings of the same amounts",
            deployment("""\
resources:
  requests: {cpu: 0.1, memory: 268435456}
  limits: {cpu: "0.5", memory: 524288Ki}
"""),
        ),
        Example("an init container that asks for less", deployment(_RIGHT, init=_INIT)),
        Example(
            "an init container with the same resources, by an alias",
            deployment(
                "resources: *same\n",
                init="""\
- name: init
  resources: &same
    requests: {cpu: 100m, memory: 256Mi}
    limits: {cpu: 500m, memory: 512Mi}
""",
            ),
        ),
        Example(
            "other resources are free",
            deployment(_RIGHT.replace("256Mi}", "256Mi, ephemeral-storage: 1Gi}")),
        ),
        Example(
            "a sidecar takes its share",
            deployment(
                """\
resources:
  requests: {cpu: 60m, memory: 156Mi}
  limits: {cpu: 400m, memory: 412Mi}
""",
                init="""\
- name: sidecar
  restartPolicy: Always
  resources:
    requests: {cpu: 40m, memory: 100Mi}
    limits: {cpu: 100m, memory: 100Mi}
""",
            ),
        ),
        Example(
            "for the pod as a whole",
            deployment(pod=_RIGHT),
        ),
        Example(
            "the LimitRange gives what the container leaves out",
            {
                _MANIFEST: deployment("resources: {requests: {cpu: 100m}, limits: {cpu: 500m}}\n"),
                "kubernetes/apps/demo/demo/app/limits.yaml": """\
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec:
  limits:
    - type: Container
      default: {memory: 512Mi}
      defaultRequest: {memory: 256Mi}
""",
            },
        ),
    )
    bad = (
        Example(
            "other amounts",
            deployment("""\
resources:
  requests:
    cpu: 1  # <- server requests 1 of cpu instead of 100m
    memory: 256M  # <- server requests 256M of memory instead of 256Mi
  limits:
    cpu: 50m  # <- server may use 50m of cpu instead of 500m
    memory: 1Gi  # <- server may use 1Gi of memory instead of 512Mi
"""),
        ),
        Example(
            "a limit and a request are missing",
            deployment("""\
resources:
  requests:  # <- server requests 512Mi of memory, as its limit is, instead of 256Mi
    cpu: 100m
  limits: {memory: 512Mi}  # <- server may use any amount of cpu instead of 500m
"""),
        ),
        Example(
            "an init container that asks for more, and may take all",
            deployment(
                _RIGHT,
                init="""\
- name: init
  resources:
    requests:
      cpu: 500m  # <- init requests 500m of cpu instead of 100m
    limits:  # <- init may use any amount of memory instead of 512Mi
      cpu: 500m
""",
            ),
        ),
        Example(
            "one anchor for both, with a typo",
            deployment(
                "resources: *same\n",
                init="""\
- name: init
  resources: &same
    requests:
      cpu: 100m
      memory: 256Mi
    limits:
      cpu: 5000m  # <- init and server may use 5000m of cpu instead of 500m
      memory: 512Mi
""",
            ),
        ),
        Example(
            "a sidecar comes on top",
            deployment(
                _RIGHT,
                init="""\
- name: sidecar
  restartPolicy: Always
  resources:
    requests: {cpu: 0}
    limits:
      cpu: 100m  # <- sidecar (100m) and server (500m) may use together 600m of cpu instead of 500m
      memory: 0
""",
            ),
        ),
        Example(
            "what is no amount",
            deployment("""\
resources:
  requests: {cpu: 100m, memory: 256Mi}
  limits:
    cpu: 500m
    memory: 512MB  # <- '512MB' has an unknown suffix; did you mean m or M?
"""),
        ),
        Example(
            "the pod as a whole",
            deployment(
                pod="""\
resources:
  requests: {cpu: 100m, memory: 256Mi}
  limits:
    cpu: 500m
    memory: 1Gi  # <- the pod may use 1Gi of memory instead of 512Mi
"""
            ),
        ),
    )

    def check_workspace(self, workspace: WorkspaceTree) -> Iterator[Outcome]:
        if not workspace.pods:
            yield Unknown(f"{workspace.name} has no pod", workspace.anchor)
        for pod in workspace.pods:
            problems = list(self._problems(workspace.tree, pod))
            yield from problems
            if not problems:
                first = pod.containers[0].field if pod.containers else pod.spec
                owner = pod.spec if pod.spec["resources"] else first
                yield Proof(self._words(), owner["resources"])

    def _problems(self, tree: Tree, pod: Pod) -> Iterator[Problem]:
        found: list[Fault] = []
        for kind in _KINDS:
            for resource, wanted in self.parameters.of(kind).items():
                whole = pod_amount(pod, kind, resource)
                if whole:
                    yield from _whole(kind, resource, whole, wanted)
                    continue
                amounts = [amount_of(tree, item, kind, resource) for item in pod.all_containers]
                broken = [amount for amount in amounts if amount.error]
                yield from (Problem(amount.error, amount.at) for amount in broken)
                if not broken:
                    found += _deviations(kind, resource, amounts, wanted)
        for group in shared(found):
            words = f"{subjects(group)} {group[0].words}"
            one = len(group) == 1 and _TOGETHER not in words
            yield Problem(words.replace(" request ", " requests ", 1) if one else words, group[0].at)

    def _words(self) -> str:
        asked = " and ".join(self.parameters.requests.values())
        return f"the pod requests {asked} and is limited to {' and '.join(self.parameters.limits.values())}"


def _whole(kind: Kind, resource: str, whole: Field, wanted: str) -> Iterator[Problem]:
    try:
        equal = parse_quantity(whole.text) == parse_quantity(wanted)
    except QuantityError as error:
        yield Problem(str(error), whole)
        return
    if not equal:
        verb = _VERBS[kind].replace("request", "requests")
        yield Problem(f"the pod {verb} {whole.text} of {resource} instead of {wanted}", whole)


def _deviations(kind: Kind, resource: str, amounts: list[Amount], wanted: str) -> Iterator[Fault]:
    """Containers by which the pod does not come to the wanted amount."""
    aim = parse_quantity(wanted).value
    together = running(amounts)
    unlimited = [amount for amount in amounts if kind == "limits" and amount.quantity is None]
    for amount in unlimited:
        yield _deviation(kind, resource, amount, wanted)
    for amount, value in starting(amounts):
        if value > aim:
            yield _deviation(kind, resource, amount, wanted)
    if total(together) != aim and not any(amount in unlimited for amount in together):
        if len(together) == 1:
            yield _deviation(kind, resource, together[0], wanted)
        elif together:
            yield _sum(kind, resource, together, wanted, aim)


def _deviation(kind: Kind, resource: str, amount: Amount, wanted: str) -> Fault:
    source = f", {amount.source}," if amount.source else ""
    much = f"{amount.text} of {resource}{source}" if amount.text else f"no {resource}"
    verb = _VERBS[kind]
    if kind == "limits" and not amount.text:
        verb, much = "may use", f"any amount of {resource}"
    return Fault(amount.container.name, f"{verb} {much} instead of {wanted}", amount.at)


def _sum(kind: Kind, resource: str, together: list[Amount], wanted: str, aim: Fraction) -> Fault:
    """Several containers that do not come to the amount together: told at the first that adds to it."""
    parts = [f"{amount.container.name} ({amount.text or '0'})" for amount in together]
    much = f"{_text(total(together), resource)} of {resource}"
    surplus = [amount for amount in together if amount.quantity and amount.quantity.value]
    at = surplus[0].at if surplus and total(together) > aim else together[-1].at
    return Fault(listed(parts), f"{_VERBS[kind]} {_TOGETHER} {much} instead of {wanted}", at)


def _text(value: Fraction, resource: str) -> str:
    if resource == "cpu":
        return f"{float(value * 1000):g}m"
    mebibytes = value / 2**20
    return f"{mebibytes}Mi" if mebibytes.denominator == 1 else f"{float(value):g}"

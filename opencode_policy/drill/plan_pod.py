"""From the expanded Pod of a workload to its plan."""

from __future__ import annotations

from collections.abc import Sequence

from opencode_policy.drill.plan import ContainerPlan, MountPlan, PodPlan
from opencode_policy.drill.plan_environment import ContainerEnvironment, Known, environment_of
from opencode_policy.drill.plan_volumes import volumes_of
from opencode_policy.drill.unhonoured import unhonoured
from opencode_policy.pods.container_filesystem import user_of
from opencode_policy.quantity import QuantityError, parse_quantity
from opencode_policy.resource import Field
from opencode_policy.workload import Container, Pod

_GRACE = 30
"""terminationGracePeriodSeconds of a Pod that does not say (Kubernetes API, PodSpec)."""


def plan_pod(pod: Pod, known: Known) -> PodPlan:
    """The plan of a Pod, with the Secrets and ConfigMaps that are `known`."""
    context = pod.spec["securityContext"]
    return PodPlan(
        pod.workload.name,
        pod.workload.namespace,
        tuple(_container(item, known) for item in pod.init_containers),
        tuple(_container(item, known) for item in pod.containers),
        volumes_of(pod, known),
        pod.spec["shareProcessNamespace"].value is True,
        _whole(pod.spec["terminationGracePeriodSeconds"], _GRACE) or 0,
        _whole(context["fsGroup"], None),
        tuple(unhonoured(pod)),
    )


def _container(container: Container, known: Known) -> ContainerPlan:
    environment = environment_of(container, known)
    command = [environment.expand(item.text) for item in container.field["command"]]
    limits = container.field["resources"]["limits"]
    user = user_of(container)
    if user.is_root and _must_not_be_root(container):
        environment.block("container has runAsNonRoot and image will run as root", user.at)
    return ContainerPlan(
        container.name,
        container.role,
        container.image.text,
        command or None,
        [environment.expand(item.text) for item in container.field["args"]],
        environment.variables,
        container.field["workingDir"].text,
        _mounts(container, environment),
        user.uid,
        _group(container),
        container.field["securityContext"]["readOnlyRootFilesystem"].value is True,
        _bytes(limits["memory"]),
        _cores(limits["cpu"]),
        container.field,
        environment.blocked,
    )


def _mounts(container: Container, environment: ContainerEnvironment) -> Sequence[MountPlan]:
    """Mounts in an order in which one below another comes after it."""
    found = []
    for mount in container.mounts:
        expression = mount.field["subPathExpr"].text
        sub_path = environment.expand(expression) if expression else mount.sub_path
        name, at = mount.field["name"].text, mount.field["mountPath"]
        found.append(MountPlan(name, mount.path, sub_path.strip("/"), mount.read_only, at))
    return tuple(sorted(found, key=lambda item: len(item.path)))


def _must_not_be_root(container: Container) -> bool:
    own = container.field["securityContext"]["runAsNonRoot"]
    general = container.pod.spec["securityContext"]["runAsNonRoot"]
    return (own if own.exists else general).value is True


def _group(container: Container) -> int | None:
    for context in (container.field["securityContext"], container.pod.spec["securityContext"]):
        value = _whole(context["runAsGroup"], None)
        if value is not None:
            return value
    return None


def _whole(field: Field, default: int | None) -> int | None:
    value = field.value
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _bytes(field: Field) -> int | None:
    amount = _amount(field)
    return int(amount) if amount else None


def _cores(field: Field) -> float | None:
    amount = _amount(field)
    return float(amount) if amount else None


def _amount(field: Field) -> float | None:
    if not field.text:
        return None
    try:
        return float(parse_quantity(field.text).value)
    except QuantityError:
        return None

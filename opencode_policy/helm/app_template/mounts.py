"""Where the volumes of a release are mounted: everywhere, or container by container."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.helm.app_template.context import Context, enabled
from opencode_policy.helm.synthesis import Part, derived, given, is_empty, mapping, present, sequence
from opencode_policy.nodes import MappingNode, SequenceNode
from opencode_policy.resource import Field

_COPIED = ("subPath", "subPathExpr", "readOnly", "mountPropagation", "recursiveReadOnly")


def volume_mounts(context: Context, controller: str, container: str, at: Field) -> SequenceNode | None:
    """Mounts of one container, in the order of the volumes' names; None where there are none."""
    made = [
        mount
        for identifier, item in context.enabled("persistence").items()
        for mount in _mounts(context, identifier, item, _wanted(item, controller, container))
    ]
    for identifier, item in claim_templates(context, controller):
        wanted = [*item["globalMounts"], *item["advancedMounts"][container]]
        made += _mounts(context, identifier, item, wanted if _is_limited(item) else None)
    return sequence(at, made) if made else None


def claim_templates(context: Context, controller: str) -> Iterator[tuple[str, Field]]:
    """The claim templates of a StatefulSet by name."""
    item = context.enabled("controllers").get(controller)
    templates = item["statefulset"]["volumeClaimTemplates"] if item is not None else ()
    for template in templates:
        switch = template["enabled"]
        if template["name"].text and not (switch.exists and not switch.value):
            yield template["name"].text, template


def _wanted(item: Field, controller: str, container: str) -> list[Field] | None:
    """Mounts that the values ask for in a container, None where they say nothing of mounts."""
    if not _is_limited(item):
        return None
    return [*item["globalMounts"], *item["advancedMounts"][controller][container]]


def _is_limited(item: Field) -> bool:
    return not (is_empty(item["globalMounts"]) and is_empty(item["advancedMounts"]))


def is_used_by(item: Field, controller: str) -> bool:
    """Whether the pods of a controller have a volume at all."""
    limited = not is_empty(item["advancedMounts"]) and is_empty(item["globalMounts"])
    return not limited or not is_empty(item["advancedMounts"][controller])


def _mounts(
    context: Context, identifier: str, item: Field, wanted: list[Field] | None
) -> Iterator[MappingNode]:
    """The mounts of one volume; without a path it is mounted at its own name."""
    is_host = item["type"].text == "hostPath"
    fallback: Part = (
        item["hostPath"] if is_host and item["hostPath"].text else derived(item, f"/{identifier}")
    )
    if wanted is None:
        yield mapping(item, {"name": derived(item, identifier), "mountPath": fallback})
        return
    for mount in wanted:
        path = mount["path"]
        if path.text:
            fallback = context.copied(path)
        entries: dict[str, Part] = {"name": derived(item, identifier), "mountPath": fallback}
        copied = {name: given(mount[name]) for name in present(_COPIED, mount)}
        yield mapping(mount, {**entries, **copied})


def check_mounts(context: Context) -> None:
    """Name what `advancedMounts` speaks of and the release does not have: the chart mounts it nowhere."""
    controllers = context.enabled("controllers")
    for identifier, item in context.enabled("persistence").items():
        for controller, containers in item["advancedMounts"].entries():
            if controller not in controllers:
                words = f"{identifier} is mounted in a controller '{controller}', which does not exist"
                context.mistake(words, containers.as_key)
                continue
            known = _containers(controllers[controller])
            for container, mounts in containers.entries():
                if container not in known:
                    words = f"{identifier} is mounted in a container '{container}', which {controller} lacks"
                    context.mistake(words, mounts.as_key)


def _containers(controller: Field) -> set[str]:
    return {name for section in ("containers", "initContainers") for name, _ in enabled(controller[section])}

"""What the manual says of a rule, as parts that text and Markdown are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from opencode_policy.lean import dataclass
from opencode_policy.report.parameters import parameters
from opencode_policy.rules.base import Example
from opencode_policy.rules.catalogue import RuleInfo

_LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".sh": "sh", ".md": "markdown"}


@dataclass(frozen=True, slots=True)
class Code:
    """Text shown letter by letter; `name` is the file it stands in."""

    text: str
    language: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, items and code below it, in that order."""

    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[tuple[str, str], ...] = ()
    code: tuple[Code, ...] = ()


def manual(info: RuleInfo, titles: Mapping[str, str], *, examples: int | None = None) -> list[Section]:
    """Sections of a rule's page. `titles` are those of the requirements, `examples` how many of a kind."""
    sections = [
        Section("Why", (info.why,)),
        Section("Fix", (info.fix,)),
        Section("Requirements", items=tuple((name, titles.get(name, "")) for name in info.requirements)),
        Section("Parameters", items=tuple(parameters(info.rule) if info.rule else ())),
        _waiving(info),
    ]
    if info.rule is not None:
        sections += _examples("Good", info.rule.good[:examples])
        sections += _examples("Bad", info.rule.bad[:examples])
    return [section for section in sections if section.paragraphs or section.items or section.code]


def _waiving(info: RuleInfo) -> Section:
    if not info.suppressible:
        return Section("Exceptions", ("Findings of this rule cannot be waived.",))
    words = "A comment on the line, or on a line of its own above it, waives a finding and says why:"
    comment = f"# opencode-policy: ignore[{info.id}] reason"
    return Section("Exceptions", (words,), code=(Code(comment, "yaml"),))


def _examples(kind: str, examples: Iterable[Example]) -> Iterator[Section]:
    for example in examples:
        yield Section(f"{kind}: {example.title}", code=tuple(_files(example)))


def _files(example: Example) -> Iterator[Code]:
    """Files of an example; one without text is a file that is missing there."""
    if isinstance(example.files, str):
        yield Code(example.files, "yaml")
        return
    for path, text in example.files.items():
        language = _LANGUAGES.get(PurePosixPath(path).suffix, "")
        yield Code(text, language, path if text else f"{path} (missing)")

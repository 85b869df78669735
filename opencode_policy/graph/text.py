"""A drawing as text: each Kustomization, what it applies, and below each object what it refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from opencode_policy.graph.drawing import Drawing, Group, Key, Line, Node

Paint = Callable[[str, str | None], str]
"""Puts a text into a colour, or leaves it as it is."""

_MARKS = {"missing": "!", "ambiguous": "!", "open": "?", "optional": "~"}
_COLOURS = {"missing": "red", "ambiguous": "red", "open": "yellow", "optional": "dim", "listed": "cyan"}
_SUFFIX = {"listed": " (inventory)", "optional": " (optional, not there)"}
LEGEND = (
    "-> leads there   ! leads nowhere, or is wrong   ? cannot be told from the files   <- comes from there"
)


def as_text(drawing: Drawing, notes: Mapping[Key, list[str]], paint: Paint) -> str:
    """Lines for people; `notes` are more to say of an object."""
    writer = _Writer(drawing, notes, paint)
    lines = [line for group in drawing.groups for line in writer.group(group)]
    lines += ["", paint(LEGEND, "dim"), *_count(drawing, paint)]
    return "\n".join(lines).lstrip("\n") + "\n"


class _Writer:
    """Writes groups, with the references by the objects at both of their ends."""

    def __init__(self, drawing: Drawing, notes: Mapping[Key, list[str]], paint: Paint) -> None:
        self.drawing = drawing
        self.notes = notes
        self.paint = paint
        self.going: dict[Key, list[Line]] = {}
        self.coming: dict[Key, list[Line]] = {}
        for line in drawing.lines:
            self.going.setdefault(line.source, []).append(line)
            if drawing.nodes[line.source].state != "own" and line.state == "found":
                self.coming.setdefault(line.target, []).append(line)

    def group(self, group: Group) -> Iterator[str]:
        """A Kustomization and what it applies."""
        yield ""
        if group.title:
            by = f", applied by {group.by}" if group.by else ""
            place = self.paint(f"{group.place}{by}", "dim")
            yield f"{self.paint(group.title, 'bold')} applies  {place}"
        else:
            yield self.paint("Nothing applies", "bold")
        for key in group.objects:
            yield from self.object(self.drawing.nodes[key])

    def object(self, node: Node) -> Iterator[str]:
        """An object, what it refers to, what refers to it, and what rules say of it."""
        yield f"  {node.title}  {self.paint(node.place, 'dim')}"
        said: set[str] = set()
        for line in self.going.get(node.key, ()):
            said.update(line.words)
            yield from _line(line, self.drawing.nodes[line.target], self.paint)
        for line in self.coming.get(node.key, ()):
            yield self.paint(f"    <- {self.drawing.nodes[line.source].title} {line.relation} it", "dim")
        yield from (f"    {note}" for note in self.notes.get(node.key, ()))
        for problem in node.problems:
            if problem not in said:
                yield self.paint(f"    !  {problem}", "red")


def _line(line: Line, target: Node, paint: Paint) -> Iterator[str]:
    mark = _MARKS.get(line.state, "->")
    parts = f" ({', '.join(line.parts)})" if line.parts else ""
    text = f"    {mark:2} {line.relation} {target.title}{parts}{_SUFFIX.get(line.state, '')}"
    yield paint(text, _COLOURS.get(line.state))
    if line.state in ("missing", "open", "ambiguous"):
        yield from (paint(f"       {words}", _COLOURS[line.state]) for words in line.words)


def _count(drawing: Drawing, paint: Paint) -> Iterator[str]:
    states = [line.state for line in drawing.lines]
    wrong = sum(state in ("missing", "ambiguous") for state in states)
    own = sum(node.state == "own" for node in drawing.nodes.values())
    problems = sum(len(node.problems) for node in drawing.nodes.values())
    unknown = states.count("open")
    unknown = states.count("open")
    yield f"{own} objects, {len(states)} references: {wrong} lead nowhere, {unknown} cannot be told"
    if problems:
        yield paint(f"{problems} problems of rules on references", "red")

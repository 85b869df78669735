"""A drawing for Graphviz and for Mermaid."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.graph.drawing import Drawing, Key, Line, Node

_FILL = {
    "own": "white",
    "found": "gray95",
    "listed": "lightcyan",
    "missing": "mistyrose",
    "open": "lightyellow",
}
_STROKE = {"missing": "red", "ambiguous": "red", "open": "orange", "optional": "gray"}


def as_dot(drawing: Drawing) -> str:
    """The drawing in the language of Graphviz; one cluster for each Kustomization."""
    ids = _identities(drawing)
    lines = [
        "digraph references {",
        "  rankdir=LR;",
        '  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=10];',
        '  edge [fontname="sans-serif", fontsize=9];',
    ]
    placed: set[Key] = set()
    for number, group in enumerate(drawing.groups):
        keys = [key for key in dict.fromkeys(group.objects) if key not in placed]
        placed.update(keys)
        lines += [
            f"  subgraph cluster_{number} {{",
            f"    label={_quoted(group.title or 'nothing applies')};",
        ]
        lines += [f"    {_dot_node(ids[key], drawing.nodes[key])}" for key in keys]
        lines.append("  }")
    lines += [f"  {_dot_node(ids[key], node)}" for key, node in drawing.nodes.items() if key not in placed]
    lines += [f"  {_dot_line(ids, line)}" for line in drawing.lines]
    return "\n".join([*lines, "}"]) + "\n"


def _identities(drawing: Drawing) -> dict[Key, str]:
    return {key: f"n{number}" for number, key in enumerate(drawing.nodes)}


def _dot_node(identity: str, node: Node) -> str:
    label = "\n".join([node.key[0], node.title.partition(" ")[2], *(f"! {words}" for words in node.problems)])
    stroke = "red" if node.problems or node.state == "missing" else "black"
    fill = _FILL.get(str(node.state), "white")
    return f"{identity} [label={_quoted(label)}, fillcolor={fill}, color={stroke}];"


def _dot_line(ids: dict[Key, str], line: Line) -> str:
    colour = _STROKE.get(str(line.state), "black")
    style = "dashed" if line.state in ("open", "optional") else "solid"
    look = f"label={_quoted(_label(line))}, color={colour}, style={style}"
    return f"{ids[line.source]} -> {ids[line.target]} [{look}];"


def _label(line: Line) -> str:
    parts = f" {', '.join(line.parts)}" if line.parts else ""
    words = f"\n! {line.words[0]}" if line.state in ("missing", "ambiguous") and line.words else ""
    return f"{line.relation}{parts}{words}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def as_mermaid(drawing: Drawing) -> str:
    """The drawing as a Mermaid flowchart, which Markdown on GitHub shows."""
    ids = _identities(drawing)
    lines = ["flowchart LR"]
    placed: set[Key] = set()
    for number, group in enumerate(drawing.groups):
        keys = [key for key in dict.fromkeys(group.objects) if key not in placed]
        placed.update(keys)
        lines.append(f"  subgraph g{number}[{_safe(group.title or 'nothing applies')}]")
        lines += [f"    {_mermaid_node(ids[key], drawing.nodes[key])}" for key in keys]
        lines.append("  end")
    lines += [
        f"  {_mermaid_node(ids[key], node)}" for key, node in drawing.nodes.items() if key not in placed
    ]
    lines += [f"  {_mermaid_line(ids, line)}" for line in drawing.lines]
    lines += list(_classes(drawing, ids))
    return "\n".join(lines) + "\n"


def _mermaid_node(identity: str, node: Node) -> str:
    label = "\n".join([node.key[0], node.title.partition(" ")[2], *(f"! {words}" for words in node.problems)])
    return f"{identity}[{_safe(label)}]"


def _mermaid_line(ids: dict[Key, str], line: Line) -> str:
    arrow = "-.->" if line.state in ("open", "optional") else "==>" if line.state == "missing" else "-->"
    return f"{ids[line.source]} {arrow}|{_safe(_label(line))}| {ids[line.target]}"


def _safe(text: str) -> str:
    """A text in quotes; entities for what Mermaid would read as its own."""
    for sign, entity in (
        ("#", "#35;"),
        ("&", "#amp;"),
        ('"', "#quot;"),
        ("<", "#lt;"),
        (">", "#gt;"),
        ("`", "#96;"),
    ):
        text = text.replace(sign, entity)
    return '"' + text.replace("\n", "<br/>") + '"'


def _classes(drawing: Drawing, ids: dict[Key, str]) -> Iterator[str]:
    wrong = [ids[key] for key, node in drawing.nodes.items() if node.state == "missing" or node.problems]
    opened = [ids[key] for key, node in drawing.nodes.items() if node.state == "open"]
    yield "  classDef wrong fill:#fee,stroke:#c00"
    yield "  classDef open fill:#ffd,stroke:#c90,stroke-dasharray:4"
    if wrong:
        yield f"  class {','.join(wrong)} wrong"
    if opened:
        yield f"  class {','.join(opened)} open"

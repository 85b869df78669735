"""sed's `s` command, carried out on texts that may have holes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from opencode_policy.shell.holes import SECRET, has_holes
from opencode_policy.taint.values import Text, Value, merged, of_texts

_SIMPLE = re.compile(
    r"s(?P<mark>[^\w\s\\])(?P<pattern>.*?)(?<!\\)(?P=mark)(?P<new>.*?)(?<!\\)(?P=mark)(?P<flags>[gIiE]*)"
)


def substituted(value: Value, expressions: Sequence[Text]) -> Value | None:
    """The value after substitutions; None when any is not as simple as that, or its pattern is not known."""
    for expression in expressions:
        masked = _masked(value, expression)
        if masked is not None:
            value = masked
            continue
        match = _SIMPLE.fullmatch(expression.skeleton.strip())
        pattern = _compiled(match["pattern"], match["flags"]) if match else None
        if match is None or pattern is None or "\\" in match["new"] or "&" in match["new"]:
            return None
        count = 0 if "g" in match["flags"] else 1
        value = of_texts(_replaced(text, pattern, match["new"], expression, count) for text in value.texts)
    return value


def _masked(value: Value, expression: Text) -> Value | None:
    """`s/$SECRET/***/` takes that secret out of the text."""
    match = _SIMPLE.fullmatch(expression.skeleton.strip())
    if match is None or match["pattern"] != SECRET or SECRET in match["new"]:
        return None
    known = set(expression.flows)
    return of_texts(
        Text(text.skeleton.replace(SECRET, match["new"])) if set(text.flows) <= known else text
        for text in value.texts
    )


def _replaced(text: Text, pattern: re.Pattern[str], new: str, expression: Text, count: int) -> Text:
    lines = [pattern.sub(lambda _: new, line, count=count) for line in text.skeleton.split("\n")]
    skeleton = "\n".join(lines)
    flows = merged(text.flows, expression.flows)
    return Text(skeleton, flows if SECRET in skeleton else ())


def _compiled(pattern: str, flags: str) -> re.Pattern[str] | None:
    """A basic regular expression of sed as one of Python; only what both spell in one way, or nearly."""
    if has_holes(pattern) or re.search(r"[(){}+?|]|\\[^./\-@:#,\[\]*\\]", pattern):
        return None
    try:
        return re.compile(pattern, re.IGNORECASE if set(flags) & set("Ii") else 0)
    except re.error:
        return None

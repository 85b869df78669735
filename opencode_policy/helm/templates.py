"""Templates inside values, as far as they can be told without Helm.

Known are what the release, the chart and the values say, `include` of the common library's names, and
functions that only change the spelling. Everything else stays as it is written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from opencode_policy.lean import dataclass
from opencode_policy.resource import Field

_ACTION = re.compile(r"\{\{(-\s)?((?:`[^`]*`|\"[^\"]*\"|(?!\s-\}\})[^`\"{}])*+)(\s-)?\}\}")
"""What stands between braces; braces inside of a string do not end it."""
_PATH = re.compile(r"\$?\.Values((?:\.[A-Za-z_]\w*)+)")
_INCLUDE = re.compile(r"include\s+\"(bjw-s\.common\.lib\.chart\.names\.\w+)\"\s+[$.]")
_COMMENT = re.compile(r"/\*.*\*/", re.DOTALL)
_PIPES: Mapping[str, Callable[[str], str]] = {
    "quote": lambda text: f'"{text}"',
    "squote": lambda text: f"'{text}'",
    "lower": str.lower,
    "upper": str.upper,
    "trim": str.strip,
    "toString": str,
}


@dataclass(frozen=True, slots=True, eq=False)
class Templates:
    """What templates can refer to: `names` by expression, and the values."""

    names: Mapping[str, str]
    values: Field

    def render(self, text: str) -> str | None:
        """The text with its templates evaluated; None where one of them cannot be."""
        parts: list[str] = []
        position, trims = 0, False
        while (start := text.find("{{", position)) >= 0:
            action = _ACTION.match(text, start)
            value = self.expression(action[2]) if action is not None else None
            if action is None or value is None:
                return None
            before = text[position:start].lstrip() if trims else text[position:start]
            parts += [before.rstrip() if action[1] else before, value]
            position, trims = action.end(), bool(action[3])
        rest = text[position:]
        return "".join([*parts, rest.lstrip() if trims else rest])

    def expression(self, text: str) -> str | None:
        """Value of what stands between the braces."""
        text = text.strip()
        if _COMMENT.fullmatch(text):
            return ""
        if _is_literal(text):
            return text[1:-1]
        first, *pipes = (part.strip() for part in text.split("|"))
        value = self.operand(first)
        for name in pipes:
            function = _PIPES.get(name)
            value = function(value) if function is not None and value is not None else None
        return value

    def operand(self, text: str) -> str | None:
        name = text.removeprefix("(").removesuffix(")").strip() if text.startswith("(") else text
        if _is_literal(name):
            return name[1:-1]
        include = _INCLUDE.fullmatch(name)
        if include:
            return self.names.get(include[1])
        path = _PATH.fullmatch(name)
        if path:
            return self.value(self.values.at(*path[1].removeprefix(".").split(".")))
        return self.names.get(name.removeprefix("$"))

    def value(self, field: Field) -> str | None:
        """Text of a value; one that is a template itself is not evaluated here."""
        text = go_text(field)
        return text if text is not None and "{{" not in text else None


def _is_literal(text: str) -> bool:
    """Whether an expression is one string and nothing else."""
    if len(text) < 2 or text[0] != text[-1] or text[0] not in '`"':
        return False
    return text[0] not in text[1:-1] and (text[0] == "`" or "\\" not in text)


def go_text(field: Field) -> str | None:
    """A scalar as Go prints it: numbers went through JSON, where all of them are floating-point.

    None for what is no scalar, or null.
    """
    value = field.value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return go_number(value)
    return value


def go_number(value: float) -> str:
    """A number as `%v` prints it: with an exponent from a million on, and below 0.0001."""
    try:
        number = float(value)
    except OverflowError:
        return "+Inf" if value > 0 else "-Inf"
    if not math.isfinite(number):
        return {"inf": "+Inf", "-inf": "-Inf"}.get(str(number), "NaN")
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    power = len(digits) + int(exponent) - 1
    if number and not -5 < power < 6:
        rest = "".join(map(str, digits[1:]))
        mantissa = f"{digits[0]}.{rest}" if rest else str(digits[0])
        return f"{'-' * sign}{mantissa}e{power:+03d}"
    return str(int(number)) if number.is_integer() else repr(number)

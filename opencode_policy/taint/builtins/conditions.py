"""`test`, `[` and `[[`, as far as the answer is certain."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence

from opencode_policy.shell.calls import Call
from opencode_policy.shell.holes import UNKNOWN, has_holes, public
from opencode_policy.taint.cells import Key, Status, Variable
from opencode_policy.taint.invocation import Invocation, done
from opencode_policy.taint.values import secret

_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "-eq": operator.eq, "-ne": operator.ne, "-lt": operator.lt, "-le": operator.le, "-gt": operator.gt,
    "-ge": operator.ge,
}  # fmt: skip


def test(call: Invocation) -> Call[Status]:
    """Answer a condition. What should be a number and is none is repeated in an error message."""
    args = [argument for argument in call.args if argument.skeleton not in ("]", "]]")]
    texts = [argument.skeleton for argument in args]
    for left, sign, right in zip(args, texts[1:], args[2:], strict=False):
        if sign in _COMPARED and call.name != "[[":
            call.complain(left)
            call.complain(right)
        elif sign == "=~" and left.text.flows:
            matched = Variable(secret(left.text.flows).with_hop(call.place, "becomes BASH_REMATCH"))
            call.machine.state.set(Key("variable", "BASH_REMATCH"), matched)
    negated = texts[:1] == ["!"]
    answer = _answer(texts[negated:])
    return done(answer if answer is None else answer is not negated)


def _answer(texts: Sequence[str]) -> bool | None:
    if len(texts) == 1:
        return _is_some(texts[0])
    if len(texts) == 2 and texts[0] in ("-n", "-z"):
        some = _is_some(texts[1])
        return some if some is None or texts[0] == "-n" else not some
    if len(texts) == 3 and not any(has_holes(text) for text in texts):
        return _compare(*texts)
    return False if not texts else None


def _compare(left: str, sign: str, right: str) -> bool | None:
    if sign in _COMPARED and all(re.fullmatch(r"[-+]?\d+", text) for text in (left, right)):
        return _COMPARED[sign](int(left), int(right))
    if sign in ("=", "==", "!=") and not set(right) & set("*?["):
        return (left == right) is (sign != "!=")
    return None


def _is_some(text: str) -> bool | None:
    """Whether a text is not empty."""
    if not has_holes(text):
        return bool(text)
    return True if public(text).replace(UNKNOWN, "") else None

"""`env` and `printenv` print the environment."""

from __future__ import annotations

from opencode_policy.shell.holes import has_holes
from opencode_policy.shell.wrappers import base_name
from opencode_policy.taint.builtins.output import list_variables
from opencode_policy.taint.invocation import Invocation
from opencode_policy.taint.values import ANYTHING, joined


def print_environment(call: Invocation) -> None:
    """`env` without a command, `printenv` with or without names."""
    name = base_name(call.name)
    names = [text for text in call.texts if not text.startswith("-") and "=" not in text]
    if name == "printenv" and names:
        values = [call.machine.variable(item).value for item in names if not has_holes(item)]
        call.say(joined(values or [ANYTHING]), "printenv prints {} to the log")
    else:
        list_variables(call, (), exported_only=True)

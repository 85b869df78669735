"""The kinds of text that policy files are made of."""

from __future__ import annotations

from typing import Annotated

from opencode_policy.policy.constraint import Matches

NonEmpty = Annotated[str, Matches(r"[\s\S]*\S[\s\S]*", "a text that is not empty")]
Name = Annotated[str, Matches(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", "a Kubernetes name")]
RequirementId = Annotated[str, Matches(r"[A-Z][A-Z0-9]*-[0-9]{2,}", "a requirement ID such as SEC-04")]
RuleId = Annotated[str, Matches(r"[a-z]+(-[a-z0-9]+)*", "a rule id such as claim-mismatch")]
SecretName = Annotated[str, Matches(r"[A-Z_][A-Z0-9_]*", "the name of a secret, in capitals")]
Variable = Annotated[str, Matches(r"[_A-Za-z][_A-Za-z0-9]*", "the name of a variable")]
Release = Annotated[str, Matches(r"[0-9]+\.[0-9]+(\.[0-9]+)?", "a release such as 2.7.5")]
TreePath = Annotated[
    str,
    Matches(
        r"(?!/)(?!([^/]*/)*\.{1,2}(/|$))[^\\\r\n\t/]+(/[^\\\r\n\t/]+)*",
        "a path inside the repository, without ./, ../ or a slash at its ends",
    ),
]

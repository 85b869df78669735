"""Tokens that tell by their form what they are, with the checksum of each that has one.

Forms are those that the issuers document or, where they do not, that their tokens have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from opencode_policy.detect.checksums import has_crc32_base62, is_bech32
from opencode_policy.detect.concealed import Concealed
from opencode_policy.detect.secret import Secret
from opencode_policy.detect.values import entropy, has_run, is_placeholder

_NOT_BEFORE = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
_LEAST_ENTROPY = 2.5


class Format:
    """One form of token.

    `starts` are literal texts in it, by which files are searched; `pattern` matches a whole one. `proves`
    says of a match whether its checksum fits; without it the form alone is taken as certain if `certain`
    is set.
    """

    def __init__(
        self,
        kind: str,
        starts: tuple[str, ...],
        pattern: str,
        proves: Callable[[str], bool] | None = None,
        *,
        certain: bool = True,
    ) -> None:
        self.kind = kind
        self.starts = starts
        self.pattern = pattern
        self.proves = proves
        self.certain = certain

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """The compiled pattern, bound so that it does not begin inside a longer word."""
        return re.compile(_NOT_BEFORE + "(?:" + self.pattern + ")")

    def is_proved(self, token: str) -> bool:
        """Whether a match is certain."""
        return self.proves(token) if self.proves else self.certain


def _classic(token: str) -> bool:
    """GitHub's classic form has 36 characters behind the prefix; longer ones carry no known checksum."""
    return len(token) == 40 and has_crc32_base62(token)


_END = r"(?![A-Za-z0-9_])"

_GITHUB = {
    "ghp_": "a GitHub personal access token",
    "gho_": "a GitHub OAuth token",
    "ghu_": "a GitHub user token",
    "ghs_": "a GitHub server token",
    "ghr_": "a GitHub refresh token",
}
_DOPPLER = ("dp.ct.", "dp.pt.", "dp.sa.", "dp.said.", "dp.scim.", "dp.audit.", "dp.st.")
_GITLAB_KINDS = "pat dt rt cbt ptt ft soat imt agent oas wt ffct"
_GITLAB = tuple(f"gl{kind}-" for kind in _GITLAB_KINDS.split())

FORMATS: tuple[Format, ...] = (
    *(Format(kind, (start,), start + r"[A-Za-z0-9]{36,251}", _classic) for start, kind in _GITHUB.items()),
    Format(
        "a GitHub fine-grained token",
        ("github_pat_",),
        r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}" + _END,
    ),
    Format(
        "a Doppler token",
        _DOPPLER,
        r"dp\.(?:ct|pt|sa|said|scim|audit|st(?:\.[a-z0-9_-]{2,35})?)\.[A-Za-z0-9]{40,44}" + _END,
    ),
    Format("an AWS access key", ("AKIA",), r"AKIA[A-Z2-7]{16}" + _END),
    Format("an AWS session key", ("ASIA",), r"ASIA[A-Z2-7]{16}" + _END),
    Format("a Slack token", ("xox",), r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{20,}"),
    Format("a Slack app token", ("xapp-",), r"xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]{32,}"),
    Format(
        "a Slack webhook",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{18,}",
    ),
    Format(
        "a Discord webhook",
        ("/api/webhooks/",),
        r"discord(?:app)?\.com/api/webhooks/\d{17,20}/[A-Za-z0-9_-]{60,}",
    ),
    Format(
        "a GitLab token",
        _GITLAB,
        r"gl[a-z]{2,5}-[A-Za-z0-9_-]{20,300}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?",
    ),
    Format("an npm token", ("npm_",), r"npm_[A-Za-z0-9]{36}" + _END, has_crc32_base62),
    Format("a PyPI token", ("pypi-AgE",), r"pypi-AgE[A-Za-z0-9_-]{60,}"),
    Format(
        "an age secret key", ("AGE-SECRET-KEY-",), r"AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{58,}", is_bech32
    ),
    Format("an Anthropic key", ("sk-ant-",), r"sk-ant-[a-z]+\d{2}-[A-Za-z0-9_-]{40,}"),
    Format("an OpenRouter key", ("sk-or-",), r"sk-or-v\d-[0-9a-f]{64}" + _END),
    Format(
        "an OpenAI key",
        ("sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"),
        r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{40,}",
    ),
    Format("an OpenAI key", ("T3BlbkFJ",), r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}" + _END),
    Format("an API key", ("sk-",), r"sk-[A-Za-z0-9]{32,}" + _END, certain=False),
    Format("a Google API key", ("AIza",), r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    Format("a Google client secret", ("GOCSPX-",), r"GOCSPX-[A-Za-z0-9_-]{28}"),
    Format("a Google access token", ("ya29.",), r"ya29\.[A-Za-z0-9_-]{40,}"),
    Format("a Stripe key", ("k_live_", "k_test_"), r"[rs]k_(?:live|test)_[A-Za-z0-9]{20,}"),
    Format("a webhook secret", ("whsec_",), r"whsec_[A-Za-z0-9+/]{32,}"),
    Format("a Hugging Face token", ("hf_",), r"hf_[A-Za-z0-9]{34,}" + _END),
    Format("a Vault token", ("hvs.", "hvb.", "hvr."), r"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    Format("a Tailscale key", ("tskey-",), r"tskey-[a-z]+-[A-Za-z0-9]+-[A-Za-z0-9]{16,}"),
    Format("a DigitalOcean token", ("_v1_",), r"do[opr]_v1_[0-9a-f]{64}" + _END),
    Format("a SendGrid key", ("SG.",), r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    Format("a Docker Hub token", ("dckr_",), r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}"),
    Format("a Grafana token", ("glsa_",), r"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}" + _END),
    Format("a Grafana Cloud token", ("glc_eyJ",), r"glc_eyJ[A-Za-z0-9+/=]{50,}"),
    Format("a 1Password token", ("ops_eyJ",), r"ops_eyJ[A-Za-z0-9_-]{100,}"),
    Format("a Telegram bot token", (":AA",), r"\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    Format("a Groq key", ("gsk_",), r"gsk_[A-Za-z0-9]{50,}"),
    Format("a Terraform token", (".atlasv1.",), r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}"),
    Format("an Azure storage key", ("AccountKey=",), r"AccountKey=[A-Za-z0-9+/]{86}=="),
)

_STARTS = tuple(sorted({start for item in FORMATS for start in item.starts}))


def hints(text: str) -> frozenset[str]:
    """The literal texts of token forms that occur in a text; cheap, for searching many files."""
    return frozenset(start for start in _STARTS if start in text)


def tokens(text: str, seen: frozenset[str]) -> Iterator[Secret]:
    """Tokens of the forms whose literal texts were `seen`; placeholders are left out."""
    for token_format in FORMATS:
        if not seen.isdisjoint(token_format.starts):
            yield from _of_format(token_format, text)


def _of_format(token_format: Format, text: str) -> Iterator[Secret]:
    for found in token_format.expression.finditer(text):
        token = found[0]
        certain = token_format.is_proved(token)
        proved = certain and token_format.proves is not None
        if proved or not _is_made_up(token, token_format):
            yield Secret(
                token_format.kind, found.start(), found.end(), certain, Concealed(token), doubtful=not certain
            )


def _is_made_up(token: str, token_format: Format) -> bool:
    """Whether a token was written to show its form: all one letter, the alphabet, the word example."""
    body = token
    for start in token_format.starts:
        body = body.removeprefix(start)
    return is_placeholder(body) or has_run(body) or entropy(body) < _LEAST_ENTROPY

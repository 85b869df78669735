"""Rule token-in-url."""

from __future__ import annotations

from collections.abc import Iterator

from opencode_policy.leaks.examples import ENTRY, with_container, with_script
from opencode_policy.leaks.outcomes import judged, leaks
from opencode_policy.leaks.sites import Run, names_of
from opencode_policy.outcome import Outcome, Problem, Proof
from opencode_policy.rules.base import Example, Rule
from opencode_policy.tree import Tree


class TokenInUrl(Rule):
    """A secret stands in a URL.

    Found however the URL is put together: over several variables, from a file, by printf or sed, by the
    kubelet. A password that is written out in a URL which a program gets counts too.
    """

    severity = "error"
    requirements = ("SEC-03",)
    why = (
        "git repeats URLs in its messages and keeps them in .git/config; proxies and servers log them. "
        "A token in one is printed with the first clone that fails."
    )
    fix = (
        "Give git the URL without credentials and the token by a credential helper or GIT_ASKPASS that reads "
        "it from the environment."
    )
    security_severity = 8.5
    suppressible = False
    good = (
        Example(
            "a credential helper",
            with_script(
                """\
git -c credential.helper='!f() { echo username=x; echo "password=$GIT_TOKEN"; }; f' clone https://example.org/n.git
"""
            ),
        ),
        Example(
            "GIT_ASKPASS", with_script("GIT_ASKPASS=/opt/askpass.sh git clone https://example.org/n.git\n")
        ),
        Example(
            "a user name without a secret",
            with_script("git clone git@example.org:a/n.git\ngit clone https://git@example.org/n.git\n"),
        ),
        Example("a URL in a message", with_script("echo 'usage: https://user:password@example.org/n.git'\n")),
        Example(
            "what is before the @ is taken off",
            with_script(
                "url=https://x:$GIT_TOKEN@example.org/n.git\n"
                'git clone "https://$(printf %s "$url" | sed "s/.*@//")"\n'
            ),
        ),
        Example("the length of the token", with_script("git clone https://example.org/${#GIT_TOKEN}.git\n")),
    )
    bad = (
        Example(
            "directly",
            with_script(
                """\
git clone "https://x:$GIT_TOKEN@example.org/n.git"  # <- git gets a URL that holds GIT_TOKEN
"""
            ),
        ),
        Example(
            "over several hops, from a file",
            with_script(
                """\
token=$(cat /secrets/token)
base="https://oauth2:$token@example.org"
url=$base/n.git
git clone -q -- \\
  "$url" /workspace  # <- git gets a URL that holds /secrets
"""
            ),
        ),
        Example(
            "printf, set-url",
            with_script(
                """\
url=$(printf 'https://%s@example.org/n.git' "$GIT_TOKEN")
git remote set-url origin "$url"  # <- git gets a URL that holds GIT_TOKEN
"""
            ),
        ),
        Example(
            "insteadOf",
            with_script(
                """\
git config --global \\
  url."https://x:$GIT_TOKEN@n.example/".insteadOf https://n.example/  # <- git gets a URL that holds GIT_TOKEN
"""
            ),
        ),
        Example(
            "by the kubelet",
            with_container(
                f"""\
args:
  - clone
  - https://x:$(GIT_TOKEN)@example.org/n.git  # <- git gets a URL that holds GIT_TOKEN
command: [git]
env:
{ENTRY}"""
            ),
        ),
        Example(
            "in a variable of the manifest",
            with_container(
                f"""\
command: [/opt/run]
env:
{ENTRY}\
- name: REPO_URL
  value: https://x:$(GIT_TOKEN)@example.org/n.git  # <- REPO_URL is a URL that holds GIT_TOKEN
"""
            ),
        ),
        Example(
            "a password that is written out",
            with_script(
                """\
git clone https://bot:hunter2@example.org/n.git  # <- git gets a URL with a password
"""
            ),
        ),
    )

    def check_tree(self, tree: Tree) -> Iterator[Outcome]:
        yield from judged(tree, _problems, _proof)


def _problems(run: Run) -> Iterator[Problem]:
    for name, text in run.urls.items():
        words = f"{name} is a URL that holds {names_of(text.flows)}"
        yield Problem(words, run.container.env(name)["value"], run.way(text.flows))
    yield from leaks(run, "url")
    for place, words in run.followed.report.literal_urls.items():
        yield Problem(words, run.place(place))


def _proof(run: Run) -> Proof | None:
    if not run.held or run.text is None:
        return None
    for place, url in run.followed.report.remotes.items():
        return Proof(f"git gets {url}, which holds no secret", run.place(place))
    return Proof(f"no URL in {run.name} holds {run.secrets}", run.at)

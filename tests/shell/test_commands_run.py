"""Commands of a script and the words they may be run with, reached or not."""

from __future__ import annotations

import pytest

from opencode_policy.shell.commands_run import commands_run
from opencode_policy.shell.git_commands import git_calls
from opencode_policy.shell.git_line import read_git_line, repository_name
from opencode_policy.shell.variables import variables_read

PUSHES = {
    "plainly": "git push",
    "by its path": "/usr/bin/git push origin main",
    "with options before": "git -C /x -c a.b=c --git-dir=/y --no-pager push",
    "from a variable": "verb=push; git $verb",
    "from a default": 'git "${VERB:-push}"',
    "from a case": "case $1 in up) verb=push ;; *) verb=pull ;; esac; git $verb",
    "from a loop": "for verb in fetch push; do git $verb; done",
    "from the environment": 'git "$VERB_OF_POD"',
    "the program from a variable": "g=git; $g push",
    "several words in a variable": "c='git push'; $c",
    "by a function": 'run() { git "$@"; }; run push',
    "by two functions": 'a() { b -q "$@"; }; b() { git "$2"; }; a push',
    "by a wrapper": "env A=1 nice -n 5 timeout 9 git push",
    "in an if": "if true; then git push; fi",
    "in a substitution": 'echo "$(git push)"',
    "in the condition of a loop": "until git push; do sleep 1; done",
    "in a function that nobody calls": "f() { git push; }",
    "behind a pipe": "true | git push",
    "in the background": "git push &",
    "in a subshell": "(cd x && git push)",
    "in another shell": "sh -c 'git push'",
    "in another shell's options": "bash -euc 'git push'",
    "by eval": 'eval "git push"',
    "by a trap": "trap 'git push' EXIT",
    "in a here-document for a shell": "sh <<'END'\ngit push\nEND",
    "by xargs": "echo x | xargs git push",
    "by find": "find . -name .git -execdir git push \\;",
    "in another container": "kubectl exec deploy/x -- git push",
    "by an alias of git": "git config --global alias.up 'push -q'; git up",
    "by an alias for one call": "git -c alias.up=push up",
    "its own program": "git-push origin",
}
OTHERS = {
    "a comment": "# git push",
    "a string": "echo 'git push'",
    "a here-document": "cat <<END\ngit push\nEND",
    "another subcommand": "git stash push",
    "another program": "docker push x",
    "an argument": "grep push git",
    "a function of that name": "push() { :; }; push",
    "a variable of that name": "push=1; git status",
    "looked for": "command -v git push",
}


def subcommands(script: str) -> set[str]:
    commands = list(commands_run(script, {"VERB_OF_POD": "push"}))
    return {call.line.subcommand for call in git_calls(script, commands)}


@pytest.mark.parametrize("script", [pytest.param(text, id=name) for name, text in PUSHES.items()])
def test_a_push_is_found(script: str) -> None:
    assert "push" in subcommands(script)


@pytest.mark.parametrize("script", [pytest.param(text, id=name) for name, text in OTHERS.items()])
def test_what_is_no_push_is_not(script: str) -> None:
    assert "push" not in subcommands(script)


def test_a_call_is_placed_where_it_says_what_is_done() -> None:
    script = 'run() { git -C "$DIR" "$@"; }\nrun push -q\n'
    spans = [
        call.span for call in git_calls(script, list(commands_run(script))) if call.line.subcommand == "push"
    ]
    assert [script[span.start : span.end] for span in spans] == ["run push -q"]


def test_the_conditions_of_a_command() -> None:
    script = "if [ -d a ]; then\n  [ -e b ] || git clone x\nfi\n"
    (call,) = git_calls(script, list(commands_run(script)))
    assert [script[span.start : span.end] for span in call.command.conditions] == ["[ -d a ]", "[ -e b ]"]


def test_a_command_line_of_git() -> None:
    line = read_git_line(
        ["-C", "a", "-C", "b", "-c", "x.y=z", "clone", "-qb", "main", "--", "url", "dir"], "/w"
    )
    assert (line.directory, line.subcommand, line.operands()) == ("/w/a/b", "clone", ["url", "dir"])
    assert line.settings == ("x.y=z",)
    assert read_git_line(["--git-dir=/r/.git", "log"]).directory == "/r"
    assert read_git_line(["status"], "/w", {"GIT_DIR": "/bare"}).directory == "/bare"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/a/b.git", "b"),
        ("https://github.com/a/b/", "b"),
        ("git@github.com:a/b", "b"),
        ("git@host:b.git", "b"),
        ("/srv/repositories/b.git/", "b"),
    ],
)
def test_the_folder_that_a_clone_makes(url: str, name: str) -> None:
    assert repository_name(url) == name


def test_the_variables_of_the_environment() -> None:
    script = 'a=1; B=${B:-x}; for i in $LIST; do echo "$a$i${C:=y}$((D + 1))"; done; local e=$F'
    assert variables_read(script) == {"B", "C", "D", "F", "LIST"}


def test_a_script_that_calls_itself_comes_to_an_end() -> None:
    script = 'f() { f "$1x"; g; }; g() { f "$@"; }; f a\n' + "( " * 400 + "git push" + " )" * 400
    assert "push" in subcommands(script)

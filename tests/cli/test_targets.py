from __future__ import annotations

import pytest

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.cli.parser import Parser
from opencode_policy.cli.targets import Target, add_outputs, targets

FORMATS = ("text", "json", "sarif")


def wanted(*argv: str) -> list[tuple[str, str]]:
    """Format and place of each report that these arguments ask for."""
    parser = Parser("test", "", "")
    add_outputs(parser, FORMATS)
    return [(target.format, target.path) for target in targets(parser.read(argv).outputs, FORMATS)]


@pytest.mark.parametrize(
    ("argv", "reports"),
    [
        ("", "text:-"),
        ("--output-format json", "json:-"),
        ("--output-format=json", "json:-"),
        ("--output a.txt", "text:a.txt"),
        ("--output-format sarif --output a", "sarif:a"),
        ("--output a --output-format sarif", "sarif:a"),
        ("--output-format text --output-format sarif --output a", "text:- sarif:a"),
        ("--output-format sarif --output a --output-format text", "sarif:a text:-"),
        ("--output-format sarif --output a --output-format json --output b", "sarif:a json:b"),
        ("--output sarif=a", "text:- sarif:a"),
        ("--output sarif=a --output json=b", "text:- sarif:a json:b"),
        ("--output sarif=a --output-format json", "json:- sarif:a"),
        ("--output-format json --output -", "json:-"),
        ("--output text=a --output-format sarif --output -", "sarif:- text:a"),
        ("--output ./x=y", "text:./x=y"),
        ("--output-format sarif=a", "sarif:a"),
        ("--output-format=sarif=a=b", "sarif:a=b"),
        ("--output-format sarif=a --output-format json=b", "sarif:a json:b"),
        ("--output-format sarif=a --output-format text", "text:- sarif:a"),
        ("--output-format json=-", "json:-"),
        ("--output-format sarif=a --output b", "text:b sarif:a"),
    ],
)
def test_who_goes_where(argv: str, reports: str) -> None:
    assert wanted(*argv.split()) == [tuple(report.split(":")) for report in reports.split()]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("--output sarfi=a", "there is no 'sarfi'; did you mean 'sarif'?; choose from text, json, sarif"),
        ("--output-format jsn", "there is no 'jsn'; did you mean 'json'?; choose from text, json, sarif"),
        ("--output a --output b", "which report goes to 'b'? Write --output FORMAT=b."),
        ("--output-format json --output-format sarif", "two reports cannot go to standard output"),
        ("--output json=a --output sarif=a", "two reports cannot go to 'a'"),
        ("--output-format jsn=a", "--output-format jsn=a: there is no 'jsn'; did you mean 'json'?"),
        ("--output-format json=", "--output-format json=: write FORMAT or FORMAT=FILE"),
        ("--output-format json=a --output-format sarif=a", "two reports cannot go to 'a'"),
        ("--output text=-", "two reports cannot go to standard output"),
    ],
)
def test_what_is_refused(argv: str, message: str) -> None:
    with pytest.raises(RefusedError) as refused:
        wanted(*argv.split())
    assert message in str(refused.value)


def test_a_target_is_a_format_and_a_place() -> None:
    assert targets([("format", "json")], FORMATS) == [Target("json", "-")]

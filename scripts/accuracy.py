"""Measure what is found in the labelled corpora and what is not, and write docs/accuracy.md.

    python scripts/accuracy.py [--detect-secrets PYTHON] [--gitleaks PROGRAM] [--texts FOLDER...]

PYTHON is an interpreter that has detect-secrets, PROGRAM is gitleaks 8.19 or later: both then go through the same
files. FOLDERs hold files of others, in which random values are no secrets. What is not given is left out.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import statistics
import string
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from opencode_policy.detect import random_words  # noqa: E402
from opencode_policy.detect.assignments import STRUCTURED  # noqa: E402
from opencode_policy.detect.values import entropy, is_identifier  # noqa: E402
from opencode_policy.secrets.tree_secrets import secrets_of_source  # noqa: E402
from opencode_policy.source import Source  # noqa: E402
from tests.detect.corpus import CASES, HARMLESS, SECRETS, Case  # noqa: E402
from tests.taint import corpus as scripts  # noqa: E402
from tests.taint.experiment import Laboratory  # noqa: E402
from tests.taint.lines import BASH, DASH  # noqa: E402
from tests.taint.test_corpus import followed  # noqa: E402

Lines = Mapping[int, frozenset[int]]
"""The lines with a finding, by the number of a case."""

SECRET_COUNT = 20_000
RUNS = 15
LARGEST = 3_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--detect-secrets", metavar="PYTHON")
    parser.add_argument("--gitleaks", metavar="PROGRAM")
    parser.add_argument("--texts", nargs="*", default=[], metavar="FOLDER", type=Path)
    given = parser.parse_args()
    tools: dict[str, Lines] = {"opencode-policy": ours()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_cases(folder)
        if given.detect_secrets:
            tools["detect-secrets"] = detect_secrets(given.detect_secrets, folder)
        if given.gitleaks:
            tools["gitleaks"] = gitleaks(given.gitleaks, folder)
    parts = [HEAD, files_table(tools), harmless_table(tools), scripts_table()]
    if given.detect_secrets:
        parts.append(costs(given.detect_secrets))
    parts.append(entropy_table(given.texts))
    (ROOT / "docs/accuracy.md").write_text("\n".join(parts), encoding="utf-8")


HEAD = f"""\
# Accuracy

Written by `scripts/accuracy.py` from the corpora in `tests/detect/corpus.py` ({len(CASES)} files),
`tests/taint/corpus.py` and `tests/taint/lines.py`. Every script of the last two is also run, with a marker for a
secret and stand-ins for the programs it calls, so that its label is a fact. The corpora are ours: a program scores
well on what its authors thought of. The other scanners run with their defaults on the same files; they are made for
source code of all kinds and know more issuers of tokens than the corpus has.
"""


def ours() -> Lines:
    """What is found by this tool."""
    return {
        number: frozenset(item.location.line for item in secrets_of_source(Source(case.path, case.text), {}))
        for number, case in enumerate(CASES)
    }


def write_cases(folder: Path) -> None:
    """Each case in a folder of its own, named by its number."""
    for number, case in enumerate(CASES):
        path = folder / str(number) / case.path
        path.parent.mkdir(parents=True)
        path.write_text(case.text, encoding="utf-8")


def detect_secrets(python: str, folder: Path) -> Lines:
    """What detect-secrets finds with all its plugins and filters, but without asking any service."""
    command = (python, "-m", "detect_secrets", "scan", "--all-files", "--no-verify", ".")
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)  # noqa: S603
    found = json.loads(done.stdout)["results"]
    return _by_case((name, item["line_number"]) for name, items in found.items() for item in items)


def gitleaks(program: str, folder: Path) -> Lines:
    """What gitleaks finds with its own rules; it ends with 1 where it finds something."""
    report = folder.with_suffix(".json")
    command = (
        program,
        "dir",
        ".",
        "--report-format=json",
        f"--report-path={report}",
        "--redact",
        "--no-banner",
    )
    subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
    try:
        found = json.loads(report.read_text(encoding="utf-8"))
    finally:
        report.unlink(missing_ok=True)
    return _by_case((item["File"], item["StartLine"]) for item in found)


def _by_case(found: Iterable[tuple[str, int]]) -> Lines:
    lines: dict[int, set[int]] = {}
    for name, line in found:
        lines.setdefault(int(Path(name).parts[0]), set()).add(line)
    return {number: frozenset(lines.get(number, ())) for number in range(len(CASES))}


def files_table(tools: Mapping[str, Lines]) -> str:
    """Recall and precision for each kind of secret."""
    rows = [_row("secrets in files", "secrets", *(f"{tool}: recall, precision" for tool in tools))]
    rows.append(_row(*("---" for _ in range(2 + len(tools)))))
    for kind in (*dict.fromkeys(case.kind for case in SECRETS), ""):
        chosen = [(n, case) for n, case in enumerate(CASES) if case.lines and kind in ("", case.kind)]
        every = sum(len(case.lines) for _, case in chosen)
        whole = list(enumerate(CASES)) if not kind else chosen
        rows.append(
            _row(
                kind or "**all, harmless files included**",
                every,
                *(_score(found, whole) for found in tools.values()),
            )
        )
    return (
        "## Secrets in files\n\nBy lines: a line on which a secret begins is found or not.\n\n"
        + "\n".join(rows)
        + "\n"
    )


def _score(found: Lines, cases: Sequence[tuple[int, Case]]) -> str:
    hit = sum(len(found[n] & set(case.lines)) for n, case in cases)
    wanted = sum(len(case.lines) for _, case in cases)
    told = sum(len(found[n]) for n, _ in cases)
    return f"{_share(hit, wanted)}, {_share(hit, told)}"


def harmless_table(tools: Mapping[str, Lines]) -> str:
    """How many files without a secret each tool complains of."""
    rows = [_row("harmless files", "files", *tools), _row(*("---" for _ in range(2 + len(tools))))]
    for kind in dict.fromkeys(case.kind for case in HARMLESS):
        chosen = [n for n, case in enumerate(CASES) if case.kind == kind]
        rows.append(
            _row(kind, len(chosen), *(sum(bool(found[n]) for n in chosen) for found in tools.values()))
        )
    return "## False alarms\n\n" + "\n".join(rows) + "\n"


def scripts_table() -> str:
    """Recall and precision of following scripts, for each way in which a secret gets out."""
    cases = [(case, frozenset({case.kind} - {""})) for case in scripts.CASES]
    cases += list(_one_liners())
    counts: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as name:
        for number, (case, wanted) in enumerate(cases):
            (folder := Path(name, str(number))).mkdir()
            found = {leak.kind for leak in followed(case, Laboratory(folder)).leaks.values()}
            for way, kinds in WAYS.items():
                counts.setdefault(way, Counter()).update(
                    [_outcome(bool(wanted & kinds), bool(found & kinds))]
                )
    rows = [
        _row("way out", "scripts that leak", "scripts that do not", "recall", "precision"),
        _row(*("---",) * 5),
    ]
    for way, count in counts.items():
        leaking = count["hit"] + count["miss"]
        recall, precision = _share(count["hit"], leaking), _share(count["hit"], count["hit"] + count["alarm"])
        rows.append(_row(way, leaking, len(cases) - leaking, recall, precision))
    return "## Leaks of scripts\n\n" + "\n".join(rows) + "\n"


WAYS: Mapping[str, frozenset[str]] = {
    "the log (printed or traced)": frozenset({"trace", "output", "printed"}),
    "an argument (of a URL as well)": frozenset({"url", "argument"}),
}


def _one_liners() -> Iterator[tuple[scripts.Case, frozenset[str]]]:
    for shell, groups in (("dash", DASH), ("bash", BASH)):
        for label, text in groups.items():
            wanted = frozenset({"printed", "argument"} if label == "both" else {label})
            for line in text.strip().split("\n"):
                yield scripts.Case(label, line, line.replace("{N}", "\n") + "\n", shell), wanted


def _outcome(wanted: bool, found: bool) -> str:
    if wanted:
        return "hit" if found else "miss"
    return "alarm" if found else "silent"


def costs(python: str) -> str:
    """What importing costs: all of our detectors, and what detect-secrets needs to scan a file."""
    ours_ms = _milliseconds(sys.executable, "import opencode_policy.detect.search")
    theirs = (
        "from detect_secrets import SecretsCollection; from detect_secrets.settings import default_settings"
    )
    return (
        "## What importing costs\n\n"
        f"Processor time beyond that of starting Python, median of {RUNS}: {ours_ms:.0f} ms for our detectors,\n"
        f"{_milliseconds(python, theirs):.0f} ms for those of detect-secrets.\n"
    )


def _milliseconds(python: str, code: str) -> float:
    def run(text: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run((python, "-c", text), check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})  # noqa: S603
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def median(text: str) -> float:
        return statistics.median(run(text) for _ in range(RUNS))

    return 1000 * (median(code) - median(""))


def entropy_table(folders: Sequence[Path]) -> str:
    """What a threshold finds of random words, and how many words of other people's files it takes for one."""
    thresholds = (3.0, 3.5, 4.0, random_words.LEAST_ENTROPY, 4.4, 4.6)
    rows = [_row("at least", "random, 32", "random, 43", "random, 64", "words of files"), _row(*("---",) * 5)]
    words, files, size = _words_of(folders)
    samples = [_random_words(length) for length in (32, 43, 64)]
    for least in thresholds:
        shares = [f"{sum(entropy(w) >= least for w in sample) / len(sample):.4f}" for sample in samples]
        rows.append(_row(f"{least} bits", *shares, sum(entropy(word) >= least for word in words)))
    kept = sum(random_words.is_random("value", word) for word in words)
    return ENTROPY.format(
        table="\n".join(rows),
        files=files,
        size=size / 1e6,
        words=len(words),
        kept=kept,
        least=random_words.LEAST_ENTROPY,
    )


ENTROPY = """\
## Randomness as a last resort

A value whose name and form say nothing is called "what looks like a random key" (a warning) if it is a word of 32 to
128 letters and digits, with three capital letters, three small ones and three digits at least, that is no identifier,
no digest and no text in base64, whose name does not say that it is public, and if its characters have at least
{least} bits of entropy each. The table says why {least}: hardly a random word has less, and a higher threshold
would lose many of the short ones.

The last column counts words of that length and mixture in {files} files of values (YAML, JSON, TOML, INI;
{size:.0f} MB) that came with an operating system and its packages, none of them a secret. Of {words} such words
{kept} pass all conditions.

{table}
"""


def _random_words(length: int) -> list[str]:
    made = random.Random(length)  # noqa: S311 - words for a measurement
    return [
        "".join(made.choices(string.ascii_letters + string.digits, k=length)) for _ in range(SECRET_COUNT)
    ]


def _words_of(folders: Sequence[Path]) -> tuple[list[str], int, int]:
    words: list[str] = []
    files = size = 0
    for path in (
        path for folder in folders for path in sorted(folder.rglob("*")) if path.name.endswith(STRUCTURED)
    ):
        try:
            text = (
                path.read_text(encoding="utf-8") if path.is_file() and path.stat().st_size < LARGEST else ""
            )
        except (OSError, UnicodeDecodeError):
            continue
        files, size = files + bool(text), size + len(text)
        found = (item["value"] for item in random_words.given(text))
        words += [word for word in found if random_words.is_mixed(word) and not is_identifier(word)]
    return words, files, size


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.2f}" if whole and not math.isnan(part) else "–"


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()

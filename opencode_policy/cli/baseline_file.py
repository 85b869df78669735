"""The file of a baseline, read for a check."""

from __future__ import annotations

from pathlib import Path

from opencode_policy.cli.exit_codes import RefusedError
from opencode_policy.waiving.baseline import Baseline, BaselineError, read

LARGEST = 50_000_000
"""Bytes of a baseline; one of a hundred thousand findings has half of that."""


def loaded(name: str, root: Path) -> Baseline:
    """The baseline in a file; messages name it relative to the root. Raises RefusedError."""
    path = Path(name).absolute()
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise BaselineError(f"it has more than {LARGEST} bytes")
        return read(shown, data.decode("utf-8-sig"))
    except OSError as error:
        raise RefusedError(f"cannot read the baseline '{name}': {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise RefusedError(f"the baseline '{name}' cannot be used: it is not UTF-8") from error
    except BaselineError as error:
        raise RefusedError(f"the baseline '{name}' cannot be used: {error}") from error

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .githost import GitHost, make_certificate, serving
from .repository import Upstream, make_upstream
from .secrets_for_tests import make_token
from .shells import Shell, make_shell
from .volume import Volume, make_volume


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls") / "localhost.pem")


@pytest.fixture(params=["dash", "busybox"])
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    return make_shell(request.param, tmp_path / "bin")


@pytest.fixture
def dash(tmp_path: Path) -> Shell:
    """For what does not depend on the shell."""
    return make_shell("dash", tmp_path / "bin")


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return make_upstream(tmp_path / "upstream")


@pytest.fixture
def host(upstream: Upstream, certificate: Path) -> Iterator[GitHost]:
    with serving(GitHost(upstream.bare.parent, certificate, make_token())) as running:
        yield running


@pytest.fixture
def volume(tmp_path: Path, shell: Shell, host: GitHost, upstream: Upstream) -> Volume:
    return make_volume(tmp_path / "volume", shell, host, upstream.name)

"""Fixtures of the tests of the live checks."""

from collections.abc import Iterator

import pytest

from tests.unit.verify.fake import FakeGrafana, running


@pytest.fixture
def server() -> Iterator[FakeGrafana]:
    """A server that answers as Grafana does."""
    with running() as server:
        yield server

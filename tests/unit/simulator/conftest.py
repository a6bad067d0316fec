"""A simulated site of its own for every test that asks for one."""

from collections.abc import Iterator

import pytest

from simulator.pve.site import SimulatedPve


@pytest.fixture
def pve() -> Iterator[SimulatedPve]:
    """As it starts."""
    with SimulatedPve() as site:
        yield site

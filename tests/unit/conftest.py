"""What every unit test has."""

import asyncio

import pytest


@pytest.fixture(scope="session")
def shared_loop() -> asyncio.AbstractEventLoop:
    """One for all tests, since Pulumi makes its root resource once, in the loop of the moment.

    It is never closed: its threads would end, in which Pulumi's mocks leave loops open.
    """
    return asyncio.new_event_loop()


@pytest.fixture(autouse=True)
def _loop(shared_loop: asyncio.AbstractEventLoop) -> None:
    """Pulumi's outputs need a loop, and `asyncio.run` leaves none behind."""
    asyncio.set_event_loop(shared_loop)

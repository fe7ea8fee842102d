"""What the tests of faults have in common."""

from collections.abc import Generator

import pytest

from tests.faults.run import Stage


@pytest.fixture(scope="session")
def stage() -> Generator[Stage]:
    """Where scenarios are played."""
    made = Stage()
    yield made
    made.close()

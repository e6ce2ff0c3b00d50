"""What journeys, faults and browser tests share: one running suite for the whole test run."""

from collections.abc import Iterator

import pytest

from tests.suite import Suite, running_suite


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with running_suite(tmp_path_factory.mktemp("suite")) as running:
        yield running

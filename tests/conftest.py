"""What journeys, faults and browser tests share: one running suite for the whole test run."""

from collections.abc import Iterator

import pytest

from tests.suite import Suite, running_suite


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with running_suite(tmp_path_factory.mktemp("suite")) as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what needs the running suite in one process, so that it is started once."""
    for item in items:
        if any(item.get_closest_marker(mark) for mark in ("journey", "fault", "browser")):
            item.add_marker(pytest.mark.xdist_group("suite"))

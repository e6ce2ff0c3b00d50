"""What journeys, faults and browser tests share: one running suite for the whole test run."""

from collections.abc import Iterator

import pytest

from tests.architecture.services import make_service
from tests.chromium import browser, camera, screenshots, watch
from tests.suite import Suite, running_suite

# Imported fixtures are fixtures here.
__all__ = ["browser", "camera", "make_service", "screenshots", "watch"]


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with running_suite(tmp_path_factory.mktemp("suite")) as running:
        yield running


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the suite's tests in one process (``--dist loadgroup``): a second suite costs more."""
    for item in items:
        if isinstance(item, pytest.Function) and "suite" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("suite"))

"""Every journey ends with the proof that the books are right."""

from collections.abc import Iterator

import pytest

from tests.session import Session
from tests.suite import Suite


@pytest.fixture(autouse=True)
def books_are_right(suite: Suite) -> Iterator[None]:
    yield
    suite.prove()


@pytest.fixture
def secretary(suite: Suite) -> Session:
    """Of branch u001-b01."""
    return suite.sign_in("secretary")

"""The branch of the tests of expected lists, at its desk."""

from tests.events.expected.conftest import Branch, branch

__all__ = ["Branch", "branch"]

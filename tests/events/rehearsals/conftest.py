"""The branch of the tests of expected lists, before its meeting."""

from tests.events.expected.conftest import Branch, branch

__all__ = ["Branch", "branch"]

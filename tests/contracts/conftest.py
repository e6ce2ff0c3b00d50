"""Helpers assert too: what they compare is shown when it differs."""

import pytest

pytest.register_assert_rewrite("tests.contracts.outbox", "tests.contracts.wire")

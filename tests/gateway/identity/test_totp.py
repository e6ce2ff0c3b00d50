from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from services.gateway.identity.totp import is_secret, matching_step

# RFC 6238, appendix B: SHA-1, last six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert matching_step(RFC_SECRET, code, at) == seconds // 30


@pytest.mark.parametrize(("drift", "good"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_one_step_of_drift_is_forgiven(drift: int, good: bool) -> None:
    now = datetime(2026, 11, 23, 1, 0, 15, tzinfo=UTC)
    code = pyotp.TOTP(RFC_SECRET).at(now + timedelta(seconds=drift))
    assert (matching_step(RFC_SECRET, code, now) is not None) is good


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "２８７０８２", " 287082"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert matching_step(RFC_SECRET, code, datetime.fromtimestamp(59, UTC)) is None


@pytest.mark.parametrize(
    ("text", "good"), [(RFC_SECRET, True), ("ABC", False), ("not base32!", False)]
)
def test_a_secret_is_long_base32(text: str, good: bool) -> None:
    assert is_secret(text) is good

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.identity.fields import FieldKey

KEY = FieldKey(b"k" * 32)


@given(st.binary())
def test_what_was_sealed_opens_for_its_row_and_purpose_only(plain: bytes) -> None:
    sealed = KEY.seal("totp", b"row 1", plain)
    assert KEY.unseal("totp", b"row 1", sealed) == plain
    for purpose, row, key in (
        ("ticket", b"row 1", KEY),
        ("totp", b"row 2", KEY),
        ("totp", b"row 1", FieldKey(b"x" * 32)),
    ):
        with pytest.raises(ValueError, match="not sealed here"):
            key.unseal(purpose, row, sealed)


@pytest.mark.parametrize("broken", [b"", b"short", b"0" * 12, b"0" * 40])
def test_what_was_never_sealed_is_a_value_error(broken: bytes) -> None:
    with pytest.raises(ValueError, match="not sealed here"):
        KEY.unseal("totp", b"", broken)


def test_an_index_is_stable_and_differs_by_purpose() -> None:
    assert KEY.index("openid", b"o1") == KEY.index("openid", b"o1")
    assert KEY.index("openid", b"o1") != KEY.index("invitation", b"o1")
    assert KEY.index("openid", b"o1") != KEY.index("openid", b"o2")


def test_a_short_key_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        FieldKey(b"short")

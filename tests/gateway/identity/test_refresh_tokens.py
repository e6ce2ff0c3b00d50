from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.identity.fields import FieldKey
from services.gateway.identity.refresh_tokens import RefreshToken

KEY = FieldKey(b"k" * 32)


@given(st.uuids(), st.integers(0, 2**32 - 1))
def test_what_was_written_is_read(session_id: object, generation: int) -> None:
    token = RefreshToken(session_id, generation)  # type: ignore[arg-type]
    assert RefreshToken.read(token.write(KEY), KEY) == token


@given(st.integers(0, 51), st.integers(1, 255))
def test_no_byte_can_be_changed(at: int, change: int) -> None:
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    raw = bytearray(urlsafe_b64decode(RefreshToken(uuid4(), 7).write(KEY) + "=="))
    raw[at] ^= change
    assert RefreshToken.read(urlsafe_b64encode(raw).decode(), KEY) is None


@given(st.text())
def test_anything_else_is_no_token(text: str) -> None:
    assert RefreshToken.read(text, KEY) is None


def test_a_token_of_another_key_is_none() -> None:
    assert RefreshToken.read(RefreshToken(uuid4(), 0).write(FieldKey(b"x" * 32)), KEY) is None

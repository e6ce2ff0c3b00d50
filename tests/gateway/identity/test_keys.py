from pathlib import Path

import pytest

from services.gateway.identity.keys import make_keys, signer_in
from shared.auth import Grant, Principal, TokenVerifier
from shared.auth.keys import generate_private_key, read_jwks
from shared.clock import FixedClock
from shared.ids import new_id

PRINCIPAL = Principal(new_id(), "张三", "/city/b1/", (Grant("member", "/city/b1/"),))


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "keys" / "private.pem", tmp_path / "keys" / "public.json"


def test_keys_are_made_once_and_sign_what_the_set_verifies(
    paths: tuple[Path, Path], clock: FixedClock
) -> None:
    private, public = paths
    assert make_keys(private, public)
    before = private.read_bytes()
    assert not make_keys(private, public)
    assert private.read_bytes() == before
    token = signer_in(before, public).sign(PRINCIPAL, clock.now())
    assert TokenVerifier(read_jwks(public)).verify(token, clock.now()) == PRINCIPAL


def test_nobody_else_reads_the_private_key(paths: tuple[Path, Path]) -> None:
    private, public = paths
    make_keys(private, public)
    assert private.stat().st_mode & 0o777 == 0o600


def test_after_a_rotation_older_tokens_still_verify(
    paths: tuple[Path, Path], clock: FixedClock
) -> None:
    private, public = paths
    make_keys(private, public)
    old = signer_in(private.read_bytes(), public).sign(PRINCIPAL, clock.now())
    assert make_keys(private, public, rotate=True)
    new = signer_in(private.read_bytes(), public).sign(PRINCIPAL, clock.now())
    verifier = TokenVerifier(read_jwks(public))
    assert verifier.verify(old, clock.now()) == verifier.verify(new, clock.now()) == PRINCIPAL


def test_a_key_that_nobody_verifies_stops_the_start(paths: tuple[Path, Path]) -> None:
    private, public = paths
    make_keys(private, public)
    with pytest.raises(ValueError, match="does not hold the public half"):
        signer_in(generate_private_key(), public)

"""Tokens speak for exactly the person and roles they were signed for, and only for a while."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import jwt
import pytest

from shared.auth import Grant, Permission, Principal, TokenSigner, TokenVerifier
from shared.auth.keys import generate_private_key
from shared.clock import FixedClock
from shared.errors import Forbidden, Unauthenticated
from shared.ids import new_id

PRINCIPAL = Principal(
    new_id(),
    "张三",
    "/city/u001/b0001/",
    (Grant("member", "/city/u001/b0001/"), Grant("unit_admin", "/city/u001/")),
)


@pytest.mark.parametrize("session", [None, UUID(int=7)])
def test_a_token_comes_back_as_the_person_it_was_signed_for(
    signer: TokenSigner, clock: FixedClock, session: UUID | None
) -> None:
    verifier = TokenVerifier(signer.public_keys)
    principal = replace(PRINCIPAL, session=session)
    token = signer.sign(principal, clock.now())
    assert verifier.verify(token, clock.now()) == principal
    assert verifier.verify(token, clock.now()) == principal


@pytest.mark.parametrize("seen_before", [True, False])
def test_a_token_ends_after_ten_minutes(
    signer: TokenSigner, clock: FixedClock, *, seen_before: bool
) -> None:
    verifier = TokenVerifier(signer.public_keys)
    token = signer.sign(PRINCIPAL, clock.now())
    if seen_before:
        verifier.verify(token, clock.now())
    clock.advance(timedelta(minutes=10).total_seconds() - 1)
    verifier.verify(token, clock.now())
    clock.advance(1)
    with pytest.raises(Unauthenticated) as refusal:
        verifier.verify(token, clock.now())
    assert refusal.value.code == "token_expired"


def test_tokens_of_another_key_are_refused(signer: TokenSigner, clock: FixedClock) -> None:
    other = TokenSigner(generate_private_key(), "test")
    with pytest.raises(Unauthenticated) as refusal:
        TokenVerifier(signer.public_keys).verify(other.sign(PRINCIPAL, clock.now()), clock.now())
    assert refusal.value.code == "token_invalid"


def test_a_token_that_names_another_algorithm_is_refused(
    signer: TokenSigner, clock: FixedClock
) -> None:
    claims = {"iss": "member-points", "sub": str(new_id()), "exp": 9_999_999_999}
    forged = jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": "test"})
    with pytest.raises(Unauthenticated):
        TokenVerifier(signer.public_keys).verify(forged, clock.now())


def test_every_changed_character_breaks_the_token(signer: TokenSigner, clock: FixedClock) -> None:
    verifier = TokenVerifier(signer.public_keys)
    token = signer.sign(PRINCIPAL, clock.now())
    for place in range(0, len(token) - 1, 7):
        changed = "A" if token[place] != "A" else "B"
        with pytest.raises(Unauthenticated):
            verifier.verify(token[:place] + changed + token[place + 1 :], clock.now())


def test_a_role_reaches_its_own_part_of_the_tree_only() -> None:
    manage = Permission("test.manage", frozenset({"unit_admin"}))
    assert PRINCIPAL.reaches(manage, "/city/u001/")
    assert PRINCIPAL.reaches(manage, "/city/u001/b0009/")
    assert not PRINCIPAL.reaches(manage, "/city/")
    assert not PRINCIPAL.reaches(manage, "/city/u0011/")
    with pytest.raises(Forbidden) as refusal:
        PRINCIPAL.require(manage, "/city/u002/")
    assert refusal.value.code == "out_of_reach"


def test_a_permission_names_only_roles_there_are() -> None:
    with pytest.raises(ValueError, match="unknown roles"):
        Permission("test.wrong", frozenset({"emperor"}))

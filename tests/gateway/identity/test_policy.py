from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.identity.policy import (
    LOST_ANSWER_GRACE,
    SECOND_FACTOR_ROLES,
    Session,
    Turn,
    grants_of,
    judge_refresh,
    needs_second_factor,
    normal_username,
    password_is_acceptable,
)
from shared.auth import ROLES, Grant

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OWN = "/city/u001/b0001/"
roles = st.lists(st.builds(Grant, st.sampled_from(ROLES), st.sampled_from([OWN, "/city/"])))


def session(generation: int = 3, *, rotated: float = 0, revoked: bool = False) -> Session:
    return Session(generation, NOW - timedelta(seconds=rotated), NOW + timedelta(days=1), revoked)


def test_the_newest_refresh_token_is_exchanged() -> None:
    assert judge_refresh(session(3), 3, NOW) is Turn.ROTATE


def test_the_one_before_is_answered_again_within_the_grace_only() -> None:
    grace = LOST_ANSWER_GRACE.total_seconds()
    assert judge_refresh(session(3, rotated=grace), 2, NOW) is Turn.REPEAT
    assert judge_refresh(session(3, rotated=grace + 0.001), 2, NOW) is Turn.REUSED


@pytest.mark.parametrize("presented", [0, 1, 4, 5])
def test_any_other_generation_is_a_reuse_however_soon(presented: int) -> None:
    assert judge_refresh(session(3), presented, NOW) is Turn.REUSED


@pytest.mark.parametrize("presented", [2, 3])
def test_a_session_that_is_over_stays_over(presented: int) -> None:
    assert judge_refresh(session(3, revoked=True), presented, NOW) is Turn.OVER
    assert judge_refresh(session(3), presented, NOW + timedelta(days=1)) is Turn.OVER


@given(roles)
def test_without_a_second_factor_nobody_is_an_administrator(held: list[Grant]) -> None:
    grants = grants_of(OWN, held, second_factor=False)
    assert not {grant.role for grant in grants} & SECOND_FACTOR_ROLES
    assert grants[0] == Grant("member", OWN)


@given(roles)
def test_with_a_second_factor_every_role_is_granted_once(held: list[Grant]) -> None:
    grants = grants_of(OWN, held, second_factor=True)
    assert set(grants) == {Grant("member", OWN), *held}
    assert len(grants) == len(set(grants))


@given(roles)
def test_whoever_loses_a_role_without_the_second_factor_needed_one(held: list[Grant]) -> None:
    lost = set(grants_of(OWN, held, second_factor=True)) - set(
        grants_of(OWN, held, second_factor=False)
    )
    assert bool(lost) is needs_second_factor(held)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("Zhang.San", "zhang.san"), (" m0001 ", "m0001"), ("ａｂｃ", "abc")],
)
def test_a_username_has_one_spelling(typed: str, stored: str) -> None:
    assert normal_username(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "ab", ".abc", "a" * 33, "张三abc", "a b c", "a'--", "abc\n\x00"]
)
def test_what_is_no_username_is_none(typed: str) -> None:
    assert normal_username(typed) is None


@pytest.mark.parametrize("weak", ["short", "a" * 129, "aaaaaaaaaaaa", "ZHANG.SAN.1"])
def test_weak_passwords_are_refused(weak: str) -> None:
    assert not password_is_acceptable(weak, "zhang.san.1")


def test_a_sentence_is_a_good_password() -> None:
    assert password_is_acceptable("支部每月一次主题党日活动", "zhang.san")

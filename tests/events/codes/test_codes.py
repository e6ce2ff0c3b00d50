"""Codes say what they were issued for, while they are good, and nothing else ever does."""

import string
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.events.codes import claims, digits, rotating

KEY = b"a key of the tests"
SESSIONS = st.integers(1, 2**40 - 1)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1)).map(  # noqa: DTZ001
    lambda d: d.replace(tzinfo=UTC)
)
URL_SAFE = set(string.ascii_letters + string.digits + "-_")


@given(SESSIONS, MOMENTS, st.floats(0, 3600))
def test_a_code_is_good_for_its_step_and_the_next(
    short_id: int, issued: datetime, later: float
) -> None:
    now = issued + timedelta(seconds=later)
    reading = rotating.read(KEY, rotating.issue(KEY, short_id, issued), now)
    shown = int(issued.timestamp()) // 10 * 10
    age = int(now.timestamp()) - shown
    shown_at = datetime.fromtimestamp(shown, UTC)
    assert reading == rotating.Reading(short_id, shown_at, age, expired=age >= 20)


@given(SESSIONS, MOMENTS)
def test_a_code_fits_a_mini_program_scene(short_id: int, issued: datetime) -> None:
    code = rotating.issue(KEY, short_id, issued)
    assert len(code) <= 32
    assert set(code) <= URL_SAFE


@given(SESSIONS, MOMENTS, st.integers(1, 3600))
def test_a_code_of_the_future_is_not_good_yet(short_id: int, issued: datetime, early: int) -> None:
    earlier = issued - timedelta(seconds=early)
    reading = rotating.read(KEY, rotating.issue(KEY, short_id, issued), earlier)
    same_step = int(earlier.timestamp()) // 10 == int(issued.timestamp()) // 10
    assert (reading is not None and not reading.expired) is same_step


@given(SESSIONS, MOMENTS, st.data())
def test_any_other_character_makes_it_nothing(
    short_id: int, issued: datetime, data: st.DataObject
) -> None:
    code = rotating.issue(KEY, short_id, issued)
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from(sorted(URL_SAFE - {code[place]})))
    assert rotating.read(KEY, code[:place] + other + code[place + 1 :], issued) is None


@given(SESSIONS, MOMENTS)
def test_a_code_under_another_key_is_nothing(short_id: int, issued: datetime) -> None:
    assert rotating.read(b"other", rotating.issue(KEY, short_id, issued), issued) is None


@given(st.text(max_size=80), MOMENTS)
def test_no_text_makes_reading_fail(text: str, now: datetime) -> None:
    assert rotating.read(KEY, text, now) is None
    assert claims.read(KEY, text, now) is None


@given(MOMENTS)
def test_the_screen_knows_when_the_next_code_comes(now: datetime) -> None:
    left = rotating.expires_in(now)
    assert 0 < left <= 10
    after = now + timedelta(seconds=left + 0.001)
    assert rotating.issue(KEY, 7, after) != rotating.issue(KEY, 7, now)


@given(SESSIONS, MOMENTS, st.integers(0, 600))
def test_digits_are_good_for_their_minute_and_the_next(
    short_id: int, issued: datetime, later: int
) -> None:
    shown = digits.issue(KEY, short_id, issued)
    assert len(shown) == 6
    assert shown.isdigit()
    now = issued + timedelta(seconds=later)
    steps = int(now.timestamp()) // 60 - int(issued.timestamp()) // 60
    if steps <= 1:
        assert digits.matches(KEY, short_id, shown, now)


def test_old_digits_are_no_good() -> None:
    issued = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    # One session's digits could repeat by chance; two hundred sessions' do not all.
    stale = [
        digits.matches(KEY, n, digits.issue(KEY, n, issued), issued + timedelta(minutes=2))
        for n in range(200)
    ]
    assert sum(stale) <= 1


@given(SESSIONS, MOMENTS, st.integers(0, 600))
def test_a_claim_is_good_for_two_minutes(short_id: int, issued: datetime, later: int) -> None:
    claim = claims.read(KEY, claims.issue(KEY, short_id, issued), issued + timedelta(seconds=later))
    assert claim is not None
    assert claim.short_id == short_id
    if later < 119 or later > 120:
        assert claim.expired is (later > 120)


@given(SESSIONS, MOMENTS)
def test_no_two_claims_are_the_same(short_id: int, issued: datetime) -> None:
    one, two = (claims.read(KEY, claims.issue(KEY, short_id, issued), issued) for _ in range(2))
    assert one is not None
    assert two is not None
    assert one.nonce != two.nonce


@given(SESSIONS, MOMENTS, st.data())
def test_a_changed_claim_is_nothing(short_id: int, issued: datetime, data: st.DataObject) -> None:
    claim = claims.issue(KEY, short_id, issued)
    place = data.draw(st.integers(0, len(claim) - 1))
    other = data.draw(st.sampled_from(sorted(URL_SAFE - {claim[place]})))
    assert claims.read(KEY, claim[:place] + other + claim[place + 1 :], issued) is None

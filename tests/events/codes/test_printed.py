"""What is printed or kept: passes and printed codes say what they were issued for, and no more."""

import string
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.events.codes import passes, rotating, static
from tests.events.codes.test_codes import KEY, MOMENTS, SESSIONS, URL_SAFE

VERSIONS = st.integers(1, 2**24 - 1)
STATIC = st.tuples(SESSIONS, st.integers(1, 2**31 - 1))
PASSES = st.tuples(st.uuids(), VERSIONS)


@given(STATIC)
def test_a_printed_code_names_its_session_and_version(named: tuple[int, int]) -> None:
    code = static.issue(KEY, *named)
    assert static.read(KEY, code) == static.StaticCode(*named)
    assert len(code) == static.LENGTH <= 32, "it fits a mini-program scene"
    assert set(code) <= URL_SAFE


@given(PASSES)
def test_a_pass_names_its_member_and_version(named: tuple[UUID, int]) -> None:
    text = passes.issue(KEY, *named)
    assert passes.read(KEY, text) == passes.Pass(*named)
    assert len(text) == passes.LENGTH <= 64
    assert set(text) <= URL_SAFE


@given(STATIC, PASSES, MOMENTS, SESSIONS)
def test_none_is_taken_for_another(
    named: tuple[int, int], owned: tuple[UUID, int], now: object, short_id: int
) -> None:
    printed, shown = static.issue(KEY, *named), rotating.issue(KEY, short_id, now)  # type: ignore[arg-type]
    own = passes.issue(KEY, *owned)
    assert static.read(KEY, shown) is static.read(KEY, own) is None
    assert passes.read(KEY, shown) is passes.read(KEY, printed) is None
    assert rotating.read(KEY, printed, now) is rotating.read(KEY, own, now) is None  # type: ignore[arg-type]


@given(STATIC, PASSES, st.data())
def test_any_other_character_makes_it_nothing(
    named: tuple[int, int], owned: tuple[UUID, int], data: st.DataObject
) -> None:
    for text, read in (
        (static.issue(KEY, *named), static.read),
        (passes.issue(KEY, *owned), passes.read),
    ):
        place = data.draw(st.integers(0, len(text) - 1))
        other = data.draw(st.sampled_from(sorted(URL_SAFE - {text[place]})))
        assert read(KEY, text[:place] + other + text[place + 1 :]) is None
        assert read(b"other", text) is None
        assert read(KEY, text[:-1]) is read(KEY, f"{text}=") is read(KEY, f" {text}") is None


@given(st.text(max_size=80) | st.text(string.ascii_letters, min_size=28, max_size=40))
def test_no_text_makes_reading_fail(text: str) -> None:
    assert static.read(KEY, text) is None
    assert passes.read(KEY, text) is None


@given(SESSIONS, st.integers(1, 2**31 - 2))
def test_switched_on_again_it_is_another_code(short_id: int, version: int) -> None:
    assert static.issue(KEY, short_id, version) != static.issue(KEY, short_id, version + 1)

"""Names, months, hashes and codes, without any database."""

from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.points.statements.chain import code_of, digest, read_code
from services.points.statements.names import name_key
from services.points.statements.policy import check_preparable, month_before, month_of
from shared.errors import Conflict


def test_names_stand_in_the_order_of_pinyin() -> None:
    roll = [
        "阿依古丽",
        "安",
        "李白",
        "李四",
        "欧阳修",
        "单雄信",
        "王五",
        "曾巩",
        "查良镛",
        "张三",
        "张三丰",
    ]
    assert sorted(sorted(roll), key=name_key) == roll


@given(st.text(max_size=8), st.text(max_size=8))
def test_any_two_names_have_one_order(one: str, two: str) -> None:
    assert (name_key(one) == name_key(two)) is (one == two)


def test_a_month_is_that_of_shanghai() -> None:
    month = month_of("2026-12")
    assert month.start == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert month.end == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert month_before(date(2027, 1, 1)) == "2026-12"
    assert month_before(date(2026, 12, 31)) == "2026-11"


def test_a_month_is_prepared_from_its_26th_day() -> None:
    check_preparable("2026-11", datetime(2026, 11, 25, 16, tzinfo=UTC))
    with pytest.raises(Conflict):
        check_preparable("2026-11", datetime(2026, 11, 25, 15, 59, tzinfo=UTC))


def test_the_hash_is_that_of_canonical_json() -> None:
    text = b'{"lines":[[1]],"objections":[],"statement":{"a":1,"b":2}}'
    assert digest({"b": 2, "a": 1}, [[1]], []) == sha256(text).hexdigest()


def test_a_code_is_the_first_sixty_bits_in_crockfords_letters() -> None:
    assert code_of("00" * 32) == "0000-0000-0000"
    assert code_of("ff" * 32) == "ZZZZ-ZZZZ-ZZZZ"
    assert code_of("0842108421084210" + "00" * 24) == "1111-1111-1111"


@given(st.binary(min_size=32, max_size=32))
def test_a_code_is_known_however_it_is_copied(digested: bytes) -> None:
    code = code_of(digested.hex())
    assert len(code) == 14
    assert not set(code) & set("ILOU")
    careless = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_code(careless) == read_code(code) == code

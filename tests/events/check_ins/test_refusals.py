"""Every refusal says what to do next, in both languages, and is tried by some test."""

from pathlib import Path

import pytest

from services.events.check_ins.refusals import REFUSALS

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("code", REFUSALS)
def test_it_has_its_sentence_and_its_status(code: str) -> None:
    refusal = REFUSALS[code]
    assert refusal.code == code
    assert any("\u4e00" <= character <= "\u9fff" for character in refusal.text.zh)
    assert refusal.text.zh.endswith("。")
    assert refusal.text.en.endswith(".")
    assert refusal.text.en.isascii()
    assert 400 <= refusal.status < 500
    assert (refusal.status == 429) is (refusal.retry_after is not None)


@pytest.mark.parametrize("code", REFUSALS)
def test_some_test_meets_it(code: str) -> None:
    """By its name in a test of events; this file names none."""
    assert any(
        f'"{code}"' in path.read_text("utf-8")
        for path in TESTS.rglob("test_*.py")
        if path != Path(__file__)
    )

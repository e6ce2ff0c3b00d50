"""The days off and the make-up working days, as the State Council published them."""

from datetime import date, timedelta

from shared.working_days import published

# The notice for 2026 (国办发明电〔2025〕7号): every day off that a weekend would not explain, and
# every weekend day on which people work.
OFF_2026 = [
    "01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "02-23", "04-06", "05-01",
    "05-04", "05-05", "06-19", "09-25", "10-01", "10-02", "10-05", "10-06", "10-07",
]  # fmt: skip
MADE_UP_2026 = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def test_2026_is_as_the_state_council_published_it() -> None:
    unusual = {d for d in days_of(2026) if published(d).working is not (d.weekday() < 5)}
    assert unusual == {date.fromisoformat(f"2026-{d}") for d in OFF_2026 + MADE_UP_2026}


def test_a_year_without_a_notice_follows_the_rules() -> None:
    """1 October 2031 is National Day and Mid-Autumn Festival in one; nothing is exchanged."""
    assert not any(published(d).working for d in days_of(2031) if d.weekday() >= 5)
    for off in ("2031-01-01", "2031-01-22", "2031-01-23", "2031-01-24", "2031-05-01", "2031-10-01"):
        assert not published(date.fromisoformat(off)).working, off
    assert sum(published(d).working for d in days_of(2031)) > 240


def test_a_notice_reaches_back_into_december() -> None:
    """For the New Year of 2012 people worked on Saturday, 31 December 2011."""
    assert published(date(2011, 12, 31)).working


def test_days_off_say_why_in_both_languages() -> None:
    reason = published(date(2026, 10, 1)).reason
    assert reason is not None
    assert reason == ("国庆节", "National Day")
    made_up = published(date(2026, 10, 10)).reason
    assert made_up is not None
    assert made_up.zh == "调休上班"

"""Culture and sports in turn, from what the city said."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.year_themes.policy import THEMES, theme_of
from tests.events.catalogue.people import People, Person, refused

YEARS = st.integers(2000, 2099)


def put(by: Person, year: object, theme: str, seen: int = 0) -> int:
    path = f"/year-themes/{year}"
    return by.send("PUT", path, {"theme": theme}, **{"If-Match": f'"{seen}"'}).status_code


def shown(by: Person, query: str = "") -> dict[int, tuple[str | None, bool]]:
    items = by.get(f"/year-themes{query}").json["items"]
    return {item["year"]: (item["theme"], item["said"]) for item in items}


def test_nothing_is_said_before_the_city_has_said_anything(people: People) -> None:
    assert shown(people.person()) == dict.fromkeys(range(2025, 2030), (None, False))


def test_themes_take_turns_from_the_last_year_that_was_set(people: People) -> None:
    city = people.person(("city_admin", "/city/"))
    assert put(city, 2026, "sports") == 200
    assert put(city, 2028, "culture") == 200
    assert shown(people.person(), "?from=2024&to=2030") == {
        2024: ("sports", False), 2025: ("culture", False), 2026: ("sports", True),
        2027: ("culture", False), 2028: ("culture", True), 2029: ("sports", False),
        2030: ("culture", False),
    }  # fmt: skip
    (item,) = city.get("/year-themes?from=2026&to=2026").json["items"]
    assert item["name"] == "Year of sports"
    assert put(city, 2026, "culture", 1) == 200
    assert shown(city, "?from=2027&to=2027") == {2027: ("sports", False)}


@given(said=st.dictionaries(YEARS, st.sampled_from([*THEMES]), min_size=1, max_size=5), year=YEARS)
def test_two_years_in_a_row_differ_unless_the_city_said_otherwise(
    said: dict[int, str], year: int
) -> None:
    if year in said:
        assert theme_of(year, said) == said[year]
    if year + 1 not in said:
        assert theme_of(year, said) != theme_of(year + 1, said)


def test_only_the_city_says_it_and_in_years_there_are(people: People) -> None:
    city = people.person(("city_admin", "/city/"))
    unit = people.person(("unit_admin", "/city/u1/"), ("branch_secretary", "/city/u1/b1/"))
    refused(unit.send("PUT", "/year-themes/2026", {"theme": "sports"}), 403, "role_needed")
    for year in ("1999", "2100", "26", "x", "٢٠٢٦", "+202"):
        refused(city.send("PUT", f"/year-themes/{year}", {"theme": "sports"}), 400, "year_invalid")
    refused(city.send("PUT", "/year-themes/2026", {"theme": "music"}), 422, "fields_invalid")
    refused(city.send("PUT", "/year-themes/2026", {"theme": "sports"}), 428, "if_match_needed")
    assert set(shown(city).values()) == {(None, False)}


@pytest.mark.parametrize("query", ["?from=2026&to=2025", "?from=1999", "?to=2100", "?from=x"])
def test_spans_that_make_no_sense_are_named(people: People, query: str) -> None:
    refused(people.person().get(f"/year-themes{query}"), 422, "fields_invalid")


@pytest.mark.parametrize(("query", "years"), [("?from=2090", 1), ("?to=2005", 1), ("?to=2027", 3)])
def test_half_a_span_is_made_whole(people: People, query: str, years: int) -> None:
    assert len(shown(people.person(), query)) == years


def test_of_two_who_set_a_year_at_once_one_is_told(people: People) -> None:
    city = people.person(("city_admin", "/city/"))
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(lambda theme: put(city, 2026, theme), THEMES))
    assert answers == [200, 412]

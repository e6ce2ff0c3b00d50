"""Working days, as the city adjusts what is published."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from services.points.calendar import service
from services.points.calendar.policy import is_working, nth_working_day
from shared.database import Database
from shared.testing.plugin import TokenFor

BASE = "/api/v1/calendar-days"


@pytest.mark.parametrize(
    ("after", "n", "expected"),
    [
        ("2026-11-23", 5, "2026-11-30"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-12-31", 5, "2027-01-08"),
    ],
)
def test_the_nth_working_day(after: str, n: int, expected: str) -> None:
    assert nth_working_day(date.fromisoformat(after), n, {}) == date.fromisoformat(expected)


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(1, 30),
    st.dictionaries(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.booleans(), max_size=20),
)
def test_exactly_n_working_days_lie_between(after: date, n: int, adjusted: Any) -> None:
    end = nth_working_day(after, n, adjusted)
    between = [after + timedelta(days=k) for k in range(1, (end - after).days + 1)]
    assert sum(is_working(day, adjusted) for day in between) == n
    assert is_working(end, adjusted)


class Desk:
    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client = client
        self._token = token

    def call(self, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Language": "en", **headers}
        return self._client.open(f"{BASE}{path}", method=method, json=body, headers=headers)

    def put(self, day: str, seen: int, *, working: bool) -> Any:
        body = {"working": working, "reason": "市里通知"}
        return self.call("PUT", f"/{day}", body, **{"If-Match": f'"{seen}"'})

    def day(self, day: str) -> Any:
        (found,) = self.call("GET", f"?from={day}&to={day}").json["items"]
        return found


@pytest.fixture
def desk(city: Database, client: FlaskClient, token_for: TokenFor) -> Desk:
    return Desk(client, token_for(roles=[("city_admin", "/city/")]))


def test_the_city_adjusts_a_day_and_everybody_reads_it(
    desk: Desk, city: Database, client: FlaskClient, token_for: TokenFor
) -> None:
    assert desk.day("2026-11-24") == {
        "day": "2026-11-24",
        "working": True,
        "reason": None,
        "adjusted": False,
        "version": 0,
    }
    answer = desk.put("2026-11-24", 0, working=False)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    seen = Desk(client, token_for()).day("2026-11-24")
    assert (seen["working"], seen["reason"], seen["adjusted"]) == (False, "市里通知", True)
    with city.unit_of_work() as uow:
        assert not service.is_working_day(uow, date(2026, 11, 24))
        assert service.add_working_days(uow, date(2026, 11, 23), 1) == date(2026, 11, 25)
    assert desk.call("DELETE", "/2026-11-24").status_code == 204
    assert desk.day("2026-11-24")["adjusted"] is False
    again = desk.call("DELETE", "/2026-11-24")
    assert (again.status_code, again.json["code"]) == (404, "calendar_day_not_adjusted")


def test_a_span_is_listed_day_by_day(desk: Desk) -> None:
    items = desk.call("GET", "?from=2026-10-01&to=2026-10-10").json["items"]
    assert [item["working"] for item in items] == [False] * 7 + [True] * 3
    assert items[0]["reason"] == "National Day"
    chinese = desk.call("GET", "?from=2026-10-01&to=2026-10-01", **{"Accept-Language": "zh"})
    assert chinese.json["items"][0]["reason"] == "国庆节"


@pytest.mark.parametrize(
    "query",
    ["", "?from=2026-01-01", "?from=2026-02-01&to=2026-01-01", "?from=2026-01-01&to=2028-01-01",
     "?from=1900-01-01&to=1900-01-02", "?from=2026-02-30&to=2026-03-01"],
)  # fmt: skip
def test_a_span_that_is_none_is_refused(desk: Desk, query: str) -> None:
    assert desk.call("GET", query).status_code == 422


@pytest.mark.parametrize("day", ["2026-02-30", "x", "20261001", "1900-01-01", "2100-01-01"])
def test_a_day_that_is_none_is_refused(desk: Desk, day: str) -> None:
    for language, word in (("zh", "日期"), ("en", "Write the day")):
        answer = desk.call("DELETE", f"/{day}", **{"Accept-Language": language})
        assert (answer.status_code, answer.json["code"]) == (400, "day_invalid")
        assert word in answer.json["detail"]
    assert desk.put(day, 0, working=True).json["code"] == "day_invalid"


def test_two_who_adjust_a_day_do_not_overwrite_each_other(
    desk: Desk, app: APIFlask, token_for: TokenFor
) -> None:
    token = token_for(roles=[("city_admin", "/city/")])

    def adjust(n: int) -> int:
        answer = Desk(app.test_client(), token).put("2026-11-24", 0, working=bool(n % 2))
        return int(answer.status_code)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(adjust, range(4))) == [200, 412, 412, 412]
    assert desk.put("2026-11-24", 1, working=True).status_code == 200
    no_version = desk.call("PUT", "/2026-11-24", {"working": True, "reason": "x"})
    assert no_version.status_code == 428


def test_only_the_city_adjusts(client: FlaskClient, city: Database, token_for: TokenFor) -> None:
    unit = Desk(client, token_for(roles=[("unit_admin", "/city/u001/")]))
    assert unit.put("2026-11-24", 0, working=False).json["code"] == "role_needed"
    assert unit.call("DELETE", "/2026-11-24").json["code"] == "role_needed"

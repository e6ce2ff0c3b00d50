"""What a calendar shows: the theme of the year, an event that repeats, a contest with its winners."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from services.demo.suite import Suite
from shared.clock import SHANGHAI

_SERIES: Final = "支部主题党日"
_CONTEST: Final = "公文写作大赛"


def fill(city: Suite, secretary: Suite, home: str, winners: Sequence[str], today: date) -> None:
    """Put into the calendar what is not there yet.

    Args:
        city: signed in as the city's administrator.
        secretary: signed in as the secretary of the branch.
        home: the branch's id.
        winners: ids of three of its members.
        today: in Shanghai.
    """
    year = today.year
    (theme,) = city.call("GET", "/year-themes", params={"from": year, "to": year})["items"]
    if not theme["said"]:
        match = {"If-Match": f'"{theme["version"]}"'}
        city.call("PUT", f"/year-themes/{year}", json={"theme": "sports"}, headers=match)
    if not _is_there(secretary, _SERIES):
        first = _event(_SERIES, "theme_day", home, today + timedelta(days=7), 15)
        recurrence = {
            "every": "month", "weekdays": ["fr"], "nth": 3, "count": 6, "skip_holidays": True,
        }  # fmt: skip
        body = {"event": first, "recurrence": recurrence, "publish": True}
        secretary.call("POST", "/event-series", json=body)
    if not _is_there(secretary, _CONTEST):
        _hold_contest(secretary, home, winners, today - timedelta(days=1))


def _hold_contest(secretary: Suite, home: str, winners: Sequence[str], day: date) -> None:
    event = secretary.call("POST", "/events", json=_event(_CONTEST, "culture", home, day, 14))
    secretary.call("POST", f"/events/{event['id']}/publish")
    for place, winner in enumerate(winners, start=1):
        body = {"kind": "prize", "level": "unit", "place": place, "member_ids": [winner]}
        secretary.call("POST", f"/events/{event['id']}/results", json=body)
    secretary.call("POST", f"/events/{event['id']}/results/confirm", json={})
    secretary.call("POST", f"/events/{event['id']}/close")


def _event(title: str, category: str, home: str, day: date, hour: int) -> dict[str, Any]:
    begins = datetime.combine(day, time(hour), SHANGHAI)
    return {
        "title": title,
        "category": category,
        "organisation_id": home,
        "place": "三楼会议室",
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=2)).isoformat(),
    }


def _is_there(secretary: Suite, title: str) -> bool:
    found = secretary.call("GET", "/events", params={"q": title, "mine": "true"})
    return bool(found["items"])

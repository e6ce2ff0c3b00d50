"""The calendar over HTTP."""

from typing import Any

from apiflask import APIBlueprint

from services.points.calendar import permissions, service
from services.points.calendar.policy import read_day
from services.points.calendar.schemas import DayIn, DayOut, SpanIn
from shared.web import (
    check_if_match,
    current_principal,
    current_uow,
    etag,
    page_of,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("calendar", __name__, url_prefix="/api/v1/calendar-days")


@blueprint.get("")
@requires(permissions.CALENDAR_READ)
@blueprint.input(SpanIn, location="query")
@blueprint.output(page_of(DayOut))
def get_days(query_data: dict[str, Any]) -> dict[str, Any]:
    """List the days of a span, at most 400, with whether people work and why."""
    days = service.days(current_uow(), **query_data)
    return {"items": [_shown(day) for day in days], "next_cursor": None}


@blueprint.put("/<day>")
@requires(permissions.CALENDAR_WRITE)
@transactional
@blueprint.input(DayIn)
@blueprint.output(DayOut)
def put_day(day: str, json_data: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Say whether people work on a day, whatever is published (If-Match: its `version`)."""
    uow, which = current_uow(), read_day(day)
    check_if_match(service.version_of(uow, which))
    adjusted = service.adjust(uow, current_principal(), which, **json_data)
    return _shown(adjusted), 200, etag(adjusted["version"])


@blueprint.delete("/<day>")
@requires(permissions.CALENDAR_WRITE)
@transactional
@blueprint.output({}, status_code=204)
def delete_day(day: str) -> str:
    """Let a day be again as published."""
    service.restore(current_uow(), read_day(day))
    return ""


def _shown(day: dict[str, Any]) -> dict[str, Any]:
    reason = day["reason"]
    return day | {"reason": reason and reason.in_language(language())}

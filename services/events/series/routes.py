"""Series over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from services.events.catalogue.permissions import EVENTS_CREATE, EVENTS_RUN
from services.events.series import policy, service
from services.events.series.schemas import (
    ChangedSeriesOut,
    PreviewIn,
    PreviewOut,
    SeriesCancelIn,
    SeriesIn,
    SeriesOut,
    SeriesPatch,
)
from services.events.series.service import Outcome, Series
from shared.web import (
    check_if_match,
    current_principal,
    current_uow,
    etag,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("event_series", __name__, url_prefix="/api/v1/event-series")

Answer = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.post("/preview")
@requires(EVENTS_CREATE)
@blueprint.input(PreviewIn)
@blueprint.output(PreviewOut)
def post_preview(json_data: dict[str, Any]) -> dict[str, Any]:
    """Say on which days events would be; nothing is made."""
    recurrence = json_data["recurrence"]
    rule = policy.rule_of(recurrence)
    days = policy.days_of(rule, json_data["first_day"], skip_holidays=recurrence["skip_holidays"])
    shown = [
        {"day": day.day, "holiday": day.holiday and day.holiday.in_language(language())}
        for day in days
    ]
    return {"rule": rule, "days": shown}


@blueprint.post("")
@requires(EVENTS_CREATE)
@transactional
@blueprint.input(SeriesIn)
@blueprint.output(SeriesOut, status_code=201)
def post_series(json_data: dict[str, Any]) -> Answer:
    """Make a series of events, as drafts or shown at once."""
    series = service.create(
        current_uow(),
        current_principal(),
        json_data["event"],
        json_data["recurrence"],
        publish=json_data["publish"],
    )
    return _shown(series), 201, etag(series.row.version)


@blueprint.get("/<uuid:series_id>")
@requires(EVENTS_RUN)
@blueprint.output(SeriesOut)
def get_series(series_id: UUID) -> Answer:
    """Read a series one runs, with its events."""
    series = service.get(current_uow(), current_principal(), series_id)
    return _shown(series), 200, etag(series.row.version)


@blueprint.patch("/<uuid:series_id>")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(SeriesPatch)
@blueprint.output(ChangedSeriesOut)
def patch_series(series_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Edit an event and those after it, or all that are not over; If-Match is the series'."""
    uow, principal = current_uow(), current_principal()
    series = service.get(uow, principal, series_id, lock=True)
    check_if_match(series.row.version)
    return _changed(series, service.change(uow, principal, series, **json_data))


@blueprint.post("/<uuid:series_id>/publish")
@requires(EVENTS_RUN)
@transactional
@blueprint.output(ChangedSeriesOut)
def post_publish_series(series_id: UUID) -> Answer:
    """Show every draft of a series."""
    uow = current_uow()
    series = service.get(uow, current_principal(), series_id, lock=True)
    return _changed(series, service.publish(uow, series))


@blueprint.post("/<uuid:series_id>/cancel")
@requires(EVENTS_RUN)
@transactional
@blueprint.input(SeriesCancelIn)
@blueprint.output(ChangedSeriesOut)
def post_cancel_series(series_id: UUID, json_data: dict[str, Any]) -> Answer:
    """Call off the rest of a series, with a reason."""
    uow = current_uow()
    series = service.get(uow, current_principal(), series_id, lock=True)
    return _changed(series, service.cancel(uow, series, **json_data))


def _shown(series: Series) -> dict[str, Any]:
    row = series.row
    said = ("id", "organisation_id", "rule", "first_day", "skip_holidays", "version")
    return {name: getattr(row, name) for name in said} | {"events": series.events}


def _changed(series: Series, outcome: Outcome) -> Answer:
    answer = _shown(series) | {
        "changed": [event.id for event in outcome.changed],
        "left": [{"event_id": event_id, "code": code} for event_id, code in outcome.left],
    }
    return answer, 200, etag(series.row.version)

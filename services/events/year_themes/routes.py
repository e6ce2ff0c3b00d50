"""Themes of years over HTTP."""

from typing import Any

from apiflask import APIBlueprint
from marshmallow import ValidationError, fields, validate, validates_schema

from services.events.year_themes import permissions, policy, service
from shared.clock import local_day
from shared.web import (
    Schema,
    check_if_match,
    current_clock,
    current_principal,
    current_uow,
    etag,
    page_of,
    requires,
    transactional,
)
from shared.web.problems import language

blueprint = APIBlueprint("year_themes", __name__, url_prefix="/api/v1/year-themes")

_YEAR = validate.Range(policy.FIRST_YEAR, policy.LAST_YEAR)


class YearsIn(Schema):
    """From one year to another, both included; from last year to three years ahead if not said."""

    first = fields.Integer(data_key="from", load_default=None, validate=_YEAR)
    last = fields.Integer(data_key="to", load_default=None, validate=_YEAR)

    @validates_schema
    def in_order(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["first"] is not None and data["last"] is not None and data["first"] > data["last"]:
            raise ValidationError("Not before `from`.", "to")


class ThemeIn(Schema):
    theme = fields.String(required=True, validate=validate.OneOf(policy.THEMES))


class ThemeOut(Schema):
    """A year's theme; `said` where the city set it, `version` 0 where it follows by turns."""

    year = fields.Integer(required=True)
    theme = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    said = fields.Boolean(required=True)
    version = fields.Integer(required=True)


@blueprint.get("")
@requires(permissions.THEMES_READ)
@blueprint.input(YearsIn, location="query")
@blueprint.output(page_of(ThemeOut))
def get_themes(query_data: dict[str, Any]) -> dict[str, Any]:
    """List years with their themes."""
    now = local_day(current_clock().now()).year
    first, last = query_data["first"], query_data["last"]
    if first is None:
        first = now - 1 if last is None else min(now - 1, last)
    if last is None:
        last = max(now + 3, first)
    years = range(first, min(last, policy.LAST_YEAR) + 1)
    return {
        "items": [_shown(theme) for theme in service.themes(current_uow(), years)],
        "next_cursor": None,
    }


@blueprint.put("/<year>")
@requires(permissions.THEMES_SET)
@transactional
@blueprint.input(ThemeIn)
@blueprint.output(ThemeOut)
def put_theme(year: str, json_data: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Say what a year's theme is; later ones follow in turn (If-Match: its `version`)."""
    uow, which = current_uow(), policy.read_year(year)
    check_if_match(service.version_of(uow, which))
    theme = service.set_theme(uow, current_principal(), which, json_data["theme"])
    return _shown(theme), 200, etag(theme["version"])


def _shown(theme: dict[str, Any]) -> dict[str, Any]:
    name = theme["name"]
    return theme | {"name": name and name.in_language(language())}

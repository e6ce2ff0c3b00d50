"""The addresses of the audit log, the same for every service that has one."""

from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, cast

from apiflask import APIBlueprint
from flask import Response, send_file

from shared.audit.permissions import AUDIT_READ
from shared.audit.reading import Reading
from shared.audit.schemas import ActsPage, AuditExportIn, AuditIn
from shared.documents import FORMATS
from shared.web import after_id, current_uow, page, requires
from shared.web.problems import language

_IN_MEMORY: Final = 4 * 1024 * 1024
_FILE: Final[dict[int | str, Any]] = {
    200: {
        "description": "The log, in the format asked for.",
        "content": {
            FORMATS[name].media_type: {"schema": {"type": "string", "format": "binary"}}
            for name in ("csv", "xlsx")
        },
    }
}


def audit_blueprint(name: str, prefix: str, people: str) -> APIBlueprint:
    """Return the routes by which auditors read a service's log.

    Args:
        name: of the blueprint.
        prefix: e.g. ``/api/v1/audit``.
        people: the table in which the service has people's ids and names.
    """
    blueprint = APIBlueprint(name, __name__, url_prefix=prefix, tag="audit")
    reading = Reading(people)

    @blueprint.get("")
    @requires(AUDIT_READ)
    @blueprint.input(AuditIn, location="query")
    @blueprint.output(ActsPage)
    def get_audit(query_data: dict[str, Any]) -> dict[str, Any]:
        """List who did, saw and was refused what, newest first."""
        limit, before = query_data.pop("limit"), after_id(query_data.pop("cursor"))
        rows = reading.acts(current_uow(), query_data, before, limit + 1)
        return page(rows, limit, lambda row: [row["id"]])

    @blueprint.get("/export")
    @requires(AUDIT_READ)
    @blueprint.input(AuditExportIn, location="query")
    @blueprint.doc(responses=_FILE)
    def get_audit_export(query_data: dict[str, Any]) -> Response:
        """Take a span of the log away; that it was taken is noted in it."""
        form = FORMATS[query_data.pop("format")]
        document = reading.export(current_uow(), query_data, language())
        file = cast("BinaryIO", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed when sent
        form.write(document, file)
        file.seek(0)
        return send_file(
            file,
            mimetype=form.media_type,
            as_attachment=True,
            download_name=f"audit.{form.name}",
        )

    return blueprint

"""A document as the answer to a request.

Not among the names of `shared.web`: services without documents need not load their writers.
"""

from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, cast

from flask import Response, send_file

from shared.documents import XLSX, Document, Format

_IN_MEMORY: Final = 4 * 1024 * 1024

# What an API document says of a route that answers with a workbook.
WORKBOOK: Final[dict[int | str, Any]] = {
    200: {
        "description": "The same, as a workbook.",
        "content": {XLSX.media_type: {"schema": {"type": "string", "format": "binary"}}},
    }
}


def send_document(
    document: Document, form: Format, name: str, *, as_attachment: bool = True
) -> Response:
    """Write a document whole before anything is sent, so that a refusal is still an answer.

    Args:
        document: what to write.
        form: as what.
        name: of the file, without its ending.
        as_attachment: whether it is to be saved, not shown.
    """
    file = cast("BinaryIO", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed when sent
    form.write(document, file)
    file.seek(0)
    return send_file(
        file,
        mimetype=form.media_type,
        as_attachment=as_attachment,
        download_name=f"{name}.{form.name}",
    )

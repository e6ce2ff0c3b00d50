"""A document as JSON, written row by row."""

from datetime import datetime
from typing import BinaryIO

import orjson

from shared.clock import SHANGHAI
from shared.documents.model import Document, Value


def write_json(document: Document, file: BinaryIO) -> None:
    """Write a document; its shape is `services` schemas' to describe: rows are objects by name."""
    head = {
        "name": document.name,
        "title": document.title,
        "about": [{"label": label, "value": _plain(value)} for label, value in document.about],
    }
    file.write(orjson.dumps(head)[:-1] + b',"sections":[')
    for place, section in enumerate(document.sections):
        columns = [{"name": c.name, "title": c.title, "kind": c.kind} for c in section.columns]
        head = {"name": section.name, "title": section.title, "columns": columns}
        file.write(b"," * bool(place) + orjson.dumps(head)[:-1] + b',"rows":[')
        names = [column.name for column in section.columns]
        with section.read() as rows:
            for number, row in enumerate(rows):
                shown = dict(zip(names, map(_plain, row), strict=True))
                file.write(b"," * bool(number) + orjson.dumps(shown))
        file.write(b"]}")
    file.write(b"]}")


def _plain(value: Value) -> Value:
    return value.astimezone(SHANGHAI) if isinstance(value, datetime) else value

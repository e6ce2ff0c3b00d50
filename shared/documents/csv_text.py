"""A document's tables as csv, in UTF-8 with the mark by which spreadsheet programs know it."""

import codecs
import csv
import io
from typing import BinaryIO

from shared.documents.model import Column, Document, Value
from shared.documents.shown import in_words, starts_formula


def write_csv(document: Document, file: BinaryIO) -> None:
    """Write the tables one beneath the other, an empty line between two."""
    file.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        for place, section in enumerate(document.sections):
            if place:
                writer.writerow(())
            writer.writerow([_cell(column.title, None) for column in section.columns])
            with section.read() as rows:
                writer.writerows(map(_cell, row, section.columns) for row in rows)
    finally:
        text.detach()


def _cell(value: Value, column: Column | None) -> Value:
    if isinstance(value, int | float):
        return value
    text = in_words(value, column)
    # Csv cannot say that a cell is text. The apostrophe does in every spreadsheet program.
    return f"'{text}" if starts_formula(text) else text

"""The city as the files people would send."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from openpyxl import Workbook


def xlsx(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a workbook with one sheet, written row by row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(headings)
    for row in rows:
        sheet.append(row)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def csv_files(
    headings: Sequence[str], rows: Iterable[Sequence[object]], size: int
) -> Iterator[bytes]:
    """Return CSV files of at most `size` rows each."""
    remaining = iter(rows)
    while part := list(islice(remaining, size)):
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(headings)
        writer.writerows(part)
        yield text.getvalue().encode("utf-8-sig")

"""What a document can be written as."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from shared.documents.csv_text import write_csv
from shared.documents.json_text import write_json
from shared.documents.model import Document
from shared.documents.pdf import write_pdf
from shared.documents.xlsx import write_xlsx


@dataclass(frozen=True, slots=True)
class Format:
    """Its name is also the ending of file names."""

    name: str
    media_type: str
    write: Callable[[Document, BinaryIO], None]


JSON: Final = Format("json", "application/json", write_json)
CSV: Final = Format("csv", "text/csv; charset=utf-8", write_csv)
XLSX: Final = Format(
    "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx
)
PDF: Final = Format("pdf", "application/pdf", write_pdf)

FORMATS: Final = {each.name: each for each in (JSON, CSV, XLSX, PDF)}

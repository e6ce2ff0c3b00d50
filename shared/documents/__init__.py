"""Documents for people: tables with a heading, written as json, csv, xlsx or PDF.

A document's rows may be an iterator over millions: every writer but the PDF's takes them one by one.
"""

from shared.documents.formats import CSV, FORMATS, JSON, PDF, XLSX, Format
from shared.documents.model import Column, Document, Kind, Section, Value

__all__ = [
    "CSV",
    "FORMATS",
    "JSON",
    "PDF",
    "XLSX",
    "Column",
    "Document",
    "Format",
    "Kind",
    "Section",
    "Value",
]

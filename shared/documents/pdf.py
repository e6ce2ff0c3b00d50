"""A document as PDF: A4, tables that break between rows, a Chinese font in it, page numbers.

The whole document is in memory: this is for what people print, not for exports.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import BinaryIO, Final, cast
from unicodedata import category, name

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, TableCellFillMode
from fpdf.fonts import FontFace, TTFFont
from pylopdf_fonts_zh_cn import sans_path

from shared.documents.line_breaks import wrapped
from shared.documents.model import Column, Document, Section
from shared.documents.shown import in_words

_FONT: Final = "sans"
_TITLE, _HEADING, _BODY, _SMALL = 16.0, 11.0, 8.5, 8.0
_INK, _GREY, _FAINT, _LINE = (30,), (110,), (170, 170, 170), (190,)
_RED, _PALE = (140, 29, 24), (244, 240, 238)
# Millimetres: the page's edge, beside and above a cell's text, a line and a half-width character of
# a table.
_MARGIN, _PADDING, _ABOVE, _LEADING, _CHARACTER = 15.0, 1.3, 0.8, 4.1, 1.68
# A table's title, with what stands around it.
_TITLED: Final = 11.0
_PORTRAIT: Final = 210 - 2 * _MARGIN
_PAGE: Final = {"zh": "第 {} 页，共 {{nb}} 页", "en": "Page {} of {{nb}}"}
_COLON: Final = {"zh": "：", "en": ": "}
_NOTHING: Final = {"zh": "（无）", "en": "(none)"}
# Stands for a character that the font has no picture of.
_BOX: Final = "□"

# Tells of every table that it leaves out of the embedded part of a font.
logging.getLogger("fontTools").setLevel(logging.WARNING)


def write_pdf(document: Document, file: BinaryIO) -> None:
    """Write a document; a character that the font does not have is a box, never left out."""
    pages = _Pages(document)
    for section in document.sections:
        pages.put_section(section)
    pages.output(file)


class _Pages(FPDF):
    def __init__(self, document: Document) -> None:
        wide = max((_width(section) for section in document.sections), default=0) > _PORTRAIT
        super().__init__("landscape" if wide else "portrait", "mm", "A4")
        self._language = document.language
        self.add_font(_FONT, fname=sans_path())
        self._known = cast("TTFFont", self.fonts[_FONT]).cmap
        self._title = self._legible(document.title)
        self._wrapped = lru_cache(4096)(self._wrap)
        self.set_title(document.title)
        self.set_lang({"zh": "zh-CN", "en": "en"}[document.language])
        self.set_margin(_MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(auto=True, margin=_MARGIN + 3)
        self.add_page()
        self._put_heading(document)

    def footer(self) -> None:
        """Put the title and the page's number beneath every page; fpdf calls it."""
        self.set_y(-_MARGIN)
        self._use(_SMALL, _GREY)
        number = _PAGE[self._language].format(self.page_no())
        half = self.epw / 2
        self.cell(half, 6, self._cut(self._title, half))
        self.cell(half, 6, number, align=Align.R)

    def _put_heading(self, document: Document) -> None:
        self._use(_TITLE, _RED)
        self._put_lines(self._title, 9)
        self.ln(1)
        self._use(_BODY, _INK)
        for label, value in document.about:
            self._put_lines(f"{label}{_COLON[self._language]}{in_words(value)}", 5)

    def put_section(self, section: Section) -> None:
        """Put a table beneath what is there; its heading stands on every page it runs over."""
        with section.read() as read:
            rows = [
                [
                    in_words(value, column)
                    for value, column in zip(row, section.columns, strict=True)
                ]
                for row in read
            ]
        self._use(_BODY, _INK)
        widths = self._fitted(section)
        cells = [
            [
                self._wrapped(text, width - 2 * _PADDING - 0.2)
                for text, width in zip(row, widths, strict=True)
            ]
            for row in ([column.title for column in section.columns], *rows)
        ]
        self._begin_section(section, _height(cells))
        if rows:
            self._put_table(section, widths, cells)
        else:
            self._put_lines(_NOTHING[self._language], 6)

    def _begin_section(self, section: Section, height: float) -> None:
        """Put the title, on a new page where the table would be torn apart, or the title be alone."""
        whole = height + _TITLED
        if self.will_page_break(whole if whole <= self.eph else 25):
            self.add_page()
        self.ln(4)
        self._use(_HEADING, _RED)
        self._put_lines(section.title, 7)
        self._use(_BODY, _INK)

    def _fitted(self, section: Section) -> list[float]:
        """Return the columns' widths, as wide as the page if they nearly are."""
        widths = _widths(section.columns)
        scale = min(1.0, self.epw / sum(widths))
        if sum(widths) > self.epw * 2 / 3:
            scale = self.epw / sum(widths)
        return [width * scale for width in widths]

    def _put_table(
        self, section: Section, widths: list[float], cells: list[list[list[str]]]
    ) -> None:
        aligns = [
            Align.R if column.kind in {"number", "percent"} else Align.L
            for column in section.columns
        ]
        self.set_draw_color(*_LINE)
        with self.table(
            width=min(sum(widths), self.epw),
            col_widths=widths,
            align=Align.L,
            text_align=aligns,
            padding=(_ABOVE, _PADDING),
            line_height=_LEADING,
            borders_layout=TableBordersLayout.ALL,
            headings_style=FontFace(fill_color=_PALE, color=_RED),
            cell_fill_mode=TableCellFillMode.NONE,
        ) as table:
            for lines in cells:
                row = table.row()
                for column, text in zip(section.columns, map("\n".join, lines), strict=True):
                    # Where most months have nothing, what there is should be seen.
                    nothing = column.kind == "number" and text == "0"
                    row.cell(text, style=FontFace(color=_FAINT) if nothing else None)

    def _put_lines(self, text: str, height: float) -> None:
        for line in self._wrap(text, self.epw):
            self.cell(self.epw, height, line, new_x="LMARGIN", new_y="NEXT")

    def _wrap(self, text: str, width: float) -> list[str]:
        return wrapped(self._legible(text), width, self.get_string_width)

    def _cut(self, text: str, width: float) -> str:
        lines = self._wrap(text, width - 4)
        return lines[0] if len(lines) == 1 else f"{lines[0]}…"

    def _use(self, size: float, colour: tuple[int, ...]) -> None:
        self.set_font(_FONT, size=size)
        self.set_text_color(*colour)

    def _legible(self, text: str) -> str:
        return "".join(
            character if ord(character) in self._known or character == "\n" else _instead(character)
            for character in text
        )


def _instead(character: str) -> str:
    """Return what stands for a character without a picture: nothing if it never has one."""
    invisible = category(character) in {"Cc", "Cf"}
    return "" if invisible or name(character, "").startswith("VARIATION SELECTOR") else _BOX


def _height(cells: list[list[list[str]]]) -> float:
    return sum(max(map(len, row)) * _LEADING + 2 * _ABOVE for row in cells)


def _widths(columns: Sequence[Column]) -> list[float]:
    return [column.width * _CHARACTER + 2 * _PADDING for column in columns]


def _width(section: Section) -> float:
    return sum(_widths(section.columns))

"""Passes as cards on A4, for those who carry no phone: ten a page, of a bank card's size."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

import segno

from shared.documents.paper import GREY, INK, RED, Paper
from shared.text import Text

# Millimetres. ISO/IEC 7810 ID-1: what fits a wallet and the sleeves that shops sell.
_WIDTH, _HEIGHT = 85.6, 53.98
_COLUMNS, _ROWS = 2, 5
_LEFT: Final = (210 - _COLUMNS * _WIDTH) / 2
_TOP: Final = (297 - _ROWS * _HEIGHT) / 2
_QR, _EDGE = 36.0, 5.0
_NAME, _TEXT, _SMALL, _SMALLEST = 15.0, 9.0, 7.0, 5.0
_LINE: Final = (190,)

_TITLE: Final = Text("党员码", "Member's pass")
_NUMBER: Final = Text("编号 {}", "No. {}")
_LOST: Final = Text(
    "如遗失，请在小程序更换，本卡即作废。", "If lost, renew it in the app: this card is void then."
)


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on one card."""

    name: str
    member_no: str
    branch: str
    content: str


def write_cards(title: str, cards: Iterable[Card], language: str, file: BinaryIO) -> None:
    """Write the cards in their order, with thin lines to cut along."""
    paper = Paper(title, language, margin=0)
    for place, card in enumerate(cards):
        on_page = place % (_COLUMNS * _ROWS)
        if on_page == 0:
            paper.add_page()
        row, column = divmod(on_page, _COLUMNS)
        _put(paper, card, _LEFT + column * _WIDTH, _TOP + row * _HEIGHT, language)
    if not paper.page:
        paper.add_page()
    paper.output(file)


def _put(paper: Paper, card: Card, x: float, y: float, language: str) -> None:
    paper.set_draw_color(*_LINE)
    paper.set_line_width(0.1)
    paper.rect(x, y, _WIDTH, _HEIGHT)
    # Level Q reads with a quarter of it worn off; a quiet zone of four squares belongs to it.
    code = segno.make(card.content, error="q", micro=False)
    paper.put_squares(list(code.matrix), x + _EDGE, y + (_HEIGHT - _QR) / 2, _QR)
    left, width = x + _QR + 2 * _EDGE, _WIDTH - _QR - 3 * _EDGE
    at = y + 9
    for text, size, colour, most in (
        (_TITLE.in_language(language), _SMALL, RED, 1),
        (card.name, _NAME, INK, 2),
        (_NUMBER.in_language(language).format(card.member_no), _TEXT, INK, 1),
        (card.branch, _TEXT, INK, 3),
        (_LOST.in_language(language), _SMALL, GREY, 3),
    ):
        height = _fit(paper, text, size, width, most) * 0.5
        paper.set_text_color(*colour)
        for line in paper.wrap(text, width)[:most]:
            paper.set_xy(left, at)
            paper.cell(width, height, line)
            at += height
        at += 1.6


def _fit(paper: Paper, text: str, size: float, width: float, most: int) -> float:
    """Write what follows in the largest size, from the one given down, that needs no more lines.

    A long name is written small rather than cut, and a branch's number stands at its end.
    """
    while True:
        paper.use(size)
        if len(paper.wrap(text, width)) <= most or size <= _SMALLEST:
            return size
        size -= 1

"""The printed code as a page to hang up: what for, when, how, and a code to read from afar."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

import segno

from shared.clock import SHANGHAI
from shared.documents.paper import GREY, INK, RED, Colour, Paper
from shared.text import Text

_MARGIN, _QR = 20.0, 120.0
_HEADING, _TITLE, _TEXT, _SMALL = 22.0, 28.0, 18.0, 13.0

_SCAN: Final = Text("扫码签到", "Scan to check in")
_HOW: Final = Text(
    "用微信小程序或手机扫一扫。只在上述时间内有效，只限本活动范围内的党员本人到场使用。",
    "Scan it with the mini-program or a phone. It is good at the time above only, for members whom"
    " the event is for and who are here.",
)
_NO_PHONE: Final = Text(
    "没有手机或扫码不成功的，请向组织者登记，效力相同。",
    "No phone, or it does not work? Ask the organiser to put you down: it counts the same.",
)


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on the page."""

    title: str
    session_title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    url: str


def write_poster(poster: Poster, language: str, file: BinaryIO) -> None:
    """Write one page of A4."""
    paper = Paper(poster.title, language, _MARGIN)
    paper.add_page()
    paper.set_y(22)
    _put(paper, _SCAN.in_language(language), _HEADING, RED)
    _put(paper, poster.title, _TITLE, INK, most=3)
    if poster.session_title:
        _put(paper, poster.session_title, _TEXT, INK, most=2)
    top = max(paper.get_y() + 4, 70.0)
    # Level Q reads with a quarter of it torn or scribbled over.
    code = segno.make(poster.url, error="q", micro=False)
    paper.put_squares(list(code.matrix), (210 - _QR) / 2, top, _QR)
    paper.set_y(top + _QR + 8)
    _put(paper, _span(poster), _TEXT, INK)
    if poster.place:
        _put(paper, poster.place, _TEXT, INK, most=2)
    paper.ln(3)
    _put(paper, _HOW.in_language(language), _SMALL, GREY)
    _put(paper, _NO_PHONE.in_language(language), _SMALL, GREY)
    paper.output(file)


def _put(paper: Paper, text: str, size: float, colour: Colour, most: int = 5) -> None:
    paper.use(size, colour)
    for line in paper.wrap(text, paper.epw)[:most]:
        paper.cell(paper.epw, size * 0.5, line, align="C", new_x="LMARGIN", new_y="NEXT")
    paper.ln(1.5)


def _span(poster: Poster) -> str:
    starts, ends = (m.astimezone(SHANGHAI) for m in (poster.starts_at, poster.ends_at))
    same_day = starts.date() == ends.date()
    return f"{starts:%Y-%m-%d %H:%M} – {ends:{'%H:%M' if same_day else '%Y-%m-%d %H:%M'}}"

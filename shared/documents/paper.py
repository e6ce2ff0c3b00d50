"""A4 paper with a Chinese font in it: what every printed thing of the suite is drawn on."""

import logging
from collections.abc import Sequence
from typing import Final, Literal, cast
from unicodedata import category, name

from fpdf import FPDF
from fpdf.fonts import TTFFont
from pylopdf_fonts_zh_cn import sans_path

from shared.documents.line_breaks import wrapped

Colour = tuple[int, ...]
INK: Final[Colour] = (30,)
GREY: Final[Colour] = (110,)
RED: Final[Colour] = (140, 29, 24)

_FONT: Final = "sans"
_LANGUAGES: Final = {"zh": "zh-CN", "en": "en"}
# Stands for a character that the font has no picture of.
_BOX: Final = "□"

# Tells of every table that it leaves out of the embedded part of a font.
logging.getLogger("fontTools").setLevel(logging.WARNING)


class Paper(FPDF):
    """Pages to draw on, in millimetres.

    Args:
        title: of the file.
        language: of the text on it, ``zh`` or ``en``.
        margin: white at each edge of a page.
    """

    def __init__(
        self,
        title: str,
        language: str,
        margin: float,
        orientation: Literal["portrait", "landscape"] = "portrait",
    ) -> None:
        super().__init__(orientation, "mm", "A4")
        self.add_font(_FONT, fname=sans_path())
        self._known = cast("TTFFont", self.fonts[_FONT]).cmap
        self.set_title(title)
        self.set_lang(_LANGUAGES[language])
        self.set_margin(margin)
        self.c_margin = 0
        self.set_auto_page_break(auto=False)

    def use(self, size: float, colour: Colour = INK) -> None:
        """Write what follows in a size (points) and a colour."""
        self.set_font(_FONT, size=size)
        self.set_text_color(*colour)

    def wrap(self, text: str, width: float) -> list[str]:
        """Return text as lines that fit a width, in the size used now."""
        return wrapped(self.legible(text), width, self.get_string_width)

    def cut(self, text: str, width: float) -> str:
        """Return what of a text fits one line."""
        lines = self.wrap(text, width)
        return lines[0] if len(lines) == 1 else f"{self.wrap(text, width - 4)[0]}…"

    def legible(self, text: str) -> str:
        """Return text with a box for each character that the font does not have."""
        return "".join(
            character if ord(character) in self._known or character == "\n" else _instead(character)
            for character in text
        )

    def put_squares(self, rows: Sequence[Sequence[int]], x: float, y: float, size: float) -> None:
        """Draw the dark squares of a pattern, e.g. of a QR code, `size` millimetres wide."""
        side = size / len(rows)
        self.set_fill_color(0)
        for line, row in enumerate(rows):
            start = None
            for place, dark in enumerate((*row, 0)):
                if dark and start is None:
                    start = place
                elif not dark and start is not None:
                    # As one bar: squares side by side would show hairlines between them.
                    width = (place - start) * side
                    self.rect(x + start * side, y + line * side, width, side, style="F")
                    start = None


def _instead(character: str) -> str:
    """Return what stands for a character without a picture: nothing if it never has one."""
    invisible = category(character) in {"Cc", "Cf"}
    return "" if invisible or name(character, "").startswith("VARIATION SELECTOR") else _BOX

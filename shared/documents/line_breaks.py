"""Text cut into lines where Chinese and English may be cut. Pure."""

from collections.abc import Callable, Iterator

from uniseg.linebreak import line_break_units


def wrapped(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Return the lines of a text, none wider than `width` unless one character is.

    Breaks are those of Unicode's line breaking algorithm (UAX 14): between any two Chinese
    characters, but not before a closing mark nor after an opening one, and not within a word unless
    the word alone is wider than a line.
    """
    return [line for part in text.splitlines() or [""] for line in _lines(part, width, measure)]


def _lines(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    if measure(text) <= width:
        yield text
        return
    line = ""
    for unit in line_break_units(text):
        if line and measure((line + unit).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += unit
        while measure(line.rstrip()) > width and len(line) > 1:
            fits = next(
                n for n in range(len(line) - 1, 0, -1) if n == 1 or measure(line[:n]) <= width
            )
            yield line[:fits]
            line = line[fits:]
    if line.strip():
        yield line.rstrip()

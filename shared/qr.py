"""A text as a picture that phones read."""

from functools import lru_cache
from io import BytesIO

import segno


def draw_qr(text: str) -> str:
    """Return a QR code as SVG, dark on light with its quiet zone, sized by whoever shows it.

    Error correction M reads from across a hall and survives a lamp's reflection.
    """
    output = BytesIO()
    segno.make(text, error="m", micro=False).save(
        output, kind="svg", border=4, xmldecl=False, omitsize=True, dark="#000", light="#fff"
    )
    return output.getvalue().decode()


@lru_cache(maxsize=2048)
def qr_svg(url: str) -> str:
    """Return the same, drawn once however many screens show it; nothing secret, for it is kept."""
    return draw_qr(url)

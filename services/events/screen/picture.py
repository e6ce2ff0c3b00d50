"""The code as a picture. Drawn once a step, however many screens show it."""

from functools import lru_cache
from io import BytesIO

import segno


@lru_cache(maxsize=2048)
def qr_svg(url: str) -> str:
    """Return a QR code as SVG, dark on light with its quiet zone, sized by whoever shows it.

    Error correction M reads from across a hall and survives a lamp's reflection.
    """
    output = BytesIO()
    segno.make(url, error="m", micro=False).save(
        output, kind="svg", border=4, xmldecl=False, omitsize=True, dark="#000", light="#fff"
    )
    return output.getvalue().decode()

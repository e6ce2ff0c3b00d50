"""``python -m tests.browser.screenshots [NAME …]``: pictures of every page of the app, to be looked at.

Each page (or those named) at 320, 390 and 768 pixels, in both languages, in ordinary and in large
type, and in the dark; and a sheet of each way with all of its pages side by side. They are
written to var/screenshots/pages. No page of the app is judged by it: people look.
"""

import io
import sys
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from shared.testing.plugin import ROOT
from tests.browser.every_page import ACCOUNTS, EveryPage, Shown, settle
from tests.chromium import CHROMIUM, FLAGS
from tests.suite import running_suite

FOLDER = ROOT / "var" / "screenshots" / "pages"
_WIDTHS = (320, 390, 768)
_WAYS = [
    Shown(language, look, large)
    for language, (look, large) in product(
        ("zh-CN", "en"), (("light", False), ("light", True), ("dark", False))
    )
]
_SHEET_WIDTH = 8
_SHEET_HEIGHT = 844


def main(wanted: Sequence[str]) -> None:
    """Take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_suite(Path(folder)) as suite,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        every_page = EveryPage(suite)
        for shown, width in product(_WAYS, _WIDTHS):
            pictures = [
                picture
                for username in ACCOUNTS
                for picture in _take(
                    browser, suite.base_url, every_page, username, shown, width, wanted
                )
            ]
            _sheet(pictures).save(FOLDER / f"all {shown} {width}.png")
            print(f"{shown} {width}: {len(pictures)} pages", flush=True)
        browser.close()
    print(f"Written to {FOLDER}")


def _take(
    browser: Browser,
    base_url: str,
    every_page: EveryPage,
    username: str,
    shown: Shown,
    width: int,
    wanted: Sequence[str],
) -> list[Image.Image]:
    context = browser.new_context(
        base_url=base_url, viewport={"width": width, "height": _SHEET_HEIGHT}, is_mobile=True
    )
    context.add_init_script(every_page.script(shown, username))
    page = context.new_page()
    pictures = []
    for name, address in every_page.addresses(username):
        if wanted and name not in wanted:
            continue
        page.goto(address)
        settle(page)
        taken = page.screenshot(full_page=True, path=FOLDER / f"{name} {shown} {width}.png")
        pictures.append(Image.open(io.BytesIO(taken)).convert("RGB"))
    context.close()
    return pictures


def _sheet(pictures: Sequence[Image.Image]) -> Image.Image:
    """Put pictures side by side, eight in a row, each cut off where its second screen would end."""
    width, height = pictures[0].width + 8, 2 * _SHEET_HEIGHT
    across = min(_SHEET_WIDTH, len(pictures))
    rows = [pictures[at : at + across] for at in range(0, len(pictures), across)]
    tall = [min(height, max(picture.height for picture in row)) + 8 for row in rows]
    sheet = Image.new("RGB", (across * width, sum(tall)), "#777777")
    for number, row in enumerate(rows):
        for place, picture in enumerate(row):
            cut = picture.crop((0, 0, picture.width, min(picture.height, height)))
            sheet.paste(cut, (place * width, sum(tall[:number])))
    return sheet


if __name__ == "__main__":
    main(sys.argv[1:])

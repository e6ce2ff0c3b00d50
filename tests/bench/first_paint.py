"""The members' app on a slow phone: how soon there is something to see, and something to tap.

The profile is the one by which web pages are commonly judged, "slow 4G" and a processor four
times slower than this machine's; nothing is in the browser's cache. Seconds, medians.
"""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.chromium import CHROMIUM, FLAGS
from tests.suite import running_suite

TIMES = 7
_NETWORK = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1_474.56 * 1024 / 8,
    "uploadThroughput": 675 * 1024 / 8,
}
_SLOWER = 4
_FIRST_PAINT = """() => new Promise((resolve) => new PerformanceObserver((seen) => {
    const paint = seen.getEntriesByName('first-contentful-paint')[0];
    if (paint) resolve(paint.startTime);
}).observe({type: 'paint', buffered: true}))"""
_TRANSFERRED = """() => [...performance.getEntriesByType('resource'),
    ...performance.getEntriesByType('navigation')].reduce((sum, each) => sum + each.transferSize, 0)"""


def measure() -> dict[str, float]:
    """Return the seconds to the first contentful paint and to the button to scan by, and KiB sent."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_suite(Path(folder), demo="none") as suite,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        seen = [_open(browser, f"{suite.base_url}/m/") for _ in range(TIMES)]
        browser.close()
    paints, taps, sizes = zip(*seen, strict=True)
    return {
        "first_contentful_paint": statistics.median(paints),
        "slowest_paint": max(paints),
        "ready_to_scan": statistics.median(taps),
        "transferred_kib": statistics.median(sizes),
    }


def _open(browser: Browser, url: str) -> tuple[float, float, float]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True
    )
    page = context.new_page()
    phone = context.new_cdp_session(page)
    phone.send("Network.enable")
    phone.send("Network.emulateNetworkConditions", _NETWORK)
    phone.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    page.goto(url, wait_until="commit")
    page.locator(".scan-button").wait_for()
    ready = page.evaluate("performance.now()")
    paint = page.evaluate(_FIRST_PAINT)
    size = page.evaluate(_TRANSFERRED)
    context.close()
    return paint / 1000, ready / 1000, size / 1024

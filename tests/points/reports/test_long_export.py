"""Fifty thousand entries: complete, in memory that does not grow with their number."""

import csv
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from shared.database import Database
from shared.testing.plugin import ROOT
from tests.points.conftest import Attend
from tests.points.reports.conftest import Enlist

# Writes the ledger of the city to a file, and says how much memory that took over an empty one.
_EXPORT = """
import re, sys
from services.points.reports.kinds import Asked, ledger_export
from services.points.reports.spans import Span
from shared.database import Database
from shared.documents import FORMATS, Document

url, form, path = sys.argv[1:]
# Not ru_maxrss, which begins with what the process that started this one had.
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024
def export(year):
    with Database(url).unit_of_work() as uow, open(path, "wb") as file:
        asked = Asked(uow, "/city/", True, Span.of_year(year), "zh")
        FORMATS[form].write(Document("x", "x", [], list(ledger_export.build(asked)), "zh"), file)
export(2001)
before = peak()
export(2026)
print(peak() - before, peak())
"""
_MANY = text("""
    INSERT INTO ledger_entries (
        member_id, id, fact_id, rule_code, category, rule_set_id, year, occurred_at, points, worth,
        limited_by, used, cap, organisation_id, posted_at
    )
    SELECT member_id, gen_random_uuid(), fact_id, rule_code, category, rule_set_id, year,
        occurred_at, 0, worth, 'year', used, cap, organisation_id, posted_at
    FROM ledger_entries, generate_series(1, :count)
""")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_long_ledger_is_whole_and_takes_little_memory(
    city: Database,
    enlist: Enlist,
    attend: Attend,
    post: Callable[..., None],
    tmp_path: Path,
    form: str,
) -> None:
    post(*(attend(enlist(name=f"党员{number}")) for number in range(5)))
    with city.unit_of_work() as uow:
        uow.session.execute(_MANY, {"count": 9_999})
        uow.commit()
    path = tmp_path / f"ledger.{form}"
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _EXPORT, city.url, form, str(path)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    grown, peak = map(int, done.stdout.split())
    print(f"{form}: 50,000 entries in {seconds:.1f} s, {peak} MB, {grown} more than for none")
    if form == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            entries = {row[12] for row in csv.reader(file)}
    else:
        book = openpyxl.load_workbook(path, read_only=True)
        entries = {row[12] for row in book["积分明细"].values}
        book.close()
    assert len(entries) == 50_001
    assert grown < 5
    # The copies are worth nothing, but the checker rightly finds that no fact explains them.
    with city.unit_of_work() as uow:
        uow.session.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER USER"))
        uow.session.execute(text("DELETE FROM ledger_entries WHERE points = 0"))
        uow.session.execute(text("ALTER TABLE ledger_entries ENABLE TRIGGER USER"))
        uow.commit()

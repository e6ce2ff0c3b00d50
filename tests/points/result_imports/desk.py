"""Somebody who imports tables of results, and the worker that applies them."""

import io
from typing import Any

from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import text

from services.points.checker.check import check
from services.points.imports import IMPORTS, KINDS
from shared.database import Database
from shared.ids import new_id
from shared.imports.runner import ImportRunner
from shared.testing.plugin import TokenFor

UNIT_ADMIN = ("unit_admin", "/city/u001/")
SECRETARY = ("branch_secretary", "/city/u001/b0001/")
RESULTS = ("编号", "姓名", "日期", "活动名称", "成绩类别", "级别")
HOURS = ("编号", "姓名", "日期", "活动名称", "小时")


class Desk:
    """Somebody who imports, and the worker that applies."""

    def __init__(self, client: FlaskClient, token_for: TokenFor, database: Database) -> None:
        self._client = client
        self._database = database
        self._token_for = token_for
        self._who = new_id()

    def headers(self, role: tuple[str, str] = UNIT_ADMIN) -> dict[str, str]:
        token = self._token_for(self._who, "/city/u001/b0001/", [role])
        return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def call(
        self, method: str, path: str, body: Any = None, role: tuple[str, str] = UNIT_ADMIN
    ) -> Any:
        headers = self.headers(role)
        return self._client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def send(
        self, kind: str, rows: list[tuple[Any, ...]], role: tuple[str, str] = UNIT_ADMIN,
        content: bytes | None = None, **fields: Any,
    ) -> Any:  # fmt: skip
        data = {"kind": kind, "file": (io.BytesIO(content or xlsx(rows)), "表.xlsx"), **fields}
        answer = self._client.post("/api/v1/imports", data=data, headers=self.headers(role))
        return self.finished(answer) if answer.status_code == 202 else answer

    def finished(self, answer: Any) -> Any:
        assert answer.status_code == 202, answer.text
        runner = ImportRunner(self._database, KINDS, IMPORTS)
        while runner.run_once():
            pass
        return self.call("GET", f"/imports/{answer.json['id']}").json

    def undo(self, import_id: str, role: tuple[str, str] = UNIT_ADMIN) -> Any:
        return self.call("POST", f"/imports/{import_id}/undo", {"reason": "发错了表"}, role)


def xlsx(rows: list[tuple[Any, ...]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def points(database: Database) -> int:
    with database.unit_of_work() as uow:
        assert check(uow).violations == []
        return int(uow.session.scalar(text("SELECT sum(points) FROM ledger_entries")) or 0)

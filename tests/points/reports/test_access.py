"""Who gets which report of what, and what is refused."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from services.points.reports.kinds import REPORTS
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.points.city import BRANCH, CITY, OTHER, UNIT
from tests.points.reports.conftest import CITY_ADMIN, SECRETARY, UNIT_ADMIN, Ask, Enlist
from tests.shared.documents.documents import pages

OTHER_UNIT = ("unit_admin", "/city/u002/")


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (SECRETARY, {"branch-evidence", "ledger"}),
        (UNIT_ADMIN, {"branch-evidence", "unit-summary", "ledger"}),
        (CITY_ADMIN, {"branch-evidence", "unit-summary", "ledger"}),
    ],
)
def test_the_list_holds_what_the_asker_may_have(
    client: FlaskClient, token_for: TokenFor, role: tuple[str, str], names: set[str]
) -> None:
    headers = {"Authorization": f"Bearer {token_for(roles=[role])}", "Accept-Language": "en"}
    items = client.get("/api/v1/reports", headers=headers).json["items"]
    assert {item["name"] for item in items} == names
    assert next(i for i in items if i["name"] == "branch-evidence") == {
        "name": "branch-evidence",
        "title": "Branch evidence sheet",
        "formats": ["json", "xlsx", "pdf"],
        "organisation_kinds": ["branch"],
        "longest_months": 12,
    }


@pytest.mark.parametrize("role", ["member", "group_leader", "organiser", "auditor"])
def test_others_get_none(client: FlaskClient, token_for: TokenFor, role: str) -> None:
    headers = {"Authorization": f"Bearer {token_for(roles=[(role, '/city/')])}"}
    answer = client.get("/api/v1/reports", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "role_needed")


@pytest.mark.parametrize(
    ("name", "organisation", "role"),
    [
        ("branch-evidence", OTHER, SECRETARY),
        ("ledger", OTHER, SECRETARY),
        ("ledger", UNIT, SECRETARY),
        ("unit-summary", UNIT, SECRETARY),
        ("ledger", CITY, UNIT_ADMIN),
        ("unit-summary", UNIT, OTHER_UNIT),
        ("branch-evidence", BRANCH, OTHER_UNIT),
        ("ledger", BRANCH, OTHER_UNIT),
    ],
)
@pytest.mark.parametrize(("language", "said"), [("zh", "管理范围"), ("en", "your role covers")])
def test_what_lies_outside_ones_reach_is_refused(
    enlist: Enlist,
    ask: Ask,
    name: str,
    organisation: Any,
    role: tuple[str, str],
    language: str,
    said: str,
) -> None:
    enlist()
    answer = ask(name, organisation, role=role, language=language)
    assert (answer.status_code, answer.json["code"]) == (403, "out_of_reach")
    assert said in answer.json["detail"]


@pytest.mark.parametrize(
    ("name", "organisation", "role"),
    [
        ("branch-evidence", BRANCH, SECRETARY),
        ("ledger", BRANCH, SECRETARY),
        ("branch-evidence", OTHER, UNIT_ADMIN),
        ("unit-summary", UNIT, UNIT_ADMIN),
        ("unit-summary", UNIT, CITY_ADMIN),
        ("ledger", CITY, CITY_ADMIN),
    ],
)
def test_what_lies_within_it_is_given(
    enlist: Enlist, ask: Ask, name: str, organisation: Any, role: tuple[str, str]
) -> None:
    enlist()
    for form in REPORTS[name].FORMATS:
        answer = ask(name, organisation, role=role, format=form)
        assert answer.status_code == 200, answer.text
        assert answer.mimetype.endswith({"xlsx": "sheet"}.get(form, form))


REFUSALS: list[tuple[str, object, dict[str, Any], int, str, str, str]] = [
    ("secrets", BRANCH, {}, 404, "report_unknown", "报表列表", "choose one of the list"),
    ("ledger", new_id(), {}, 404, "organisation_unknown", "没有这个组织", "no such organisation"),
    ("branch-evidence", UNIT, {}, 422, "report_kind_wrong", "另选组织", "choose another"),
    ("unit-summary", BRANCH, {}, 422, "report_kind_wrong", "另选组织", "choose another"),
    (
        "branch-evidence", BRANCH, {"format": "csv"},
        422, "report_format_wrong", "json、xlsx、pdf", "json, xlsx, pdf",
    ),
    (
        "ledger", BRANCH, {"year": 2026, "from": "2026-01-01", "to": "2026-02-01"},
        422, "span_unclear", "请填 year", "either year",
    ),
    ("ledger", BRANCH, {"from": "2026-01-01"}, 422, "span_unclear", "from 和 to", "from and to"),
    (
        "ledger", BRANCH, {"from": "2026-02-01", "to": "2026-01-31"},
        422, "span_backwards", "对调", "swap",
    ),
    (
        "branch-evidence", BRANCH, {"from": "2025-12-31", "to": "2026-12-01"},
        422, "span_too_long", "最多跨 12 个月", "at most 12 months",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "where", "query", "status", "code", "zh", "en"), REFUSALS)
def test_what_cannot_be_is_refused_in_both_languages(
    enlist: Enlist,
    ask: Ask,
    name: str,
    where: object,
    query: dict[str, Any],
    status: int,
    code: str,
    zh: str,
    en: str,
) -> None:
    enlist()
    for language, said in (("zh", zh), ("en", en)):
        answer = ask(name, where, role=CITY_ADMIN, language=language, **query)
        assert (answer.status_code, answer.json["code"]) == (status, code)
        assert said in answer.json["detail"]


@pytest.mark.parametrize(
    "query",
    [
        {"format": "doc"},
        {"year": "1999"},
        {"from": "gestern", "to": "2026-01-01"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"organisation_id": "all"},
    ],
)
def test_bad_fields_are_named(enlist: Enlist, ask: Ask, query: dict[str, Any]) -> None:
    enlist()
    answer = ask("ledger", BRANCH, **query)
    assert (answer.status_code, answer.json["code"]) == (422, "fields_invalid")


def test_the_paper_says_what_it_is_who_made_it_and_when(enlist: Enlist, ask: Ask) -> None:
    enlist()
    for language, said in (
        (
            "zh",
            ("第一党支部 2026年 党支部工作佐证表", "制表人：测试党员", "2026-11-23 09:00", "11月"),
        ),
        ("en", ("第一党支部 2026 Branch evidence sheet", "Made by: 测试党员", "Nov", "lecture")),
    ):
        read = "".join(pages(ask("branch-evidence", BRANCH, format="pdf", language=language).data))
        for words_of_it in said:
            assert words_of_it in read, words_of_it

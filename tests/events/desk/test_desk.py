"""Staff find whom to tick by a few letters, and take a sheet and a record book away."""

import io
from uuid import UUID

import pypdfium2
import pytest
from openpyxl import load_workbook

from services.events.desk import sheets
from shared.ids import new_id
from tests.events.catalogue.people import Person, refused
from tests.events.expected.conftest import HERE, Branch


def join(branch: Branch, number: str, name: str, path: str = HERE) -> Person:
    member = branch.city.join(number, path, name=name)
    return branch.people.person(path=path, member_id=member)


def found(branch: Branch, event: str, typed: str) -> list[str]:
    answer = branch.secretary.get(f"/events/{event}/desk?q={typed}")
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json["items"]]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("zsf", ["张三丰"]),
        ("ZS", ["张三丰", "赵四"]),
        ("三丰", ["张三丰"]),
        ("A002", ["赵四"]),
        ("a00", ["张三丰", "赵四"]),
        ("%", []),
        ("x", []),
    ],
)
def test_people_are_found_by_letters_name_or_number(
    branch: Branch, typed: str, names: list[str]
) -> None:
    join(branch, "A001", "张三丰")
    join(branch, "A002", "赵四")
    event = branch.meeting()
    assert found(branch, event, typed.replace("%", "%25")) == names


def test_who_is_in_is_shown_as_in(branch: Branch) -> None:
    person = join(branch, "A001", "张三丰")
    event = branch.meeting()
    branch.tick(event, person)
    (row,) = branch.secretary.get(f"/events/{event}/desk?q=zsf").json["items"]
    assert (row["expected"], row["state"]) == (True, "present")
    assert UUID(row["check_in_id"])


def test_a_stranger_is_found_by_the_whole_number_alone(branch: Branch) -> None:
    join(branch, "B777", "张远客", "/city/u2/b3/")
    event = branch.meeting()
    assert found(branch, event, "zyk") == []
    assert found(branch, event, "B77") == []
    assert found(branch, event, "B777") == ["张远客"]


def test_those_expected_come_before_others_of_the_audience(branch: Branch) -> None:
    join(branch, "A001", "张一")
    last = join(branch, "A999", "张二")
    event = branch.meeting("study_session")
    assert branch.name(event, last).status_code == 200
    assert found(branch, event, "z") == ["张二", "张一"]


def test_a_new_name_is_found_by_its_new_letters(branch: Branch) -> None:
    person = join(branch, "A001", "张三丰")
    renamed = branch.city.member("A001", HERE, id=str(person.id), name="李四", version=2)
    branch.city.tell("roster.members_changed.v1", {"members": [renamed]})
    event = branch.meeting()
    assert (found(branch, event, "zsf"), found(branch, event, "ls")) == ([], ["李四"])


def test_only_who_runs_the_event_stands_at_its_desk(branch: Branch) -> None:
    person = join(branch, "A001", "张三丰")
    event = branch.meeting()
    for path in ("desk?q=z", "sign-in-sheet", "preflight"):
        refused = person.get(f"/events/{event}/{path}")
        assert (refused.status_code, refused.json["code"]) == (403, "not_your_event")
    unknown = branch.secretary.get(f"/events/{event}/desk?q=z&session_id={new_id()}")
    assert (unknown.status_code, unknown.json["code"]) == (404, "session_unknown")
    assert branch.secretary.get(f"/events/{event}/desk?q=").status_code == 422


def test_the_sheet_lists_who_is_expected_by_name_with_lines_for_others(branch: Branch) -> None:
    join(branch, "A001", "赵四")
    join(branch, "A002", "安一")
    event = branch.meeting()
    sheet = branch.secretary.get(f"/events/{event}/sign-in-sheet?format=xlsx")
    rows = list(load_workbook(io.BytesIO(sheet.data)).worksheets[1].iter_rows(values_only=True))
    names = [row[1] for row in rows if row[1] in ("赵四", "安一")]
    assert names == ["安一", "赵四"]
    pdf = branch.secretary.get(f"/events/{event}/sign-in-sheet")
    assert pdf.data.startswith(b"%PDF")
    page = pypdfium2.PdfDocument(pdf.data)[0].get_textpage().get_text_range()
    assert "Signature" in page, page


def test_a_sheet_nobody_could_print_says_what_to_do_instead(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        join(branch, f"A{number}", "赵四")
    event = branch.meeting()
    monkeypatch.setattr(sheets, "MOST", 2)
    refused(branch.secretary.get(f"/events/{event}/sign-in-sheet"), 422, "sheet_too_long")


def test_the_record_book_holds_events_and_who_was_there(branch: Branch) -> None:
    person = join(branch, "A001", "张三丰")
    event = branch.meeting()
    branch.tick(event, person)
    branch.people.made(branch.secretary)  # a draft is no record
    home = branch.city.organisations[HERE]
    query = f"organisation_id={home}&first=2026-11-01&last=2026-11-30"
    book = branch.secretary.get(f"/record-book?{query}&format=json")
    assert book.status_code == 200, book.text
    events, people = book.json["sections"]
    assert len(events["rows"]) == len(people["rows"]) == 1
    assert people["rows"][0]["name"] == "张三丰"
    empty = branch.secretary.get(f"/record-book?{query.replace('11-01', '11-24')}&format=json")
    assert [section["rows"] for section in empty.json["sections"]] == [[], []]


def test_a_record_book_is_for_who_answers_for_the_organisation(branch: Branch) -> None:
    there = branch.city.organisations["/city/u2/b3/"]
    query = "first=2026-11-01&last=2026-11-30"
    strange = branch.secretary.get(f"/record-book?organisation_id={there}&{query}")
    assert (strange.status_code, strange.json["code"]) == (403, "out_of_reach")
    unknown = branch.secretary.get(f"/record-book?organisation_id={new_id()}&{query}")
    assert (unknown.status_code, unknown.json["code"]) == (404, "organisation_unknown")
    home = branch.city.organisations[HERE]
    for span in ("first=2026-11-30&last=2026-11-01", "first=2024-01-01&last=2026-11-01"):
        wrong = branch.secretary.get(f"/record-book?organisation_id={home}&{span}")
        assert (wrong.status_code, wrong.json["code"]) == (422, "span_wrong")

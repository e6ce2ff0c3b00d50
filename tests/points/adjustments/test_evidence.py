"""Files as evidence: who reads them, in adjustments and appeals, and how long they are kept."""

from collections.abc import Callable
from uuid import UUID

import pytest

from services.points.claims.attachments import service as attachments
from services.points.claims.attachments.sweeper import AttachmentSweeper
from shared.clock import FixedClock
from shared.ids import new_id
from shared.storage import FolderStorage
from tests.points.adjustments.people import DEPUTY, SECRETARY, UNIT_ADMIN, People
from tests.points.city import OTHER, join

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
DAY = 86_400
DISMISS = {"decision": "dismiss", "reason": "记录无误"}


@pytest.fixture
def clerk(people: People) -> UUID:
    """Who proposes: a secretary whom the roster knows, so that files can be theirs."""
    clerk = join(people.city, name="支书")
    people.roles[clerk] = people.roles[SECRETARY]
    return clerk


@pytest.fixture
def sweep(people: People, storage: FolderStorage) -> Callable[[], int]:
    return AttachmentSweeper(people.city, storage).sweep


def readers(people: People, attachment: str, *asked: UUID) -> list[UUID]:
    """Return those who get the file; to everybody else it does not exist."""
    found = []
    for who in asked:
        answer = people.call(who, "GET", f"/attachments/{attachment}")
        if answer.status_code == 200:
            assert answer.data == PDF
            found.append(who)
        else:
            assert (answer.status_code, answer.json["code"]) == (404, "attachment_unknown")
    return found


def test_a_proposals_evidence_is_read_by_who_decides_and_whom_it_concerns(
    people: People, clerk: UUID
) -> None:
    stranger, colleague = new_id(), join(people.city, name="李四")
    people.roles[stranger] = ("branch_secretary", "/city/u001/b0002/")
    file = people.bring(clerk, PDF)
    everybody = (clerk, people.member, DEPUTY, UNIT_ADMIN, colleague, stranger)
    assert readers(people, file, *everybody) == [clerk], "nothing names it yet"
    proposed = people.propose(clerk, attachment_id=file)
    assert (proposed["proposed_by_name"], proposed["decided_by_name"]) == ("支书", None)
    assert readers(people, file, *everybody) == [clerk, people.member, DEPUTY, UNIT_ADMIN]


def test_an_appeals_evidence_is_read_by_who_may_decide(people: People) -> None:
    stranger, colleague = new_id(), join(people.city, OTHER, name="李四")
    people.roles[stranger] = ("branch_secretary", "/city/u001/b0002/")
    file = people.bring(people.member, PDF)
    body = {"fact_kind": "lecture", "day": "2026-11-20", "reason": "漏记", "attachment_id": file}
    people.post(people.member, "/appeals", body, 201)
    everybody = (people.member, SECRETARY, UNIT_ADMIN, colleague, stranger)
    assert readers(people, file, *everybody) == [people.member, SECRETARY, UNIT_ADMIN]


def test_evidence_is_kept_until_ninety_days_after_the_last_word(
    people: People, clerk: UUID, clock: FixedClock, sweep: Callable[[], int]
) -> None:
    accused, unused = people.bring(clerk, PDF), people.bring(people.member, PDF)
    proposed = people.propose(clerk, attachment_id=accused)
    clock.advance(8 * DAY)
    assert sweep() == 1, "the proposal is not decided, its evidence stays"
    people.post(UNIT_ADMIN, f"/adjustments/{proposed['id']}/approve")
    clock.advance(30 * DAY)
    body = {"adjustment_id": proposed["id"], "reason": "请过假", "attachment_id": unused}
    gone = people.refused(people.member, "POST", "/appeals", body)
    assert gone == (410, "attachment_gone")
    answered = people.bring(people.member, PDF)
    appeal = people.post(people.member, "/appeals", body | {"attachment_id": answered}, 201)
    clock.advance(7 * DAY)
    people.post(DEPUTY, f"/appeals/{appeal['id']}/decide", DISMISS)
    clock.advance(10 * DAY)
    people.post(people.member, f"/appeals/{appeal['id']}/escalate", {"reason": "请复核"})
    clock.advance(43 * DAY)
    assert sweep() == 1, "the decision was taken ninety days ago"
    assert readers(people, answered, people.member) == [people.member]
    people.post(people.member, f"/appeals/{appeal['id']}/withdraw")
    clock.advance(90 * DAY - 1)
    assert sweep() == 0
    clock.advance(1)
    assert sweep() == 1
    gone = people.refused(people.member, "GET", f"/attachments/{answered}")
    assert gone == (410, "attachment_gone")


def test_what_is_just_being_named_is_not_swept(
    people: People, clock: FixedClock, sweep: Callable[[], int]
) -> None:
    file = people.bring(people.member, PDF)
    clock.advance(7 * DAY)
    with people.city.unit_of_work() as uow:
        attachments.hold(uow, people.member, UUID(file))
        assert sweep() == 0
    assert sweep() == 1

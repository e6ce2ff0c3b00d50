"""A branch of a unit of a city, with one of everything there is to be named by an address."""

from datetime import UTC, datetime

from sqlalchemy import text

from services.points.ledger.recorded import RecordedFact
from services.points.rules.presets import install_preset
from services.points.scoring import Fact
from shared.database import UnitOfWork
from shared.ids import new_id

BRANCH, UNIT = "/city/u001/b0001/", "/city/u001/"
NAMES = (
    "city_id", "unit_id", "branch_id", "group_id", "sibling_id", "member_id", "check_in_id",
    "event_id", "session_id", "assignment_id", "held_id", "claim_id", "attachment_id",
    "adjustment_id", "appeal_id", "statement_id", "objection_id", "rule_set_id", "somebody",
    "series_id", "result_id", "share_id",
    "registration_id", "team_id", "other_id",
)  # fmt: skip
IDS = {name: new_id() for name in NAMES}

# What a path's parameter stands for: a thing that belongs to branch b0001 of unit u001.
THINGS = {
    "organisation_id": IDS["branch_id"],
    "member_id": IDS["member_id"],
    "other_id": IDS["other_id"],
    "event_id": IDS["event_id"],
    "session_id": IDS["session_id"],
    "check_in_id": IDS["check_in_id"],
    "assignment_id": IDS["assignment_id"],
    "held_id": IDS["held_id"],
    "claim_id": IDS["claim_id"],
    "statement_id": IDS["statement_id"],
    "objection_id": IDS["objection_id"],
    "adjustment_id": IDS["adjustment_id"],
    "attachment_id": IDS["attachment_id"],
    "appeal_id": IDS["appeal_id"],
    "series_id": IDS["series_id"],
    "result_id": IDS["result_id"],
    "team_id": IDS["team_id"],
}


def fill_points(uow: UnitOfWork) -> None:
    install_preset(uow)
    for identity, code, kind, parent, path in (
        ("city_id", "city", "committee", None, "/city/"),
        ("unit_id", "u001", "unit", "city_id", UNIT),
        ("branch_id", "b0001", "branch", "unit_id", BRANCH),
        ("sibling_id", "b0009", "branch", "unit_id", "/city/u001/b0009/"),
        ("group_id", "x1", "cross_cutting", "branch_id", f"{BRANCH}x1/"),
    ):
        uow.session.execute(
            text(
                "INSERT INTO organisations (id, code, name, kind, parent_id, path)"
                " VALUES (:id, :code, :code, :kind, :parent, :path)"
            ),
            {
                "id": IDS[identity],
                "code": code,
                "kind": kind,
                "parent": IDS[parent] if parent else None,
                "path": path,
            },
        )
    for statement in (
        (
            "INSERT INTO members (id, member_no, name, organisation_id, status, scored)"
            " VALUES (:member_id, '1', '张三', :branch_id, 'full', true),"
            " (:other_id, '2', '张三', :branch_id, 'full', true)"
        ),
        (
            "INSERT INTO memberships (member_id, organisation_id, since)"
            " VALUES (:member_id, :branch_id, now() - interval '1 year')"
        ),
        (
            "INSERT INTO role_assignments (id, member_id, role, organisation_id)"
            " VALUES (:assignment_id, :member_id, 'organiser', :branch_id)"
        ),
        (
            "INSERT INTO held_facts (member_id, fact_id, revision, id, organisation_id, month, state,"
            " recorded, received_at) VALUES (:member_id, :check_in_id, 1, :held_id, :branch_id,"
            " '2026-10', 'present', CAST(:held AS jsonb), now())"
        ),
        (
            "INSERT INTO attachments (member_id, id, media_type, size, uploaded_at)"
            " VALUES (:member_id, :attachment_id, 'image/png', 9, now())"
        ),
        (
            "INSERT INTO claims (member_id, id, organisation_id, kind, day, title, description,"
            " attachment_id, round, state, due_on, created_at, steps) VALUES (:member_id, :claim_id,"
            " :branch_id, 'community_service', '2026-11-20', '值守', '', :attachment_id, '2026-11',"
            " 'branch_review', '2026-11-26', now(), 1)"
        ),
        (
            "INSERT INTO statements (id, organisation_id, month, state, prepared_at, published_by,"
            " published_at, working_days, notice_ends_on) VALUES (:statement_id, :branch_id,"
            " '2026-09', 'published', now(), :somebody, now(), 5, '2026-12-30')"
        ),
        (
            "INSERT INTO statement_lines (statement_id, member_id, place, name, scored, before,"
            " gained, deducted, total) VALUES (:statement_id, :member_id, 1, '张三', true, 0, 0, 0, 0)"
        ),
        (
            "INSERT INTO objections (id, statement_id, line_member_id, raised_by, raised_at, reason)"
            " VALUES (:objection_id, :statement_id, :member_id, :member_id, now(), '漏记')"
        ),
        (
            "INSERT INTO adjustments (id, member_id, kind, day, occurred_at, reason, proposed_by,"
            " proposed_at) VALUES (:adjustment_id, :member_id, 'urgent_task', '2026-11-20',"
            " '2026-11-20T12:00+08', '抢险', :somebody, now())"
        ),
        (
            "INSERT INTO appeals (id, member_id, fact_kind, day, occurred_at, reason, involved,"
            " level, due_on, lodged_at) VALUES (:appeal_id, :member_id, 'lecture', '2026-11-20',"
            " '2026-11-20T12:00+08', '漏记', ARRAY[CAST(:member_id AS uuid)], 'branch',"
            " '2026-11-30', now())"
        ),
        (
            "INSERT INTO rule_sets (id, name, state, created_by, created_at)"
            " VALUES (:rule_set_id, '草稿', 'draft', :somebody, now())"
        ),
    ):
        uow.session.execute(text(statement), IDS | {"held": held().to_json()})


def held() -> RecordedFact:
    moment = datetime(2026, 10, 20, 1, tzinfo=UTC)
    fact = Fact(IDS["check_in_id"], IDS["member_id"], "lecture", moment)
    return RecordedFact(fact, source_key=None, title="党课")


def fill_events(uow: UnitOfWork) -> None:
    for statement in (
        (
            "INSERT INTO roster_organisations (id, code, name, kind, path, version)"
            f" VALUES (:branch_id, 'b0001', '第一党支部', 'branch', '{BRANCH}', 1)"
        ),
        (
            "INSERT INTO roster_members (id, member_no, name, organisation_id, path, cross_paths,"
            f" status, scored, version) VALUES (:member_id, '1', '张三', :branch_id, '{BRANCH}', '{{}}',"
            " 'full', true, 1)"
        ),
        (
            "INSERT INTO event_series (id, organisation_id, rule, first_day, skip_holidays,"
            " created_by, created_at) VALUES (:series_id, :branch_id, 'FREQ=WEEKLY;COUNT=1',"
            " '2026-11-23', false, :somebody, now())"
        ),
        (
            "INSERT INTO events (id, series_id, series_day, title, category, organisation_id,"
            " organisation_path, audience, starts_at, ends_at, state, published_at, created_by,"
            " created_at, latitude, longitude, radius) VALUES (:event_id, :series_id, '2026-11-23',"
            f" '党课', 'lecture', :branch_id, '{BRANCH}', 'organisation', '2026-11-23T08:00+08',"
            " '2026-11-23T12:00+08', 'published', now(), :somebody, now(), 39.9, 116.4, 200)"
        ),
        (
            "INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at,"
            " static_version) VALUES (:session_id, :event_id, '2026-11-23T08:00+08',"
            " '2026-11-23T12:00+08', '2026-11-23T07:00+08', '2026-11-23T13:00+08', 1)"
        ),
        (
            "INSERT INTO check_ins (id, event_id, session_id, member_id, role, method, client_ref,"
            " request_hash, checked_in_at) VALUES (:check_in_id, :event_id, :session_id, :member_id,"
            " 'participant', 'code', gen_random_uuid(), '', '2026-11-23T08:30+08')"
        ),
        (
            "INSERT INTO event_results (id, event_id, kind, state, recorded_by, recorded_at)"
            " VALUES (:result_id, :event_id, 'quiz', 'draft', :somebody, now())"
        ),
        (
            "INSERT INTO event_result_members (id, result_id, member_id)"
            " VALUES (:share_id, :result_id, :member_id)"
        ),
        (
            "INSERT INTO registration_settings (event_id, capacity, reply_hours, required)"
            " VALUES (:event_id, 1, 2, false)"
        ),
        (
            "INSERT INTO registrations (event_id, id, member_id, state, asked_at)"
            " VALUES (:event_id, :registration_id, :member_id, 'registered', '2026-11-20T08:00+08')"
        ),
        (
            "INSERT INTO leaves (event_id, member_id, state, reason, asked_by, asked_at)"
            " VALUES (:event_id, :member_id, 'asked', '出差', :member_id, '2026-11-20T08:00+08')"
        ),
        "INSERT INTO team_settings (event_id, largest) VALUES (:event_id, 5)",
        (
            "INSERT INTO teams (event_id, id, name, captain_id, created_by, created_at)"
            " VALUES (:event_id, :team_id, '飞虎队', :member_id, :member_id, '2026-11-20T08:00+08')"
        ),
        (
            "INSERT INTO team_members (event_id, team_id, member_id, state, since)"
            " VALUES (:event_id, :team_id, :member_id, 'joined', '2026-11-20T08:00+08')"
        ),
    ):
        uow.session.execute(text(statement), IDS)


FILL = {"points": fill_points, "events": fill_events}

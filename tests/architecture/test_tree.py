"""Role × tree: whoever administers one part of the tree cannot reach into another.

Generated from the routes: each that names a thing of an organisation is called by strangers, who
hold every role of their own part of the tree, and by those above the thing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from redis import Redis
from sqlalchemy import text

from services.points.ledger.recorded import RecordedFact
from services.points.rules.presets import install_preset
from services.points.scoring import Fact
from shared.auth import PUBLIC
from shared.clock import FixedClock
from shared.database import Database, UnitOfWork
from shared.ids import new_id
from shared.testing.plugin import MakeDatabase, TokenFor
from tests.architecture.services import create

BRANCH, UNIT = "/city/u001/b0001/", "/city/u001/"
NAMES = (
    "city_id", "unit_id", "branch_id", "group_id", "sibling_id", "member_id", "check_in_id",
    "event_id", "session_id", "assignment_id", "held_id", "claim_id", "attachment_id",
    "adjustment_id", "appeal_id", "statement_id", "objection_id", "somebody",
)  # fmt: skip
IDS = {name: new_id() for name in NAMES}

# What a path's parameter stands for: a thing that belongs to branch b0001 of unit u001.
THINGS = {
    "organisation_id": IDS["branch_id"],
    "member_id": IDS["member_id"],
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
}
# Parameters that name nothing of an organisation: the city's rules, the asker's own jobs, words.
ELSEWHERE = {
    "rule_set_id",
    "import_id",
    "simulation_id",
    "notice_id",
    "kind",
    "code",
    "filename",
    "role",
    "day",
    "job_id",
    "name",
}
# Readable by everybody on purpose: they hold no personal data.
OPEN = {
    ("GET", "/api/v1/organisations/<uuid:organisation_id>"),
    ("GET", "/api/v1/board-policies/<uuid:organisation_id>"),
}
OWN = ("/api/v1/me/",)
# What only the person concerned does, whoever else may look at it.
FOR_ONESELF = {
    ("PATCH", "/api/v1/claims/<uuid:claim_id>"),
    ("POST", "/api/v1/claims/<uuid:claim_id>/resubmit"),
    ("POST", "/api/v1/claims/<uuid:claim_id>/withdraw"),
    ("POST", "/api/v1/adjustments/<uuid:adjustment_id>/withdraw"),
    ("POST", "/api/v1/appeals/<uuid:appeal_id>/escalate"),
    ("POST", "/api/v1/appeals/<uuid:appeal_id>/withdraw"),
    ("POST", "/api/v1/statements/<uuid:statement_id>/objections"),
}

SPAN = {"starts_at": "2026-11-23T09:00:00+08:00", "ends_at": "2026-11-23T10:00:00+08:00"}
BODIES: dict[tuple[str, str], Any] = {
    ("PATCH", "/organisations/<uuid:organisation_id>"): {"name": "新名"},
    ("POST", "/organisations/<uuid:organisation_id>/members"): {
        "member_ids": [str(IDS["member_id"])]
    },
    ("PATCH", "/members/<uuid:member_id>"): {"name": "李四"},
    ("POST", "/members/<uuid:member_id>/transfers"): {
        "organisation_id": str(IDS["sibling_id"]),
        "reason": "调动",
    },
    ("PUT", "/board-policies/<uuid:organisation_id>"): {"policy": "off"},
    ("PATCH", "/events/<uuid:event_id>"): {"title": "新名"},
    ("POST", "/events/<uuid:event_id>/sessions"): SPAN,
    ("PATCH", "/events/<uuid:event_id>/sessions/<uuid:session_id>"): {"title": "上午"},
    ("POST", "/events/<uuid:event_id>/cancel"): {"reason": "雨"},
    ("PUT", "/events/<uuid:event_id>/roles"): {
        "member_id": str(IDS["member_id"]),
        "role": "helper",
    },
    ("POST", "/events/<uuid:event_id>/check-ins"): {
        "member_id": str(IDS["member_id"]),
        "reason": "手机没电",
    },
    ("POST", "/check-ins/<uuid:check_in_id>/annul"): {"reason": "误签"},
    ("PATCH", "/claims/<uuid:claim_id>"): {"title": "改名"},
    ("POST", "/claims/<uuid:claim_id>/review"): {"decision": "approve"},
    ("POST", "/adjustments/<uuid:adjustment_id>/reject"): {"reason": "不实"},
    ("POST", "/adjustments/<uuid:adjustment_id>/reverse"): {"reason": "有误"},
    ("POST", "/statements/<uuid:statement_id>/publish"): {"working_days": 5},
    ("POST", "/statements/<uuid:statement_id>/objections"): {
        "line_member_id": str(IDS["member_id"]),
        "reason": "漏记",
    },
    ("POST", "/objections/<uuid:objection_id>/answer"): {"decision": "decline", "reason": "无误"},
    ("POST", "/held-facts/<uuid:held_id>/release"): {"reason": "漏传"},
    ("POST", "/held-facts/<uuid:held_id>/refuse"): {"reason": "过期"},
    ("POST", "/appeals/<uuid:appeal_id>/escalate"): {"reason": "请复核"},
    ("POST", "/appeals/<uuid:appeal_id>/decide"): {
        "decision": "uphold",
        "reason": "漏记",
        "remedy": "correct",
        "points": 1,
    },
}

STRANGERS = {
    "of a sibling branch": (
        "/city/u001/b0002/",
        ["group_leader", "branch_secretary", "organiser"],
    ),
    "of a sibling unit": (
        "/city/u002/",
        ["group_leader", "branch_secretary", "unit_admin", "organiser"],
    ),
    "of a unit whose code begins the same": ("/city/u0011/", ["unit_admin", "branch_secretary"]),
    "the auditor": ("/city/", ["auditor"]),
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
            " VALUES (:member_id, '1', '张三', :branch_id, 'full', true)"
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
            "INSERT INTO events (id, title, category, organisation_id, organisation_path, audience,"
            " starts_at, ends_at, state, published_at, created_by, created_at) VALUES (:event_id,"
            f" '党课', 'lecture', :branch_id, '{BRANCH}', 'organisation', '2026-11-23T08:00+08',"
            " '2026-11-23T12:00+08', 'published', now(), :somebody, now())"
        ),
        (
            "INSERT INTO event_sessions (id, event_id, starts_at, ends_at, opens_at, closes_at)"
            " VALUES (:session_id, :event_id, '2026-11-23T08:00+08', '2026-11-23T12:00+08',"
            " '2026-11-23T07:00+08', '2026-11-23T13:00+08')"
        ),
        (
            "INSERT INTO check_ins (id, event_id, session_id, member_id, role, method, client_ref,"
            " request_hash, checked_in_at) VALUES (:check_in_id, :event_id, :session_id, :member_id,"
            " 'participant', 'code', gen_random_uuid(), '', '2026-11-23T08:30+08')"
        ),
    ):
        uow.session.execute(text(statement), IDS)


FILL = {"points": fill_points, "events": fill_events}


@pytest.fixture(params=sorted(FILL))
def service(
    request: pytest.FixtureRequest,
    make_database: MakeDatabase,
    redis_url: str,
    redis_client: Redis,
    public_keys: Path,
    signing_key_file: Path,
    clock: FixedClock,
) -> Iterator[APIFlask]:
    database = make_database(request.param)
    with database.unit_of_work() as uow:
        FILL[request.param](uow)
        uow.commit()
    app = create(request.param, database.url, redis_url, public_keys, signing_key_file, clock)
    yield app
    app.extensions["suite"].database.close()
    app.extensions["suite"].redis.close()


def calls(app: APIFlask) -> Iterator[tuple[str, str, str, Any]]:
    """Every (method, rule, path, body) that names a thing of the branch."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: r.rule):
        permission = getattr(app.view_functions[rule.endpoint], "permission", PUBLIC)
        unknown = rule.arguments - THINGS.keys() - ELSEWHERE
        assert not unknown, f"{rule.rule}: say what {unknown} stands for"
        if permission is PUBLIC or rule.rule.startswith(OWN) or not rule.arguments & THINGS.keys():
            continue
        values: dict[str, Any] = {name: THINGS.get(name, "helper") for name in rule.arguments}
        if rule.rule.endswith("/members") or "/members/" in rule.rule.partition("organisations")[2]:
            values["organisation_id"] = IDS["group_id"]
        path = app.url_map.bind("testserver").build(rule.endpoint, values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            body = BODIES.get((method, rule.rule.removeprefix("/api/v1")))
            yield method, rule.rule, path, body


def contents(database: Database) -> str:
    """Everything the database holds, to see that nothing changed."""
    with database.unit_of_work() as uow:
        tables = uow.session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        ).all()
        return "".join(
            str(
                uow.session.scalar(
                    text(f"SELECT string_agg(t::text, ';' ORDER BY t::text) FROM {t} t")
                )
            )
            for t in tables
        )


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_reaches_nothing_and_changes_nothing(
    service: APIFlask, token_for: TokenFor, stranger: str
) -> None:
    path, roles = STRANGERS[stranger]
    home = path if path.count("/") > 3 else f"{path}b0007/"
    headers = {
        "Authorization": f"Bearer {token_for(new_id(), home, [(role, path) for role in roles])}",
        "If-Match": '"1"',
    }
    database = service.extensions["suite"].database
    before, tried = contents(database), 0
    for method, rule, address, body in calls(service):
        if (method, rule) in OPEN or (roles == ["auditor"] and method == "GET"):
            continue
        answer = service.test_client().open(address, method=method, json=body, headers=headers)
        assert answer.status_code in (403, 404), (method, rule, answer.status_code, answer.text)
        tried += 1
    assert tried >= 7
    assert contents(database) == before


@pytest.mark.parametrize("role", ["unit_admin", "city_admin"])
def test_those_above_reach_what_is_below_them(
    service: APIFlask, token_for: TokenFor, role: str
) -> None:
    reach = {"unit_admin": UNIT, "city_admin": "/city/"}[role]
    token = token_for(new_id(), f"{UNIT}b0005/", [(role, reach)])
    headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
    # Reading and changing first, taking away last, so that everything is there to be reached.
    order = {"GET": 0, "PATCH": 1, "PUT": 2, "POST": 3, "DELETE": 4}
    for method, rule, address, body in sorted(calls(service), key=lambda c: (order[c[0]], c[1])):
        if "/check-out" in rule or (method, rule) in FOR_ONESELF:
            continue  # one's own to do; a check-out the desk's as well, tested with the door
        answer = service.test_client().open(address, method=method, json=body, headers=headers)
        assert answer.status_code not in (401, 403), (method, rule, answer.text)
        assert answer.status_code != 404 or method == "DELETE", (method, rule, answer.text)

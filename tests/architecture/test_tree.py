"""Role × tree: whoever administers one part of the tree cannot reach into another.

Generated from the routes: each that names a thing of an organisation is called by strangers, who
hold every role of their own part of the tree, and by those above the thing.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import text

from services.events.codes.offline_lists import LENGTH
from shared.auth import PUBLIC
from shared.database import Database
from shared.ids import new_id
from shared.testing.plugin import TokenFor
from tests.architecture.one_of_each import FILL, IDS, THINGS, UNIT
from tests.architecture.services import MakeService

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
    "letter_id",
    "name",
    "year",
    "feed_id",
    "token",
}
# What else stands in an address, where it is not the part somebody has in an event.
WORDS = {"code": "R7"}
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
    ("POST", "/api/v1/check-ins/<uuid:check_in_id>/position"),
    ("POST", "/api/v1/events/<uuid:event_id>/offline-check-ins"),
    ("POST", "/api/v1/events/<uuid:event_id>/registrations"),
    ("POST", "/api/v1/events/<uuid:event_id>/registrations/accept"),
    ("POST", "/api/v1/events/<uuid:event_id>/leave"),
    ("POST", "/api/v1/events/<uuid:event_id>/teams"),
    ("POST", "/api/v1/events/<uuid:event_id>/teams/<uuid:team_id>/accept"),
}

SPAN = {"starts_at": "2026-11-23T09:00:00+08:00", "ends_at": "2026-11-23T10:00:00+08:00"}
WHO = {"member_id": str(IDS["member_id"])}
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
    ("POST", "/events/<uuid:event_id>/copy"): {"starts_at": "2027-01-04T09:00:00+08:00"},
    ("PATCH", "/event-series/<uuid:series_id>"): {
        "event_id": str(IDS["event_id"]),
        "scope": "all",
        "changes": {"title": "新名"},
    },
    ("POST", "/event-series/<uuid:series_id>/cancel"): {"reason": "雨"},
    ("POST", "/events/<uuid:event_id>/results"): {
        "kind": "quiz",
        "member_ids": [str(IDS["member_id"])],
    },
    ("POST", "/events/<uuid:event_id>/results/confirm"): {},
    ("PATCH", "/events/<uuid:event_id>/results/<uuid:result_id>"): {"place": 1},
    ("POST", "/events/<uuid:event_id>/results/<uuid:result_id>/withdraw"): {"reason": "录错"},
    ("PUT", "/events/<uuid:event_id>/roles"): {
        "member_id": str(IDS["member_id"]),
        "role": "helper",
    },
    ("POST", "/events/<uuid:event_id>/check-ins"): {
        "member_id": str(IDS["member_id"]),
        "reason": "手机没电",
    },
    ("POST", "/check-ins/<uuid:check_in_id>/annul"): {"reason": "误签"},
    ("POST", "/check-ins/<uuid:check_in_id>/position"): {"latitude": 39.9, "longitude": 116.4},
    ("POST", "/events/<uuid:event_id>/reviews/confirm"): {
        "check_in_ids": [str(IDS["check_in_id"])]
    },
    ("POST", "/events/<uuid:event_id>/headcounts"): {
        "session_id": str(IDS["session_id"]),
        "count": 20,
    },
    ("POST", "/events/<uuid:event_id>/offline-check-ins"): {
        "list_token": "A" * LENGTH,
        "device": "device-of-staff-1",
        "device_now": SPAN["starts_at"],
        "marks": [
            {
                "client_ref": str(new_id()),
                "member_id": str(IDS["member_id"]),
                "direction": "in",
                "at": SPAN["starts_at"],
            }
        ],
    },
    ("PUT", "/events/<uuid:event_id>/registration"): {"capacity": 2},
    ("POST", "/events/<uuid:event_id>/registrations/<uuid:member_id>"): {"reason": "电话"},
    ("POST", "/events/<uuid:event_id>/registrations/<uuid:member_id>/cancel"): {"reason": "出差"},
    ("POST", "/events/<uuid:event_id>/guests"): {"members": [WHO]},
    ("PUT", "/events/<uuid:event_id>/expected"): {"members": [WHO]},
    ("POST", "/events/<uuid:event_id>/leave"): {"reason": "出差"},
    ("POST", "/events/<uuid:event_id>/leaves/<uuid:member_id>"): {"reason": "出差"},
    ("POST", "/events/<uuid:event_id>/leaves/<uuid:member_id>/decide"): {"approve": True},
    ("PUT", "/events/<uuid:event_id>/teams"): {"largest": 6},
    ("POST", "/events/<uuid:event_id>/teams"): {"name": "猛虎队"},
    ("PATCH", "/events/<uuid:event_id>/teams/<uuid:team_id>"): {"name": "猛虎队"},
    ("POST", "/events/<uuid:event_id>/teams/<uuid:team_id>/members"): WHO,
    ("POST", "/check-ins/<uuid:check_in_id>/restore"): {"reason": "查实在场"},
    ("POST", "/events/<uuid:event_id>/check-ins/bulk"): {"members": ["1"], "reason": "纸质名单"},
    ("POST", "/events/<uuid:event_id>/check-outs"): {"member_id": str(IDS["member_id"])},
    ("PUT", "/cadence/<uuid:organisation_id>/marks/<code>"): {"year": 2026, "done": True},
    ("PUT", "/cadence/<uuid:organisation_id>/duties/<code>"): {"due_day": 20},
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

# What an address cannot be read without.
QUERIES = {
    "/api/v1/events/<uuid:event_id>/offline-list": "?device=device-of-staff-1",
    "/api/v1/events/<uuid:event_id>/desk": "?q=zs",
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


@pytest.fixture(params=sorted(FILL))
def service(request: pytest.FixtureRequest, make_service: MakeService) -> APIFlask:
    return make_service(request.param, FILL[request.param])


def calls(app: APIFlask) -> Iterator[tuple[str, str, str, Any]]:
    """Every (method, rule, path, body) that names a thing of the branch."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: r.rule):
        permission = getattr(app.view_functions[rule.endpoint], "permission", PUBLIC)
        unknown = rule.arguments - THINGS.keys() - ELSEWHERE
        assert not unknown, f"{rule.rule}: say what {unknown} stands for"
        if permission is PUBLIC or rule.rule.startswith(OWN) or not rule.arguments & THINGS.keys():
            continue
        values: dict[str, Any] = {
            name: (THINGS | WORDS).get(name, "helper") for name in rule.arguments
        }
        if rule.rule.endswith("/members") or "/members/" in rule.rule.partition("organisations")[2]:
            values["organisation_id"] = IDS["group_id"]
        path = app.url_map.bind("testserver").build(rule.endpoint, values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            body = BODIES.get((method, rule.rule.removeprefix("/api/v1")))
            yield method, rule.rule, path + QUERIES.get(rule.rule, ""), body


def contents(database: Database) -> str:
    """Everything the database holds but the log of who was refused, to see that nothing changed."""
    with database.unit_of_work() as uow:
        tables = uow.session.scalars(
            text(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                " AND tablename <> 'audit_log' ORDER BY 1"
            )
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

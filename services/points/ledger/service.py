"""Reading the ledger: balances, entries, receipts."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, text

from services.points.ledger.explain import explain
from services.points.ledger.models import EntryRow, FactRow, MemberYearRow
from services.points.ledger.past import cursor_of, read_past, was_scored
from services.points.rules.models import RuleRow
from services.points.rules.timeline import TIMELINE
from services.points.scoring import Fact, RuleSet
from services.points.scoring.kinds import KINDS
from services.points.scoring.vocabulary import CATEGORIES
from shared.auth import Permission, Principal
from shared.clock import local_day
from shared.database import UnitOfWork
from shared.errors import NotFound
from shared.text import Text

_NOT_SCORED = Text(
    "已签到；按规定您不参加积分。", "You are checked in; your membership is not scored."
)
_NO_RULE = Text("已签到；本活动不计积分。", "You are checked in; this event earns no points.")
_ANNULLED = Text("本次签到已撤销。", "This check-in was annulled.")
_PENDING = Text("积分正在入账，请稍候。", "The points are on their way.")


def check_reach(
    uow: UnitOfWork, principal: Principal, permission: Permission, member_id: UUID
) -> None:
    """Refuse unless the permission reaches the member's branch.

    Raises:
        NotFound: `member_unknown`, also for members out of reach: who exists is not told.
    """
    path = _path(uow, member_id)
    if not path or not principal.reaches(permission, path):
        raise NotFound(
            "member_unknown",
            Text(
                zh="没有这位党员，或不在您的管理范围。",
                en="There is no such member within your part of the organisation.",
            ),
        )


def points_of(
    uow: UnitOfWork,
    member_id: UUID,
    year: int | None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> dict[str, Any]:
    """Return a member's year, by category and rule.

    Limits are those of the rules in force at the moment asked for where the member belonged then,
    none before the first rules; names are those the entries arose under.

    Args:
        uow: where to read.
        member_id: whose.
        year: the moment's own when None.
        as_of: only what had happened by then counts, as it is known; now when None.
        known_at: only what had been posted by then counts: what the member was shown at the time.
    """
    moment = as_of or uow.clock.now()
    year = year or local_day(moment).year
    values = {"member": member_id, "year": year, "as_of": as_of, "known_at": known_at}
    sums = uow.session.execute(_SUMS, values).all()
    arose = _rules(uow, {rule_code for rule_code, *_ in sums})
    rules = _rules_of_then(uow, member_id, moment)
    category_caps = rules.category_caps if rules else {}
    caps = {
        rule.code: next((cap.points for cap in rule.caps if cap.per == "year"), None)
        for rule in (rules.rules if rules else ())
    }
    by_category: Counter[str] = Counter()
    for _, category, points, _ in sums:
        by_category[category] += points
    return {
        "member_id": member_id,
        "year": year,
        "as_of": as_of,
        "known_at": known_at,
        "points": sum(points for _, _, points, _ in sums),
        "scored": was_scored(uow, member_id, moment),
        "categories": [
            {"category": code, "points": by_category[code], "cap": category_caps.get(code)}
            for code in CATEGORIES
            if code in category_caps or code in by_category
        ],
        "rules": [
            {
                "code": code,
                "name": _name(arose[rule_set_id, code]),
                "category": category,
                "points": points,
                "cap": caps.get(code),
            }
            for code, category, points, rule_set_id in sums
        ],
    }


def _rules_of_then(uow: UnitOfWork, member_id: UUID, moment: datetime) -> RuleSet | None:
    timeline = TIMELINE.get(uow)
    if not timeline.units:
        return timeline.at(moment)
    past = read_past(cursor_of(uow), [member_id], timeline)
    return timeline.at(moment, past.unit(member_id, moment))


_SUMS = text("""
    SELECT rule_code, category, sum(points)::integer,
        (array_agg(rule_set_id ORDER BY id DESC))[1]
    FROM ledger_entries WHERE member_id = :member AND year = :year
        AND (CAST(:as_of AS timestamptz) IS NULL OR occurred_at <= :as_of)
        AND (CAST(:known_at AS timestamptz) IS NULL OR posted_at <= :known_at)
    GROUP BY rule_code, category ORDER BY rule_code, category
""")


def ledger_of(
    uow: UnitOfWork, member_id: UUID, year: int | None, limit: int, before: UUID | None
) -> list[dict[str, Any]]:
    """Return a member's entries with their facts' titles, newest first."""
    query = _ENTRIES.where(EntryRow.member_id == member_id).order_by(EntryRow.id.desc())
    if year is not None:
        query = query.where(EntryRow.year == year)
    if before is not None:
        query = query.where(EntryRow.id < before)
    return _read(uow, query.limit(limit))


def entries_where(uow: UnitOfWork, *conditions: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return the entries that meet conditions on `EntryRow`, oldest first."""
    return _read(uow, _ENTRIES.where(*conditions).order_by(EntryRow.id))


_ENTRIES = select(EntryRow, FactRow).join(
    FactRow, (FactRow.member_id == EntryRow.member_id) & (FactRow.id == EntryRow.fact_id)
)


def _read(uow: UnitOfWork, query: Select[EntryRow, FactRow]) -> list[dict[str, Any]]:
    rows = uow.session.execute(query).all()
    rules = _rules(uow, {entry.rule_code for entry, _ in rows})
    return [_shown(entry, fact, rules) for entry, fact in rows]


def receipt_of(uow: UnitOfWork, member_id: UUID, check_in_id: UUID) -> dict[str, Any]:
    """Return what one of the member's check-ins brought, and the total it led to."""
    fact = uow.session.get(FactRow, (member_id, check_in_id))
    year = fact.year if fact else local_day(uow.clock.now()).year
    balance = uow.session.get(MemberYearRow, (member_id, year))
    receipt: dict[str, Any] = {
        "check_in_id": check_in_id,
        "state": "pending",
        "title": fact.title if fact else None,
        "points": None,
        "total": balance.points if balance else 0,
        "why": [_PENDING],
    }
    if fact is None:
        return receipt
    entries = uow.session.scalars(
        select(EntryRow)
        .where(EntryRow.member_id == member_id, EntryRow.fact_id == check_in_id)
        .order_by(EntryRow.id)
    ).all()
    reversed_ids = {entry.reverses for entry in entries if entry.reverses}
    standing = [e for e in entries if e.reverses is None and e.id not in reversed_ids]
    rules = _rules(uow, {entry.rule_code for entry in standing})
    receipt["points"] = sum(entry.points for entry in standing)
    if fact.state == "annulled":
        return receipt | {"state": "annulled", "why": [_ANNULLED]}
    why = [_shown(entry, fact, rules)["why"] for entry in standing]
    if not why:
        why = [_NO_RULE if was_scored(uow, member_id, fact.occurred_at) else _NOT_SCORED]
    return receipt | {"state": "posted", "why": why}


def _path(uow: UnitOfWork, member_id: UUID) -> str:
    """Return the path of a member's branch; "" for nobody the roster knows."""
    return uow.session.scalar(_PATH, {"member": member_id}) or ""


_PATH = text("""
    SELECT o.path FROM members m JOIN organisations o ON o.id = m.organisation_id
    WHERE m.id = :member
""")


Rules = dict[tuple[UUID, str], dict[str, Any]]


def _rules(uow: UnitOfWork, codes: set[str]) -> Rules:
    """Return rules by (rule set, code), as they were when the entries arose."""
    if not codes:
        return {}
    rows = uow.session.scalars(select(RuleRow).where(RuleRow.code.in_(codes)))
    return {(row.rule_set_id, row.code): row.body for row in rows}


def _name(rule: dict[str, Any]) -> Text:
    return Text(rule["name_zh"], rule["name_en"])


def _shown(entry: EntryRow, fact: FactRow, rules: Rules) -> dict[str, Any]:
    shown = {column.key: getattr(entry, column.key) for column in EntryRow.__table__.columns}
    rule = rules[entry.rule_set_id, entry.rule_code]
    working = KINDS[rule["value"]["kind"]].working(rule["value"], _fact(fact))
    return shown | {"title": fact.title, "why": explain(shown, _name(rule), working)}


def _fact(row: FactRow) -> Fact:
    return Fact(
        id=row.id,
        member_id=row.member_id,
        kind=row.kind,
        occurred_at=row.occurred_at,
        minutes=row.minutes,
        level=row.level,
        quantity=row.quantity,
    )

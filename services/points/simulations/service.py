"""Asking for simulations, and reading what they found."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from services.points.roster.models import Organisation
from services.points.rules import service as rule_sets
from services.points.rules.in_force import unit_of
from services.points.rules.models import RuleSetRow
from services.points.rules.timeline import TIMELINE
from services.points.simulations.permissions import SIMULATE
from shared import jobs
from shared.auth import Principal
from shared.clock import SHANGHAI, local_day
from shared.database import UnitOfWork
from shared.errors import Conflict, NotFound, Unprocessable
from shared.jobs import JobRow
from shared.text import Text

KIND: Final = "simulation"
_YEARS_BACK: Final = 3

_ROOT: Final = text("SELECT id FROM organisations WHERE parent_id IS NULL")
_CHANGES: Final = text("""
    SELECT c.member_id, m.member_no, m.name, c.organisation_id, o.name AS organisation_name,
        c.before, c.after, moved
    FROM (SELECT *, abs(after - before) AS moved FROM simulation_changes) AS c
    JOIN members m ON m.id = c.member_id
    JOIN organisations o ON o.id = c.organisation_id
    WHERE c.simulation_id = :id AND starts_with(o.path, :path)
        AND o.path ^@ ANY (CAST(:reaches AS text[]))
        AND (CAST(:direction AS text) IS NULL OR (c.after > c.before) = (:direction = 'gainers'))
        AND (CAST(:after AS uuid) IS NULL OR (-moved, c.member_id) > (-CAST(:moved AS integer), :after))
    ORDER BY moved DESC, c.member_id LIMIT :limit
""")
_OF_A_SET: Final = text("""
    SELECT id FROM jobs
    WHERE kind = :kind AND parameters -> 'rule_set' ->> 'id' = :rule_set
        AND parameters ->> 'path' ^@ ANY (CAST(:reaches AS text[]))
        AND (CAST(:before AS uuid) IS NULL OR id < :before)
    ORDER BY id DESC LIMIT :limit
""")


def request(
    uow: UnitOfWork, principal: Principal, rule_set_id: UUID, asked: dict[str, Any]
) -> UUID:
    """Queue a simulation of a rule set, as it is now; return its id.

    Raises:
        NotFound: `rule_set_unknown`, `organisation_unknown`.
        Forbidden: `out_of_reach`.
        Unprocessable: `span_invalid`.
    """
    row = rule_sets.get(uow, principal, rule_set_id)
    where = _scope(uow, principal, asked["organisation_id"] or row.organisation_id)
    now = uow.clock.now()
    today = local_day(now)
    begins = asked["from_"] or date(today.year, 1, 1)
    ends = asked["to"]
    if not begins <= (ends or today) <= today or begins.year < today.year - _YEARS_BACK:
        raise Unprocessable(
            "span_invalid",
            Text(
                f"时段须不晚于今天、起止有序，且不早于 {_YEARS_BACK} 年前，请修改。",
                f"The span must end by today, begin before it ends, and reach back {_YEARS_BACK}"
                " years at most; change it.",
            ),
        )
    until = _start(ends + timedelta(days=1)) if ends else now
    effective_at = _start(begins)
    unit = unit_of(_path(uow, row.organisation_id)) if row.organisation_id else ""
    later = [
        s.effective_at
        for s in TIMELINE.get(uow).rule_sets
        if s.unit == unit and effective_at < s.effective_at < until
    ]
    parameters = {
        "rule_set": {
            "id": row.id,
            "name": row.name,
            "effective_at": effective_at,
            "rules": row.rules,
            "category_caps": row.category_caps,
            "monthly_gain": row.monthly_gain,
            "floor": row.floor,
            "unit": unit,
        },
        "from": begins,
        "first_year": begins.year,
        "last_year": (ends or today).year,
        "until": until,
        "open_ended": ends is None,
        "superseded_at": min(later, default=None),
        "organisation_id": where.id,
        "path": where.path,
        "bands": sorted(set(asked["bands"]), reverse=True),
    }
    return jobs.enqueue(uow, principal, KIND, parameters)


def get(uow: UnitOfWork, principal: Principal, simulation_id: UUID) -> JobRow:
    """Return a simulation within reach.

    Raises:
        NotFound: `simulation_unknown`.
    """
    job = jobs.get(uow, KIND, simulation_id)
    if job is None or not principal.reaches(SIMULATE, job.parameters["path"]):
        raise NotFound(
            "simulation_unknown",
            Text("没有这次模拟，请重新发起。", "There is no such simulation; start another."),
        )
    return job


def listing(
    uow: UnitOfWork, principal: Principal, rule_set_id: UUID, limit: int, before: UUID | None
) -> list[JobRow]:
    """Return the simulations of a rule set within reach, newest first."""
    values = {
        "kind": KIND,
        "rule_set": str(rule_sets.get(uow, principal, rule_set_id).id),
        "reaches": list(principal.paths(SIMULATE)),
        "before": before,
        "limit": limit,
    }
    return jobs.get_some(uow, KIND, uow.session.scalars(_OF_A_SET, values).all())


def cancel(uow: UnitOfWork, principal: Principal, simulation_id: UUID) -> JobRow:
    """Give a simulation up; one that is done stays done."""
    get(uow, principal, simulation_id)
    jobs.cancel(uow, principal, simulation_id)
    return get(uow, principal, simulation_id)


def changes(
    uow: UnitOfWork,
    principal: Principal,
    simulation_id: UUID,
    query: dict[str, Any],
    after: tuple[int, UUID] | None,
) -> list[Row[Any]]:
    """Return whose points change, most first, within the asker's reach.

    Begins after (tenths moved, member); one more than a page holds.
    """
    job = get(uow, principal, simulation_id)
    where = _scope(
        uow, principal, query["organisation_id"] or UUID(job.parameters["organisation_id"])
    )
    values = {
        "id": simulation_id,
        "path": where.path,
        "reaches": list(principal.paths(SIMULATE)),
        "direction": query["direction"],
        "moved": after[0] if after else 0,
        "after": after[1] if after else None,
        "limit": query["limit"] + 1,
    }
    return list(uow.session.execute(_CHANGES, values))


def signed_difference(
    uow: UnitOfWork, principal: Principal, simulation_id: UUID, row: RuleSetRow, day: date
) -> dict[str, Any]:
    """Return what a second person signs when rules are approved for the past.

    Raises:
        NotFound: `simulation_unknown`.
        Conflict: `simulation_unfit`; it is not of this draft as it is now, from this day to now,
            of everybody whom the set concerns, and finished.
    """
    job = get(uow, principal, simulation_id)
    asked = job.parameters
    simulated = asked["rule_set"]
    fits = (
        job.result is not None
        and asked["open_ended"]
        and asked["from"] == day.isoformat()
        and asked["organisation_id"] == str(row.organisation_id or _root(uow))
        and simulated["id"] == str(row.id)
        and all(
            simulated[field] == getattr(row, field)
            for field in ("rules", "category_caps", "monthly_gain", "floor")
        )
    )
    if job.result is None or not fits:
        raise Conflict(
            "simulation_unfit",
            Text(
                "模拟须已完成，且与当前草稿、追溯起始日和适用范围一致，请重新模拟。",
                "The simulation must be finished and of this draft as it is now, from that day to"
                " now, for everybody concerned; simulate again.",
            ),
        )
    found = job.result
    return {
        "digest": found["digest"],
        "points": found["after"] - found["before"],
        "members": found["gainers"] + found["losers"],
        "below_floor": found["below_floor"],
        "simulated_at": job.created_at.isoformat(),
    }


def _scope(uow: UnitOfWork, principal: Principal, organisation_id: UUID | None) -> Organisation:
    found = uow.session.get(Organisation, organisation_id or _root(uow))
    if found is None:
        raise NotFound(
            "organisation_unknown",
            Text("没有这个组织，请重新选择。", "There is no such organisation; choose another."),
        )
    principal.require(SIMULATE, found.path)
    return found


def _root(uow: UnitOfWork) -> UUID | None:
    found: UUID | None = uow.session.scalar(_ROOT)
    return found


def _path(uow: UnitOfWork, organisation_id: UUID) -> str:
    found = uow.session.get(Organisation, organisation_id)
    return found.path if found else ""


def _start(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI).astimezone(UTC)

"""Reading boards under their policy, and setting it."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError
from sqlalchemy import text

from services.points.leaderboards import sql
from services.points.leaderboards.boards import Board, Boards, Standing
from services.points.leaderboards.permissions import BOARDS_READ, POLICIES_WRITE
from services.points.leaderboards.policy import OFF, Policy, masked
from services.points.roster.models import Organisation
from shared.auth import Principal
from shared.clock import local_day, periods_of
from shared.database import UnitOfWork
from shared.errors import Forbidden, NotFound
from shared.text import Text

_NEIGHBOURS = 2
# Groups across branches are no part of the tree and have no boards.
_KINDS = ("committee", "unit", "general_branch", "branch")


def organisation(uow: UnitOfWork, organisation_id: UUID) -> Organisation:
    """Return an organisation.

    Raises:
        NotFound: `organisation_unknown`.
    """
    found = uow.session.get(Organisation, organisation_id)
    if found is None or found.kind not in _KINDS:
        raise NotFound(
            "organisation_unknown",
            Text(
                zh="没有这个组织，或该组织没有排行榜。",
                en="There is no such organisation, or it has no board; choose another.",
            ),
        )
    return found


def show(
    uow: UnitOfWork,
    boards: Boards,
    principal: Principal,
    query: dict[str, Any],
) -> dict[str, Any]:
    """Return a board as far as its policy shows it.

    A member reads the boards of the organisations above the own branch; who has a role reads those
    below as well.
    """
    place = organisation(uow, query["organisation_id"])
    _check_reach(principal, place)
    policy = policy_of(uow, place)
    period = query["period"]
    answer: dict[str, Any] = {
        "organisation_id": place.id,
        "period": period,
        "policy": policy.policy,
        "items": [],
        "own": None,
        "size": None,
        "source": "none",
    }
    if policy.policy == OFF:
        return answer
    mine = principal.member_id
    board, source = _read(uow, boards, place, period, mine, policy.shown(query["limit"]))
    people = _people(uow, mine, [*board.top, *board.around])
    answer["items"] = [_place(standing, people) for standing in board.top]
    answer["own"] = {
        "rank": board.own.rank if board.own else None,
        "points": board.own.points if board.own else 0,
        "ahead_of": _ahead_of(board.own, board.size),
        "neighbours": [_place(s, people) for s in _above(board.around, board.own)],
    }
    return answer | {"size": board.size, "source": source}


def _read(
    uow: UnitOfWork, boards: Boards, place: Organisation, period: str, mine: UUID, count: int
) -> tuple[Board, str]:
    """Read a board from Redis, or from PostgreSQL where Redis has not got it; say from which."""
    if place.kind != "branch" and period in periods_of(local_day(uow.clock.now())):
        with suppress(RedisError):
            board = boards.read(place.code, period, mine, count=count, reach=_NEIGHBOURS)
            if board is not None:
                return board, "redis"
    return sql.read(uow, place.path, period, mine, count=count, reach=_NEIGHBOURS), "sql"


def _above(around: list[Standing], own: Standing | None) -> list[Standing]:
    """Keep of the neighbours those ahead and level: no board points at who has fewer."""
    return [s for s in around if own is not None and s.points >= own.points]


def _ahead_of(own: Standing | None, size: int) -> int | None:
    if own is None or size == 0:
        return None
    return max(0, 100 * (size - own.rank) // size)


def _check_reach(principal: Principal, place: Organisation) -> None:
    above = any(grant.path.startswith(place.path) for grant in principal.grants)
    if not above:
        principal.require(BOARDS_READ, place.path)


def _people(uow: UnitOfWork, mine: UUID, standings: list[Standing]) -> dict[UUID, dict[str, Any]]:
    rows = uow.session.execute(
        text("SELECT id, name, hide_name FROM members WHERE id = ANY(:ids)"),
        {"ids": [standing.member_id for standing in standings]},
    )
    return {
        member_id: (
            {"id": None, "name": masked(name)}
            if hidden and member_id != mine
            else {"id": member_id, "name": name}
        )
        for member_id, name, hidden in rows
    }


def _place(standing: Standing, people: dict[UUID, dict[str, Any]]) -> dict[str, Any]:
    unknown = {"id": None, "name": "*"}
    return {
        "rank": standing.rank,
        "member": people.get(standing.member_id, unknown),
        "points": standing.points,
    }


_POLICY = text("""
    SELECT b.policy, b.top_n, o.path = :path AS own, b.version,
        EXISTS (SELECT FROM board_policies WHERE all_off) AS all_off
    FROM board_policies b JOIN organisations o ON o.id = b.organisation_id
    WHERE starts_with(:path, o.path) ORDER BY length(o.path) DESC LIMIT 1
""")


def policy_of(uow: UnitOfWork, place: Organisation) -> Policy:
    """Return the policy in force: the nearest that was set on the way up, or the default."""
    row = uow.session.execute(_POLICY, {"path": place.path}).first()
    if row is None:
        return Policy()
    return Policy(OFF, row.top_n) if row.all_off else Policy(row.policy, row.top_n)


def show_policy(uow: UnitOfWork, place: Organisation) -> dict[str, Any]:
    """Return the policy as its administrators read it."""
    row = uow.session.execute(_POLICY, {"path": place.path}).first()
    shown = policy_of(uow, place)
    return {
        "organisation_id": place.id,
        "policy": shown.policy,
        "top_n": shown.top_n,
        "all_off": bool(row and row.all_off),
        "inherited": not (row and row.own),
        "version": row.version if row and row.own else 0,
    }


def set_policy(
    uow: UnitOfWork, principal: Principal, place: Organisation, data: dict[str, Any]
) -> None:
    """Set an organisation's policy.

    Raises:
        Forbidden: `out_of_reach`, or `city_switch` where a unit asks for the city's switch.
    """
    principal.require(POLICIES_WRITE, place.path)
    if data["all_off"] and place.kind != "committee":
        raise Forbidden(
            "city_switch",
            Text(
                zh="全市开关只能在市直机关工委一级设置。",
                en="The switch for all boards belongs to the city committee; set it there.",
            ),
        )
    uow.session.execute(
        text("""
            INSERT INTO board_policies AS known (
                organisation_id, policy, top_n, all_off, changed_by, changed_at
            ) VALUES (:organisation, :policy, :top_n, :all_off, :by, :at)
            ON CONFLICT (organisation_id) DO UPDATE SET
                policy = excluded.policy, top_n = excluded.top_n, all_off = excluded.all_off,
                changed_by = excluded.changed_by, changed_at = excluded.changed_at,
                version = known.version + 1
        """),
        {
            **data,
            "organisation": place.id,
            "by": principal.member_id,
            "at": uow.clock.now(),
        },
    )


def set_hide_name(uow: UnitOfWork, member_id: UUID, *, hide_name: bool) -> None:
    """Hide or show the own name on boards; the place on them stays the same."""
    uow.session.execute(
        text(
            "UPDATE members SET hide_name = :hide, version = version + 1"
            " WHERE id = :member AND hide_name <> :hide"
        ),
        {"hide": hide_name, "member": member_id},
    )

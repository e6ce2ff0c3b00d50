"""Reading boards under their policy, and setting it."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError
from sqlalchemy import text

from services.points.leaderboards import snapshots, sql
from services.points.leaderboards.boards import Board, Boards, Standing
from services.points.leaderboards.permissions import BOARDS_READ, POLICIES_WRITE
from services.points.leaderboards.policy import OFF, Policy
from shared.auth import Principal
from shared.clock import local_day, periods_of
from shared.database import UnitOfWork
from shared.errors import Forbidden, NotFound, Unprocessable
from shared.names import masked
from shared.text import Text

_NEIGHBOURS = 2
_GROUPS = ("group", "cross_cutting")
# What Redis and the snapshots leave to SQL: some twenty people, or some hundred.
_SMALL = ("branch", *_GROUPS)


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation that has a board, and the policy that holds there.

    The policy is the nearest that was set on the way up, or the default, and stays what it is while
    the city's switch turns all boards off; `own_version` is that of the organisation's own, None
    while it inherits.
    """

    id: UUID
    code: str
    kind: str
    path: str
    policy: Policy
    all_off: bool
    own_version: int | None

    @property
    def in_force(self) -> Policy:
        """What is shown at present."""
        return replace(self.policy, policy=OFF) if self.all_off else self.policy


_PLACE = text("""
    SELECT o.id, o.code, o.kind, o.path, near.policy, near.top_n,
        EXISTS (SELECT FROM board_policies WHERE all_off) AS all_off, own.version AS own_version
    FROM organisations o
    LEFT JOIN board_policies own ON own.organisation_id = o.id
    LEFT JOIN LATERAL (
        SELECT b.policy, b.top_n FROM board_policies b JOIN organisations above
        ON above.id = b.organisation_id WHERE starts_with(o.path, above.path)
        ORDER BY length(above.path) DESC LIMIT 1
    ) near ON true
    WHERE o.id = :id
""")
_IN_GROUP = text("""
    SELECT EXISTS (
        SELECT FROM group_members WHERE organisation_id = :id AND member_id = :member
        UNION ALL SELECT FROM members WHERE group_id = :id AND id = :member
    )
""")


def place(uow: UnitOfWork, organisation_id: UUID) -> Place:
    """Return an organisation and its policy.

    Raises:
        NotFound: `organisation_unknown`.
    """
    row = uow.session.execute(_PLACE, {"id": organisation_id}).first()
    if row is None:
        raise NotFound(
            "organisation_unknown",
            Text(
                zh="没有这个组织，请重新选择。",
                en="There is no such organisation; choose another.",
            ),
        )
    policy = Policy(row.policy, row.top_n) if row.policy else Policy()
    return Place(row.id, row.code, row.kind, row.path, policy, row.all_off, row.own_version)


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
    where, period = place(uow, query["organisation_id"]), query["period"]
    _check_reach(uow, principal, where)
    category = query["category"]
    if category is not None and where.kind == "committee":
        raise _too_wide()
    policy = where.in_force
    answer: dict[str, Any] = {
        "organisation_id": where.id,
        "period": period,
        "category": category,
        "policy": policy.policy,
        "items": [],
        "own": None,
        "size": None,
        "source": "none",
    }
    if policy.policy == OFF:
        return answer
    mine = principal.member_id
    board, source = _read(uow, boards, where, query, mine, policy.shown(query["limit"]))
    people = _people(uow, mine, [*board.top, *board.around])
    answer["items"] = [_shown(standing, people) for standing in board.top]
    answer["own"] = {
        "rank": board.own.rank if board.own else None,
        "points": board.own.points if board.own else 0,
        "ahead_of": 100 * board.behind // board.size if board.own else None,
        "neighbours": [_shown(s, people) for s in _above(board.around, board.own)],
    }
    return answer | {"size": board.size, "source": source}


def _read(
    uow: UnitOfWork,
    boards: Boards,
    where: Place,
    query: dict[str, Any],
    mine: UUID,
    count: int,
) -> tuple[Board, str]:
    """Read a board from where it is quickest, and say from where.

    A running period's is in Redis, a settled one's is frozen; PostgreSQL has them all, the small
    ones and the categories' as well.
    """
    period, category = query["period"], query["category"]
    if category is None and period in periods_of(local_day(uow.clock.now())):
        if where.kind not in _SMALL:
            with suppress(RedisError):
                board = boards.read(where.code, period, mine, count=count, reach=_NEIGHBOURS)
                if board is not None:
                    return board, "redis"
    elif category is None:
        board = snapshots.read(uow, where.id, period, mine, count=count, reach=_NEIGHBOURS)
        if board is not None:
            return board, "snapshot"
    asked = sql.Where(where.id, where.kind, where.path, category)
    return sql.read(uow, asked, period, mine, count=count, reach=_NEIGHBOURS), "sql"


def _too_wide() -> Unprocessable:
    return Unprocessable(
        "category_board_too_wide",
        Text(
            zh="全市不按类别排名，请选择本单位或本支部。",
            en="The whole city is not ranked by category; choose a unit or a branch.",
        ),
    )


def _above(around: list[Standing], own: Standing | None) -> list[Standing]:
    """Keep of the neighbours those ahead and level: no board points at who has fewer."""
    return [s for s in around if own is not None and s.points >= own.points]


def _check_reach(uow: UnitOfWork, principal: Principal, where: Place) -> None:
    above = any(grant.path.startswith(where.path) for grant in principal.grants)
    if where.kind in _GROUPS:
        values = {"id": where.id, "member": principal.member_id}
        above = bool(uow.session.scalar(_IN_GROUP, values))
    if not above:
        principal.require(BOARDS_READ, where.path)


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


def _shown(standing: Standing, people: dict[UUID, dict[str, Any]]) -> dict[str, Any]:
    unknown = {"id": None, "name": "*"}
    return {
        "rank": standing.rank,
        "member": people.get(standing.member_id, unknown),
        "points": standing.points,
    }


def show_policy(where: Place) -> dict[str, Any]:
    """Return the policy as its administrators read it."""
    return {
        "organisation_id": where.id,
        "policy": where.policy.policy,
        "top_n": where.policy.top_n,
        "all_off": where.all_off,
        "inherited": where.own_version is None,
        "version": where.own_version or 0,
    }


def set_policy(uow: UnitOfWork, principal: Principal, where: Place, data: dict[str, Any]) -> None:
    """Set an organisation's policy.

    Raises:
        Forbidden: `out_of_reach`, or `city_switch` where a unit asks for the city's switch.
    """
    principal.require(POLICIES_WRITE, where.path)
    if data["all_off"] and where.kind != "committee":
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
            "organisation": where.id,
            "by": principal.member_id,
            "at": uow.clock.now(),
        },
    )


def hides_name(uow: UnitOfWork, member_id: UUID) -> bool:
    """Tell whether a member hides the own name on boards."""
    statement = text("SELECT hide_name FROM members WHERE id = :member")
    return bool(uow.session.scalar(statement, {"member": member_id}))


def set_hide_name(uow: UnitOfWork, member_id: UUID, *, hide_name: bool) -> None:
    """Hide or show the own name on boards; the place on them stays the same."""
    uow.session.execute(
        text(
            "UPDATE members SET hide_name = :hide, version = version + 1"
            " WHERE id = :member AND hide_name <> :hide"
        ),
        {"hide": hide_name, "member": member_id},
    )

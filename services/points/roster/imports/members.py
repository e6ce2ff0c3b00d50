"""Kind ``roster``: members with branch, group, status and, where wanted, one role each.

A row adds a member or makes an existing one as the row says. An empty cell under an optional
heading leaves what stands; a role is only ever added. Rows that change nothing publish nothing.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.points.roster import policy, publish
from services.points.roster.imports import members_sql as statements
from services.points.roster.imports.members_checks import CHECKS
from services.points.roster.permissions import ROSTER_IMPORT
from shared.auth import Permission, Principal
from shared.database import UnitOfWork
from shared.ids import new_id
from shared.imports import Column, Kind, day, flag, one_of
from shared.imports import text as words

_STATUSES: Final = {
    "正式党员": "full",
    "正式": "full",
    "预备党员": "probationary",
    "预备": "probationary",
    "流动党员": "mobile",
    "退休党员": "retired",
    "已转出": "left",
    **{status: status for status in ("full", "probationary", "mobile", "retired", "left")},
}
_ROLES: Final = {
    "党小组长": "group_leader",
    "支部书记": "branch_secretary",
    "支委": "committee_member",
    "机关党委管理员": "unit_admin",
    "工委管理员": "city_admin",
    "组织者": "organiser",
    "系统管理员": "system_admin",
    "安全管理员": "security_admin",
    "纪检审计": "auditor",
    **{role: role for role in policy.BOUND_TO},
}


def _parameters(principal: Principal, permission: Permission) -> Mapping[str, Any]:
    givable = policy.givable(principal)
    return {
        "reaches": list(principal.paths(permission)),
        "givable_roles": [role for role, _ in givable],
        "givable_paths": [path for _, path in givable],
        "clashes": [f"{role}/{held}" for role in policy.GIVEN_BY for held in policy.clashing(role)],
        "bindings": [f"{role}@{kind}" for role, kinds in policy.BOUND_TO.items() for kind in kinds],
    }


def _apply(uow: UnitOfWork, principal: Principal, _import_id: UUID) -> Mapping[str, int]:
    values = {
        "now": uow.clock.now(),
        "by": principal.member_id,
        "unscored": sorted(policy.UNSCORED),
        "branch_roles": list(policy.ROLES_OF_THE_BRANCH),
    }
    session = uow.session
    for statement in statements.PREPARE:
        session.execute(statement, values)
    for statement in statements.PUT:
        session.execute(statement, values)
    roles = session.execute(statements.NEW_ROLES).all()
    if roles:
        session.execute(
            statements.GIVE_ROLES,
            {
                **values,
                "ids": [new_id() for _ in roles],
                "members": [row.member_id for row in roles],
                "roles": [row.role for row in roles],
                "organisations": [row.organisation_id for row in roles],
            },
        )
    session.execute(statements.TOUCH, {"ids": [row.member_id for row in roles]})
    rows = session.scalar(text("SELECT count(*) FROM staged")) or 0
    created = session.scalar(text("SELECT count(*) FROM wanted WHERE is_new")) or 0
    changed = session.scalars(text("SELECT id FROM wanted")).all()
    touched = {*changed, *(row.member_id for row in roles)}
    publish.members_changed(uow, sorted(touched))
    return {
        "created": created,
        "changed": len(touched) - created,
        "unchanged": rows - len(touched),
    }


KIND: Final = Kind(
    name="roster",
    columns=(
        Column("member_no", "编号", words(32)),
        Column("name", "姓名", words(60)),
        Column("branch_code", "支部代码", words(32)),
        Column("group_code", "小组代码", words(32), required=False),
        Column("status", "状态", one_of(_STATUSES, "status_unknown")),
        Column("joined_on", "入党日期", day, required=False),
        Column("scored", "是否计分", flag, required=False),
        Column("role", "角色", one_of(_ROLES, "role_unknown"), required=False),
        Column("role_organisation_code", "角色组织代码", words(32), required=False),
    ),
    checks=CHECKS,
    apply=_apply,
    permission=ROSTER_IMPORT,
    parameters=_parameters,
)

"""Kind ``organisations``: the tree, in any order of rows. Existing codes are renamed, never moved."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from services.points.roster import policy, publish
from services.points.roster.organisations import lock_tree
from services.points.roster.permissions import ROSTER_IMPORT
from shared.auth import Permission, Principal
from shared.database import UnitOfWork
from shared.imports import Check, Column, Kind, one_of
from shared.imports import text as words
from shared.text import Text

_KINDS: Final = {
    "机关党委": "unit",
    "党总支": "general_branch",
    "党支部": "branch",
    "党小组": "group",
    "跨支部小组": "cross_cutting",
    "工委": "committee",
    **{kind: kind for kind in policy.PARENTS},
}

# Where each new row of the file comes to stand, from the existing organisations downwards. The
# tree has five levels at most; the bound is for files whose rows make a ring.
_PLACED: Final = """
    WITH RECURSIVE fresh AS (
        SELECT s.* FROM staged s
        WHERE NOT EXISTS (SELECT 1 FROM organisations o WHERE o.code = s.code)
    ), placed (code, path, turn) AS (
        SELECT code, path, 0 FROM organisations
        UNION ALL
        SELECT fresh.code, placed.path || fresh.code || '/', turn + 1
        FROM fresh JOIN placed ON placed.code = fresh.parent_code WHERE turn < 5
    )
"""

_INSERT = text(
    _PLACED  # noqa: S608 - two constants of this module
    + """
    INSERT INTO organisations (id, code, name, kind, parent_id, path, version)
    SELECT fresh.new_id, fresh.code, fresh.name, fresh.kind, coalesce(above.id, beside.new_id),
           placed.path, 1
    FROM fresh
    JOIN placed ON placed.code = fresh.code
    LEFT JOIN organisations above ON above.code = fresh.parent_code
    LEFT JOIN fresh beside ON beside.code = fresh.parent_code
    RETURNING id
    """
)

_RENAME = text("""
    UPDATE organisations o SET name = s.name, version = o.version + 1
    FROM staged s WHERE s.code = o.code AND s.name <> o.name
    RETURNING o.id
""")

_CHECKS: Final = (
    Check(
        "code_invalid",
        "code",
        Text(
            "「{value}」不是有效代码，请用小写字母、数字和连字符，最多 32 个。",
            "“{value}” is no code; use lower-case letters, digits and hyphens, at most 32.",
        ),
        "SELECT row_number, code FROM staged WHERE code !~ '^[a-z0-9-]{1,32}$'",
    ),
    Check(
        "code_doubled",
        "code",
        Text("代码「{value}」重复，请只保留一行。", "Code “{value}” is there twice; keep one row."),
        """
        SELECT row_number, code
        FROM (SELECT row_number, code, count(*) OVER (PARTITION BY code) AS times FROM staged) AS s
        WHERE times > 1 AND code IS NOT NULL
        """,
    ),
    Check(
        "kind_changed",
        "kind",
        Text(
            "该代码已存在且类别不同，类别不能更改，请换代码。",
            "This code exists as another kind, which never changes; use another code.",
        ),
        """
        SELECT s.row_number, s.kind FROM staged s JOIN organisations o ON o.code = s.code
        WHERE s.kind <> o.kind
        """,
    ),
    Check(
        "parent_changed",
        "parent_code",
        Text(
            "该组织的上级不同；请先在组织管理中移动，再导入。",
            "This organisation lies elsewhere; move it on its own page first, then import.",
        ),
        """
        SELECT s.row_number, s.parent_code FROM staged s JOIN organisations o ON o.code = s.code
        LEFT JOIN organisations p ON p.id = o.parent_id
        WHERE s.parent_code IS DISTINCT FROM p.code
        """,
    ),
    Check(
        "committee_fixed",
        "kind",
        Text("工委只有一个，不能导入。", "There is one committee only; it cannot be imported."),
        """
        SELECT s.row_number, s.kind FROM staged s
        WHERE s.kind = 'committee'
          AND NOT EXISTS (SELECT 1 FROM organisations o WHERE o.code = s.code)
        """,
    ),
    Check(
        "parent_unknown",
        "parent_code",
        Text(
            "没有代码为「{value}」的上级，请核对或补上该行。",
            "There is no parent “{value}”; check it, or add its row.",
        ),
        """
        SELECT s.row_number, s.parent_code FROM staged s
        WHERE s.kind <> 'committee'
          AND NOT EXISTS (SELECT 1 FROM organisations o WHERE o.code = s.parent_code)
          AND NOT EXISTS (SELECT 1 FROM staged p WHERE p.code = s.parent_code)
        """,
    ),
    Check(
        "parent_kind_wrong",
        "parent_code",
        Text(
            "这类组织不能设在「{value}」之下，请另选上级。",
            "This kind cannot lie under “{value}”; choose another parent.",
        ),
        """
        SELECT s.row_number, s.parent_code FROM staged s
        LEFT JOIN organisations o ON o.code = s.parent_code
        LEFT JOIN staged p ON p.code = s.parent_code
        WHERE coalesce(o.kind, p.kind) IS NOT NULL
          AND s.kind || '<' || coalesce(o.kind, p.kind) <> ALL (CAST(:nestings AS text[]))
        """,
    ),
    Check(
        "out_of_reach",
        "code",
        Text(
            "「{value}」不在您的管理范围内，请删去该行。",
            "“{value}” lies outside your part of the organisation; remove the row.",
        ),
        _PLACED  # noqa: S608 - two constants of this module
        + """
        SELECT s.row_number, s.code FROM staged s JOIN placed ON placed.code = s.code
        WHERE NOT placed.path ^@ ANY (CAST(:reaches AS text[]))
        """,
    ),
)


_CHANGES: Final = """
    SELECT s.row_number, CASE WHEN o.id IS NULL THEN 'new' ELSE 'renamed' END, s.name,
        jsonb_build_array(CASE WHEN o.id IS NULL
            THEN jsonb_build_object(
                'column', 'parent_code', 'was', NULL,
                'becomes', coalesce(above.name, beside.name) || ' ' || s.parent_code)
            ELSE jsonb_build_object('column', 'name', 'was', o.name, 'becomes', s.name)
        END)
    FROM staged s
    LEFT JOIN organisations o ON o.code = s.code
    LEFT JOIN organisations above ON above.code = s.parent_code
    LEFT JOIN staged beside ON beside.code = s.parent_code
    WHERE o.id IS NULL OR o.name <> s.name
"""


def _parameters(principal: Principal, permission: Permission) -> Mapping[str, Any]:
    nestings = [f"{kind}<{above}" for kind, parents in policy.PARENTS.items() for above in parents]
    return {"nestings": nestings, "reaches": list(principal.paths(permission))}


def _apply(uow: UnitOfWork, _principal: Principal, _import_id: UUID) -> Mapping[str, int]:
    lock_tree(uow)
    rows = uow.session.scalar(text("SELECT count(*) FROM staged")) or 0
    renamed = uow.session.scalars(_RENAME).all()
    created = uow.session.scalars(_INSERT).all()
    publish.organisations_changed(uow, [*created, *renamed])
    return {
        "created": len(created),
        "changed": len(renamed),
        "unchanged": rows - len(created) - len(renamed),
    }


KIND: Final = Kind(
    name="organisations",
    columns=(
        Column("code", "代码", words(32)),
        Column("name", "名称", words(200)),
        Column("kind", "类别", one_of(_KINDS, "kind_unknown")),
        Column("parent_code", "上级代码", words(32), required=False),
    ),
    checks=_CHECKS,
    apply=_apply,
    changes=_CHANGES,
    permission=ROSTER_IMPORT,
    parameters=_parameters,
)

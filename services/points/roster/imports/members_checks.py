"""What a row of a roster may break."""

from typing import Final

from shared.imports import Check
from shared.text import Text


def _last(role: str, text: Text) -> Check:
    """Return that a file does not make the last holders of a role leave."""
    return Check(
        f"last_{role}",
        "status",
        text,
        f"""
        SELECT s.row_number, s.status FROM staged s
        JOIN members m ON m.member_no = s.member_no
        JOIN role_assignments r ON r.member_id = m.id AND r.role = '{role}'
        WHERE s.status = 'left' AND NOT EXISTS (
            SELECT 1 FROM role_assignments other
            JOIN members n ON n.id = other.member_id
            LEFT JOIN staged t ON t.member_no = n.member_no AND t.status = 'left'
            WHERE other.role = '{role}' AND t.row_number IS NULL
        )
        """,  # noqa: S608 - a role of ours
    )


CHECKS: Final = (
    Check(
        "member_no_invalid",
        "member_no",
        Text(
            "「{value}」不是有效编号，请用字母、数字和连字符。",
            "“{value}” is no member number; use letters, digits and hyphens.",
        ),
        "SELECT row_number, member_no FROM staged WHERE member_no !~ '^[0-9A-Za-z-]+$'",
    ),
    Check(
        "member_doubled",
        "member_no",
        Text("编号「{value}」重复，请只保留一行。", "“{value}” is there twice; keep one row."),
        """
        SELECT row_number, member_no
        FROM (
            SELECT row_number, member_no, count(*) OVER (PARTITION BY member_no) AS times
            FROM staged
        ) AS s
        WHERE times > 1 AND member_no IS NOT NULL
        """,
    ),
    Check(
        "branch_unknown",
        "branch_code",
        Text(
            "没有代码为「{value}」的支部，请核对或先导入组织。",
            "There is no branch “{value}”; check it, or import the organisations first.",
        ),
        """
        SELECT s.row_number, s.branch_code FROM staged s
        LEFT JOIN organisations o ON o.code = s.branch_code AND o.kind = 'branch'
        WHERE s.branch_code IS NOT NULL AND o.id IS NULL
        """,
    ),
    Check(
        "out_of_reach",
        "branch_code",
        Text(
            "支部「{value}」不在您的管理范围内，请删去该行。",
            "Branch “{value}” lies outside your part of the organisation; remove the row.",
        ),
        """
        SELECT s.row_number, s.branch_code FROM staged s
        JOIN organisations o ON o.code = s.branch_code AND o.kind = 'branch'
        WHERE NOT o.path ^@ ANY (CAST(:reaches AS text[]))
        """,
    ),
    Check(
        "member_elsewhere",
        "member_no",
        Text(
            "「{value}」属于其他单位，请由工委办理转移。",
            "“{value}” belongs to another unit; ask the city administrator for a transfer.",
        ),
        """
        SELECT s.row_number, s.member_no FROM staged s
        JOIN members m ON m.member_no = s.member_no
        JOIN organisations o ON o.id = m.organisation_id
        WHERE NOT o.path ^@ ANY (CAST(:reaches AS text[]))
        """,
    ),
    Check(
        "group_unknown",
        "group_code",
        Text(
            "该支部没有代码为「{value}」的党小组，请核对。",
            "The branch has no group “{value}”; check it.",
        ),
        """
        SELECT s.row_number, s.group_code FROM staged s
        JOIN organisations b ON b.code = s.branch_code
        LEFT JOIN organisations g
            ON g.code = s.group_code AND g.kind = 'group' AND g.parent_id = b.id
        WHERE s.group_code IS NOT NULL AND g.id IS NULL
        """,
    ),
    Check(
        "date_in_future",
        "joined_on",
        Text("日期「{value}」在将来，请核对。", "“{value}” lies in the future; check it."),
        """
        SELECT row_number, joined_on::text FROM staged
        WHERE joined_on > (now() AT TIME ZONE 'Asia/Shanghai')::date
        """,
    ),
    Check(
        "role_incomplete",
        "role_organisation_code",
        Text(
            "角色和角色组织代码须同时填写。",
            "Fill in both the role and the code of its organisation, or neither.",
        ),
        """
        SELECT row_number, coalesce(role, role_organisation_code) FROM staged
        WHERE (role IS NULL) <> (role_organisation_code IS NULL)
        """,
    ),
    Check(
        "role_organisation_unknown",
        "role_organisation_code",
        Text(
            "没有代码为「{value}」的组织，请核对。", "There is no organisation “{value}”; check it."
        ),
        """
        SELECT s.row_number, s.role_organisation_code FROM staged s
        LEFT JOIN organisations o ON o.code = s.role_organisation_code
        WHERE s.role_organisation_code IS NOT NULL AND o.id IS NULL
        """,
    ),
    Check(
        "role_kind_wrong",
        "role",
        Text(
            "角色不能设在这类组织上，请核对角色组织代码。",
            "This role cannot be bound to that kind of organisation; check the code.",
        ),
        """
        SELECT s.row_number, s.role FROM staged s
        JOIN organisations o ON o.code = s.role_organisation_code
        WHERE s.role || '@' || o.kind <> ALL (CAST(:bindings AS text[]))
        """,
    ),
    Check(
        "role_not_yours_to_give",
        "role",
        Text(
            "您不能授予该角色，请由上级管理员办理。",
            "This role is not yours to give there; ask an administrator above.",
        ),
        """
        SELECT s.row_number, s.role FROM staged s
        JOIN organisations o ON o.code = s.role_organisation_code
        WHERE s.role IS NOT NULL AND NOT EXISTS (
            SELECT 1
            FROM unnest(CAST(:givable_roles AS text[]), CAST(:givable_paths AS text[]))
                AS givable (role, path)
            WHERE givable.role = s.role AND starts_with(o.path, givable.path)
        )
        """,
    ),
    Check(
        "duty_not_yours_to_end",
        "status",
        Text(
            "该党员担任您不能撤销的角色，请先由上级管理员撤销。",
            "The member holds a role that is not yours to end; ask an administrator above.",
        ),
        """
        SELECT s.row_number, s.status FROM staged s
        JOIN members m ON m.member_no = s.member_no
        JOIN role_assignments r ON r.member_id = m.id
        JOIN organisations o ON o.id = r.organisation_id
        WHERE s.status = 'left' AND NOT EXISTS (
            SELECT 1
            FROM unnest(CAST(:givable_roles AS text[]), CAST(:givable_paths AS text[]))
                AS givable (role, path)
            WHERE givable.role = r.role AND starts_with(o.path, givable.path)
        )
        """,
    ),
    Check(
        "duties_separate",
        "role",
        Text(
            "该党员已有不得与此兼任的角色（系统、安全、审计三员分立），请另选人员。",
            "The member holds a role that excludes this one (system, security and audit are separate"
            " duties); choose somebody else.",
        ),
        """
        SELECT s.row_number, s.role FROM staged s
        JOIN members m ON m.member_no = s.member_no
        WHERE s.status <> 'left' AND EXISTS (
            SELECT 1 FROM role_assignments r WHERE r.member_id = m.id
              AND s.role || '/' || r.role = ANY (CAST(:clashes AS text[]))
        )
        """,
    ),
    _last(
        "city_admin",
        Text(
            "这样就没有工委管理员了，请先任命另一名。",
            "Nobody would administer the city any more; appoint somebody else first.",
        ),
    ),
    _last(
        "security_admin",
        Text(
            "这样就没有安全管理员了，请先任命另一名。",
            "Nobody would be security administrator any more; appoint somebody else first.",
        ),
    ),
)

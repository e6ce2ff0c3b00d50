"""What a row of results may break."""

from collections.abc import Collection
from typing import Final

from shared.imports import Check
from shared.text import Text

_LONGEST_AGO: Final = 400


def source_key(fact_kind: str, columns: Collection[str]) -> str:
    """Return SQL for the key of a row of ``staged`` ``s``: its kind, day, title and level.

    It names the fact among the member's own. The hours are no part of it: a corrected figure
    changes the fact that is there.
    """
    kind = f"s.{fact_kind}" if fact_kind in columns else f"'{fact_kind}'"
    named = ", ".join(f"s.{name}" for name in ("day", "title", "level") if name in columns)
    return f"'import:' || {kind} || ':' || md5(jsonb_build_array({named})::text)"


def told_by_event(fact_kind: str, columns: Collection[str]) -> str:
    """Return SQL: whether an event has told of a row of ``s``, member ``m``, itself.

    It is known by kind, day and title. Taken back or corrected since, it is still the event's to
    say: what its organiser enters there need not be entered here, and does not count twice.
    """
    if "title" not in columns:
        return "false"
    kind = f"s.{fact_kind}" if fact_kind in columns else f"'{fact_kind}'"
    return f"""EXISTS (
        SELECT FROM facts t WHERE t.member_id = m.id AND t.source_key LIKE 'result:%'
            AND t.kind = {kind} AND t.title = s.title
            AND (t.occurred_at AT TIME ZONE 'Asia/Shanghai')::date = s.day
    )"""


def common(fact_kind: str, columns: Collection[str]) -> tuple[Check, ...]:
    """Return the checks that every kind of results has."""
    key = source_key(fact_kind, columns)
    titled = " AND s.title IS NOT NULL" if "title" in columns else ""
    same = " AND f.minutes IS NOT DISTINCT FROM s.minutes" if "minutes" in columns else ""
    return (
        Check(
            "member_unknown",
            "member_no",
            Text(
                "名册中没有编号「{value}」，请核对；如编号前面的 0 丢了，请把该列设为文本后重填。",
                "The roster has no number “{value}”; check it. If its leading zeros are gone, make"
                " the column text and write it anew.",
            ),
            """
            SELECT s.row_number, s.member_no FROM staged s
            LEFT JOIN members m ON m.member_no = s.member_no
            WHERE s.member_no IS NOT NULL AND m.id IS NULL
            """,
        ),
        Check(
            "out_of_reach",
            "member_no",
            Text(
                "「{value}」不在您的管理范围内，请删去该行。",
                "“{value}” lies outside your part of the organisation; remove the row.",
            ),
            """
            SELECT s.row_number, s.member_no FROM staged s
            JOIN members m ON m.member_no = s.member_no
            JOIN organisations o ON o.id = m.organisation_id
            WHERE NOT o.path ^@ ANY (CAST(:reaches AS text[]))
            """,
        ),
        Check(
            "name_differs",
            "name",
            Text(
                "姓名「{value}」与编号不符，请核对是否错行。",
                "“{value}” is not the name that belongs to the number; look for shifted rows.",
            ),
            """
            SELECT s.row_number, s.name FROM staged s
            JOIN members m ON m.member_no = s.member_no
            -- Names of two characters are often set apart by spaces, of either width.
            WHERE translate(m.name, ' \u3000', '') <> translate(s.name, ' \u3000', '')
            """,
        ),
        Check(
            "member_left",
            "day",
            Text(
                "该党员在「{value}」之前已转出，请核对或删去该行。",
                "The member had left before “{value}”; check the day, or remove the row.",
            ),
            """
            SELECT s.row_number, s.day::text FROM staged s
            JOIN members m ON m.member_no = s.member_no AND m.status = 'left'
            LEFT JOIN LATERAL (
                SELECT (max(h.until) AT TIME ZONE 'Asia/Shanghai')::date AS day
                FROM memberships h WHERE h.member_id = m.id
            ) AS gone ON true
            WHERE coalesce(gone.day < s.day, s.day IS NOT NULL)
            """,
        ),
        Check(
            "day_in_future",
            "day",
            Text("「{value}」还没有到，请核对。", "“{value}” has not come yet; check it."),
            "SELECT row_number, day::text FROM staged WHERE day > :today",
        ),
        Check(
            "day_too_long_ago",
            "day",
            Text(
                f"「{{value}}」已超过 {_LONGEST_AGO} 天，不能导入，请用更正。",
                f"“{{value}}” is more than {_LONGEST_AGO} days ago; use an adjustment.",
            ),
            f"SELECT row_number, day::text FROM staged WHERE :today - day > {_LONGEST_AGO}",  # noqa: S608 - a constant
        ),
        Check(
            "row_doubled",
            "member_no",
            Text(
                "「{value}」有重复的行，请只保留一行。", "“{value}” is there twice; keep one row."
            ),
            f"""
            SELECT row_number, member_no FROM (
                SELECT s.row_number, s.member_no,
                    count(*) OVER (PARTITION BY s.member_no, {key}) AS times
                FROM staged s WHERE s.member_no IS NOT NULL AND s.day IS NOT NULL{titled}
            ) AS counted WHERE times > 1
            """,  # noqa: S608 - put together from constants
        ),
        # What is there already may be sent again, also when its month is closed by now.
        Check(
            "month_closed",
            "day",
            Text(
                "「{value}」所在月份已公示结束，请用更正补记。",
                "The month of “{value}” is closed; enter it by an adjustment.",
            ),
            f"""
            SELECT s.row_number, s.day::text FROM staged s
            JOIN members m ON m.member_no = s.member_no
            JOIN closed_months c ON c.month = to_char(s.day, 'YYYY-MM') AND c.organisation_id =
                coalesce(
                    (SELECT h.organisation_id FROM memberships h
                        WHERE h.member_id = m.id AND h.since < s.day + 1
                        ORDER BY h.since DESC LIMIT 1),
                    (SELECT h.organisation_id FROM memberships h
                        WHERE h.member_id = m.id ORDER BY h.since LIMIT 1),
                    m.organisation_id
                )
            WHERE NOT EXISTS (
                SELECT FROM facts f WHERE f.member_id = m.id AND f.source_key = {key}
                    AND f.state = 'present'{same}
            ) AND NOT {told_by_event(fact_kind, columns)}
            """,  # noqa: S608 - put together from constants
        ),
    )

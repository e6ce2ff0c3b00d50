"""The statements that apply a roster: each works on the whole file at once."""

from typing import Final

from sqlalchemy import text

# What the file wants changed: rows that would change nothing are not in it.
_WANTED: Final = """
    SELECT w.*, m.organisation_id AS was_in, m.status AS was, m.scored AS was_scored,
        m.id IS NULL AS is_new
    FROM (
        SELECT coalesce(m.id, s.new_id) AS id, s.member_no, s.name,
            b.id AS organisation_id, s.status,
            CASE
                WHEN s.status = 'left' THEN NULL
                WHEN g.id IS NOT NULL THEN g.id
                WHEN m.organisation_id = b.id THEN m.group_id
            END AS group_id,
            coalesce(
                s.scored,
                CASE WHEN m.status = s.status THEN m.scored END,
                s.status <> ALL (CAST(:unscored AS text[]))
            ) AS scored,
            coalesce(s.joined_on, m.joined_on) AS joined_on
        FROM staged s
        JOIN organisations b ON b.code = s.branch_code
        LEFT JOIN organisations g ON g.code = s.group_code
        LEFT JOIN members m ON m.member_no = s.member_no
    ) AS w
    LEFT JOIN members m ON m.id = w.id
    WHERE m.id IS NULL OR (w.name, w.organisation_id, w.group_id, w.status, w.scored,
            w.joined_on)
        IS DISTINCT FROM (m.name, m.organisation_id, m.group_id, m.status, m.scored,
            m.joined_on)
"""

PREPARE: Final = (
    # Nobody edits these members between our look at them and our write.
    text("""
        SELECT count(*) FROM (
            SELECT 1 FROM members WHERE member_no IN (SELECT member_no FROM staged)
            ORDER BY id FOR UPDATE
        ) AS locked
    """),
    text(f"CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS {_WANTED}"),
    text("ANALYZE wanted"),
)

PUT: Final = (
    text("""
        INSERT INTO members
            (id, member_no, name, organisation_id, group_id, status, scored, joined_on)
        SELECT id, member_no, name, organisation_id, group_id, status, scored, joined_on
        FROM wanted ORDER BY id
        ON CONFLICT (id) DO UPDATE SET
            name = excluded.name, organisation_id = excluded.organisation_id,
            group_id = excluded.group_id, status = excluded.status, scored = excluded.scored,
            joined_on = excluded.joined_on, version = members.version + 1
    """),
    # Two changes never share an instant, whatever the clock says.
    text("""
        UPDATE memberships h SET until = greatest(:now, h.since + interval '1 microsecond')
        FROM wanted w
        WHERE h.member_id = w.id AND h.until IS NULL
          AND (w.was_in <> w.organisation_id OR w.status = 'left')
    """),
    text("""
        INSERT INTO memberships (member_id, organisation_id, since, reason, recorded_by)
        SELECT w.id, w.organisation_id,
            greatest(:now, (SELECT max(h.until) FROM memberships h WHERE h.member_id = w.id)),
            'import', :by
        FROM wanted w
        WHERE w.status <> 'left'
          AND (w.is_new OR w.was_in <> w.organisation_id OR w.was = 'left')
    """),
    text("""
        INSERT INTO scoring_changes (member_id, since, scored)
        SELECT w.id,
            greatest(:now, (SELECT max(c.since) + interval '1 microsecond'
                FROM scoring_changes c WHERE c.member_id = w.id)),
            w.scored
        FROM wanted w WHERE w.scored <> w.was_scored
    """),
    # Duties of the old branch end with it; who leaves keeps no duty and no place in a group.
    text("""
        DELETE FROM role_assignments r USING wanted w, organisations o, organisations old
        WHERE r.member_id = w.id AND o.id = r.organisation_id AND old.id = w.was_in
          AND (w.status = 'left'
            OR (w.was_in <> w.organisation_id
                AND r.role = ANY(CAST(:branch_roles AS text[]))
                AND starts_with(o.path, old.path)))
    """),
    text("""
        DELETE FROM group_members g USING wanted w WHERE g.member_id = w.id AND w.status = 'left'
    """),
)

NEW_ROLES: Final = text("""
    SELECT m.id AS member_id, s.role, o.id AS organisation_id
    FROM staged s
    JOIN members m ON m.member_no = s.member_no
    JOIN organisations o ON o.code = s.role_organisation_code
    LEFT JOIN role_assignments r
        ON r.member_id = m.id AND r.role = s.role AND r.organisation_id = o.id
    WHERE s.role IS NOT NULL AND s.status <> 'left' AND r.id IS NULL
    ORDER BY m.id
""")

GIVE_ROLES: Final = text("""
    INSERT INTO role_assignments (id, member_id, role, organisation_id, given_by, given_at)
    SELECT *, :by, :now FROM unnest(
        CAST(:ids AS uuid[]), CAST(:members AS uuid[]), CAST(:roles AS text[]),
        CAST(:organisations AS uuid[])
    )
""")

LEAVING: Final = text(
    "SELECT count(*) FROM wanted WHERE NOT is_new AND status = 'left' AND was <> 'left'"
)

# Members whose role is all that is new.
TOUCH: Final = text("""
    UPDATE members SET version = version + 1
    WHERE id = ANY(CAST(:ids AS uuid[])) AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.id = members.id)
""")

# The name of a place and its code: branches of different units are often called alike.
_PLACE: Final = "(SELECT o.name || ' ' || o.code FROM organisations o WHERE o.id = {})"

# What would change, for whoever looks first. Who is new and looks like somebody who is there under
# another number, or in another row, is pointed out and not refused: there are namesakes.
CHANGES: Final = f"""
    SELECT s.row_number,
        CASE
            WHEN w.is_new THEN 'new'
            WHEN w.status = 'left' AND w.was <> 'left' THEN 'leaving'
            WHEN w.was = 'left' AND w.status <> 'left' THEN 'returning'
            WHEN w.was_in <> w.organisation_id THEN 'transferred'
            ELSE 'changed'
        END,
        w.name || ' ' || w.member_no,
        (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'column', d.name, 'was', d.was, 'becomes', d.becomes) ORDER BY d.place), '[]')
            FROM (VALUES
                (1, 'name', m.name, w.name),
                (2, 'branch_code', {_PLACE.format("m.organisation_id")},
                    {_PLACE.format("w.organisation_id")}),
                (3, 'group_code', {_PLACE.format("m.group_id")}, {_PLACE.format("w.group_id")}),
                (4, 'status', m.status, w.status),
                (5, 'joined_on', m.joined_on::text, w.joined_on::text),
                (6, 'scored', m.scored::text, w.scored::text)
            ) AS d (place, name, was, becomes)
            WHERE d.was IS DISTINCT FROM d.becomes AND (d.name <> 'name' OR NOT w.is_new)
        )
    FROM ({_WANTED}) AS w
    JOIN staged s ON s.member_no = w.member_no
    LEFT JOIN members m ON m.id = w.id
    UNION ALL
    SELECT s.row_number, 'role', s.name || ' ' || s.member_no,
        jsonb_build_array(jsonb_build_object(
            'column', 'role', 'was', NULL, 'becomes', s.role || ' ' || o.name))
    FROM staged s
    JOIN organisations o ON o.code = s.role_organisation_code
    LEFT JOIN members m ON m.member_no = s.member_no
    LEFT JOIN role_assignments r
        ON r.member_id = m.id AND r.role = s.role AND r.organisation_id = o.id
    WHERE s.role IS NOT NULL AND s.status <> 'left' AND r.id IS NULL
    UNION ALL
    SELECT s.row_number, 'maybe_double', s.name || ' ' || s.member_no,
        jsonb_build_array(jsonb_build_object(
            'column', 'member_no', 'was', min(alike.known_as), 'becomes', s.member_no))
    FROM staged s
    JOIN (
        SELECT m.member_no, translate(m.name, ' \u3000', '') AS name, m.joined_on,
            -- Who belongs elsewhere is for those above to look up.
            CASE WHEN o.path ^@ ANY (CAST(:reaches AS text[]))
                THEN m.member_no || ' ' || o.name END AS known_as
        FROM members m JOIN organisations o ON o.id = m.organisation_id
        UNION ALL
        SELECT member_no, translate(name, ' \u3000', ''), joined_on, member_no FROM staged
        WHERE NOT EXISTS (SELECT FROM members m WHERE m.member_no = staged.member_no)
    ) AS alike ON alike.name = translate(s.name, ' \u3000', '')
        AND alike.joined_on = s.joined_on AND alike.member_no <> s.member_no
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.member_no = s.member_no)
    GROUP BY s.row_number, s.name, s.member_no
"""  # noqa: S608 - put together from constants

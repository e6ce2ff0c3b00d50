"""The table an audited service's database has; one of its migrations executes the V1 tuples.

They never change: a later shape is a V2 beside them.
"""

from typing import Final

# Source: logs are kept six months at the least. Held by the database itself, whoever asks.
SHORTEST_KEPT_DAYS: Final = 180

AUDIT_V1_UP = (
    """
    CREATE TABLE audit_log (
        id uuid PRIMARY KEY,
        at timestamptz NOT NULL,
        actor_id uuid NOT NULL,
        -- The roles by which the actor held the permission, e.g. 'unit_admin /city/u001/'; none
        -- where the permission was not held.
        reach text[] NOT NULL,
        -- Method and rule, e.g. 'POST /claims/<claim_id>/review'.
        action text NOT NULL,
        permission text NOT NULL,
        -- Ids in the address, and those of what was made. Never a name, a body or a token.
        subject_ids uuid[] NOT NULL,
        organisation_id uuid,
        filters jsonb NOT NULL,
        request_id text NOT NULL,
        status smallint NOT NULL
    )
    """,
    "CREATE INDEX audit_log_by_time ON audit_log (at, id)",
    "CREATE INDEX audit_log_by_actor ON audit_log (actor_id, at)",
    "CREATE INDEX audit_log_by_organisation ON audit_log (organisation_id, at)",
    "CREATE INDEX audit_log_by_subject ON audit_log USING gin (subject_ids)",
    # Only the retention job deletes, by saying so in its own transaction, and only what is old.
    f"""
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_setting('audit.retention', true) = 'on'
            AND OLD.at < now() - interval '{SHORTEST_KEPT_DAYS} days' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the audit log is append-only';
    END $$
    """,
    """
    CREATE TRIGGER audit_log_is_append_only
    BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
    """,
    """
    CREATE TRIGGER audit_log_is_not_emptied
    BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
    """,
)

AUDIT_V1_DOWN = (
    "DROP TABLE audit_log",
    "DROP FUNCTION refuse_audit_change",
)

"""A message that cannot be applied for a while, as after an upgrade that was half done."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.session import Json, Session, eventually
from tests.suite import Suite

_REFUSE = """
    CREATE OR REPLACE FUNCTION refuse_for_a_while() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.member_id::text = TG_ARGV[0] THEN
            RAISE EXCEPTION 'facts of 王小明 are refused for a while';
        END IF;
        RETURN NEW;
    END $$
"""


@contextmanager
def facts_refused(suite: Suite, member_id: str) -> Iterator[None]:
    """Let points refuse the facts of one member."""
    suite.rows("points", _REFUSE)
    suite.rows(
        "points",
        "CREATE TRIGGER refused_for_a_while BEFORE INSERT ON facts"
        f" FOR EACH ROW EXECUTE FUNCTION refuse_for_a_while('{member_id}')",
    )
    try:
        yield
    finally:
        suite.rows("points", "DROP TRIGGER refused_for_a_while ON facts")


def stuck_check_in(suite: Suite, member: Session) -> tuple[Json, Json]:
    """Let a member check in while points cannot apply it; return check-in and dead letter.

    From then on it could be applied.
    """
    secretary = suite.sign_in("secretary")
    event = suite.hold_event(secretary)
    with facts_refused(suite, member.get("/me")["member_id"]):
        code = secretary.get(f"/events/{event['id']}/code")["code"]
        check_in: Json = member.scan(code).json()["check_in"]

        def letters() -> list[Json]:
            page = suite.sign_in("system").get("/points-messages/dead-letters", state="waiting")
            return [
                each for each in page["items"] if each["ids"].get("check_in_id") == check_in["id"]
            ]

        (letter,) = eventually(letters, bool, 30)
    return check_in, letter

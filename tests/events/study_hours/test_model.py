"""Whatever happened, each view says what the slow model says."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.events.study_hours import service
from shared.auth import Grant, Principal
from shared.clock import SHANGHAI
from shared.database import Database
from shared.ids import new_id
from tests.events.city import City
from tests.events.past import Past
from tests.events.study_hours.conftest import Tell
from tests.events.study_hours.model import Attended, Session, Student, minutes_studied

HERE, THERE, GROUP, YOUTH = "/city/u1/b1/", "/city/u1/b2/", "/city/u1/b1/g1/", "/city/u1/youth/"
PLACES = ("/city/", "/city/u1/", HERE, THERE, GROUP, YOUTH)
CATEGORIES = ("lecture", "training", "study_session", "branch_meeting")
# A few days around new year, so that much falls together and some of it on either side.
FIRST = datetime(2025, 12, 29, tzinfo=SHANGHAI)
DAYS = st.integers(0, 5).map(lambda n: (FIRST + timedelta(days=n)).date())

sessions = st.builds(
    Session,
    category=st.sampled_from(CATEGORIES),
    tags=st.sampled_from(((), (), ("lecture",), ("culture",))),
    place=st.sampled_from(PLACES),
    starts=st.integers(0, 5 * 24 * 4).map(lambda n: FIRST + timedelta(minutes=15 * n)),
    minutes=st.sampled_from((20, 90, 179, 180, 359, 360, 600, 1440, 1441, 3000)),
)


@st.composite
def students(draw: st.DrawFn, held: list[Session]) -> Student:
    student = Student(draw(st.sampled_from((HERE, THERE))))
    if student.place == HERE:
        student.groups = draw(st.sampled_from(((), (GROUP,), (YOUTH,), (GROUP, YOUTH))))
    for session in held:
        if draw(st.booleans()):
            came = session.starts + timedelta(minutes=draw(st.integers(-20, session.minutes + 30)))
            stay = draw(st.one_of(st.none(), st.integers(0, session.minutes + 30)))
            student.attended.append(Attended(session, came, stay))
    student.courses = draw(
        st.lists(st.tuples(DAYS, st.one_of(st.none(), st.integers(1, 6))), max_size=2)
    )
    student.made_up = draw(
        st.lists(st.tuples(DAYS, st.sampled_from(("lecture", "branch_meeting"))), max_size=2)
    )
    return student


@st.composite
def years(draw: st.DrawFn) -> tuple[list[Session], list[Student]]:
    held = draw(st.lists(sessions, max_size=6))
    return held, draw(st.lists(students(held), min_size=1, max_size=3))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(year=years())
def test_every_view_says_what_the_slow_model_says(
    database: Database, city: City, past: Past, tell: Tell, year: Any
) -> None:
    held, given_ = year
    for table in ("check_ins", "event_sessions", "events", "study_facts", "roster_members"):
        past.run(f"DELETE FROM {table}")
    members = {enter(city, tell, student): student for student in given_}
    for session in held:
        hold(past, session, members)
    for number in (2025, 2026):
        wanted = {m: minutes_studied(s, held, number) for m, s in members.items()}
        with database.unit_of_work() as uow:
            own = {member: service.own(uow, member, number)["minutes"] for member in members}
            assert own == wanted
            listed = {m: n for path in (HERE, THERE) for m, n in listing(uow, path, number)}
            assert listed == wanted
            for path, standing in service.by_branch(uow, "/city/", number).items():
                here = [wanted[m] for m, s in members.items() if s.place == path]
                assert standing.members == len(here)
                assert standing.met == sum(minutes >= 32 * 60 for minutes in here)


def enter(city: City, tell: Tell, student: Student) -> UUID:
    group = next((path for path in student.groups if path == GROUP), None)
    cross = [path for path in student.groups if path == YOUTH]
    member = city.join(new_id().hex[-12:], student.place, group_path=group, cross_paths=cross)
    for day, days in student.courses:
        tell(member, day=day.isoformat(), days=days)
    for day, missed in student.made_up:
        tell(member, "make_up_study", day=day.isoformat(), missed=missed)
    return member


def hold(past: Past, session: Session, members: dict[UUID, Student]) -> None:
    event = past.held_in(
        session.place, session.category,
        [(session.starts, session.starts + timedelta(minutes=session.minutes))], [[]],
        tags=session.tags,
    )  # fmt: skip
    for member, student in members.items():
        for attended in student.attended:
            if attended.session is session:
                past.run(
                    "INSERT INTO check_ins (id, event_id, session_id, member_id, role, method,"
                    " client_ref, request_hash, checked_in_at, minutes)"
                    " SELECT :id, event_id, id, :member, 'participant', 'code', :id, '', :came, :stay"
                    " FROM event_sessions WHERE event_id = :event",
                    id=new_id(), member=member, came=attended.came, stay=attended.stay, event=event,
                )  # fmt: skip


def listing(uow: Any, path: str, year: int) -> list[tuple[UUID, int]]:
    branch = uow.session.scalar(
        text("SELECT id FROM roster_organisations WHERE path = :path"), {"path": path}
    )
    secretary = Principal(new_id(), "书记", path, (Grant("branch_secretary", path),))
    found = service.of_organisation(uow, secretary, branch, year)
    return [(item["member_id"], item["minutes"]) for item in found["items"]]


def test_the_model_is_no_copy_of_the_answer() -> None:
    """It can fail: it says of a known week what a person says of it."""
    training = Session("training", (), HERE, FIRST + timedelta(hours=9), 480)
    lecture = Session("lecture", (), "/city/", FIRST + timedelta(hours=19), 120)
    student = Student(HERE, attended=[Attended(training, training.starts, 100)])
    student.made_up = [(date(2025, 12, 29), "lecture")]
    assert minutes_studied(student, [training, lecture], 2025) == 220

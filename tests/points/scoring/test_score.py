"""Scoring: the same facts and rules always give the same entries, however they are fed in."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.points.rules.presets import read_preset
from services.points.rules.timeline import to_rule
from services.points.scoring import Cap, Fact, Rule, RuleSet, State, Timeline, score
from services.points.scoring.kinds import is_gain
from shared.clock import SHANGHAI
from tests.points.scoring.model import predict

MEMBER = UUID(int=7)
YEAR = 2026
BEGIN = datetime(YEAR, 1, 1, tzinfo=SHANGHAI)

KINDS = ("lecture", "theme_day", "volunteering", "culture", "unexcused_absence", "commendation")
VALUES = st.one_of(
    st.builds(lambda p: {"kind": "fixed", "points": p}, st.integers(0, 30)),
    st.builds(
        lambda p, m: {"kind": "per_hour", "points": p, "at_most": m},
        st.integers(0, 10),
        st.integers(0, 30),
    ),
    st.builds(
        lambda a, b: {"kind": "by_level", "levels": {"unit": a, "city": b}},
        st.integers(0, 20),
        st.integers(0, 20),
    ),
    st.builds(
        lambda a, b: {"kind": "highest_of_year", "levels": {"unit": a, "city": b}},
        st.integers(0, 20),
        st.integers(0, 20),
    ),
    st.builds(lambda p: {"kind": "fixed", "points": -p}, st.integers(1, 30)),
    st.builds(lambda p: {"kind": "base", "points": p}, st.integers(0, 60)),
    st.builds(lambda p: {"kind": "stated", "at_most": p}, st.integers(0, 30)),
    st.builds(
        lambda s: {"kind": "make_up", "sessions": s},
        st.lists(st.sampled_from(("lecture", "theme_day")), min_size=1, unique=True),
    ),
)
CAPS = st.lists(
    st.builds(
        Cap, st.sampled_from(("event", "day", "month", "quarter", "year")), st.integers(0, 60)
    ),
    max_size=3,
    unique_by=lambda cap: cap.per,
).map(tuple)


@st.composite
def rules(draw: st.DrawFn, letters: str = "X") -> tuple[Rule, ...]:
    return tuple(
        Rule(
            code=f"{draw(st.sampled_from(letters))}{number:02d}",
            category=draw(st.sampled_from(("LIFE", "SERVE", "DEDUCT"))),
            trigger=("check_in",),
            kinds=frozenset(draw(st.sets(st.sampled_from(KINDS), min_size=1, max_size=3))),
            value=draw(VALUES),
            role=draw(st.sampled_from(("participant", "helper"))),
            caps=draw(CAPS),
            minimum_minutes=draw(st.sampled_from((0, 0, 45))),
        )
        for number in range(draw(st.integers(1, 5)))
    )


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    sets = [
        RuleSet(
            id=UUID(int=number + 1),
            effective_at=BEGIN + timedelta(days=offset),
            rules=draw(rules()),
            category_caps=draw(
                st.dictionaries(st.sampled_from(("LIFE", "SERVE")), st.integers(0, 100))
            ),
            monthly_gain=draw(st.none() | st.integers(0, 80)),
            floor=draw(st.sampled_from((0, 0, -50))),
        )
        for number, offset in enumerate(
            draw(st.lists(st.integers(-30, 200), min_size=1, max_size=3, unique=True))
        )
    ]
    sets += [
        RuleSet(
            id=UUID(int=number + 10),
            effective_at=BEGIN + timedelta(days=offset),
            rules=draw(lowered(sets[0].rules)) + draw(rules("XU")),
            category_caps=draw(
                st.dictionaries(st.sampled_from(("LIFE", "SERVE", "CULT")), st.integers(0, 60))
            ),
            monthly_gain=draw(st.none() | st.integers(0, 80)),
            unit="u001",
        )
        for number, offset in enumerate(
            draw(st.lists(st.integers(-30, 200), max_size=2, unique=True))
        )
    ]
    return Timeline([replace(s, rules=tuple({r.code: r for r in s.rules}.values())) for s in sets])


@st.composite
def lowered(draw: st.DrawFn, citys: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """A unit's own forms of the city's rules, more or less than these."""
    return tuple(
        replace(rule, value=draw(VALUES), caps=draw(CAPS)) for rule in citys if draw(st.booleans())
    )


FACTS = st.lists(
    st.builds(
        Fact,
        id=st.uuids(),
        member_id=st.just(MEMBER),
        kind=st.sampled_from(KINDS),
        occurred_at=st.integers(0, 365 * 24 * 60 - 1).map(lambda m: BEGIN + timedelta(minutes=m)),
        tags=st.lists(st.sampled_from(KINDS), max_size=2).map(tuple),
        role=st.sampled_from(("participant", "participant", "helper")),
        source=st.sampled_from(("check_in", "check_in", "check_in", "claim")),
        group=st.sampled_from(("", "e1", "e2", "e3")),
        minutes=st.none() | st.integers(0, 200),
        level=st.sampled_from((None, "unit", "city", "lecture", "theme_day")),
        quantity=st.none() | st.integers(-40, 40),
        unit=st.sampled_from(("", "u001", "u001", "u002")),
    ),
    max_size=30,
    unique_by=lambda fact: fact.id,
)


@given(FACTS, timelines())
@settings(max_examples=300, deadline=None)
def test_an_independent_model_predicts_every_entry(facts: list[Fact], timeline: Timeline) -> None:
    entries, state = score(facts, timeline)
    assert [(e.fact_id, e.rule_code, e.rule_set_id, e.worth, e.points) for e in entries] == predict(
        facts, timeline.rule_sets
    )
    assert state.points(f"{YEAR}") == sum(entry.points for entry in entries)


@given(FACTS, timelines(), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_order_of_arrival_does_not_matter(
    facts: list[Fact], timeline: Timeline, chance: object
) -> None:
    shuffled = list(facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score(shuffled, timeline) == score(facts, timeline)


@given(FACTS, timelines(), st.data())
@settings(max_examples=200, deadline=None)
def test_scoring_in_pieces_equals_scoring_at_once(
    facts: list[Fact], timeline: Timeline, data: st.DataObject
) -> None:
    ordered = sorted(facts, key=lambda f: (f.occurred_at, f.id))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(ordered)), max_size=4)))
    state, entries = None, []
    for begin, end in zip([0, *cuts], [*cuts, len(ordered)], strict=True):
        piece, state = score(ordered[begin:end], timeline, state)
        # What is stored between two pieces is JSON.
        state = State(json.loads(json.dumps(state.used)))
        entries += piece
    assert (entries, state) == score(facts, timeline)


@given(FACTS, timelines())
@settings(max_examples=200, deadline=None)
def test_the_state_knows_the_points_of_the_periods_that_run(
    facts: list[Fact], timeline: Timeline
) -> None:
    entries, state = score(facts, timeline)
    for period in entries[-1].periods if entries else ():
        assert state.points(period) == sum(e.points for e in entries if period in e.periods)


@given(FACTS, timelines())
@settings(max_examples=200, deadline=None)
def test_limits_hold(facts: list[Fact], timeline: Timeline) -> None:
    entries, _ = score(facts, timeline)
    when = {fact.id: fact for fact in facts}
    gained: dict[int, int] = defaultdict(int)
    total = 0
    for entry in entries:
        rule_set = timeline.at(entry.occurred_at, when[entry.fact_id].unit)
        assert rule_set is not None
        rule = next(rule for rule in rule_set.rules if rule.code == entry.rule_code)
        month = entry.occurred_at.astimezone(SHANGHAI).month
        if entry.worth >= 0:
            assert 0 <= entry.points <= entry.worth
            gained[month] += entry.points if is_gain(rule) else 0
            if rule_set.monthly_gain is not None and entry.points > 0 and is_gain(rule):
                assert gained[month] <= rule_set.monthly_gain
        else:
            assert entry.worth <= entry.points <= 0
            if entry.points < 0:
                assert total + entry.points >= rule_set.floor
        total += entry.points


def one_rule(**more: object) -> Timeline:
    rule = Rule(
        "X01", "LIFE", ("check_in",), frozenset({"lecture"}), {"kind": "fixed", "points": 20}
    )
    rule = replace(rule, **more)  # type: ignore[arg-type]
    return Timeline([RuleSet(UUID(int=1), BEGIN, (rule,))])


def fact(day: int = 0, **more: object) -> Fact:
    made = Fact(UUID(int=1000 + day), MEMBER, "lecture", BEGIN + timedelta(days=day, hours=9))
    return replace(made, **more)  # type: ignore[arg-type]


def test_before_the_first_rules_nothing_counts() -> None:
    assert score([fact(-1)], one_rule()) == ([], State())


def test_a_new_rule_counts_from_its_moment_on() -> None:
    old = one_rule().rule_sets[0]
    new = replace(
        old,
        id=UUID(int=2),
        effective_at=BEGIN + timedelta(days=5),
        rules=(replace(old.rules[0], value={"kind": "fixed", "points": 30}),),
    )
    entries, _ = score([fact(4), fact(5), fact(6)], Timeline([new, old]))
    assert [entry.points for entry in entries] == [20, 30, 30]


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        ("2026-01-31T15:59:59+00:00", "2026-01"),
        ("2026-01-31T16:00:00+00:00", "2026-02"),
    ],
)
def test_months_are_those_of_shanghai(moment: str, month: str) -> None:
    _, state = score([fact(occurred_at=datetime.fromisoformat(moment))], one_rule())
    assert state.points(month) == 20


def test_a_deduction_stops_at_the_floor() -> None:
    earn = one_rule().rule_sets[0]
    deduct = Rule(
        "D01", "DEDUCT", ("check_in",), frozenset({"unexcused_absence"}),
        {"kind": "fixed", "points": -30},
    )  # fmt: skip
    timeline = Timeline([replace(earn, rules=(*earn.rules, deduct))])
    entries, state = score([fact(1), fact(2, kind="unexcused_absence"), fact(3)], timeline)
    assert [(entry.points, entry.limit) for entry in entries] == [
        (20, ""),
        (-20, "floor"),
        (20, ""),
    ]
    assert state.points("2026") == 20


def test_what_a_deduction_took_gives_no_room_under_a_cap() -> None:
    earn = one_rule(caps=(Cap("year", 20),)).rule_sets[0]
    deduct = Rule(
        "D01", "DEDUCT", ("check_in",), frozenset({"unexcused_absence"}),
        {"kind": "fixed", "points": -10},
    )  # fmt: skip
    timeline = Timeline([replace(earn, rules=(*earn.rules, deduct))])
    entries, _ = score([fact(1), fact(2, kind="unexcused_absence"), fact(3)], timeline)
    assert [entry.points for entry in entries] == [20, -10, 0]


def test_preset_a_gives_a_busy_year_no_more_than_its_caps() -> None:
    preset = read_preset("preset_a")
    rule_set = RuleSet(
        UUID(int=1),
        datetime(2020, 1, 1, tzinfo=UTC),
        tuple(to_rule(rule) for rule in preset["rules"]),
        preset["category_caps"],
        preset["monthly_gain"],
        preset["floor"],
    )
    kinds = sorted({kind for rule in rule_set.rules for kind in rule.kinds if rule.role != "self"})
    facts = [
        Fact(
            UUID(int=day * 100 + n), MEMBER, kind, BEGIN + timedelta(days=day, hours=8), minutes=180
        )
        for day in range(365)
        for n, kind in enumerate(kinds)
    ]
    entries, _ = score(facts, Timeline([rule_set]))
    by_category: dict[str, int] = defaultdict(int)
    by_month: dict[str, int] = defaultdict(int)
    for entry in entries:
        by_category[entry.category] += entry.points
        by_month[entry.periods.month] += entry.points
    assert by_category == {"LIFE": 400, "STUDY": 180, "SERVE": 200, "CULT": 100}
    assert max(by_month.values()) <= 150
